/**
 * What of a payload is taken for HTTP, and the lines it gives: a table of payloads, and properties that hold for any bytes.
 */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { HttpInspector } from '../../src/miruo/http.js';
import type { HttpHeaders } from '../../src/miruo/options.js';
import { httpLines } from '../model/model-http.js';
import { httpPayload } from '../support/craft-http.js';
import { checkProperty } from '../support/property.js';
import { Random } from '../support/random.js';

const NAMED: HttpHeaders = { request: ['User-Agent', 'Referer'], response: ['Server'] };
const ALL: HttpHeaders = { request: ['%'], response: ['%'] };
const NONE: HttpHeaders = { request: [], response: [] };

/** What a payload gives, with bytes before and behind it that are not to be looked at. */
function linesOf(payload: Uint8Array, headers: HttpHeaders): string[] {
  const before = 'GET ';
  const bytes = Buffer.concat([Buffer.from(before), payload, Buffer.from('\r\nHost: behind the end\r\n\r\n')]);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const inspector = new HttpInspector(headers);
  if (!inspector.inspect(view, before.length, payload.length)) return [];
  const text = Buffer.from(inspector.text.subarray(0, inspector.textBytes)).toString('latin1');
  assert.ok(text.endsWith('\n'));
  return text.slice(0, -1).split('\n');
}

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const request = (text: string): string => `DPI:HTTP:RequestLine >>>> ${text}`;
const response = (text: string): string => `DPI:HTTP:ResponseLine >>> ${text}`;
const header = (text: string): string => `DPI:HTTP:Header >>>>>>>>> ${text}`;

type Case = readonly [what: string, payload: string, lines: readonly string[], headers?: HttpHeaders];

