/**
 * Connections as Zeek's conn.log has them: as text with its header and its last line, and as lines of JSON. Where Zeek writes the time of day at which it
 * opened and closed the file, the times of the first and the last connection stand, in UTC, so that two runs write the same.
 */
import * as C from '../analysis/connection-record.js';
import { STATES } from '../analysis/connection-state.js';
import { RECORD_NUMBER } from '../analysis/events.js';
import { ascii } from '../text/line-writer.js';
import { ESCAPED_BYTES, TextBuffer } from '../text/text-buffer.js';
import { ADDRESS_BYTES, AddressTexts } from './address-texts.js';
import { CONNECTION_TABLE } from './connection-columns.js';
import type { RecordRenderer } from './renderer.js';
import { UID_BYTES, Uid } from './uid.js';

interface Field {
  readonly name: string;
  readonly type: string;
}

const field = (name: string, type: string): Field => ({ name, type });

/** In the order of Zeek 6; `vlan` is what its policy/protocols/conn/vlan-logging adds. */
const FIELDS: readonly Field[] = [
  field('ts', 'time'),
  field('uid', 'string'),
  field('id.orig_h', 'addr'),
  field('id.orig_p', 'port'),
  field('id.resp_h', 'addr'),
  field('id.resp_p', 'port'),
  field('proto', 'enum'),
  field('service', 'string'),
  field('duration', 'interval'),
  field('orig_bytes', 'count'),
  field('resp_bytes', 'count'),
  field('conn_state', 'string'),
  field('local_orig', 'bool'),
  field('local_resp', 'bool'),
  field('missed_bytes', 'count'),
  field('history', 'string'),
  field('orig_pkts', 'count'),
  field('orig_ip_bytes', 'count'),
  field('resp_pkts', 'count'),
  field('resp_ip_bytes', 'count'),
  field('tunnel_parents', 'set[string]'),
  field('vlan', 'int'),
];

const HEAD = [
  '#separator \\x09',
  '#set_separator\t,',
  '#empty_field\t(empty)',
  '#unset_field\t-',
  '#path\tconn',
  '#open\t',
].join('\n');
const NAMES = `\n#fields\t${FIELDS.map(({ name }) => name).join('\t')}\n#types\t${FIELDS.map(({ type }) => type).join('\t')}\n`;
const STATE_TEXTS = STATES.map(ascii);
const PROTO = ascii('tcp');
const UNSET = 0x2d;
const MINUS = 0x2d;
const TAB = 0x09;
const QUOTE = 0x22;
const USEC_PER_SEC = 1e6;
/** Values and what is between them at most, but for the history. */
const LINE_BYTES = 2 * ADDRESS_BYTES + FIELDS.length * 48 + UID_BYTES;

/** What both forms have in common: values that are made in the same way. */
abstract class ConnRenderer implements RecordRenderer {
  protected readonly out = new TextBuffer();
  protected readonly uid = new Uid();
  readonly #addresses = new AddressTexts();

  /** Names of inputs do not occur. */
  name(): void {}

  abstract add(fields: Float64Array, text: Uint8Array): void;

  abstract end(): void;

  take(): Uint8Array<ArrayBuffer> {
    return this.out.take();
  }

  reuse(buffer: ArrayBuffer): void {
    this.out.reuse(buffer);
  }

  protected address(fields: Float64Array, at: number): void {
    this.#addresses.write(this.out, fields, at, C.C_V6);
  }

  /** Both ends are cut to microseconds, as Zeek reads them; what passed is between these. */
  protected duration(fields: Float64Array): void {
    const { out } = this;
    const fromUsec = Math.floor(fields[C.C_NSEC] / 1000);
    let usec = Math.floor((fields[C.C_NSEC] + Math.round(fields[C.C_DURATION])) / 1000) - fromUsec;
    if (usec < 0) {
      out.byte(MINUS);
      usec = -usec;
    }
    const sec = Math.floor(usec / USEC_PER_SEC);
    out.timeUsec(sec, usec - sec * USEC_PER_SEC);
  }

  protected time(fields: Float64Array): void {
    this.out.timeUsec(fields[C.C_SEC], Math.floor(fields[C.C_NSEC] / 1000));
  }
}

/** Fields parted by tabs. */
export class ConnLogRenderer extends ConnRenderer {
  #hasHead = false;
  #lastSec = Number.NaN;

