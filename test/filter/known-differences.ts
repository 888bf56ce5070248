/**
 * Where tcpdump (libpcap 1.10.3) is plainly wrong and filters here are not, so that comparing goes on around it. Owns the list; each
 * has a test of its own in compile-filter.test.ts.
 *
 * - An ARCNET address `$1a` is compared as 0xd1: 0xd0 and its first digit.
 * - `!=` behind vpi, vci and SS7's fields is taken for `=`.
 * - A division or shift is refused for the first number in its right operand, be it an offset: `ip[2] / tcp[0]`.
 * - Types and directions of 802.11 frames are refused where the link type is PPI.
 * - `byte 5 & 3` looks at no byte; the generator leaves it out.
 * - Arithmetic overwrites where it keeps the length of a variable link header: tcpdump-defects.ts.
 */

const LINK_PPI = 192;

/** The expression that means here what tcpdump takes this one for. */
export function asTcpdumpReads(text: string): string {
  return text.replace(/\$([0-9a-f])[0-9a-f]?/gi, '$$d$1').replace(/\b(vpi|vci|h?(?:sio|opc|dpc|sls))\s*!=/g, '$1 =');
}

/** Whether tcpdump's error is one of those that nothing but itself gives a reason for. */
export function refusesWrongly(error: string, linkType: number): boolean {
  if (/(?:modulus|division) by zero|shift by more than 31 bits/.test(error)) return true;
  return linkType === LINK_PPI && /supported only (?:on|with) 802\.11/.test(error);
}
