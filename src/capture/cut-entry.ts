/**
 * The words of an entry: what the reader tells the writer to write, in this order, where other rings have descriptors.
 * Owns their order and packing.
 *
 * An entry is either a run of bytes to be copied as they are (whole records, blocks of pcapng, what comes before them), or
 * a packet whose header is to be written anew, in the form that SLOT_FORM says. Runs that touch are one, so most of a
 * capture is copied by few entries when most of it is selected.
 */

export const ENTRY_WORDS = 5;

/** Byte position in the block ring's buffer: of a run, or of a packet's frame. */
export const E_AT = 0;
/** Captured length of a packet; of a run the complement (`~`) of its length. */
export const E_BYTES = 1;
/** Length on the wire, unsigned. */
export const E_WIRE = 2;
/** Seconds since 1970, unsigned, and nanoseconds below 1e9. */
export const E_SEC = 3;
export const E_NSEC = 4;

/** Value of E_AT in a run of zeros. */
export const ZEROS = -1;

/** Values of SLOT_FORM: records of pcap, or Enhanced Packet Blocks of interface 0; with microseconds or nanoseconds. */
export const FORM_PCAP_US = 0;
export const FORM_PCAP_NS = 1;
export const FORM_PCAPNG_US = 2;
export const FORM_PCAPNG_NS = 3;
/** Added to those: in big-endian byte order. */
export const FORM_BIG_ENDIAN = 4;
