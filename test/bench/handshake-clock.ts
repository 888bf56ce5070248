/**
 * What the clock of handshakes costs: ticks while many are open, and a clock that jumps. One tracker without threads, given the
 * descriptors that a reader would give it.
 */

import { ACK, SYN } from '../../datasets/frames.js';
import { D_DST, D_INDEX, D_NSEC, D_PORTS, D_SEC, D_SEQ, D_SRC, D_TCP, D_WHERE } from '../../src/capture/descriptor.js';
import { conversationHash } from '../../src/capture/descriptor-hash.js';
import { sessionFilters } from '../../src/tcpeek/filter-text.js';
import { HandshakeTracker } from '../../src/tcpeek/tracker.js';

const START_SEC = 1_700_000_000;
const HOUR_SEC = 3600;
const SCANNER_ADDRESS = 0x0a000001;
const FIRST_TARGET = 0x20000000;
const PORTS = (40_000 << 16) | 443;
const HEADER_WORDS = 5 << 28;
const ALL = sessionFilters([], false);

/** A tracker and its packets' time. */
class Scan {
  timeouts = 0;
  readonly #words = new Int32Array(16);
  readonly #view = new DataView(new ArrayBuffer(64));
  readonly #tracker: HandshakeTracker;

  constructor(timeoutSec: number) {
    const options = { filters: ALL, localAddresses: [], timeoutSec, checksums: 0, quiet: true, icmp: false } as const;
    const events = {
      text: () => {},
      counts: (ended: number) => {
        this.timeouts += ended;
      },
    };
    this.#tracker = new HandshakeTracker({ ...options, unfinished: false, classic: false }, events);
    this.#words[D_WHERE] = (14 << 16) | 34;
    this.#words[D_SRC] = SCANNER_ADDRESS;
    this.#words[D_PORTS] = PORTS;
    this.#words[D_INDEX] = 0;
  }

  /** A segment to address number `target` in second `sec`, which is a tick if it is another one than that before. */
  packet(target: number, flags: number, sec: number): void {
    const words = this.#words;
    if (words[D_SEC] !== sec) this.#tracker.onTick(sec);
    words[D_SEC] = sec;
    words[D_NSEC] = 500_000_000;
    words[D_DST] = FIRST_TARGET + target;
    words[D_SEQ] = target;
    words[D_TCP] = HEADER_WORDS | (flags << 16);
    this.#tracker.onSegment(words, 0, this.#view, conversationHash(words, 0));
  }

  endBlock(): void {
    this.#tracker.endBlock();
  }
}

/** Nanoseconds for a packet in each second of an hour while `open` handshakes wait for longer than that. `spread`: the first is due at once. */
export function tickNsec(open: number, isOneDue: boolean): number {
  const scan = new Scan(HOUR_SEC);
  // A clock that is behind by nearly all of the limit: that handshake times out among the ticks, and the wheel turns from then on.
  if (isOneDue) scan.packet(open, SYN, START_SEC - HOUR_SEC + 2);
  for (let target = 0; target < open; target++) scan.packet(target, SYN, START_SEC);
  const begun = process.hrtime.bigint();
  for (let second = 1; second < HOUR_SEC; second++) scan.packet(open + 1, ACK, START_SEC + second);
  const nsec = Number(process.hrtime.bigint() - begun) / (HOUR_SEC - 1);
  scan.endBlock();
  if (scan.timeouts !== (isOneDue ? 1 : 0)) throw new Error(`${scan.timeouts} timed out`);
  return nsec;
}

/** Nanoseconds for each of `packets` SYNs, 1000 a second; every other one by a clock that is behind by `jumpSec`. */
export function jumpNsec(packets: number, jumpSec: number): number {
  const scan = new Scan(60);
  const begun = process.hrtime.bigint();
  for (let number = 0; number < packets; number++) {
    const sec = START_SEC + ((number / 1000) | 0);
    scan.packet(number, SYN, (number & 1) === 0 ? sec : sec - jumpSec);
  }
  return Number(process.hrtime.bigint() - begun) / packets;
}
