/**
 * The text of a filter expression as tokens, read one at a time. Owns what is one word and which of its readings counts:
 * the longest, and of equally long ones an address before a number before a reserved word before a name. Knows no grammar.
 */
import { FilterError } from './filter-error.js';
import { quoted } from './quoted.js';
import { CONSTANTS, type TokenKind, WORDS, type Word } from './words.js';

export interface Token {
  readonly kind: TokenKind;
  /** As written, without the backslash or dollar sign that marks a name or an ARCNET address. */
  readonly text: string;
  /** The same for all spellings of a reserved word or sign; empty for all else, so that `\or` is not `or`. */
  readonly symbol: string;
  /** Of a number, unsigned 32-bit; else 0. */
  readonly value: number;
  /** Counts UTF-16 units from 1. */
  readonly column: number;
  /** Where the next token may begin, as an index. */
  readonly end: number;
}

const NUMBER_TEXT = '(?:0[xX][0-9a-fA-F]+|[0-9]+)';
const BYTE = '[0-9a-fA-F]{1,2}';
const GROUP = '[0-9a-fA-F]{1,4}';
const FOUR = '[0-9a-fA-F]{4}';
const IP4 = `${NUMBER_TEXT}(?:\\.${NUMBER_TEXT}){3}`;

const SPACE = /[ \t\n\r]*/y;
const ESCAPED = /\\[^ !()\n\t]+/y;
const ARCNET = /\$[0-9a-fA-F]{1,2}/y;
const SIGN = /&&|\|\||>=|<=|!=|==|<<|>>|[|&!<>()[\]:=+\-*/%^]/y;
const NAME = /[A-Za-z0-9](?:[-_.A-Za-z0-9]*[.A-Za-z0-9])?/y;
const NUMBER = new RegExp(NUMBER_TEXT, 'y');
const DOTTED = new RegExp(`${NUMBER_TEXT}(?:\\.${NUMBER_TEXT}){1,3}`, 'y');
const MAC = new RegExp(
  [':', '-', '\\.'].map((mark) => `${BYTE}(?:${mark}${BYTE}){5}`).join('|') +
    `|${FOUR}\\.${FOUR}\\.${FOUR}|[0-9a-fA-F]{12}`,
  'y',
);
const MAYBE_IP6 = /[0-9a-fA-F]{0,4}:[0-9a-fA-F:]/y;
const IP6_FORMS = ip6Forms();
/** Begins like an address of bytes. Nothing else has colons so close, so a message can name the whole of it. */
const NO_ADDRESS = new RegExp(`${BYTE}(?:::?${BYTE})+:[0-9a-fA-F:.]*`, 'y');

const HIGHEST = 0xffff_ffff;

/** The token at or behind an index of the text; at the end one of kind `end`. Throws a FilterError where none can be. */
export function readToken(text: string, index: number): Token {
  const at = index + lengthOf(SPACE, text, index);
  if (at >= text.length) return token('end', '', at, at);
  switch (text[at]) {
    case '\\':
      return marked('name', ESCAPED, 'a name behind the backslash', text, at);
    case '$':
      return marked('arcnet', ARCNET, 'one or two hexadecimal digits behind the $', text, at);
  }
  return address(text, at) ?? word(text, at) ?? sign(text, at);
}

function address(text: string, at: number): Token | undefined {
  if (!/[0-9a-fA-F:]/.test(text[at]!)) return undefined;
  const mac = lengthOf(MAC, text, at);
  const ip6 = ip6Length(text, at);
  const dotted = lengthOf(DOTTED, text, at);
  const longest = Math.max(mac, ip6, dotted);
  const wrong = lengthOf(NO_ADDRESS, text, at);
  if (wrong > longest) {
    throw new FilterError(at + 1, `found ${quoted(text.slice(at, at + wrong))}, which is no Ethernet or IPv6 address`);
  }
  if (longest === 0 || longest < lengthOf(NAME, text, at)) return undefined;
  const written = text.slice(at, at + longest);
  if (longest === mac) return token('mac', written, at, at + longest);
  if (longest !== ip6) return token('dotted', written, at, at + longest);
  if (!endsInValidIp4(written)) throw new FilterError(at + 1, `found ${quoted(written)}, which is no IPv6 address`);
  return token('ip6', written, at, at + longest);
}

