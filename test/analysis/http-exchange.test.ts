/**
 * What is seen of the first HTTP exchange of a session.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HttpExchanges } from '../../src/analysis/http-exchange.js';
import { D_FRAME, D_INDEX, D_TCP, D_WHERE, payloadBits } from '../../src/capture/descriptor.js';

const HEADERS_BYTES = 40;

/** Notes segments of one session, each a side and its payload. */
function exchangeOf(...segments: readonly (readonly [0 | 1, string])[]): unknown {
  const exchanges = new HttpExchanges();
  for (const [side, text] of segments) {
    const payload = Buffer.from(text, 'latin1');
    const frame = Buffer.concat([Buffer.alloc(HEADERS_BYTES), payload]);
    frame.writeUInt16BE(frame.length, 2);
    const words = new Int32Array(16);
    words[D_FRAME] = 0;
    words[D_WHERE] = 20;
    words[D_TCP] = 5 << 28;
    words[D_INDEX] = payloadBits(payload.length);
    exchanges.note(7, side, words, 0, new DataView(frame.buffer, frame.byteOffset, frame.length));
  }
  const found = exchanges.of(7);
  exchanges.forget(7);
  assert.equal(exchanges.of(7), undefined);
  return found && [found.method, found.host, found.status];
}

describe('the first HTTP exchange', () => {
  it('has method, host and status', () => {
    const request = 'GET /a?b HTTP/1.1\r\nAccept: */*\r\nHOST:  example.org:8080 \r\n\r\n';
    assert.deepEqual(exchangeOf([0, request], [1, 'HTTP/1.1 404 Not Found\r\n\r\n']), ['GET', 'example.org:8080', 404]);
  });

  it('is the first one: later ones of the session change nothing', () => {
    const first = 'POST / HTTP/1.0\nHost: a\n\n';
    const found = exchangeOf(
      [1, first],
      [0, 'HTTP/1.0 200\n'],
      [1, 'GET / HTTP/1.1\r\nHost: b\r\n\r\n'],
      [0, 'HTTP/1.1 500 no\r\n'],
    );
    assert.deepEqual(found, ['POST', 'a', 200]);
  });

  it('needs no answer and no host; the body has none either', () => {
    assert.deepEqual(exchangeOf([0, 'PUT /x HTTP/1.1\r\n\r\nbody\nHost: of the body\n']), ['PUT', '', 0]);
    assert.deepEqual(exchangeOf([0, 'PUT /x HTTP/1.1\r\nA: b']), ['PUT', '', 0]);
  });

  it('is not answered by the side that asked, nor by what is no status', () => {
    const request = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
    assert.deepEqual(exchangeOf([0, request], [0, 'HTTP/1.1 200 OK\r\n'], [1, 'HTTP/1.1 xyz\r\n']), ['GET', 'a', 0]);
  });

  it('is none in what is not HTTP', () => {
    for (const text of [
      'SSH-2.0-OpenSSH\r\n',
      'GET /\r\n',
      'get / HTTP/1.1\r\n',
      'HTTP/1.1 200 OK\r\n',
      '\x16\x03\x01',
    ]) {
      assert.equal(exchangeOf([0, text]), undefined, text);
    }
  });

  it('has nothing in it that a terminal would not print', () => {
    assert.deepEqual(exchangeOf([0, 'GET / HTTP/1.1\r\nHost: a\x1b[31m\xff\r\n\r\n']), ['GET', 'a?[31m?', 0]);
  });
});
