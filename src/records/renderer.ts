/**
 * What all formats of records have in common: records go in, bytes come out when they are asked for.
 */
import type { RecordKind } from '../analysis/events.js';
import type { RunClosing } from './run-closing.js';

export interface RecordRenderer {
  /** The input with this number has this name; told before the first record that is of it. */
  name(input: number, name: string): void;
  /** Renders a record of the kind that the renderer was made for, or, where that is several, of `kind`; neither array is kept. */
  add(fields: Float64Array, text: Uint8Array, kind?: RecordKind): void;
  /**
   * What was rendered since the last call, perhaps nothing, in a buffer that is the caller's from now on. What comes before the first record is a part
   * of it.
   */
  take(): Uint8Array<ArrayBuffer>;
  /** A buffer that was taken is not needed any more. */
  reuse(buffer: ArrayBuffer): void;
  /** No record comes any more: renders what comes last. Without `closing` nothing else is known of the run. */
  end(closing?: RunClosing): void;
}

/** Addresses that stand for others, in host order; src/text/crypto-pan.ts has one. */
export interface AddressMap {
  /** An IPv4 address, int32 both. */
  v4(address: number): number;
  /** The four words of an IPv6 address, in place. */
  v6(words: Int32Array): void;
}
