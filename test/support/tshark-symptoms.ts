/**
 * What tshark says of the segments of a capture: one call for everything.
 */
import { spawnSync } from 'node:child_process';
import { SYMPTOMS } from '../../src/analysis/symptoms.js';

export interface SeenSegment {
  readonly number: number;
  /** tcp.stream; of the innermost segment where there are several. */
  readonly stream: number;
  readonly length: number;
  readonly flags: number;
  /** Bits of symptoms.ts. */
  readonly symptoms: number;
  /** In seconds, as text; empty where it is not known. */
  readonly initialRtt: string;
  readonly completeness: number;
  readonly wireBytes: number;
  /** Address and port that it comes from. */
  readonly from: string;
  /** It is quoted in an ICMP message. */
  readonly isQuoted: boolean;
}

const FIELDS = [
  ...['frame.number', 'tcp.stream', 'tcp.len', 'tcp.flags', 'tcp.analysis.initial_rtt', 'tcp.completeness'],
  ...['frame.len', 'ip.src', 'ipv6.src', 'tcp.srcport', 'icmp.type', 'icmpv6.type'],
];

/**
 * The segments of the capture at `path`. `passes`: with 2, completeness is that of whole sessions, and reused ports are marked more
 * often than with one.
 */
export function segmentsByTshark(path: string, passes: 1 | 2): SeenSegment[] {
  const fields = [...FIELDS, ...SYMPTOMS.map((name) => `tcp.analysis.${name}`)];
  const args = ['-n', '-Y', 'tcp', '-T', 'fields', '-E', 'occurrence=a', '-E', 'aggregator=,'];
  if (passes === 2) args.push('-2');
  // Of a damaged capture it tells what it can, and fails.
  const { stdout, error } = spawnSync('tshark', [...args, ...fields.flatMap((name) => ['-e', name]), '-r', path], {
    ...{ encoding: 'utf8', maxBuffer: 1 << 28 },
  });
  if (error !== undefined) throw error;
  const text = stdout;
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => seenOf(line.split('\t')));
}

function seenOf(values: readonly string[]): SeenSegment {
  const innermost = (value: string): string => value.split(',').at(-1)!;
  const [number, stream, length, flags, initialRtt, completeness, wire, src4, src6, port, icmp, icmp6] = values;
  let symptoms = 0;
  for (let symptom = 0; symptom < SYMPTOMS.length; symptom++) {
    if (values[FIELDS.length + symptom] !== '') symptoms |= 1 << symptom;
  }
  return {
    number: Number(number),
    stream: Number(innermost(stream)),
    length: Number(innermost(length)),
    flags: Number(innermost(flags)),
    symptoms,
    initialRtt,
    completeness: Number(innermost(completeness)),
    wireBytes: Number(wire),
    from: `${innermost(src6 || src4)} ${innermost(port)}`,
    isQuoted: icmp !== '' || icmp6 !== '',
  };
}
