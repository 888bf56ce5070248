/**
 * What a filter is to those who use it. Owns the signature alone, so that whoever holds a filter need not know how it was made.
 */

/**
 * Whether a packet is selected: its frame starts at byte `start` of `bytes`, of which `capturedBytes` are there, and had
 * `wireBytes` on the wire (both unsigned). Never reads beyond the captured bytes; never throws.
 */
export type PacketPredicate = (bytes: Uint8Array, start: number, capturedBytes: number, wireBytes: number) => boolean;