/** Numbers up to 255 without leading zeros, where there are dots at all. */
function endsInValidIp4(ip6: string): boolean {
  const numbers = ip6.slice(ip6.lastIndexOf(':') + 1).split('.');
  return numbers.length === 1 || numbers.every((text) => /^(?:0|[1-9][0-9]{0,2})$/.test(text) && Number(text) <= 255);
}

function word(text: string, at: number): Token | undefined {
  const length = lengthOf(NAME, text, at);
  if (length === 0) return undefined;
  const written = text.slice(at, at + length);
  const end = at + length;
  if (lengthOf(NUMBER, text, at) === length) return number(written, numberValue(written, at), at, end);
  const reserved = WORDS.get(written);
  if (reserved !== undefined) return fixed(reserved, written, at);
  const constant = CONSTANTS.get(written);
  return constant === undefined ? token('name', written, at, end) : number(written, constant, at, end);
}

function sign(text: string, at: number): Token {
  const length = lengthOf(SIGN, text, at);
  if (length === 0) {
    const found = quoted(String.fromCodePoint(text.codePointAt(at)!));
    throw new FilterError(at + 1, `found ${found}, which means nothing in an expression`);
  }
  const written = text.slice(at, at + length);
  return fixed(WORDS.get(written)!, written, at);
}

function marked(kind: TokenKind, pattern: RegExp, expected: string, text: string, at: number): Token {
  const length = lengthOf(pattern, text, at);
  if (length === 0) throw new FilterError(at + 1, `found ${quoted(text[at]!)}, expected ${expected}`);
  return token(kind, text.slice(at + 1, at + length), at, at + length);
}

function numberValue(written: string, at: number): number {
  const isOctal = /^0[0-9]/.test(written);
  if (isOctal && /[89]/.test(written)) {
    throw new FilterError(at + 1, `found ${quoted(written)}, expected octal digits behind the leading 0`);
  }
  const value = isOctal ? Number.parseInt(written, 8) : Number(written);
  if (value > HIGHEST) throw new FilterError(at + 1, `found ${quoted(written)}, expected a number of at most 32 bits`);
  return value;
}

function token(kind: TokenKind, text: string, at: number, end: number): Token {
  return { kind, text, symbol: '', value: 0, column: at + 1, end };
}

function fixed({ kind, symbol }: Word, text: string, at: number): Token {
  return { kind, text, symbol, value: 0, column: at + 1, end: at + text.length };
}

function number(text: string, value: number, at: number, end: number): Token {
  return { kind: 'number', text, symbol: '', value, column: at + 1, end };
}

function ip6Length(text: string, at: number): number {
  if (lengthOf(MAYBE_IP6, text, at) === 0) return 0;
  return Math.max(...IP6_FORMS.map((form) => lengthOf(form, text, at)));
}

/** RFC 4291 2.2: eight groups, or fewer around one `::`; the last two may be an IPv4 address. */
function ip6Forms(): RegExp[] {
  const forms = [`(?:${GROUP}:){7}${GROUP}`, `(?:${GROUP}:){6}${IP4}`];
  for (let before = 0; before <= 7; before++) {
    const start = before === 0 ? '::' : `(?:${GROUP}:){${before}}:`;
    forms.push(before === 7 ? start : `${start}(?:${GROUP}(?::${GROUP}){0,${6 - before}})?`);
    if (before <= 5) forms.push(`${start}(?:${GROUP}:){0,${5 - before}}${IP4}`);
  }
  return forms.map((form) => new RegExp(form, 'y'));
}

/** How much of the text matches from an index on. */
function lengthOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex - at : 0;
}
