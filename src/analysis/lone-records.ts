/**
 * The record of a session that was one SYN and nothing else: what session-records.ts would say of its whole row. Most of the fields are the same for all
 * such sessions, and are filled in once.
 */
import { TCP_SYN } from '../wire/tcp.js';
import { completenessOf } from './completeness.js';
import { S0 } from './connection-state.js';
import {
  hasZeroWindow,
  isWhole,
  L_INPUT,
  L_IP_BYTES,
  L_NUMBER,
  L_TIME,
  L_VLAN,
  L_WIRE,
  type LoneSyns,
} from './lone-syns.js';
import {
  ofSide,
  R_CLOSED_BY,
  R_COMPLETENESS,
  R_FIRST_INPUT,
  R_FIRST_NSEC,
  R_FIRST_NUMBER,
  R_FIRST_SEC,
  R_HISTORY_BYTES,
  R_INITIAL_RTT,
  R_LAST_INPUT,
  R_LAST_NSEC,
  R_LAST_NUMBER,
  R_LAST_SEC,
  R_SILENCE,
  R_STATE,
  R_STATUS,
  R_SYN_TO_SYNACK,
  R_SYNACK_TO_ACK,
  R_VLAN,
  S_IP_BYTES,
  S_PACKETS,
  S_RTT_DEVIATION,
  S_RTT_MAX,
  S_RTT_MEAN,
  S_RTT_MIN,
  S_SEGMENTS,
  S_SNAPPED,
  S_SYN,
  S_WINDOW_MAX,
  S_WINDOW_MIN,
  S_WIRE_BYTES,
  S_WRONG_CHECKSUMS,
  SESSION_RECORD_FIELDS,
} from './session-record.js';
import { fillEnds, fillSyn } from './session-records.js';
import { wide } from './session-row.js';

/** Not known of such a session; nor of either of its sides. */
const UNKNOWN = [R_SYN_TO_SYNACK, R_SYNACK_TO_ACK, R_INITIAL_RTT, R_SILENCE, R_STATUS];
const UNKNOWN_OF_SIDES = [S_RTT_MIN, S_RTT_MEAN, S_RTT_MAX, S_RTT_DEVIATION, S_WINDOW_MIN, S_WINDOW_MAX];
const SYN_SIDE = ofSide(0, 0);

export class LoneRecords {
  /** Of the session that was filled in last. */
  readonly fields = new Float64Array(SESSION_RECORD_FIELDS);
  /** Its history: the SYN, and a closed window. `textBytes` of it count. */
  readonly text = Uint8Array.from('SW', (letter) => letter.charCodeAt(0));
  textBytes = 0;
  readonly #syns: LoneSyns;

  /** `isVerified`: checksums are. */
  constructor(syns: LoneSyns, isVerified: boolean) {
    this.#syns = syns;
    const { fields } = this;
    for (const field of UNKNOWN) fields[field] = Number.NaN;
    for (const side of [0, 1]) {
      for (const field of UNKNOWN_OF_SIDES) fields[ofSide(side, field)] = Number.NaN;
      fields[ofSide(side, S_WRONG_CHECKSUMS)] = isVerified ? 0 : Number.NaN;
      fillSyn(fields, ofSide(side, 0), 0, 0, 0);
    }
    fields[R_STATE] = S0;
    fields[R_COMPLETENESS] = completenessOf(TCP_SYN, 0, true);
    fields[SYN_SIDE + S_PACKETS] = 1;
    fields[SYN_SIDE + S_SEGMENTS] = 1;
    fields[SYN_SIDE + S_SYN] = 1;
  }

  /** Fills in the record of the row `row` of the lone SYNs; `closedBy`: index in CLOSED_BY. */
  fill(row: number, closedBy: number): void {
    const { fields } = this;
    const { table, options } = this.#syns;
    const page = table.page(row);
    const l = table.at(row);
    fillEnds(fields, table, row, 0);
    fields[R_VLAN] = page[l + L_VLAN] === 0 ? Number.NaN : page[l + L_VLAN] - 1;
    fields[R_FIRST_INPUT] = page[l + L_INPUT];
    fields[R_LAST_INPUT] = page[l + L_INPUT];
    fields[R_FIRST_NUMBER] = wide(page, l + L_NUMBER);
    fields[R_LAST_NUMBER] = fields[R_FIRST_NUMBER];
    fields[R_FIRST_SEC] = page[l + L_TIME] >>> 0;
    fields[R_FIRST_NSEC] = page[l + L_TIME + 1];
    fields[R_LAST_SEC] = fields[R_FIRST_SEC];
    fields[R_LAST_NSEC] = fields[R_FIRST_NSEC];
    this.textBytes = hasZeroWindow(page, l) ? 2 : 1;
    fields[R_HISTORY_BYTES] = this.textBytes;
    fields[R_CLOSED_BY] = closedBy;
    fields[SYN_SIDE + S_WIRE_BYTES] = page[l + L_WIRE] >>> 0;
    fields[SYN_SIDE + S_IP_BYTES] = page[l + L_IP_BYTES];
    this.#syns.recallOptions(page, l);
    fillSyn(fields, SYN_SIDE, options.bits, options.mss + 1, options.scale + 1);
    fields[SYN_SIDE + S_SNAPPED] = isWhole(page, l) ? 0 : 1;
  }
}
