/**
 * The columns of the record of a connection as Zeek counts them, in all formats but Zeek's own (conn-log.ts): the one place that knows their names,
 * units and meanings.
 */
import * as C from '../analysis/connection-record.js';
import { STATES } from '../analysis/connection-state.js';
import { RECORD_CONNECTION, RECORD_NUMBER } from '../analysis/events.js';
import type { Column, RecordTable, Value } from './record-table.js';

const column = (name: string, unit: string, meaning: string, value: Value): Column => ({ name, unit, meaning, value });
const number = (at: number): Value => ({ kind: 'number', at });

export const CONNECTION_TABLE: RecordTable = {
  kind: RECORD_CONNECTION,
  title: 'Connections',
  fields: C.CONNECTION_RECORD_FIELDS,
  tuple: { v6: C.C_V6, src: C.C_ORIG, dst: C.C_RESP, srcPort: C.C_ORIG_PORT, dstPort: C.C_RESP_PORT },
  texts: [C.C_HISTORY_BYTES],
  columns: [
    column(
      'connection',
      '',
      'Number of the connection in the order in which they began, from 0.',
      number(RECORD_NUMBER),
    ),
    column('community_id', '', 'Community ID, version 1, seed 0, of the 4-tuple.', { kind: 'community' }),
    column('first', 's', 'Time of the first packet, since 1970.', { kind: 'time', at: C.C_SEC }),
    column('duration', 's', 'From the first packet to the last.', { kind: 'seconds', at: C.C_DURATION }),
    column('src', '', 'Address of the originator.', { kind: 'address', at: C.C_ORIG, v6: C.C_V6 }),
    column('src_port', '', 'Port of the originator.', number(C.C_ORIG_PORT)),
    column('dst', '', 'Address of the responder.', { kind: 'address', at: C.C_RESP, v6: C.C_V6 }),
    column('dst_port', '', 'Port of the responder.', number(C.C_RESP_PORT)),
    column('vlan', '', "VLAN id of the first packet's outermost tag.", number(C.C_VLAN)),
    column('file', '', 'Input that the first packet is of.', { kind: 'input', at: C.C_INPUT }),
    column('state', '', "Zeek's `conn_state`.", { kind: 'word', at: C.C_STATE, words: STATES }),
    column('history', '', "Zeek's `history`.", { kind: 'text', at: C.C_HISTORY_BYTES }),
    column('packets_src', 'packets', 'Packets of the originator.', number(C.C_ORIG_PACKETS)),
    column('packets_dst', 'packets', 'Packets of the responder.', number(C.C_RESP_PACKETS)),
    column('bytes_ip_src', 'bytes', 'Lengths of the IP datagrams of the originator.', number(C.C_ORIG_IP_BYTES)),
    column('bytes_ip_dst', 'bytes', 'Lengths of the IP datagrams of the responder.', number(C.C_RESP_IP_BYTES)),
    column('bytes_payload_src', 'bytes', 'Payload of the originator.', number(C.C_ORIG_BYTES)),
    column('bytes_payload_dst', 'bytes', 'Payload of the responder.', number(C.C_RESP_BYTES)),
    column('missed_bytes', 'bytes', 'Payload that is missing in the capture.', number(C.C_MISSED_BYTES)),
  ],
};
