/**
 * The columns of a session's record: the one place that knows their names, units and meanings.
 */
import { STATES } from '../analysis/connection-state.js';
import { RECORD_NUMBER, RECORD_SESSION } from '../analysis/events.js';
import * as R from '../analysis/session-record.js';
import { SYMPTOMS, type Symptom } from '../analysis/symptoms.js';
import type { Column, RecordTable, Value } from './record-table.js';

const SIDES = ['src', 'dst'] as const;

const SYMPTOM_MEANINGS: Readonly<Record<Symptom, string>> = {
  retransmission: 'Segments sent again, fast and spurious ones included.',
  fast_retransmission: 'Retransmissions right after two or more duplicate ACKs.',
  spurious_retransmission: 'Retransmissions of data that had been acknowledged already.',
  out_of_order: 'Segments that came after later ones, too soon for a retransmission.',
  lost_segment: 'Segments before which at least one is missing in the capture.',
  ack_lost_segment: 'Segments that acknowledge data that is not in the capture.',
  duplicate_ack: 'ACKs that repeat the one before.',
  keep_alive: 'Keep-alive probes.',
  keep_alive_ack: 'Answers to keep-alive probes.',
  zero_window: 'Segments that announce a window of 0.',
  zero_window_probe: 'Probes of a window of 0.',
  zero_window_probe_ack: 'Answers to such probes.',
  window_full: "Segments that fill the other side's window.",
  window_update: 'ACKs that change the window only.',
  reused_ports: 'SYNs that begin a new session on ports of an earlier one.',
};

const number = (at: number): Value => ({ kind: 'number', at });
const flag = (at: number): Value => ({ kind: 'flag', at });
const seconds = (at: number): Value => ({ kind: 'seconds', at });

/** A column for each side. */
function both(name: string, unit: string, meaning: string, field: number, from = number): Column[] {
  return SIDES.map((side, index) => ({
    name: `${name}_${side}`,
    unit,
    meaning: `${meaning.slice(0, -1)} (sent by ${side}).`,
    value: from(R.ofSide(index, field)),
  }));
}

const column = (name: string, unit: string, meaning: string, value: Value): Column => ({ name, unit, meaning, value });

