/**
 * What people get wrong when they type a filter: forgotten quotes, words in the wrong order, another language. Owns the hints; that an
 * expression is wrong is others' to find.
 */
import { existsSync } from 'node:fs';
import { descriptorOf } from '../capture/feed-kind.js';
import { printable } from '../capture/problem.js';
import { FilterError } from '../filter/filter-error.js';
import { parseFilter } from '../filter/parse-filter.js';
import { FilterMistake } from './usage-error.js';

const MOST_WORDS = 30;

/**
 * Throws a FilterMistake when the expression is only the first word of what was meant: words that are no files follow it, and together they are an
 * expression. Reading on would give an answer to another question.
 */
export function refuseForgottenQuotes(filter: string, files: readonly string[]): void {
  const end = files.findIndex((file) => descriptorOf(file) !== undefined || existsSync(file));
  const words = files.slice(0, end < 0 ? files.length : end);
  for (let count = Math.min(words.length, MOST_WORDS); count > 0; count--) {
    const whole = [filter, ...words.slice(0, count)].join(' ');
    if (!parses(whole)) continue;
    throw new FilterMistake(
      `there is no file ${printable(words[0])}; quotes make the words one expression: '${printable(whole)}'`,
    );
  }
}

/** Throws a FilterMistake when the first file is none, but could be an expression beside the one that is in a file. */
export function refuseSecondFilter([first]: readonly string[]): void {
  if (first === undefined || descriptorOf(first) !== undefined || existsSync(first) || !parses(first)) return;
  throw new FilterMistake(`there is no file ${printable(first)}; with an expression in a file all words are captures`);
}

/** What to say beside the error of an expression, if there is something. */
export function hintFor(filter: string): string {
  const first = filter.split(/\s/)[0];
  if (existsSync(filter)) return '; it is the name of a file: the expression comes before the captures';
  if (/^\d+$/.test(filter)) return '; for the first packets only there is --max-packets N';
  if (/\b(?:ip|ipv6|eth|frame|tcp|udp|dns|http|tls|icmp|arp|vlan)\.[a-z]/.test(filter)) {
    return "; this looks like Wireshark's display filters, the language here is tcpdump's: 'host 1.2.3.4 and tcp port 80'";
  }
  if (/[A-Z]/.test(first) && parses(filter.toLowerCase())) return '; words are in small letters';
  return '';
}

function parses(text: string): boolean {
  try {
    return parseFilter(text).steps.length > 0;
  } catch (error) {
    if (error instanceof FilterError) return false;
    throw error;
  }
}
