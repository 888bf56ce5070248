/**
 * Classic BPF as libpcap runs it in user space: a program as `tcpdump -ddd` prints it, and its answer for one packet. Knows
 * no filter language. All arithmetic is unsigned 32-bit; a load behind the captured bytes and a division by 0 reject.
 */

/** Four columns an instruction; jumps count instructions from the next one. */
export interface BpfProgram {
  readonly code: Uint16Array;
  readonly jumpTrue: Uint8Array;
  readonly jumpFalse: Uint8Array;
  /** Unsigned, but `ja` takes it signed: loops over extension headers jump back. */
  readonly k: Uint32Array;
}

/** What the class bits, size and mode bits of an instruction mean (bpf/net/bpf.h has them since 1992). */
const CLASS = { ld: 0, ldx: 1, st: 2, stx: 3, alu: 4, jump: 5, ret: 6, misc: 7 } as const;
const MODE = { imm: 0x00, abs: 0x20, ind: 0x40, mem: 0x60, len: 0x80, msh: 0xa0 } as const;
const SIZE_BYTES = [4, 2, 1, 0];
const SOURCE_X = 0x08;
const RETURN_A = 0x10;
const TXA = 0x80;
const SCRATCH_WORDS = 16;
/**
 * The answer of a program that reads scratch memory nobody has written: libpcap takes what happens to lie on its stack
 * (`geneve or X` does that for packets that are not Geneve), so any answer is as good as any other.
 */
export const UNDEFINED = -1;
/**
 * A program that does not end: looking for a protocol behind AH headers (`protochain`) libpcap may go back to one that it has
 * been at, for ever.
 */
export const ENDLESS = -2;
/** More than any loop over the headers of a packet takes; what runs longer never ends. */
const MOST_STEPS = 100_000;

/** Reads the decimal form: the number of instructions, then code, jt, jf and k of each. */
export function parseBpf(text: string): BpfProgram {
  const numbers = text.trim().split(/\s+/).map(Number);
  const count = numbers[0];
  if (numbers.length !== 1 + 4 * count) throw new Error(`not a program of ${count} instructions: ${text}`);
  const column = (n: number): number[] => Array.from({ length: count }, (_, i) => numbers[1 + 4 * i + n]);
  return {
    code: Uint16Array.from(column(0)),
    jumpTrue: Uint8Array.from(column(1)),
    jumpFalse: Uint8Array.from(column(2)),
    k: Uint32Array.from(column(3)),
  };
}

/** What the program returns, 0 rejects; or UNDEFINED or ENDLESS, the only ones below 0. The packet is `bytes` as captured; it had `wireBytes` on the wire. */
export function runBpf(program: BpfProgram, bytes: Uint8Array, wireBytes: number): number {
  const { code, jumpTrue, jumpFalse, k } = program;
  const scratch = new Uint32Array(SCRATCH_WORDS);
  let written = 0;
  let a = 0;
  let x = 0;
  let at = 0;
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const op = code[at];
    const operand = k[at];
    at++;
    switch (op & 7) {
      case CLASS.ld:
      case CLASS.ldx: {
        if ((op & 0xe0) === MODE.mem && (written & (1 << operand)) === 0) return UNDEFINED;
        const value = load(op, operand, x, scratch, bytes, wireBytes);
        if (value < 0) return 0;
        if ((op & 7) === CLASS.ld) a = value;
        else x = value;
        break;
      }
      case CLASS.st:
        scratch[operand] = a;
        written |= 1 << operand;
        break;
      case CLASS.stx:
        scratch[operand] = x;
        written |= 1 << operand;
        break;
      case CLASS.alu: {
        const value = calculate(op & 0xf0, a, (op & SOURCE_X) !== 0 ? x : operand);
        if (value < 0) return 0;
        a = value;
        break;
      }
      case CLASS.jump:
        if ((op & 0xf0) === 0) at += operand | 0;
        else at += holds(op & 0xf0, a, (op & SOURCE_X) !== 0 ? x : operand) ? jumpTrue[at - 1] : jumpFalse[at - 1];
        break;
      case CLASS.ret:
        return (op & 0x18) === RETURN_A ? a : operand;
      default:
        if (op === (TXA | CLASS.misc)) a = x;
        else x = a;
    }
  }
  return ENDLESS;
}

/** The value loaded, or -1 where there is none. */
function load(op: number, k: number, x: number, scratch: Uint32Array, bytes: Uint8Array, wireBytes: number): number {
  switch (op & 0xe0) {
    case MODE.imm:
      return k;
    case MODE.mem:
      return scratch[k];
    case MODE.len:
      return wireBytes;
    case MODE.abs:
      return read(bytes, k, SIZE_BYTES[(op >> 3) & 3]);
    case MODE.ind:
      // The sum does not wrap: an offset below 0 is one far behind the packet.
      return read(bytes, x + k, SIZE_BYTES[(op >> 3) & 3]);
    case MODE.msh:
      return k < bytes.length ? (bytes[k] & 15) << 2 : -1;
    default:
      throw new Error(`no such load: ${op}`);
  }
}

function read(bytes: Uint8Array, offset: number, size: number): number {
  if (offset + size > bytes.length) return -1;
  let value = 0;
  for (let i = 0; i < size; i++) value = value * 256 + bytes[offset + i];
  return value;
}

/** The result, or -1 for a division by 0. */
function calculate(operation: number, a: number, b: number): number {
  switch (operation) {
    case 0x00:
      return (a + b) >>> 0;
    case 0x10:
      return (a - b) >>> 0;
    case 0x20:
      return Math.imul(a, b) >>> 0;
    case 0x30:
      return b === 0 ? -1 : Math.floor(a / b);
    case 0x40:
      return (a | b) >>> 0;
    case 0x50:
      return (a & b) >>> 0;
    case 0x60:
      return b > 31 ? 0 : (a << b) >>> 0;
    case 0x70:
      return b > 31 ? 0 : a >>> b;
    case 0x80:
      return -a >>> 0;
    case 0x90:
      return b === 0 ? -1 : a % b;
    case 0xa0:
      return (a ^ b) >>> 0;
    default:
      throw new Error(`no such arithmetic: ${operation}`);
  }
}

function holds(comparison: number, a: number, b: number): boolean {
  switch (comparison) {
    case 0x10:
      return a === b;
    case 0x20:
      return a > b;
    case 0x30:
      return a >= b;
    case 0x40:
      return (a & b) !== 0;
    default:
      throw new Error(`no such jump: ${comparison}`);
  }
}
