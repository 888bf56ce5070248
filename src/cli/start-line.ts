/**
 * The line that says what a run listens on. Owns its text (section 4 of tcpeek's behaviour).
 */
import type { LiveInput } from '../capture/open-input.js';
import { printable } from '../capture/problem.js';
import { linkTypeName } from '../wire/link-types.js';

/** Link types that interfaces have, in words (pcap-linktype(7)). */
const DESCRIPTIONS: ReadonlyMap<number, string> = new Map([
  [0, 'BSD loopback'],
  [1, 'Ethernet'],
  [9, 'PPP'],
  [101, 'Raw IP'],
  [104, 'C-HDLC'],
  [105, '802.11'],
  [108, 'OpenBSD loopback'],
  [113, 'Linux cooked v1'],
  [119, '802.11 plus Prism header'],
  [127, '802.11 plus radiotap header'],
  [228, 'Raw IPv4'],
  [229, 'Raw IPv6'],
  [239, 'Linux netfilter log messages'],
  [276, 'Linux cooked v2'],
]);

/** For an input that is captured from, whose first interface has this link type. */
export function startLine(inputs: readonly (string | LiveInput)[], linkType: number): string {
  const live = inputs.find((input) => typeof input !== 'string')!;
  const { snaplen, bufferMiB } = live.request;
  const description = DESCRIPTIONS.get(linkType);
  const link = `link-type ${linkTypeName(linkType)}${description === undefined ? '' : ` (${description})`}`;
  return `listening on ${printable(live.name)}, ${link}, capture size ${snaplen} bytes, buffer size ${bufferMiB} MB\n`;
}
