/**
 * Made-up traffic: frames built field by field, and whole captures of TCP conversations. A traffic is
 * data (`TrafficPlan`: conversations, each a script with perturbations), drawn by fast-check, which can
 * shrink it, or by a seeded generator for long runs; one player turns either into packets. Knows nothing
 * of sessions: what should be printed about a packet is the model's business.
 */

import fc from 'fast-check';
import type { ModelPacket } from '../model/model-packets.js';
import type { TrafficEvent } from './craft-dialogue.js';
import type { Link } from './craft-frames.js';
import {
  CLOSINGS,
  type Conversation,
  OPENINGS,
  PACES_US,
  PERTURBATIONS,
  type PlannedPerturbation,
  START_SECONDS,
  type TrafficPlan,
} from './craft-plans.js';
import { inOrder, playConversation, playTraffic } from './craft-playing.js';
import { Random } from './random.js';

export {
  type Frame,
  type Ipv6Extension,
  LINK_TYPE,
  type Link,
  linkHeaderBytes,
  type TcpFrameForm,
  tcpFrame,
} from './craft-frames.js';
export type { Conversation, TrafficPlan } from './craft-plans.js';
export { playTraffic } from './craft-playing.js';

/** Generated TCP traffic of one link type, shrinkable; about one in forty has a session of 2500 or more segments. */
export function fastCheckTraffic(): fc.Arbitrary<ModelPacket[]> {
  return fastCheckPlan().map(playTraffic);
}

/** The same before it is played, for a report that can be read. */
export function fastCheckPlan(): fc.Arbitrary<TrafficPlan> {
  const perturbation: fc.Arbitrary<PlannedPerturbation> = fc.record({
    what: fc.constantFrom(...PERTURBATIONS),
    at: fc.nat(255),
    side: fc.constantFrom(0, 1),
    knob: fc.nat(0x7fffffff),
  });
  const conversation = (exchanges: fc.Arbitrary<number>): fc.Arbitrary<Conversation> =>
    fc.record({
      client: fc.nat(1),
      server: fc.nat(2),
      clientPort: fc.nat(2),
      serverPort: fc.nat(1),
      ipVersion: fc.constantFrom(4, 4, 4, 6),
      vlanDepth: fc.constantFrom(0, 0, 0, 0, 1, 2, 3),
      land: fc.nat(19).map((n) => n === 19),
      startUs: fc.oneof(fc.nat(3_000_000), fc.nat(60_000_000), fc.nat(1_500_000_000)),
      opening: fc.constantFrom(...OPENINGS),
      exchanges,
      closing: fc.constantFrom(...CLOSINGS),
      pace: fc.nat(PACES_US.length - 1),
      perturbations: fc.array(perturbation, { maxLength: 5 }),
      seed: fc.nat(0x7fffffff),
    });
  const short = fc.array(conversation(fc.nat(9)), { minLength: 1, maxLength: 12 });
  const long = conversation(fc.integer({ min: 1250, max: 2400 })).map(longForm);
  const conversations = fc.oneof(
    { arbitrary: short, weight: 39 },
    { arbitrary: fc.tuple(short, long).map(([some, one]) => [...some, one]), weight: 1 },
  );
  return fc.record({
    link: fc.constantFrom<Link>('ether', 'ether', 'ether', 'raw', 'null', 'loop', 'sll'),
    startSec: fc.constantFrom(...START_SECONDS),
    conversations,
  });
}

export interface TrafficForm {
  /** Conversations going on at once. */
  concurrency?: number;
  link?: Link;
  /** Whether sessions of 2500 and more segments are among them; without it, from 6000 packets on. */
  longSessions?: boolean;
}

/** The same kind of traffic, not shrinkable: for runs of thousands of packets. Equal arguments give equal packets. */
export function generateTraffic(seed: number, approxPackets: number, form: TrafficForm = {}): ModelPacket[] {
  const concurrency = form.concurrency ?? 40;
  const link = form.link ?? 'ether';
  const long = form.longSessions ?? approxPackets >= 6000;
  const random = new Random(seed);
  const endsAtUs = new Array<number>(concurrency).fill(0);
  const events: TrafficEvent[] = [];
  // More than asked for, so that the conversations of the cut-off end still go on.
  for (let index = 0; events.length < approxPackets * 1.1 + concurrency * 20; index++) {
    // The next conversation starts in the place of the one that ended first, so that about `concurrency` go on at once.
    const place = endsAtUs.indexOf(Math.min(...endsAtUs));
    const startUs = endsAtUs[place] + random.below(2_000_000);
    let plan = drawConversation(random, startUs, concurrency);
    if (long && (index === 3 || random.below(400) === 0)) {
      plan = longForm({ ...plan, exchanges: 1250 + random.below(1150) });
    }
    const played = playConversation(plan, link);
    for (const event of played) events.push(event);
    endsAtUs[place] = played.reduce((last, event) => Math.max(last, event.orderUs), startUs) + 1000;
  }
  return inOrder(events, START_SECONDS[0]).slice(0, approxPackets);
}

/** A long session is a fast one with a whole handshake: it has to live to be long. */
function longForm(plan: Conversation): Conversation {
  return { ...plan, opening: 'full', pace: 1 + (plan.pace % 3), land: false };
}

function drawConversation(random: Random, startUs: number, concurrency: number): Conversation {
  const count = random.pick([0, 0, 1, 1, 2, 3, 6]);
  return {
    client: random.below(3),
    server: random.below(4),
    clientPort: random.below(Math.max(3, Math.ceil(concurrency / 3))),
    serverPort: random.below(3),
    ipVersion: random.below(6) === 0 ? 6 : 4,
    vlanDepth: random.pick([0, 0, 0, 0, 0, 0, 1, 2, 3]),
    land: random.below(60) === 0,
    startUs,
    opening: random.pick(OPENINGS),
    exchanges: random.below(random.pick([3, 8, 20])),
    closing: random.pick(CLOSINGS),
    pace: random.below(PACES_US.length),
    perturbations: Array.from({ length: count }, () => ({
      what: random.pick(PERTURBATIONS),
      at: random.below(256),
      side: random.below(2) === 0 ? (0 as const) : (1 as const),
      knob: random.below(0x7fffffff),
    })),
    seed: random.below(0x7fffffff),
  };
}
