/**
 * What can be expected of a symptom: how many segments have it, and how many sessions such segments. Owns what each is called, and of what it is a share.
 */
import type { Symptom } from '../analysis/symptoms.js';
import { type Metric, ofSessions } from './metric.js';

/** Of segments that take up sequence numbers, or of packets. */
const OF_SEGMENTS: ReadonlySet<Symptom> = new Set([
  ...(['retransmission', 'fast_retransmission', 'spurious_retransmission'] as const),
  ...(['out_of_order', 'lost_segment', 'window_full'] as const),
]);
/** More of them is neither better nor worse. */
const HARMLESS: ReadonlySet<Symptom> = new Set(['keep_alive', 'keep_alive_ack', 'window_update']);
const SYMPTOM_MEANINGS: Readonly<Record<Symptom, string>> = {
  retransmission: 'Segments sent again, fast and spurious ones included',
  fast_retransmission: 'Retransmissions right after two or more duplicate ACKs',
  spurious_retransmission: 'Retransmissions of data that had been acknowledged already',
  out_of_order: 'Segments that came after later ones, too soon for a retransmission',
  lost_segment: 'Segments before which at least one is missing in the capture',
  ack_lost_segment: 'Segments that acknowledge data that is not in the capture',
  duplicate_ack: 'ACKs that repeat the one before',
  keep_alive: 'Keep-alive probes',
  keep_alive_ack: 'Answers to keep-alive probes',
  zero_window: 'Segments that announce a window of 0',
  zero_window_probe: 'Probes of a window of 0',
  zero_window_probe_ack: 'Answers to such probes',
  window_full: "Segments that fill the other side's window",
  window_update: 'ACKs that change the window only',
  reused_ports: 'SYNs that begin a new session on ports of an earlier one',
};

/** Retransmissions are spoken of in the plural by everybody; of all others both forms are understood too. */
function symptomNames(symptom: Symptom): readonly [string, ...string[]] {
  if (symptom === 'out_of_order' || symptom === 'reused_ports') return [symptom];
  return symptom.endsWith('retransmission') ? [`${symptom}s`, symptom] : [symptom, `${symptom}s`];
}

/** In the order in which they are told. */
export function symptomMetrics(symptom: Symptom): Metric[] {
  const [name, ...aliases] = symptomNames(symptom);
  const worse = HARMLESS.has(symptom) ? {} : ({ worse: 'more', isCompared: true } as const);
  return [
    ofSessions({
      name,
      aliases,
      quantity: 'count',
      meaning: `${SYMPTOM_MEANINGS[symptom]}.`,
      whole: OF_SEGMENTS.has(symptom) ? 'segments' : 'packets',
      ...worse,
      examples: symptom,
      value: (_, group) => group.symptoms[symptom],
    }),
    ofSessions({
      name: `${name}.sessions`,
      aliases: aliases.map((alias) => `${alias}.sessions`),
      quantity: 'count',
      meaning: `Sessions with at least one of \`${name}\`.`,
      whole: 'sessions',
      ...(HARMLESS.has(symptom) ? {} : { worse: 'more' }),
      examples: symptom,
      value: (_, group) => group.sessions_with[symptom],
    }),
  ];
}