export const SESSION_TABLE: RecordTable = {
  kind: RECORD_SESSION,
  title: 'Sessions',
  fields: R.SESSION_RECORD_FIELDS,
  tuple: { v6: R.R_V6, src: R.R_SRC, dst: R.R_DST, srcPort: R.R_SRC_PORT, dstPort: R.R_DST_PORT },
  texts: [R.R_HISTORY_BYTES, R.R_METHOD_BYTES, R.R_HOST_BYTES],
  columns: [
    column('session', '', 'Number of the session in the order in which they began, from 0.', number(RECORD_NUMBER)),
    column('community_id', '', 'Community ID, version 1, seed 0, of the 4-tuple.', { kind: 'community' }),
    column('first', 's', 'Time of the first packet, since 1970.', { kind: 'time', at: R.R_FIRST_SEC }),
    column('last', 's', 'Time of the last packet, since 1970.', { kind: 'time', at: R.R_LAST_SEC }),
    column('duration', 's', 'From the first packet to the last.', {
      kind: 'span',
      at: R.R_FIRST_SEC,
      to: R.R_LAST_SEC,
    }),
    column('src', '', 'Address of the originator.', { kind: 'address', at: R.R_SRC, v6: R.R_V6 }),
    column('src_port', '', 'Port of the originator.', number(R.R_SRC_PORT)),
    column('dst', '', 'Address of the responder.', { kind: 'address', at: R.R_DST, v6: R.R_V6 }),
    column('dst_port', '', 'Port of the responder.', number(R.R_DST_PORT)),
    column('vlan', '', "VLAN id of the first packet's outermost tag.", number(R.R_VLAN)),
    column('file', '', 'Input that the first packet is of.', { kind: 'input', at: R.R_FIRST_INPUT }),
    column('first_packet', '', 'Number of the first packet in `file`, from 1.', number(R.R_FIRST_NUMBER)),
    column('last_file', '', 'Input that the last packet is of.', { kind: 'input', at: R.R_LAST_INPUT }),
    column('last_packet', '', 'Number of the last packet in `last_file`, from 1.', number(R.R_LAST_NUMBER)),
    ...both('packets', 'packets', 'Packets.', R.S_PACKETS),
    ...both('segments', 'segments', 'Segments that take up sequence numbers: with payload, SYN or FIN.', R.S_SEGMENTS),
    ...both('bytes_wire', 'bytes', 'Lengths of the frames on the wire.', R.S_WIRE_BYTES),
    ...both('bytes_ip', 'bytes', 'Lengths of the IP datagrams as their headers say.', R.S_IP_BYTES),
    ...both('bytes_payload', 'bytes', 'Payload on the wire, repeated one included.', R.S_PAYLOAD_BYTES),
    ...both(
      'bytes_unique',
      'bytes',
      'Payload, every sequence number once; exact while at most 8 holes are open at a time.',
      R.S_UNIQUE_BYTES,
    ),
    ...both('syn', 'packets', 'Packets with SYN and without ACK.', R.S_SYN),
    ...both('synack', 'packets', 'Packets with SYN and ACK.', R.S_SYNACK),
    ...both('fin', 'packets', 'Packets with FIN.', R.S_FIN),
    ...both('rst', 'packets', 'Packets with RST.', R.S_RST),
    column('state', '', "State as Zeek's `conn_state`.", { kind: 'word', at: R.R_STATE, words: STATES }),
    column('history', '', "Letters of what happened, as Zeek's `history`; the first 60 of them.", {
      kind: 'text',
      at: R.R_HISTORY_BYTES,
    }),
    column(
      'completeness',
      '',
      'Sum of what was seen: SYN 1, SYN-ACK 2, ACK 4, data 8, FIN 16, RST 32.',
      number(R.R_COMPLETENESS),
    ),
    column('direction_guessed', '', 'Whether no SYN says who is the originator.', flag(R.R_GUESSED)),
    column('syn_to_synack', 's', 'From SYN to SYN-ACK.', seconds(R.R_SYN_TO_SYNACK)),
    column('synack_to_ack', 's', 'From SYN-ACK to the ACK of it.', seconds(R.R_SYNACK_TO_ACK)),
    column('initial_rtt', 's', 'Round trip of the handshake, from SYN to ACK.', seconds(R.R_INITIAL_RTT)),
    column(
      'initial_rtt_ambiguous',
      '',
      'Whether SYN or SYN-ACK was repeated, so that it is not known which was answered.',
      flag(R.R_AMBIGUOUS),
    ),
    ...both(
      'rtt_samples',
      '',
      "Round trips measured from data to the other side's ACK, of at most 16 segments under way at a time.",
      R.S_RTT_SAMPLES,
    ),
    ...both('rtt_min', 's', 'The shortest of these round trips.', R.S_RTT_MIN, seconds),
    ...both('rtt_mean', 's', 'Their mean.', R.S_RTT_MEAN, seconds),
    ...both('rtt_max', 's', 'The longest of them.', R.S_RTT_MAX, seconds),
    ...both('rtt_deviation', 's', 'Their standard deviation.', R.S_RTT_DEVIATION, seconds),
    ...SYMPTOMS.flatMap((symptom, index) => both(symptom, 'segments', SYMPTOM_MEANINGS[symptom], R.S_SYMPTOMS + index)),
    column('longest_silence', 's', 'The longest time between one packet and the next.', seconds(R.R_SILENCE)),
    ...both('mss', 'bytes', 'Maximum segment size that the SYN announces.', R.S_MSS),
    ...both('window_scale', 'bits', 'Shift of windows that the SYN announces.', R.S_WINDOW_SCALE),
    ...both('sack_permitted', '', 'Whether the SYN permits SACK.', R.S_SACK_PERMITTED, flag),
    ...both('timestamps', '', 'Whether the SYN has timestamps.', R.S_TIMESTAMPS, flag),
    ...both('largest_segment', 'bytes', 'Payload of the largest segment.', R.S_LARGEST),
    ...both('window_min', 'bytes', 'Smallest window, scaled, of segments without SYN and RST.', R.S_WINDOW_MIN),
    ...both('window_max', 'bytes', 'Largest window, likewise.', R.S_WINDOW_MAX),
    ...both('fragments', 'packets', 'Packets that are IP fragments.', R.S_FRAGMENTS),
    ...both('snapped', 'packets', 'Packets that were not captured whole.', R.S_SNAPPED),
    ...both(
      'wrong_checksums',
      'packets',
      'Packets with a wrong checksum, unset where none is verified.',
      R.S_WRONG_CHECKSUMS,
    ),
    ...both('duplicates', 'packets', 'Packets that were captured twice.', R.S_DUPLICATES),
    column('closed_by', '', 'How the session came to its end.', {
      kind: 'word',
      at: R.R_CLOSED_BY,
      words: R.CLOSED_BY,
    }),
    column('http_method', '', 'Method of the first HTTP request.', { kind: 'text', at: R.R_METHOD_BYTES }),
    column('http_host', '', 'Host of the first HTTP request.', { kind: 'text', at: R.R_HOST_BYTES }),
    column('http_status', '', 'Status of the first HTTP answer.', number(R.R_STATUS)),
  ],
};
