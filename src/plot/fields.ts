/**
 * What the columns of machine reports mean. Owns names, meanings and units, and which names look alike; knows no values.
 */

/**
 * How a column is to be taken: `count` adds up while a run goes on, `level` is what there is at the moment, `rate` is a mean over the
 * time that a report is of, `time` is that time, `flags` are bits.
 */
export type FieldKind = 'count' | 'level' | 'rate' | 'time' | 'flags';

export interface FieldFacts {
  readonly name: string;
  readonly meaning: string;
  /** As in the reports. */
  readonly unit: string;
  readonly kind: FieldKind;
  /** As it is drawn: the value times `factor` is in this unit, before which SI prefixes go. */
  readonly baseUnit: string;
  readonly factor: number;
}

type Row = readonly [name: string, unit: string, kind: FieldKind, meaning: string];

const ROWS: readonly Row[] = [
  ['dur', 's', 'time', 'time that the report is of'],
  ['pktsRec', 'packets', 'count', 'packets received from the interface'],
  ['pktsDrp', 'packets', 'count', 'packets that the system dropped'],
  ['ifDrp', 'packets', 'count', 'packets that the interface dropped'],
  ['memUsageKB', 'KB', 'level', 'resident memory'],
  ['fillSzHashMap', 'entries', 'level', 'entries of the main hash map in use'],
  ['numFlows', 'flows', 'count', 'flows'],
  ['numAFlows', 'flows', 'count', 'A flows'],
  ['numBFlows', 'flows', 'count', 'B flows'],
  ['numPkts', 'packets', 'count', 'packets'],
  ['numAPkts', 'packets', 'count', 'packets of A flows'],
  ['numBPkts', 'packets', 'count', 'packets of B flows'],
  ['numV4Pkts', 'packets', 'count', 'IPv4 packets'],
  ['numV6Pkts', 'packets', 'count', 'IPv6 packets'],
  ['numVxPkts', 'packets', 'count', 'IP packets of another version'],
  ['numBytes', 'bytes', 'count', 'bytes'],
  ['numABytes', 'bytes', 'count', 'bytes of A flows'],
  ['numBBytes', 'bytes', 'count', 'bytes of B flows'],
  ['numFrgV4Pkts', 'packets', 'count', 'fragmented IPv4 packets'],
  ['numFrgV6Pkts', 'packets', 'count', 'fragmented IPv6 packets'],
  ['numAlarms', 'alarms', 'count', 'alarms'],
  ['rawBandwidth', 'kbit/s', 'rate', 'bandwidth of whole packets'],
  ['globalWarn', 'bits', 'flags', 'warnings, a bit each'],
];

/** The factors to the unit that is drawn. A KB of memory is the kernel's, of 1024 bytes. */
const BASES: Readonly<Record<string, readonly [unit: string, factor: number]>> = {
  'kbit/s': ['bit/s', 1000],
  KB: ['B', 1024],
  bytes: ['B', 1],
};

const PROTOCOL_COLUMN = /^(.+)(Pkts|Bytes)$/;
const ETHERNET_TYPES: Readonly<Record<string, string>> = {
  '00fe': 'OSI',
  '0800': 'IPv4',
  '0806': 'ARP',
  '8035': 'RARP',
  '86dd': 'IPv6',
};
const ANALYSIS_COLUMN = /^(miruo|tcpeek)(.+)$/;

const facts = (name: string, unit: string, kind: FieldKind, meaning: string): FieldFacts => {
  const [baseUnit, factor] = BASES[unit] ?? [unit, 1];
  return { name, meaning, unit, kind, baseUnit, factor };
};

/** Those that every report has, in its order; the columns of protocols and analyses are named by patterns. */
export const KNOWN_FIELDS: readonly FieldFacts[] = ROWS.map((row) => facts(...row));

const BY_NAME: ReadonlyMap<string, FieldFacts> = new Map(KNOWN_FIELDS.map((field) => [field.name, field]));

/** What a column means, by its name; of one that nobody knows it is said that it is a number. */
export function fieldFacts(name: string): FieldFacts {
  const known = BY_NAME.get(name);
  if (known !== undefined) return known;
  const protocol = PROTOCOL_COLUMN.exec(name);
  if (protocol !== null) {
    const unit = protocol[2] === 'Pkts' ? 'packets' : 'bytes';
    return facts(name, unit, 'count', `${unit} of ${protocolText(protocol[1])}`);
  }
  const analysis = ANALYSIS_COLUMN.exec(name);
  if (analysis !== null) return facts(name, 'count', 'count', `${analysis[1]}: ${spaced(analysis[2])}`);
  return facts(name, '', 'count', 'number');
}

/** `ICMP`, `0x0806` (an Ethernet type), `0x06` or `6` (a number of an IP protocol). */
function protocolText(name: string): string {
  const type = /^0x([0-9a-f]{4})$/i.exec(name)?.[1].toLowerCase();
  if (type !== undefined) {
    const known = ETHERNET_TYPES[type];
    return `Ethernet type ${name}${known === undefined ? '' : ` (${known})`}`;
  }
  return /^(0x[0-9a-f]{1,2}|\d{1,3})$/i.test(name) ? `IP protocol ${name}` : name;
}

/** `LongConnect` -> `long connect`. */
const spaced = (words: string): string => words.replace(/(?<=[a-z0-9])(?=[A-Z])/g, ' ').toLowerCase();

const MOST_NEAR = 5;
/** Changes of a letter that may have been slips. */
const MOST_SLIPS = 3;

/** Those of `names` that may have been meant by `wanted`, the likeliest first. */
export function nearNames(wanted: string, names: readonly string[]): string[] {
  const given = wanted.slice(0, 64).toLowerCase();
  const near: { name: string; distance: number }[] = [];
  for (const name of names) {
    const candidate = name.toLowerCase();
    // Such long names are nobody's slip, and would take long to compare.
    if (candidate.length > 64) continue;
    const slips = changesBetween(given, candidate);
    if (slips <= Math.min(MOST_SLIPS, given.length / 2)) near.push({ name, distance: slips });
    else if (given.length >= 3 && candidate.includes(given)) near.push({ name, distance: MOST_SLIPS + 1 });
  }
  // Equal ones stay in the order of the columns.
  near.sort((a, b) => a.distance - b.distance);
  return near.slice(0, MOST_NEAR).map(({ name }) => name);
}

/** How many letters are to be put in, taken out or exchanged (Levenshtein's distance). */
function changesBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}