const CASES: readonly Case[] = [
  ['a request', 'GET /a HTTP/1.1\r\nHost: b\r\n\r\n', [request('GET /a HTTP/1.1'), header('Host: b')]],
  [
    'Host, though nothing was asked for',
    'POST / HTTP/1.0\r\nA: 1\r\nHost: b\r\n\r\n',
    [request('POST / HTTP/1.0'), header('Host: b')],
    NONE,
  ],
  ['a query', 'GET /a?b=c?d HTTP/1.1\r\n\r\n', [request('GET /a HTTP/1.1')]],
  ['nothing but a query', 'GET ?b HTTP/1.1\r\n\r\n', [request('GET  HTTP/1.1')]],
  [
    'no blank line',
    'GET / HTTP/1.1\r\nHost: b\r\nUser-Agent: cu',
    [request('GET / HTTP/1.1'), header('Host: b'), header('User-Agent: cu')],
  ],
  ['a line without end', 'GET / HTTP/1.1', [request('GET / HTTP/1.1')]],
  ['two tokens', 'GET /\r\n\r\n', []],
  ['one token', 'GET', []],
  ['the rest of a request that another segment began', 'T / HTTP/1.1\r\nHost: b\r\n\r\n', []],
  ['the beginning of one that another segment ends', 'GET /lo', []],
  [
    'the second of two requests',
    'GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\nHost: b\r\n\r\n',
    [request('GET /1 HTTP/1.1')],
  ],
  ['another method', 'HEAD / HTTP/1.1\r\n\r\n', []],
  ['a longer word', 'GETS / HTTP/1.1\r\n\r\n', []],
  ['small letters', 'get / HTTP/1.1\r\n\r\n', []],
  ['separators before and between', '\r\n  GET\n/a\r\rHTTP/1.1', [request('GET /a HTTP/1.1')]],
  ['a blank line before', '\r\n\r\nGET / HTTP/1.1\r\n\r\n', []],
  [
    'a blank line of two LF, which is none',
    'GET / HTTP/1.1\n\nHost: b',
    [request('GET / HTTP/1.1'), header('Host: b')],
  ],
  [
    'a header on the line of the request',
    'GET / HTTP/1.1 Host: b\r\n\r\n',
    [request('GET / HTTP/1.1'), header('Host: b')],
  ],
  ['names in other letters', 'GET / HTTP/1.1\r\nHOST: b\r\nuser-agent: c\r\n\r\n', [request('GET / HTTP/1.1')]],
  [
    'an empty value',
    'GET / HTTP/1.1\r\nHost:\r\nUser-Agent: \t\r\n\r\n',
    [request('GET / HTTP/1.1'), header('Host: '), header('User-Agent: ')],
  ],
  [
    'a value between blanks',
    'GET / HTTP/1.1\r\nHost: \t b  c \t\r\n\r\n',
    [request('GET / HTTP/1.1'), header('Host: b  c')],
  ],
  [
    'a Referer with a query',
    'GET / HTTP/1.1\r\nReferer: http://a/b?c\r\n\r\n',
    [request('GET / HTTP/1.1'), header('Referer: http://a/b')],
  ],
  [
    'the order of the packet, and a name twice',
    'GET / HTTP/1.1\r\nReferer: a\r\nHost: b\r\nReferer: c\r\n\r\n',
    [request('GET / HTTP/1.1'), header('Referer: a'), header('Host: b'), header('Referer: c')],
  ],
  [
    'all headers',
    'GET / HTTP/1.1\r\nA:1\r\nnone\r\n:x\r\nB: 2\r\n\r\n',
    [request('GET / HTTP/1.1'), header('A: 1'), header('B: 2')],
    ALL,
  ],
  [
    'a response',
    'HTTP/1.1 404 Not  Found\r\nServer: s\r\nHost: h\r\n\r\n',
    [response('HTTP/1.1 404 Not  Found'), header('Server: s')],
  ],
  ['version 1.0', 'HTTP/1.0 200 OK\r\n', [response('HTTP/1.0 200 OK')]],
  ['another version', 'HTTP/2.0 200 OK\r\n', []],
  ['a code of four digits', 'HTTP/1.1 2000 OK\r\n', []],
  ['a code that is no number', 'HTTP/1.1 2x0 OK\r\n', []],
  ['no code', 'HTTP/1.1', []],
  [
    'no message: the next line is it',
    'HTTP/1.1 204\r\nServer: s\r\nServer: t\r\n\r\n',
    [response('HTTP/1.1 204 Server: s'), header('Server: t')],
  ],
  [
    'a blank in place of a message',
    'HTTP/1.1 204 \r\nServer: s\r\nServer: t\r\n\r\n',
    [response('HTTP/1.1 204 Server: s'), header('Server: t')],
  ],
  ['no message, and no line', 'HTTP/1.1 204\r\n\r\nServer: s', [response('HTTP/1.1 204 ')]],
  [
    'control characters',
    'GET /\x01\t\x7f\x08 HTTP/1.1\r\nHost: a\x0bb\r\n',
    [request('GET /\\x01\\x09\\x7f\\x08 HTTP/1.1'), header('Host: a\\x0bb')],
  ],
  [
    'escape sequences',
    'GET /\x1b[2J HTTP/1.1\r\nHost: \x1b]0;t\x07\r\n',
    [request('GET /\\x1b[2J HTTP/1.1'), header('Host: \\x1b]0;t\\x07')],
  ],
  [
    'escape sequences in a name',
    'GET / HTTP/1.1\r\n\x1b[2J: a\r\n',
    [request('GET / HTTP/1.1'), header('\\x1b[2J: a')],
    ALL,
  ],
  ['a NUL', 'GET / HTTP/1.1\r\nHost: a\x00b\r\nUser-Agent: c\r\n', [request('GET / HTTP/1.1'), header('Host: a')]],
  ['a NUL first', '\x00GET / HTTP/1.1\r\n', []],
  [
    'C1 controls, alone and in UTF-8',
    'GET /\x9b\x80\xc2\x9b\xc2\x85 x',
    [request('GET /\\x9b\\x80\\xc2\\x9b\\xc2\\x85 x')],
  ],
  [
    'letters in UTF-8 and Latin-1',
    'GET /\xc3\xa9\xc4\x9b\xe2\x82\xac\xf0\x9f\x98\x80\xe9\xff\xa0 x',
    [request('GET /\xc3\xa9\xc4\x9b\xe2\x82\xac\xf0\x9f\x98\x80\xe9\xff\xa0 x')],
  ],
  [
    'what is no UTF-8',
    'GET /\xc0\x9b\xe0\x82\x9b\xed\xa0\x80\xf4\x90\x80\x80\xe2\x82 x',
    [request('GET /\xc0\\x9b\xe0\\x82\\x9b\xed\xa0\\x80\xf4\\x90\\x80\\x80\xe2\\x82 x')],
  ],
  ['a backslash', 'GET /\\x1b x', [request('GET /\\x1b x')]],
];

