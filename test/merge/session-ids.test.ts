import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { displayedId, fitsPlaceholder, patchIds, SessionOrdinals, widenIds } from '../../src/merge/session-ids.js';
import { LineWriter } from '../../src/text/line-writer.js';
import { checkProperty, seedOf } from '../support/property.js';
import { Random } from '../support/random.js';

const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** Lines as trackers render them: a colour or none, the placeholder, anything. */
const lineArbitrary = fc
  .record({
    colour: fc.constantFrom('', '', '1', '2', '3', '4', '5', '6'),
    rest: fc.constantFrom('', ' ', ':****              |', ' 10.0.0.1:0000 == 0000', ':0001 \x1b[31m', '0000'),
    tail: fc.string({ maxLength: 20 }).map((text) => text.replaceAll('\n', ' ')),
  })
  .map(({ colour, rest, tail }) => {
    const [before, after] = colour === '' ? ['', ''] : [`\x1b[3${colour}m`, '\x1b[39m'];
    return { before, after: `${rest}${tail}${after}\n` };
  });
const linesArbitrary = fc.array(lineArbitrary, { maxLength: 12 });

const rendered = (lines: readonly { before: string; after: string }[], id: string): string =>
  lines.map(({ before, after }) => before + id + after).join('');

describe('session ids in lines', () => {
  it('are put in the place of each line’s placeholder, and nothing else changes', (t: TestContext) => {
    const property = fc.property(linesArbitrary, fc.integer({ min: 1, max: 9999 }), fc.nat(9), (lines, id, around) => {
      const frame = '0000 not mine\n'.repeat(around);
      const text = rendered(lines, '0000');
      const bytes = bytesOf(frame + text + frame);
      patchIds(bytes, frame.length, frame.length + text.length, id);
      assert.equal(textOf(bytes), frame + bytesAsText(rendered(lines, String(id).padStart(4, '0'))) + frame);
    });
    checkProperty(t, property, 500);
  });

  it('may have five digits: each line becomes one longer', (t: TestContext) => {
    const property = fc.property(linesArbitrary, (lines) => {
      const given = bytesOf(rendered(lines, '0000'));
      const wide = widenIds(given, 10_000);
      assert.equal(textOf(wide), bytesAsText(rendered(lines, '10000')));
      assert.equal(textOf(given), bytesAsText(rendered(lines, '0000')), 'what was given stays');
    });
    checkProperty(t, property, 500);
  });

  it('are put in wherever a writer of lines kept a place, among lines without one', (t: TestContext) => {
    const line = fc.tuple(lineArbitrary, fc.boolean());
    const property = fc.property(
      fc.array(line, { maxLength: 40 }),
      fc.integer({ min: 1, max: 10_000 }),
      (lines, id) => {
        let text = '';
        const out = new LineWriter((bytes, from, to) => {
          const piece = bytes.slice(from, to);
          if (fitsPlaceholder(id)) patchIds(piece, 0, piece.length, id);
          text += textOf(fitsPlaceholder(id) ? piece : widenIds(piece, id));
        });
        let expected = '';
        lines.forEach(([{ before, after }, hasId], index) => {
          out.text(bytesOf(before));
          if (hasId) out.idPlace();
          else out.byte(0x44);
          out.text(bytesOf(after).subarray(0, -1));
          out.endLine();
          expected += `${before}${hasId ? String(id).padStart(4, '0') : 'D'}${bytesAsText(after)}`;
          if (index % 7 === 6) out.flush();
        });
        out.flush();
        assert.equal(text, expected);
      },
    );
    checkProperty(t, property, 300);
  });

  const ids: [id: number, text: string][] = [
    [1, '0001'],
    [42, '0042'],
    [999, '0999'],
    [1000, '1000'],
    [9999, '9999'],
  ];
  for (const [id, text] of ids) {
    it(`${id} is ${text}, plain and coloured`, () => {
      const bytes = bytesOf('0000:0000 a\n\x1b[31m0000:0001 b\x1b[39m\n0000:**** \n');
      patchIds(bytes, 0, bytes.length, id);
      assert.equal(textOf(bytes), `${text}:0000 a\n\x1b[31m${text}:0001 b\x1b[39m\n${text}:**** \n`);
      assert.ok(fitsPlaceholder(id));
    });
  }
});

/** What Latin-1 keeps of a text. */
function bytesAsText(text: string): string {
  return textOf(bytesOf(text));
}

describe('lines without an id', () => {
  const given = '0000:0001 a\nDPI: 0000\n\x1b[32mDPI: 0000\x1b[39m\n\x1b[31m0000:0002 b\x1b[39m\n';

  it('stay as they are', () => {
    const bytes = bytesOf(given);
    patchIds(bytes, 0, bytes.length, 1234);
    assert.equal(textOf(bytes), given.replaceAll('0000:', '1234:'));
    assert.equal(textOf(widenIds(bytesOf(given), 10_000)), given.replaceAll('0000:', '10000:'));
  });
});

describe('session ids in order', () => {
  it('begin with 1 and come back to it after 10000', () => {
    const cases: [ordinal: number, id: number][] = [
      [1, 1],
      [2, 2],
      [9999, 9999],
      [10_000, 10_000],
      [10_001, 1],
      [20_000, 10_000],
      [20_001, 1],
      [5_000_000_000, 10_000],
      [5_000_000_001, 1],
    ];
    for (const [ordinal, id] of cases) assert.equal(displayedId(ordinal), id, `the ${ordinal}th session`);
    for (let ordinal = 1; ordinal < 30_000; ordinal++) {
      const id = displayedId(ordinal);
      assert.ok(id >= 1 && id <= 10_000);
      assert.equal(displayedId(ordinal + 1), id === 10_000 ? 1 : id + 1);
      assert.equal(fitsPlaceholder(id), id < 10_000);
    }
  });

  it('count over all shards, and stay with shard and row until the row is used again', (t: TestContext) => {
    const random = new Random(seedOf(t));
    const ordinals = new SessionOrdinals(3);
    const expected = new Map<string, number>();
    for (let session = 1; session <= 5000; session++) {
      const [shard, row] = [random.below(3), random.pick([5, 1023, 1024, 1025, 5000, 70_000]) + random.below(40)];
      ordinals.assign(shard, row);
      expected.set(`${shard} ${row}`, session);
      assert.equal(ordinals.created, session);
      if (session % 100 !== 0) continue;
      for (const [place, ordinal] of expected) {
        const [s, r] = place.split(' ').map(Number);
        assert.equal(ordinals.of(s, r), ordinal, place);
      }
    }
  });
});
