/**
 * Numbers, seconds and texts as bytes, against the slow way with exact arithmetic, and a buffer that grows and comes back.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ConstantText } from '../../src/text/digits.js';
import { TextBuffer } from '../../src/text/text-buffer.js';
import { decimalOf } from '../support/expected-records.js';
import { checkProperty } from '../support/property.js';

function written(write: (out: TextBuffer) => void): string {
  const out = new TextBuffer();
  write(out);
  return Buffer.from(out.take()).toString();
}

const EDGES = Array.from({ length: 16 }, (_, power) => [10 ** power - 1, 10 ** power]).flat();
const whole = fc.oneof(fc.nat(100), fc.constantFrom(...EDGES, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53), fc.maxSafeNat());
const sec = fc.nat({ max: 2 ** 32 - 1 });
const nsec = fc.nat({ max: 999_999_999 });

describe('text in a buffer', () => {
  it('has whole numbers', (t) => {
    const property = fc.property(whole, (value) => {
      assert.equal(
        written((out) => out.decimal(value)),
        BigInt(value).toString(),
      );
    });
    checkProperty(t, property, 500);
  });

  it('has nanoseconds as seconds, exactly', (t) => {
    const property = fc.property(whole, fc.boolean(), (value, isNegative) => {
      const nanoseconds = isNegative ? -value : value;
      assert.equal(
        written((out) => out.seconds(nanoseconds)),
        decimalOf(BigInt(nanoseconds)),
      );
    });
    checkProperty(t, property, 500);
  });

  it('has what passed between two times, exactly, forward and back', (t) => {
    const property = fc.property(sec, nsec, sec, nsec, fc.boolean(), (fromSec, fromNsec, toSec, toNsec, isSameSec) => {
      const end = isSameSec ? fromSec : toSec;
      assert.equal(
        written((out) => out.span(fromSec, fromNsec, end, toNsec)),
        decimalOf(BigInt(end - fromSec) * 1_000_000_000n + BigInt(toNsec - fromNsec)),
      );
    });
    checkProperty(t, property, 500);
  });

  it('has quoted texts that JSON reads', (t) => {
    const property = fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const text = written((out) => {
        out.room(6 * bytes.length + 2);
        out.quoted(bytes, 0, bytes.length);
      });
      assert.equal(JSON.parse(text), Buffer.from(bytes).toString('latin1'));
    });
    checkProperty(t, property);
  });

  it('has constants and repetitions of any length, up to the very end of the room', () => {
    for (let length = 0; length < 130; length++) {
      const text = Buffer.from('abcdefghijklm'.repeat(10)).subarray(0, length);
      const constant = new ConstantText(text);
      const out = new TextBuffer();
      const lead = out.bytes.length - 2 * length - 8;
      out.room(lead + 2 * length);
      out.at = lead;
      out.constant(constant);
      out.repeat(lead, lead + length);
      assert.equal(Buffer.from(out.take().subarray(lead)).toString(), text.toString().repeat(2));
    }
  });

  it('keeps what is there when it grows, and when buffers come back', () => {
    const out = new TextBuffer();
    const piece = Buffer.from('0123456789abcdef');
    let expected = '';
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 10_000; i++) {
        out.room(2 * piece.length);
        out.text(piece.subarray(0, 1 + (i % 16)));
        out.repeat(out.at - 1, out.at);
        expected += piece.toString('latin1', 0, 1 + (i % 16)) + piece.toString('latin1', i % 16, 1 + (i % 16));
      }
      const taken = out.take();
      assert.equal(Buffer.from(taken).toString(), expected);
      taken.fill(0);
      out.reuse(taken.buffer);
      expected = '';
    }
    assert.equal(out.take().length, 0);
  });
});
