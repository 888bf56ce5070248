import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { D_DST, D_PORTS, D_SEQ, D_SRC, D_TCP } from '../../src/capture/descriptor.js';
import { ConversationCounter } from '../../src/info/conversations.js';
import { DESCRIPTOR_WORDS } from '../../src/ring/layout.js';
import { CONVERSATION_CASES, type DialogueSegment, parseDialogue } from '../support/conversation-cases.js';
import { countOf, type Endpoints, feed } from '../support/conversation-feed.js';
import { checkProperty } from '../support/property.js';

const V4: Endpoints = { src: '10.0.0.1', dst: '200.0.0.1', sport: 1024, dport: 80, ipVersion: 4 };
const V6: Endpoints = { src: 'fd00::1', dst: 'fd00::2', sport: 1024, dport: 80, ipVersion: 6 };

/** The other way round: what is side 0 must not matter. */
const turned = (ends: Endpoints): Endpoints => ({
  ...ends,
  src: ends.dst,
  dst: ends.src,
  sport: ends.dport,
  dport: ends.sport,
});

/** The rule once more, in strings and plain numbers. */
class NaiveCounter {
  conversations = 0;
  readonly #pairs = new Map<string, Map<string, number>>();

  onSegment(ends: Endpoints, { forward, flags, seq, ack }: DialogueSegment): void {
    const a = `${ends.src} ${ends.sport}`;
    const b = `${ends.dst} ${ends.dport}`;
    const [source, destination] = forward ? [a, b] : [b, a];
    const name = `${[a, b].sort()} ${ends.vlan ?? 0}`;
    const isSyn = (flags & 2) !== 0;
    const isAck = (flags & 16) !== 0;
    let bases = this.#pairs.get(name);
    const isNext = isSyn && !isAck && bases?.has(source) === true && bases.get(source) !== seq;
    if (bases === undefined || isNext) {
      bases = new Map();
      this.#pairs.set(name, bases);
      this.conversations++;
    }
    if (isSyn && (isAck || !bases.has(source))) bases.set(source, seq);
    if (!bases.has(source)) bases.set(source, (seq + 0xffffffff) % 2 ** 32);
    if (isAck && !bases.has(destination)) bases.set(destination, (ack + 0xffffffff) % 2 ** 32);
  }
}

describe('conversations of a pair', () => {
  for (const [what, dialogue, conversations] of CONVERSATION_CASES) {
    it(what, () => {
      for (const ends of [V4, turned(V4), V6, turned(V6), { ...V4, vlan: 5 }]) {
        assert.equal(countOf(ends, parseDialogue(dialogue)), conversations);
      }
    });
  }
});

