import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { ConstantText } from '../../src/text/digits.js';
import { ascii, LineWriter } from '../../src/text/line-writer.js';
import { ipv6Text } from '../../src/wire/address.js';
import { checkProperty } from '../support/property.js';

const SPACE = 0x20;
const ZERO = 0x30;

/** What `write` writes, without the line's end. */
function written(write: (out: LineWriter) => void): string {
  let text = '';
  const out = new LineWriter((bytes, from, to) => {
    text += Buffer.from(bytes.subarray(from, to)).toString('latin1');
  });
  write(out);
  out.endLine();
  out.flush();
  assert.ok(text.endsWith('\n'));
  return text.slice(0, -1);
}

const EDGES = [
  ...[0, 1, 9, 10, 11, 99, 100, 999, 1000, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 2 ** 32 - 1, 2 ** 32],
  ...[4_999_999_999, 21_474_836_470, 21_474_836_479, 21_474_836_480, 2 ** 53 - 1, 2 ** 53],
  ...Array.from({ length: 15 }, (_, power) => [10 ** (power + 1) - 1, 10 ** (power + 1)]).flat(),
];
const whole = fc.oneof(fc.nat(100_000), fc.constantFrom(...EDGES), fc.maxSafeNat());

describe('numbers in lines', () => {
  it('are those of printf, at every edge', () => {
    for (const value of EDGES) {
      assert.equal(
        written((out) => out.decimal(value)),
        `${value}`,
      );
      for (const width of [1, 4, 13, 20]) {
        assert.equal(
          written((out) => out.zeroed(value, width)),
          `${value}`.padStart(width, '0'),
        );
        assert.equal(
          written((out) => out.spaced(value, width)),
          `${value}`.padStart(width),
        );
      }
    }
  });

  it('are those of printf, one after the other', (t: TestContext) => {
    const field = fc.tuple(whole, fc.integer({ min: 0, max: 22 }), fc.constantFrom(SPACE, ZERO));
    const property = fc.property(fc.array(field, { maxLength: 20 }), (fields) => {
      const text = written((out) => {
        for (const [value, width, pad] of fields) {
          out.number(value, width, pad);
          out.byte(0x7c);
        }
      });
      assert.equal(
        text,
        fields.map(([value, width, pad]) => `${String(value).padStart(width, String.fromCharCode(pad))}|`).join(''),
      );
    });
    checkProperty(t, property, 500);
  });

  it('are eight capital hexadecimal digits', (t: TestContext) => {
    const property = fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 }), (value) => {
      const expected = (value >>> 0).toString(16).toUpperCase().padStart(8, '0');
      assert.equal(
        written((out) => out.hex8(value)),
        expected,
      );
      assert.equal(
        written((out) => out.hex4(value)),
        expected.slice(4),
      );
    });
    checkProperty(t, property, 1000);
  });
});

describe('addresses in lines', () => {
  const group = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(0xf), fc.nat(0xff), fc.nat(0xffff));

  it('are those of IPv4, aligned', (t: TestContext) => {
    const property = fc.property(fc.integer(), fc.nat(20), (address, width) => {
      const text = [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
      assert.equal(
        written((out) => out.ipv4(address, width)),
        text.padStart(width),
      );
    });
    checkProperty(t, property, 500);
  });

  it('are those of IPv6, shortened', (t: TestContext) => {
    const property = fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
      const words = [0, 2, 4, 6].map((i) => (groups[i] << 16) | groups[i + 1]);
      assert.equal(
        written((out) => out.ipv6(Int32Array.from(words))),
        ipv6Text(words),
      );
    });
    checkProperty(t, property, 1000);
    for (const words of [
      [0, 0, 0xffff, 0x0a000001],
      [0, 0, 0, 0],
      [0, 0, 0, 1],
      [1, 0, 0, 0],
    ]) {
      assert.equal(
        written((out) => out.ipv6(Int32Array.from(words))),
        ipv6Text(words),
      );
    }
  });
});

