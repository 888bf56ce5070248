/**
 * Blocks of pcapng captures for tests, written field by field. Independent of the production reader.
 */

export type Order = 'LE' | 'BE';

export interface Option {
  readonly code: number;
  readonly value: Uint8Array;
}

/** What a crafted block may have wrong. */
export interface Faults {
  readonly length?: number;
  readonly trailer?: number;
}

/** Writes blocks in one byte order. */
export class BlockCrafter {
  readonly little: boolean;

  constructor(order: Order) {
    this.little = order === 'LE';
  }

  u16(...values: number[]): Uint8Array {
    const bytes = new Uint8Array(2 * values.length);
    values.forEach((value, index) => {
      new DataView(bytes.buffer).setUint16(2 * index, value, this.little);
    });
    return bytes;
  }

  u32(...values: number[]): Uint8Array {
    const bytes = new Uint8Array(4 * values.length);
    values.forEach((value, index) => {
      new DataView(bytes.buffer).setUint32(4 * index, value, this.little);
    });
    return bytes;
  }

  u64(value: bigint): Uint8Array {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value), this.little);
    return bytes;
  }

  block(type: number, body: Uint8Array, faults: Faults = {}): Uint8Array {
    const padded = pad(body);
    const length = faults.length ?? padded.length + 12;
    return concat(this.u32(type, length), padded, this.u32(faults.trailer ?? length));
  }

  options(options: readonly Option[]): Uint8Array {
    if (options.length === 0) return new Uint8Array();
    const parts = options.flatMap(({ code, value }) => [this.u16(code, value.length), pad(value)]);
    return concat(...parts, this.u16(0, 0));
  }

  section(options: readonly Option[] = [], version: readonly [number, number] = [1, 0], faults?: Faults): Uint8Array {
    const head = concat(this.u32(0x1a2b3c4d), this.u16(...version), this.u64(-1n));
    return this.block(0x0a0d0d0a, concat(head, this.options(options)), faults);
  }

  description(linkType: number, snaplen: number, options: readonly Option[] = [], faults?: Faults): Uint8Array {
    const head = concat(this.u16(linkType, 0), this.u32(snaplen));
    return this.block(1, concat(head, this.options(options)), faults);
  }

  enhanced(
    id: number,
    stamp: bigint,
    frame: Uint8Array,
    wire = frame.length,
    options: readonly Option[] = [],
    faults?: Faults,
    captured = frame.length,
  ): Uint8Array {
    const head = this.u32(id, high(stamp), low(stamp), captured, wire);
    return this.block(6, concat(head, pad(frame), this.options(options)), faults);
  }

  old(id: number, drops: number, stamp: bigint, frame: Uint8Array, wire = frame.length, faults?: Faults): Uint8Array {
    const head = concat(this.u16(id, drops), this.u32(high(stamp), low(stamp), frame.length, wire));
    return this.block(2, concat(head, frame), faults);
  }

  simple(wire: number, frame: Uint8Array, faults?: Faults): Uint8Array {
    return this.block(3, concat(this.u32(wire), frame), faults);
  }

  statistics(id: number, options: readonly Option[]): Uint8Array {
    return this.block(5, concat(this.u32(id, 0, 0), this.options(options)));
  }
}

export const high = (stamp: bigint): number => Number(BigInt.asUintN(32, stamp >> 32n));
export const low = (stamp: bigint): number => Number(BigInt.asUintN(32, stamp));

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

export const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'utf8'));

/** `bytes` bytes that are all different from their neighbours. */
export const frameOf = (bytes: number, first = 0): Uint8Array =>
  Uint8Array.from({ length: bytes }, (_, index) => (first + index * 7) & 0xff);

function pad(body: Uint8Array): Uint8Array {
  const padded = new Uint8Array((body.length + 3) & ~3);
  padded.set(body);
  return padded;
}
