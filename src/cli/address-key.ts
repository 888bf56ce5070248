/**
 * From what `--anonymize` was given to the key of the addresses' mapping. Owns how a passphrase becomes one.
 */
import { scryptSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describeSystemError, isSystemError, printable } from '../capture/problem.js';
import { ADDRESS_KEY_BYTES } from '../text/crypto-pan.js';
import { UsageError } from './usage-error.js';

/** In front of the name of a file. */
const FILE_SIGN = '@';
const KEY_DIGITS = /^[0-9a-f]{64}$/i;
/** It is the same for everybody, or two who share a passphrase would not get the same addresses. */
const SALT = 'tcploom --anonymize 1';
/** What scrypt (RFC 7914) is to cost, about 50 ms and 16 MiB: whoever guesses passphrases pays it for each. */
const COST = { N: 2 ** 14, r: 8, p: 1 } as const;

/** The key that 64 hexadecimal digits, a passphrase, or a file with one of them stand for. Throws a UsageError. */
export function addressKey(given: string): Uint8Array {
  const text = given.startsWith(FILE_SIGN) ? contentOf(given.slice(FILE_SIGN.length)) : given;
  if (text === '') throw new UsageError('--anonymize needs a key: 64 hexadecimal digits, a passphrase, or @FILE');
  if (KEY_DIGITS.test(text)) return new Uint8Array(Buffer.from(text, 'hex'));
  return new Uint8Array(scryptSync(text, SALT, ADDRESS_KEY_BYTES, COST));
}

/** Of the file's first line all; more lines would be taken for a part of it by some and not by others. */
function contentOf(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UsageError(`the key file ${printable(file)}: ${describeSystemError(error)}`);
  }
  if (text === '') throw new UsageError(`the key file ${printable(file)} is empty`);
  if (text.includes('\n')) throw new UsageError(`the key file ${printable(file)} has several lines, expected one`);
  return text;
}