describe('texts in lines', () => {
  it('are the same from words', () => {
    for (const text of ['', 'a', 'abc', 'abcd', 'abcde', ' == ']) {
      assert.equal(
        written((out) => {
          out.constant(new ConstantText(ascii(text)));
          out.byte(0x7c);
        }),
        `${text}|`,
      );
    }
  });

  it('are aligned once they are written', () => {
    for (const text of ['', 'a', 'abcdefg', 'abcdefgh', 'abcdefghi']) {
      assert.equal(
        written((out) => {
          out.byte(0x7c);
          const start = out.at;
          out.text(ascii(text));
          out.alignRight(start, 8);
        }),
        `|${text.padStart(8)}`,
      );
    }
  });

  it('are aligned as with %s, never cut', () => {
    for (const text of ['', 'a', 'LAST_ACK', 'ESTABLISHED']) {
      for (const width of [0, 1, 8, 18]) {
        assert.equal(
          written((out) => out.right(ascii(text), width)),
          text.padStart(width),
        );
        assert.equal(
          written((out) => out.left(ascii(text), width)),
          text.padEnd(width),
        );
      }
    }
    assert.equal(
      written((out) => out.spaces(12)),
      ' '.repeat(12),
    );
  });

  it('come to the sink whole lines at a time, all of them, in order', (t: TestContext) => {
    const property = fc.property(fc.array(fc.integer({ min: 0, max: 1900 }), { maxLength: 150 }), (lengths) => {
      let text = '';
      let pieces = 0;
      const out = new LineWriter((bytes, from, to) => {
        assert.ok(from < to && bytes[to - 1] === 0x0a, 'a piece ends with a line');
        text += Buffer.from(bytes.subarray(from, to)).toString('latin1');
        pieces++;
      });
      let expected = '';
      lengths.forEach((length, index) => {
        const line = String.fromCharCode(65 + (index % 26)).repeat(length);
        out.text(ascii(line));
        out.endLine();
        expected += `${line}\n`;
      });
      out.flush();
      out.flush();
      assert.ok(text === expected, 'all text came');
      assert.ok(pieces <= 1 + expected.length / 32_768, `${pieces} pieces for ${expected.length} bytes`);
    });
    checkProperty(t, property, 100);
  });
});

/** Seconds on both sides of changes of the clocks, of days, of int32. */
const SECONDS = [
  ...[0, 1, 86_399, 86_400, 100_000, 1_022_171_712, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1],
  // Central Europe 2024, and 1996, when the end of summer time moved to October.
  ...[1_711_846_799, 1_711_846_800, 1_729_990_799, 1_729_990_800, 1_729_994_399, 828_233_999, 828_234_000, 846_377_999],
  // Nepal went from +5:30 to +5:45 with 1986; Lord Howe moves half an hour.
  ...[504_901_799, 504_901_800, 504_902_699, 504_902_700, 1_728_142_199, 1_728_142_200, 1_712_415_599, 1_712_415_600],
  // Newfoundland changed its clocks one minute after midnight until 2011.
  ...[1_268_537_400, 1_268_537_459, 1_268_537_460, 1_268_538_299, 1_268_538_300],
];

/** Without the product: the zone database by way of Intl. */
function clock(sec: number, timeZone: string): string {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'medium', hourCycle: 'h23' });
  return `${format.format(sec * 1000)}.987`;
}

describe('times in lines', () => {
  for (const timeZone of ['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'America/St_Johns']) {
    it(`are local, ${timeZone}`, () => {
      // Backwards too, since a change of the clocks must be seen from both sides.
      const seconds = [...SECONDS, ...[...SECONDS].reverse(), ...SECONDS.map((sec) => (sec ^ 0x155555) >>> 0)];
      seconds.push(...Array.from({ length: 500 }, (_, n) => (n * 8_589_935) % 2 ** 32));
      const script = fileURLToPath(new URL('../support/time-texts.js', import.meta.url));
      const env = { ...process.env, TZ: timeZone };
      const texts = execFileSync(process.execPath, [script, seconds.join()], { env, encoding: 'utf8' }).split('\n');
      seconds.forEach((sec, index) => {
        assert.equal(texts[index], clock(sec, timeZone), `second ${sec}`);
      });
    });
  }

  const cases: [sec: number, usec: number, millisecond: string][] = [
    [1_700_000_000, 0, '000'],
    [1_700_000_000, 999, '000'],
    [1_700_000_000, 1000, '001'],
    [1_700_000_000, 999_999, '999'],
  ];
  for (const [sec, usec, millisecond] of cases) {
    it(`truncate ${usec} microseconds`, () => {
      assert.equal(written((out) => out.time(sec, usec)).slice(-4), `.${millisecond}`);
    });
  }
});
