/**
 * The symptoms that a segment may have: their order, names and bits.
 */

/** Names as in records; `tcp.analysis.*` of Wireshark means the same. */
export const SYMPTOMS = [
  'retransmission',
  'fast_retransmission',
  'spurious_retransmission',
  'out_of_order',
  'lost_segment',
  'ack_lost_segment',
  'duplicate_ack',
  'keep_alive',
  'keep_alive_ack',
  'zero_window',
  'zero_window_probe',
  'zero_window_probe_ack',
  'window_full',
  'window_update',
  'reused_ports',
] as const;

export type Symptom = (typeof SYMPTOMS)[number];

/** The bit of a symptom in a set of them. */
export const symptomBit = (symptom: Symptom): number => 1 << SYMPTOMS.indexOf(symptom);
