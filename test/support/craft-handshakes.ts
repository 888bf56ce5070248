/**
 * Made-up handshakes, and what may go wrong with them: plans drawn by fast-check, which can shrink them, also one for a seed.
 * `craft-handshake-playing.ts` makes packets of them. Knows nothing of what should be printed of them.
 */
import fc from 'fast-check';
import type { ModelPacket } from '../model/model-packets.js';
import { PEEK_MODEL_DEFAULTS, type PeekModelOptions } from '../model/tcpeek-model.js';
import { LINK_TYPE, type Link } from './craft-frames.js';
import { PAIRS, playHandshakes } from './craft-handshake-playing.js';
import { FORMS, GAPS_NS, type HandshakePlan, type HandshakeStep, SCRIPTS, WHATS } from './craft-handshake-steps.js';
import { writePcap } from './pcap-naive.js';

/** A capture and how it is looked at. */
export interface PeekCase {
  readonly plan: HandshakePlan;
  readonly packets: readonly ModelPacket[];
  readonly options: PeekModelOptions;
}

const FILTERS = [
  ...['web:TX@%:80:443', 'web:RX@*:80', 'all:TX@*:*', 'near:RX@10.0.0.0/24:%', 'one:RX@10.0.0.1:80,192.168.0.0/16:443'],
  ...[
    'six:RX@[fd00::/16]:80',
    'mixed:TX@[2001:db8::1:0:0:1]:*,10.0.0.2:443:8080',
    'back:TX@127.0.0.1:*',
    'none:RX@9.9.9.0/24:1',
  ],
  ...[':RX@*:443', ':TX@10.0.0.2/32:80', ':RX@[::1]:%', 'twice:TX@*:*', 'twice:TX@*:*'],
];
const LOCALS = ['10.0.0.2', '10.0.0.0/24', '127.0.0.1', '192.168.100.200', 'fd00::/64', '::1', '2001:db8::1:0:0:1'];

/** Captures of handshakes over few addresses and ports, with options that find something in them. */
export function peekCases(mostSteps = 160): fc.Arbitrary<PeekCase> {
  return fc
    .record({ plan: handshakePlans(mostSteps), options: peekModelOptions() })
    .map(({ plan, options }) => ({ plan, options, packets: playHandshakes(plan) }));
}

/** The same one for the same seed. */
export function peekCaseOf(seed: number, mostSteps = 160): PeekCase {
  return fc.sample(peekCases(mostSteps), { seed, numRuns: 1 })[0];
}

/** With full times, or cut to microseconds; the packets' link type is the plan's. */
export function pcapOfCase({ plan, packets }: Pick<PeekCase, 'plan' | 'packets'>, nanosecond = true): Uint8Array {
  return writePcap(packets, { linkType: LINK_TYPE[plan.link], nanosecond });
}

export function handshakePlans(mostSteps: number): fc.Arbitrary<HandshakePlan> {
  const step: fc.Arbitrary<HandshakeStep> = fc.record({
    pair: fc.nat(PAIRS.length - 1),
    what: fc.oneof(
      { weight: 5, arbitrary: fc.constant('next' as const) },
      { weight: 2, arbitrary: fc.constantFrom(...WHATS) },
    ),
    script: fc.nat(SCRIPTS.length - 1),
    side: fc.constantFrom(0, 1),
    form: fc.oneof(
      { weight: 3, arbitrary: fc.constant('plain' as const) },
      { weight: 1, arbitrary: fc.constantFrom(...FORMS) },
    ),
    gap: fc.nat(GAPS_NS.length - 1),
    knob: fc.nat(0xffff),
  });
  return fc.record({
    link: fc.constantFrom<Link>('ether', 'ether', 'ether', 'ether', 'sll', 'raw', 'null', 'loop'),
    startNsec: fc.constantFrom(0, 1, 499_999_999, 999_999_999),
    /** Fewer pairs: more is said of each. */
    pairs: fc.constantFrom(2, 4, PAIRS.length),
    steps: fc.array(step, { minLength: 1, maxLength: mostSteps, size: 'max' }),
  });
}

export function peekModelOptions(): fc.Arbitrary<PeekModelOptions> {
  const watched = fc.oneof(
    fc.constant({ locals: [], filters: [] }),
    fc.record({ locals: fc.constant(LOCALS), filters: fc.array(fc.constantFrom(...FILTERS), { maxLength: 4 }) }),
    fc.record({
      locals: fc.uniqueArray(fc.constantFrom(...LOCALS), { minLength: 1, maxLength: 4 }),
      filters: fc.array(fc.constantFrom(...FILTERS), { maxLength: 4 }),
    }),
  );
  const others = fc.record({
    timeoutSec: fc.constantFrom(1, 3, 5, 20, 60),
    checksums: fc.constantFrom<0 | 1 | 2>(0, 1, 2, 2),
    icmp: fc.constantFrom(true, true, false),
    quiet: fc.constantFrom(false, false, false, false, true),
    unfinished: fc.boolean(),
    classic: fc.constantFrom(false, false, false, true),
  });
  return fc.tuple(watched, others).map(([some, more]) => ({ ...PEEK_MODEL_DEFAULTS, ...some, ...more }));
}
