/**
 * A filter expression for one link type as one function of a packet's bytes. The way in to this folder.
 */
import type { FilterExpression } from './expression.js';
import type { ResolvedNames, WantedNames } from './names.js';

/**
 * Whether a packet is selected: its frame starts at byte `start` of `bytes`, of which `capturedBytes` are there, and had
 * `wireBytes` on the wire (both unsigned). Never reads beyond the captured bytes; never throws.
 */
export type PacketPredicate = (bytes: Uint8Array, start: number, capturedBytes: number, wireBytes: number) => boolean;

/**
 * Compiles for packets of one LINKTYPE_. Throws a FilterError when the expression means nothing there, or can select
 * none of its packets (as libpcap does).
 */
export declare function compileFilter(
  expression: FilterExpression,
  names: ResolvedNames,
  linkType: number,
): PacketPredicate;

/** The names to look up before compiling. */
export declare function wantedNames(expression: FilterExpression): WantedNames;

/** Throws the FilterError that compiling for any link type would end in, so that it is told before anything is read. */
export declare function checkFilter(expression: FilterExpression, names: ResolvedNames): void;
