/**
 * The list of fields, for people: name, unit, meaning.
 */
import { type FieldFacts, fieldFacts, KNOWN_FIELDS } from './fields.js';

/** Fields whose names are made from what they are of. */
const PATTERNS: readonly FieldFacts[] = [
  {
    ...fieldFacts('TCPPkts'),
    name: 'TCPPkts, ...',
    meaning: 'packets of a protocol, by its name or number (0x0806Pkts)',
  },
  { ...fieldFacts('TCPBytes'), name: 'TCPBytes, ...', meaning: 'bytes of a protocol' },
  { ...fieldFacts('miruoShown'), name: 'miruo..., tcpeek...', meaning: 'what these analyses count' },
];

/** A line for each of `columns`, or for all that may be there. */
export function fieldList(columns: Iterable<string> | undefined): string[] {
  const fields =
    columns === undefined
      ? [...KNOWN_FIELDS, ...PATTERNS]
      : [...columns].filter((name) => name !== 'time').map(fieldFacts);
  const nameChars = Math.max(0, ...fields.map(({ name }) => name.length));
  const unitChars = Math.max(0, ...fields.map(({ unit }) => unit.length));
  return fields.map(({ name, unit, meaning, kind }) => {
    const note = kind === 'flags' ? ' (cannot be drawn)' : '';
    return `${name.padEnd(nameChars)}  ${unit.padEnd(unitChars)}  ${meaning}${note}`;
  });
}