describe('a payload with', () => {
  for (const [what, payload, lines, headers] of CASES) {
    it(what, () => assert.deepEqual(linesOf(bytesOf(payload), headers ?? NAMED), lines));
  }

  it('nothing', () => assert.deepEqual(linesOf(new Uint8Array(0), NAMED), []));

  it('a name of 5000 bytes: what is beyond the 2047th does not count', () => {
    const start = 'GET / HTTP/1.1\r\nHost: a\r\n';
    const long = bytesOf(`${start}${'N'.repeat(5000)}: x\r\nUser-Agent: y\r\n\r\n`);
    assert.deepEqual(linesOf(long, ALL), [request('GET / HTTP/1.1'), header('Host: a')]);
  });

  for (const excess of [-1, 0, 1, 2]) {
    it(`a value that ends ${excess} bytes behind the 2047th`, () => {
      const start = 'GET / HTTP/1.1\r\nHost: ';
      const value = 'v'.repeat(2047 - start.length + excess);
      const shown = value.slice(0, 2047 - start.length);
      assert.deepEqual(linesOf(bytesOf(`${start}${value}\r\n\r\n`), NONE), [
        request('GET / HTTP/1.1'),
        header(`Host: ${shown}`),
      ]);
    });
  }

  it('as many lines and as much to escape as there can be', () => {
    const start = 'GET / HTTP/1.1\r\n';
    const headers = linesOf(bytesOf(start + '\x01:\n'.repeat(2000)), ALL);
    assert.equal(headers.length, 1 + Math.ceil((2047 - start.length) / 3));
    assert.equal(headers[1], header('\\x01: '));
    const [line] = linesOf(bytesOf(`GET ${'\x01'.repeat(2036)} x`), ALL);
    assert.equal(line.length, request('GET  x').length + 4 * 2036);
  });
});

describe('any payload', () => {
  const wanted = fc.constantFrom(NAMED, ALL, NONE);

  it('gives the lines that the model has for it', (t: TestContext) => {
    const drawn = fc.nat(0x7fffffff).map((seed) => httpPayload(new Random(seed)));
    let recognised = 0;
    const property = fc.property(drawn, wanted, (payload, headers) => {
      const lines = linesOf(payload, headers);
      if (lines.length > 0) recognised++;
      assert.deepEqual(lines, httpLines(payload, headers));
    });
    checkProperty(t, property, 3000);
    assert.ok(recognised > 1000, `${recognised}`);
  });

  it('gives no byte that a terminal takes for a command', (t: TestContext) => {
    const start = fc.constantFrom('GET / HTTP/1.1\n', 'GET ', 'HTTP/1.1 200 ', 'POST / ');
    const tail = fc.uint8Array({ maxLength: 300 });
    const property = fc.property(start, tail, (text, bytes) => {
      const payload = Buffer.concat([Buffer.from(text), bytes]);
      const lines = linesOf(payload, ALL);
      assert.deepEqual(lines, httpLines(payload, ALL));
      for (const line of lines) {
        for (const c of line) assert.ok(c >= ' ' && c !== '\x7f', JSON.stringify(line));
        const decoded = Buffer.from(line, 'latin1').toString('utf8');
        for (const c of decoded) assert.ok(c < '\x7f' || c >= '\xa0', JSON.stringify(line));
      }
    });
    checkProperty(t, property, 2000);
  });
});
