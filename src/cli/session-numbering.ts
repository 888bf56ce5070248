/**
 * What a check was told of reading that sessions are numbered by: for the commands that show them.
 */
import type { TimeBound } from '../capture/selection.js';
import type { Numbering } from '../expect/extract-command.js';
import type { ChosenFilter } from './filter-choice.js';
import type { ParsedOptions } from './plan.js';

/** What `tcploom extract` has to be told so that it has the same sessions. */
export function numberingOf(given: ParsedOptions, filter: ChosenFilter | undefined): Numbering {
  const words = (name: string, value: string | number | undefined): string[] =>
    value === undefined ? [] : [`--${name}`, String(value)];
  const flag = (name: string, isSet: boolean | undefined): string[] => (isSet ? [`--${name}`] : []);
  return {
    decoding: [
      ...flag('outer', given.outer),
      ...flag('vlan-key', given.vlanKey),
      ...flag('resync', given.resync),
      ...[...(given.userDlt ?? [])].flatMap(([link, as]) => words('user-dlt', `${link - 147}=${as}`)),
      ...words('from', boundText(given.from)),
      ...words('to', boundText(given.to)),
      ...words('max-packets', given.maxPackets),
    ],
    numbering: [
      ...words('session-timeout', given.sessionTimeout),
      ...words('checksum', given.checksum === '2' ? '2' : undefined),
    ],
    // extract takes a filter for what chooses sessions, not for what is read.
    byEnds: filter !== undefined,
  };
}

function boundText(bound: TimeBound | undefined): string | undefined {
  if (bound === undefined) return undefined;
  const { isRelative, sec, nsec } = bound;
  return `${isRelative ? '+' : ''}${sec}${nsec === 0 ? '' : `.${String(nsec).padStart(9, '0')}`}`;
}
