/**
 * docs/records.md: how records are written, and all columns as the tables have them.
 */
import { RECORD_CONNECTION, RECORD_PACKET, RECORD_SESSION, type RecordKind } from '../../src/analysis/events.js';
import { tableOf } from '../../src/records/formats.js';
import type { RecordTable, ValueKind } from '../../src/records/record-table.js';

const KINDS: readonly RecordKind[] = [RECORD_SESSION, RECORD_PACKET, RECORD_CONNECTION];

/** How each kind of value is called, and its type in Parquet. */
const TYPES: Readonly<Record<ValueKind, readonly [type: string, parquet: string]>> = {
  number: ['whole number', 'INT64'],
  flag: ['true or false', 'BOOLEAN'],
  seconds: ['decimal', 'DOUBLE'],
  span: ['decimal', 'DOUBLE'],
  time: ['time', 'TIMESTAMP(NANOS)'],
  address: ['address', 'STRING'],
  word: ['word', 'STRING'],
  text: ['text', 'STRING'],
  input: ['file name', 'STRING'],
  set: ['list of words', 'STRING'],
  community: ['text', 'STRING'],
};

const INTRODUCTION = `# Records

A record says what is known of one session, of one segment that has symptoms, or of one connection as Zeek counts them. Names, units and meanings
of the columns are the same in every format; this is how formats differ:

| | NDJSON | CSV (RFC 4180), TSV | Parquet |
|---|---|---|---|
| unset | \`null\` | nothing | null |
| whole number | number | digits | INT64 |
| decimal: what passed, in seconds | number with nine decimals | nine decimals | DOUBLE |
| time: seconds since 1970 | text with nine decimals, since a float64 has too few digits | nine decimals | TIMESTAMP of nanoseconds, in UTC |
| true or false | \`true\`, \`false\` | \`true\`, \`false\` | BOOLEAN |
| list of words | array of texts | words with a space between them | likewise |
| address | RFC 5952 for IPv6 | likewise | likewise, dictionary-coded |
| text, word, file name | text | in quotes where needed; in TSV \`\\t\`, \`\\n\`, \`\\r\`, \`\\\\\` | STRING |

Decimals are exact to the nanosecond in text. As float64 they are the nearest to that, and rounding to nine decimals gives it back, up to 2^53 ns (104
days). Bytes of a capture that are shown as text are taken for ISO 8859-1. Lines end with a line feed, rows of CSV with carriage return and line
feed. TSV and CSV begin with a line of names. A Parquet file whose writing did not come to its end has no footer, cannot be read, and is called \`NAME.partial\`. Its times are
not marked as adjusted to UTC, though they are in UTC, because some readers keep only microseconds of times that are.
Where a capture's times go back, what passed may be below 0; times have 32 bits of seconds, which is enough until 2106: later ones, which only
pcapng can have, come out 2^32 s too early, as in miruo's lines.

With anonymised addresses \`community_id\` is that of the mapped addresses, and \`http_host\` is unset.

Connections in Zeek's own formats have the fields of \`conn.log\` of Zeek 6, and \`vlan\` at the end. \`service\`, \`local_orig\`, \`local_resp\` and
\`tunnel_parents\` are always unset. Times are cut to microseconds, as Zeek reads them. \`uid\` is \`C\` and 17 characters that follow from the endpoints, the first
packet's time and the number of the connection, so it is the same in every run. After \`#open\` and \`#close\` stand the times of the first packet
of the first and the last connection in the file, in UTC, and not the time of day of the run. In lines of JSON what is unset is left out.
`;

function section({ title, columns }: RecordTable): string {
  const rows = columns.map(({ name, unit, meaning, value }) => {
    const [type, parquet] = TYPES[value.kind];
    const words = value.kind === 'word' ? ` One of: ${value.words.map((word) => `\`${word}\``).join(' ')}.` : '';
    return `| \`${name}\` | ${type} | ${parquet} | ${unit} | ${meaning}${words} |`;
  });
  return `## ${title}\n\n| name | type | in Parquet | unit | meaning |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
}

/** The page as it should be. */
export const recordsPage = (): string => [INTRODUCTION, ...KINDS.map((kind) => section(tableOf(kind)))].join('\n');
