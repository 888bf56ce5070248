/**
 * What a file of expectations (tcploom.yml) may hold: the JSON schema that it is validated with, published as docs/tcploom.schema.json, and the same as types.
 */

/** A file that the schema accepts. */
export interface CheckFile {
  readonly version: 1;
  readonly captures?: readonly string[];
  readonly filter?: string;
  readonly tcpeek?: readonly string[];
  readonly reading?: ReadingOptions;
  readonly allow_damaged?: boolean;
  readonly snapshot?: boolean | SnapshotOptions;
  readonly expectations?: readonly ExpectationEntry[];
}

/** As the options of the command line of these names, with `-` for `_`. */
export interface ReadingOptions {
  readonly session_timeout?: number;
  readonly handshake_timeout?: number;
  readonly dedup?: boolean;
  readonly checksum?: 0 | 1 | 2;
  readonly icmp?: boolean;
  readonly local?: readonly string[];
  readonly outer?: boolean;
  readonly vlan_key?: boolean;
  readonly resync?: boolean;
  readonly max_packets?: number;
}

export interface SnapshotOptions {
  readonly folder?: string;
  readonly tolerance?: string | number;
  readonly tolerances?: Readonly<Record<string, string | number>>;
}

export interface ExpectationEntry {
  readonly expect: string;
  readonly name?: string;
  readonly reason?: string;
  readonly captures?: readonly string[];
  readonly allow_damaged?: boolean;
  readonly allow_unknown?: boolean;
}

const text = (description: string): object => ({ type: 'string', minLength: 1, description });
const flag = (description: string): object => ({ type: 'boolean', description });
/** Up to what the options of these names take. */
const seconds = (maximum: number, description: string): object => ({
  ...{ type: 'integer', minimum: 1, maximum },
  description,
});
/** A bare number is a number in YAML. */
const tolerance = (description: string): object => ({ type: ['string', 'number'], description });
const texts = (description: string, item = 'One of them.'): object => ({
  type: 'array',
  minItems: 1,
  items: text(item),
  description,
});

/** JSON Schema, draft 7, which editors know. */
export const CHECK_SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'https://unpkg.com/tcploom/docs/tcploom.schema.json',
  title: 'Expectations of tcploom check',
  description: 'What is expected of captures, held against them by `tcploom check`.',
  type: 'object',
  required: ['version'],
  additionalProperties: false,
  properties: {
    version: { const: 1, description: 'Of this form of file.' },
    captures: texts(
      'Captures, each checked by itself: paths from the folder of this file. * and ? stand for characters of a name, [abc] for one of them, ** for folders (none that are hidden, or called node_modules).',
    ),
    filter: text('Only packets that a pcap-filter(7) expression selects.'),
    tcpeek: texts('Handshakes that are counted together: filters as web:RX@10.0.0.0/8:80.'),
    reading: {
      type: 'object',
      additionalProperties: false,
      description: 'How captures are read: options of the command line, with _ for -.',
      properties: {
        session_timeout: seconds(2 ** 30, 'A session that was silent for so many seconds is over (default 3600).'),
        handshake_timeout: seconds(
          2 ** 31 - 1,
          'A handshake without a packet for so many seconds has failed (default 60).',
        ),
        dedup: flag('Packets that were captured twice within a millisecond count once.'),
        checksum: {
          enum: [0, 1, 2],
          description: 'Which packets with a wrong checksum are ignored (default 0: none).',
        },
        icmp: flag('ICMP messages that a host or port is unreachable end a handshake.'),
        local: texts('Addresses that RX and TX go by.'),
        outer: flag('What is in tunnels does not count.'),
        vlan_key: flag('The same addresses and ports in two VLANs are two conversations.'),
        resync: flag('After damage go on where records are found again.'),
        max_packets: {
          ...{ type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
          description: 'Stop after so many packets.',
        },
      },
    },
    allow_damaged: flag('Captures may be damaged: what could be read of them is checked.'),
    snapshot: {
      description: 'Whether captures are compared with their snapshots, which --update writes.',
      oneOf: [
        { type: 'boolean' },
        {
          type: 'object',
          additionalProperties: false,
          properties: {
            folder: text('Where snapshots are, from the folder of this file (default: beside their captures).'),
            tolerance: tolerance('By how much figures may differ: 5%.'),
            tolerances: {
              type: 'object',
              description: 'The same of single figures, by name: 5%, or as much of their unit: 3, 20ms.',
              additionalProperties: tolerance('A tolerance.'),
            },
          },
        },
      ],
    },
    expectations: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['expect'],
        additionalProperties: false,
        properties: {
          expect: text("What is expected: METRIC OP VALUE, as 'retransmissions <= 0.1%'; docs/expectations.md."),
          name: text('What it is called where it does not hold.'),
          reason: text('Why it is expected; told where it does not hold.'),
          captures: texts('Of the captures only those with such a path.'),
          allow_damaged: flag('The captures that it is about may be damaged.'),
          allow_unknown: flag("Holds too where the value is not known, as 'or unknown' behind it says."),
        },
      },
    },
  },
} as const;
