/**
 * The model's HTTP mode (miruo.md section 8): the lines of one payload, by regular expressions on its text, one character a byte.
 */

import type { HttpHeaders } from '../../src/miruo/options.js';

const REQUEST = /^[ \r\n]*(GET|POST)[ \r\n]+([^ \r\n]+)[ \r\n]+([^ \r\n]+)(?:[ \r\n](.*))?$/s;
const RESPONSE = /^[ \r\n]*(HTTP\/1\.[01])[ \r\n]+(\d\d\d)(?:[ \r\n](.*))?$/s;

export function httpLines(payload: Uint8Array, wanted: HttpHeaders): string[] {
  const beginning = String.fromCharCode(...payload.subarray(0, 2047));
  const [text] = beginning.split('\0')[0].split('\r\n\r\n');
  const request = REQUEST.exec(text);
  if (request !== null) {
    const [, method, uri, version, rest = ''] = request;
    const line = `DPI:HTTP:RequestLine >>>> ${method} ${uri.replace(/\?.*/s, '')} ${version}`;
    return [line, ...headerLines(rest.split(/[\r\n]+/), ['Host', ...wanted.request])].map(printable);
  }
  const response = RESPONSE.exec(text);
  if (response === null) return [];
  const [message = '', ...rest] = (response[3] ?? '').split(/[\r\n]+/).filter((line) => line !== '');
  const line = `DPI:HTTP:ResponseLine >>> ${response[1]} ${response[2]} ${message}`;
  return [line, ...headerLines(rest, wanted.response)].map(printable);
}

function headerLines(lines: readonly string[], names: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const header = /^([^:]+):(.*)$/s.exec(line);
    if (header === null) return [];
    const [, name, whole] = header;
    if (!names.includes('%') && !names.includes(name)) return [];
    const value = name === 'Referer' ? whole.replace(/\?.*/s, '') : whole;
    return [`DPI:HTTP:Header >>>>>>>>> ${name}: ${value.replace(/^[ \t\v\f]+|[ \t\v\f]+$/g, '')}`];
  });
}

/** Control characters as \xNN, U+0080 to U+009F among them; a byte from 0x80 to 0x9f on its own may be taken for one. */
function printable(line: string): string {
  let shown = '';
  for (let at = 0; at < line.length; ) {
    const sequence = utf8At(line, at);
    at += sequence.length;
    const isC1 = sequence.length === 2 && sequence.charCodeAt(0) === 0xc2 && sequence.charCodeAt(1) < 0xa0;
    const code = sequence.charCodeAt(0);
    const isControl = sequence.length === 1 && (code < 0x20 || (code >= 0x7f && code < 0xa0));
    shown += isC1 || isControl ? [...sequence].map(escaped).join('') : sequence;
  }
  return shown;
}

/** The bytes at `at` that are one character in UTF-8, or one byte: those that come back the same from text. */
function utf8At(line: string, at: number): string {
  for (const length of line.charCodeAt(at) < 0x80 ? [] : [2, 3, 4]) {
    const bytes = Buffer.from(line.slice(at, at + length), 'latin1');
    const text = bytes.toString('utf8');
    if ([...text].length === 1 && Buffer.from(text, 'utf8').equals(bytes)) return line.slice(at, at + length);
  }
  return line[at];
}

function escaped(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
