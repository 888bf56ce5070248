/**
 * The columns of the record of a segment that has symptoms: the one place that knows their names, units and meanings.
 */
import { RECORD_NUMBER, RECORD_PACKET } from '../analysis/events.js';
import * as P from '../analysis/packet-record.js';
import { SYMPTOMS } from '../analysis/symptoms.js';
import type { Column, RecordTable, Value } from './record-table.js';

const SENDERS = ['src', 'dst'] as const;

const column = (name: string, unit: string, meaning: string, value: Value): Column => ({ name, unit, meaning, value });
const number = (at: number): Value => ({ kind: 'number', at });

export const PACKET_TABLE: RecordTable = {
  kind: RECORD_PACKET,
  title: 'Segments with symptoms',
  fields: P.PACKET_RECORD_FIELDS,
  tuple: { v6: P.P_V6, src: P.P_SRC, dst: P.P_DST, srcPort: P.P_SRC_PORT, dstPort: P.P_DST_PORT },
  texts: [],
  columns: [
    column('file', '', 'Input that the packet is of.', { kind: 'input', at: P.P_INPUT }),
    column('packet', '', 'Number of the packet in `file`, from 1.', number(P.P_NUMBER)),
    column('time', 's', 'Time of the packet, since 1970.', { kind: 'time', at: P.P_SEC }),
    column('session', '', 'Number of its session, as in the record of that.', number(RECORD_NUMBER)),
    column(
      'sender',
      '',
      'Which side of the session sent it, as far as that is known at this packet: `src` or `dst` of its record.',
      {
        kind: 'word',
        at: P.P_SIDE,
        words: SENDERS,
      },
    ),
    column('src', '', 'Address that it was sent from.', { kind: 'address', at: P.P_SRC, v6: P.P_V6 }),
    column('src_port', '', 'Port that it was sent from.', number(P.P_SRC_PORT)),
    column('dst', '', 'Address that it was sent to.', { kind: 'address', at: P.P_DST, v6: P.P_V6 }),
    column('dst_port', '', 'Port that it was sent to.', number(P.P_DST_PORT)),
    column(
      'flags',
      '',
      'Sum of its flags: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128.',
      number(P.P_FLAGS),
    ),
    column('seq', '', 'Sequence number as in the header.', number(P.P_SEQ)),
    column('ack', '', 'Acknowledgement number as in the header.', number(P.P_ACK)),
    column('window', '', 'Window as in the header, without scale.', number(P.P_WINDOW)),
    column('length', 'bytes', 'Payload on the wire.', number(P.P_LENGTH)),
    column('symptoms', '', 'Names of its symptoms, as in the columns of sessions.', {
      kind: 'set',
      at: P.P_SYMPTOMS,
      words: SYMPTOMS,
    }),
  ],
};
