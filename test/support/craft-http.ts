/**
 * Payloads that are HTTP, or nearly: put together from pieces, most of them right, some broken, hostile or far too long.
 */
import type { Random } from './random.js';

const STARTS = [
  ...[
    'GET / HTTP/1.1',
    'GET /a?b=c?d HTTP/1.0',
    'POST /form HTTP/1.1',
    'GET ? x',
    'GET /only-two',
    'GET',
    'GETX / HTTP/1.1',
  ],
  ...[
    '  GET   /spaces    HTTP/1.1  rest: of the line',
    'POST / HTTP/1.1 Host: here',
    '\r\n GET\r\n/lines\nHTTP/1.1',
    'get / HTTP/1.1',
  ],
  ...[
    'HTTP/1.1 200 OK',
    'HTTP/1.0 404  Not   Found ',
    'HTTP/1.1 204',
    'HTTP/1.1 204 ',
    'HTTP/1.1 2000 No',
    'HTTP/1.1 20a No',
  ],
  ...[
    'HTTP/2.0 200 OK',
    'HTTP/1.1 200 OK\x00hidden',
    '\r\n\r\nGET / HTTP/1.1',
    'HEAD / HTTP/1.1',
    ' HTTP/1.1\r\n302\nFound',
    '',
  ],
  ...[
    'GET /\x1b[2J\x1b]0;x\x07 HTTP/1.1',
    'GET /\t\x7f\x08 \x01',
    'HTTP/1.1 200 \x9b31m\xc2\x9b\xc3\xa9\xe9\xff\xe2\x82\xac',
    'GET /\x00 HTTP/1.1',
  ],
] as const;
const HEADERS = [
  ...[
    'Host: example.com',
    'Host:',
    'Host:  \t padded \t ',
    'host: lower',
    'User-Agent: a ? b',
    'Referer: http://x/?q=1',
    'Referer: ?',
  ],
  ...[
    'Server: \xf0\x9f\x98\x80\xed\xa0\x80\xc0\x9b',
    'Content-Type: text/html; a:b',
    ' Folded: x',
    'no colon',
    ':no name',
    'Name : x',
    'X:\x1b[31m',
  ],
  ...['Server: nul\x00after', 'Host: \x80\x9f\xa0\xc2', '\x1b]0;a\x07: in the name', 'Content-Type: \x0b\x0c feed'],
] as const;
const LINE_ENDS = ['\r\n', '\r\n', '\r\n', '\r\n', '\n', '\r', '\r\r\n', ' \r\n'] as const;
const ENDS = [
  '\r\n\r\n',
  '\r\n\r\n',
  '',
  '\r\n',
  '\r\n\r\nGET /second HTTP/1.1\r\nHost: second\r\n\r\n',
  '\n\n',
  '\r\n\r',
] as const;

/** Headers that the options of a test may ask for. */
export const HTTP_HEADER_LISTS = [
  [],
  ['%'],
  ['User-Agent', 'Referer'],
  ['Server', 'Content-Type', 'Host'],
  ['X', 'Name '],
];

export function httpPayload(random: Random): Uint8Array {
  let text = random.pick(STARTS) as string;
  for (let left = random.below(6); left > 0; left--) {
    const long = random.below(40) === 0 ? 'N'.repeat(random.pick([1000, 2020, 5000])) : '';
    text += random.pick(LINE_ENDS) + long + random.pick(HEADERS);
  }
  return Uint8Array.from(text + random.pick(ENDS), (c) => c.charCodeAt(0));
}