  add(fields: Float64Array, text: Uint8Array): void {
    const { out } = this;
    if (!this.#hasHead) this.#writeHead(fields[C.C_SEC]);
    this.#lastSec = fields[C.C_SEC];
    const historyBytes = fields[C.C_HISTORY_BYTES] > 0 ? fields[C.C_HISTORY_BYTES] : 0;
    out.room(LINE_BYTES + historyBytes);
    this.time(fields);
    out.byte(TAB);
    this.uid.make(fields, CONNECTION_TABLE.tuple, fields[C.C_SEC], fields[C.C_NSEC], fields[RECORD_NUMBER]);
    out.text(this.uid.bytes);
    out.byte(TAB);
    this.address(fields, C.C_ORIG);
    this.#number(fields[C.C_ORIG_PORT]);
    out.byte(TAB);
    this.address(fields, C.C_RESP);
    this.#number(fields[C.C_RESP_PORT]);
    out.byte(TAB);
    out.text(PROTO);
    this.#unset();
    if (Number.isNaN(fields[C.C_DURATION])) {
      this.#unset();
    } else {
      out.byte(TAB);
      this.duration(fields);
    }
    this.#number(fields[C.C_ORIG_BYTES]);
    this.#number(fields[C.C_RESP_BYTES]);
    if (Number.isNaN(fields[C.C_STATE])) {
      this.#unset();
    } else {
      out.byte(TAB);
      out.text(STATE_TEXTS[fields[C.C_STATE]]);
    }
    this.#unset();
    this.#unset();
    this.#number(fields[C.C_MISSED_BYTES]);
    out.byte(TAB);
    if (historyBytes === 0) out.byte(UNSET);
    else out.latin1(text, 0, historyBytes);
    this.#number(fields[C.C_ORIG_PACKETS]);
    this.#number(fields[C.C_ORIG_IP_BYTES]);
    this.#number(fields[C.C_RESP_PACKETS]);
    this.#number(fields[C.C_RESP_IP_BYTES]);
    this.#unset();
    this.#number(fields[C.C_VLAN]);
    out.byte(0x0a);
  }

  end(): void {
    if (!this.#hasHead) this.#writeHead(Number.NaN);
    this.#line(`#close\t${dayAndTime(this.#lastSec)}\n`);
  }

  #writeHead(sec: number): void {
    this.#hasHead = true;
    this.#line(`${HEAD}${dayAndTime(sec)}${NAMES}`);
  }

  #line(text: string): void {
    this.out.room(text.length);
    this.out.text(ascii(text));
  }

  #unset(): void {
    this.out.byte(TAB);
    this.out.byte(UNSET);
  }

  #number(value: number): void {
    this.out.byte(TAB);
    if (Number.isNaN(value)) this.out.byte(UNSET);
    else this.out.decimal(value);
  }
}

/** `2014-12-09-17-45-17`, in UTC. */
function dayAndTime(sec: number): string {
  if (Number.isNaN(sec)) return '-';
  return new Date(sec * 1000).toISOString().slice(0, 19).replace(/[T:]/g, '-');
}

const key = (name: string): Uint8Array => ascii(`,"${name}":`);
const TS_KEY = ascii('{"ts":');
const UID_KEY = ascii(',"uid":"');
const ORIG_KEY = ascii('","id.orig_h":"');
const ORIG_PORT_KEY = ascii('","id.orig_p":');
const RESP_KEY = ascii(',"id.resp_h":"');
const RESP_PORT_KEY = ascii('","id.resp_p":');
const PROTO_MEMBER = ascii(',"proto":"tcp"');
const DURATION_KEY = key('duration');
const STATE_KEY = key('conn_state');
const HISTORY_KEY = key('history');
const END = ascii('}\n');
const COUNTS_BEFORE: readonly (readonly [Uint8Array, number])[] = [
  [key('orig_bytes'), C.C_ORIG_BYTES],
  [key('resp_bytes'), C.C_RESP_BYTES],
];
const COUNTS_AFTER: readonly (readonly [Uint8Array, number])[] = [
  [key('orig_pkts'), C.C_ORIG_PACKETS],
  [key('orig_ip_bytes'), C.C_ORIG_IP_BYTES],
  [key('resp_pkts'), C.C_RESP_PACKETS],
  [key('resp_ip_bytes'), C.C_RESP_IP_BYTES],
  [key('vlan'), C.C_VLAN],
];
const MISSED: readonly (readonly [Uint8Array, number])[] = [[key('missed_bytes'), C.C_MISSED_BYTES]];

/** Lines of JSON: times are numbers with six decimals, what is unset is left out. */
export class ConnJsonRenderer extends ConnRenderer {
  add(fields: Float64Array, text: Uint8Array): void {
    const { out } = this;
    const historyBytes = fields[C.C_HISTORY_BYTES] > 0 ? fields[C.C_HISTORY_BYTES] : 0;
    out.room(LINE_BYTES + ESCAPED_BYTES * historyBytes);
    out.text(TS_KEY);
    this.time(fields);
    out.text(UID_KEY);
    this.uid.make(fields, CONNECTION_TABLE.tuple, fields[C.C_SEC], fields[C.C_NSEC], fields[RECORD_NUMBER]);
    out.text(this.uid.bytes);
    out.text(ORIG_KEY);
    this.address(fields, C.C_ORIG);
    out.text(ORIG_PORT_KEY);
    out.decimal(fields[C.C_ORIG_PORT]);
    out.text(RESP_KEY);
    this.address(fields, C.C_RESP);
    out.text(RESP_PORT_KEY);
    out.decimal(fields[C.C_RESP_PORT]);
    out.text(PROTO_MEMBER);
    if (!Number.isNaN(fields[C.C_DURATION])) {
      out.text(DURATION_KEY);
      this.duration(fields);
    }
    this.#counts(COUNTS_BEFORE, fields);
    if (!Number.isNaN(fields[C.C_STATE])) {
      out.text(STATE_KEY);
      out.byte(QUOTE);
      out.text(STATE_TEXTS[fields[C.C_STATE]]);
      out.byte(QUOTE);
    }
    this.#counts(MISSED, fields);
    if (historyBytes > 0) {
      out.text(HISTORY_KEY);
      out.quoted(text, 0, historyBytes);
    }
    this.#counts(COUNTS_AFTER, fields);
    out.text(END);
  }

  end(): void {}

  #counts(members: readonly (readonly [Uint8Array, number])[], fields: Float64Array): void {
    for (const [name, at] of members) {
      if (Number.isNaN(fields[at])) continue;
      this.out.text(name);
      this.out.decimal(fields[at]);
    }
  }
}
