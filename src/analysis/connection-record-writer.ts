/**
 * Writes the record of a connection from its row: connection-record.ts has its fields.
 */
import { ROW_ADDRESS_0, ROW_KIND, ROW_KIND_V6, ROW_PORTS, type SessionTable } from '../flow/session-table.js';
import { MOST_HISTORY_BYTES } from './connection-history.js';
import {
  C_DURATION,
  C_HISTORY_BYTES,
  C_INPUT,
  C_MISSED_BYTES,
  C_NSEC,
  C_ORIG,
  C_ORIG_BYTES,
  C_ORIG_IP_BYTES,
  C_ORIG_PACKETS,
  C_ORIG_PORT,
  C_RESP,
  C_RESP_BYTES,
  C_RESP_IP_BYTES,
  C_RESP_PACKETS,
  C_RESP_PORT,
  C_SEC,
  C_STATE,
  C_V6,
  C_VLAN,
  CONNECTION_RECORD_FIELDS,
} from './connection-record.js';
import { ipBytesOf, N_FIRST, N_INPUT, N_LAST, N_ORIGINATOR, N_STATE, N_VLAN, packetsOf } from './connection-row.js';
import type { ConnectionStates } from './connection-state.js';
import { nsecSince } from './session-row.js';

const ADDRESS_WORDS = 4;

export class ConnectionRecordWriter {
  readonly fields = new Float64Array(CONNECTION_RECORD_FIELDS);
  readonly text = new Uint8Array(MOST_HISTORY_BYTES);
  readonly #table: SessionTable;
  readonly #states: ConnectionStates;

  constructor(table: SessionTable, states: ConnectionStates) {
    this.#table = table;
    this.#states = states;
  }

  /** Fills `fields` and `text` with the record of row `row`; returns how many bytes of text there are. */
  write(row: number): number {
    const { fields } = this;
    const page = this.#table.page(row);
    const r = this.#table.at(row);
    const originator = page[r + N_ORIGINATOR];
    const responder = 1 - originator;
    const state = r + N_STATE;
    const textBytes = this.#states.writeHistory(page, state, originator, this.text);
    fields[C_INPUT] = page[r + N_INPUT];
    fields[C_SEC] = page[r + N_FIRST] >>> 0;
    fields[C_NSEC] = page[r + N_FIRST + 1];
    fields[C_V6] = page[r + ROW_KIND] & ROW_KIND_V6;
    this.#writeAddress(C_ORIG, row, originator);
    this.#writeAddress(C_RESP, row, responder);
    fields[C_ORIG_PORT] = portOf(page[r + ROW_PORTS], originator);
    fields[C_RESP_PORT] = portOf(page[r + ROW_PORTS], responder);
    fields[C_STATE] = this.#states.stateOf(page, state, originator);
    fields[C_MISSED_BYTES] = this.#states.missedOf(page, state, 0) + this.#states.missedOf(page, state, 1);
    fields[C_HISTORY_BYTES] = textBytes;
    fields[C_ORIG_PACKETS] = packetsOf(page, r, originator);
    fields[C_ORIG_IP_BYTES] = ipBytesOf(page, r, originator);
    fields[C_RESP_PACKETS] = packetsOf(page, r, responder);
    fields[C_RESP_IP_BYTES] = ipBytesOf(page, r, responder);
    fields[C_VLAN] = page[r + N_VLAN] === 0 ? Number.NaN : page[r + N_VLAN] - 1;
    // Zeek leaves these unset together, where no time passed.
    const duration = nsecSince(page, r + N_FIRST, page[r + N_LAST] >>> 0, page[r + N_LAST + 1]);
    const isLong = duration > 0;
    fields[C_DURATION] = isLong ? duration : Number.NaN;
    fields[C_ORIG_BYTES] = isLong ? this.#states.bytesOf(page, state, originator) : Number.NaN;
    fields[C_RESP_BYTES] = isLong ? this.#states.bytesOf(page, state, responder) : Number.NaN;
    return textBytes;
  }

  #writeAddress(field: number, row: number, side: number): void {
    const { fields } = this;
    const page = this.#table.page(row);
    const r = this.#table.at(row);
    fields.fill(0, field, field + ADDRESS_WORDS);
    if ((page[r + ROW_KIND] & ROW_KIND_V6) === 0) {
      fields[field] = page[r + ROW_ADDRESS_0 + side] >>> 0;
    } else {
      for (let word = 0; word < ADDRESS_WORDS; word++)
        fields[field + word] = this.#table.addressWord(row, side, word) >>> 0;
    }
  }
}

const portOf = (ports: number, side: number): number => (side === 0 ? ports >>> 16 : ports & 0xffff);