describe('pairs', () => {
  const SYN: DialogueSegment = { forward: true, flags: 2, seq: 100, ack: 0 };
  const ANSWER: DialogueSegment = { forward: false, flags: 18, seq: 500, ack: 101 };

  /** Pairs that differ from one another as little as they can. */
  const others = (ends: Endpoints, src: string, dst: string): Endpoints[] => [
    ends,
    { ...ends, src },
    { ...ends, dst },
    { ...ends, src: ends.dst, dst: ends.src },
    { ...ends, sport: ends.sport + 1 },
    { ...ends, dport: ends.dport + 1 },
    { ...ends, src: ends.dst },
    { ...ends, src: ends.dst, sport: ends.dport },
    { ...ends, vlan: 1 },
    { ...ends, vlan: 0x80000000 | 0 },
  ];

  it('that differ in anything are different, both ways of each are one', () => {
    const all = [...others(V4, '10.0.0.2', '200.0.0.2'), ...others(V6, 'fd00::3', 'fd00:0:0:0:1::2')];
    all.push({ src: '0.0.0.0', dst: '0.0.0.0', sport: 0, dport: 0, ipVersion: 4 });
    all.push({ src: '0.0.0.0', dst: '0.0.0.1', sport: 0, dport: 0, ipVersion: 4 });
    const counter = new ConversationCounter();
    for (const segment of [SYN, ANSWER, SYN, { ...SYN, flags: 16, seq: 101, ack: 501 }]) {
      for (const ends of all) feed(counter, ends, segment);
    }
    // The endpoint that talks to itself has one direction only: the SYN after its SYN+ACK is another conversation.
    const ofOneEnd = all.filter((ends) => ends.src === ends.dst && ends.sport === ends.dport).length;
    assert.deepEqual(counter.endCapture(), { segments: 4 * all.length, conversations: all.length + ofOneEnd });
  });

  it('are forgotten with their capture', () => {
    const counter = new ConversationCounter();
    for (let capture = 0; capture < 3; capture++) {
      for (const ends of [V4, V6]) for (const segment of [SYN, ANSWER, ANSWER]) feed(counter, ends, segment);
      assert.deepEqual(counter.endCapture(), { segments: 6, conversations: 2 });
    }
    feed(counter, V4, { ...SYN, seq: 200 });
    assert.deepEqual(counter.endCapture(), { segments: 1, conversations: 1 });
    assert.deepEqual(counter.endCapture(), { segments: 0, conversations: 0 });
  });

  it('are all kept, however many there are', () => {
    const words = new Int32Array(DESCRIPTOR_WORDS);
    const view = new DataView(new ArrayBuffer(0));
    const counter = new ConversationCounter();
    const PAIRS = 100_000;
    for (let capture = 0; capture < 2; capture++) {
      for (let round = 0; round < 3; round++) {
        for (let pair = 0; pair < PAIRS; pair++) {
          words[D_SRC] = 0x0a000000 + (pair >>> 4);
          words[D_DST] = 0xc0000000 | 0;
          words[D_PORTS] = ((pair & 15) << 16) | 80;
          words[D_TCP] = 0x5002_0000;
          // Every tenth pair is used again in the last round.
          words[D_SEQ] = round === 2 && pair % 10 === 0 ? -1 : pair;
          counter.onSegment(words, 0, view);
        }
      }
      assert.deepEqual(counter.endCapture(), { segments: 3 * PAIRS, conversations: PAIRS + PAIRS / 10 });
    }
  });
});

describe('conversations', () => {
  it('are those of a naive count', (t: TestContext) => {
    const address = fc.constantFrom(1, 2, 3);
    const port = fc.constantFrom(0, 1, 80);
    const ends = fc
      .record({
        ipVersion: fc.constantFrom(4, 6) as fc.Arbitrary<4 | 6>,
        a: address,
        b: address,
        sport: port,
        dport: port,
      })
      .chain(({ ipVersion, a, b, sport, dport }) => {
        const text = (n: number): string => (ipVersion === 4 ? `${n * 80}.0.0.1` : `${n}000::1`);
        return fc.record({
          ipVersion: fc.constant(ipVersion),
          src: fc.constant(text(a)),
          dst: fc.constant(text(b)),
          sport: fc.constant(sport),
          dport: fc.constant(dport),
          vlan: fc.constantFrom(0, 0, 0, 7),
        });
      });
    const number = fc.constantFrom(0, 1, 2, 100, 101, 0x80000000, 0xffffffff);
    const segment = fc.record({
      forward: fc.boolean(),
      flags: fc.constantFrom(2, 2, 2, 18, 16, 16, 16, 4, 20, 17, 0, 3, 255),
      seq: number,
      ack: number,
    });
    const property = fc.property(fc.array(fc.tuple(ends, segment), { minLength: 1, maxLength: 200 }), (segments) => {
      const counter = new ConversationCounter();
      const naive = new NaiveCounter();
      for (const [pair, what] of segments) {
        feed(counter, pair, what);
        naive.onSegment(pair, what);
      }
      const { conversations } = naive;
      assert.deepEqual(counter.endCapture(), { segments: segments.length, conversations });
    });
    checkProperty(t, property, 300);
  });
});
