/**
 * Data of a report's page that no capture was read for: any number of sessions, drawn from a seed, with figures that fit them well enough to be looked at.
 */

import { STATES } from '../../src/analysis/connection-state.js';
import { CLOSED_BY } from '../../src/analysis/session-record.js';
import { SYMPTOMS, type Symptom, symptomBit } from '../../src/analysis/symptoms.js';
import type { Packed, PageData, PageSegments } from '../../src/page/page-data.js';
import { FLAG_ESTABLISHED, FLAG_REFUSED, FLAG_UNANSWERED } from '../../src/page/page-flags.js';
import { DISTRIBUTIONS, type Distribution, type GroupFigures, type TopEntry } from '../../src/summary/figures.js';
import { Random } from './random.js';

export const FIRST = 1_700_000_000;
export const SECONDS = 600;
const STRETCH = 0.5;
const SERVERS = 200;
/** Sessions whose segments are there: the first ones of an odd number. */
const WITH_SEGMENTS = 5;

type Numbers = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array;
const KINDS = new Map<unknown, Packed['packed']>([
  [Uint8Array, 'u8'],
  [Uint16Array, 'u16'],
  [Uint32Array, 'u32'],
  [Int32Array, 'i32'],
  [Float64Array, 'f64'],
]);

export const pack = (numbers: Numbers): Packed => ({
  packed: KINDS.get(numbers.constructor)!,
  length: numbers.length,
  base64: Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString('base64'),
});

/** `text` makes every text that comes from packets or from the command line, from an innocent one. */
export function reportData(
  seed: number,
  sessions: number,
  text: (plain: string) => string = (plain) => plain,
): PageData {
  const random = new Random(seed);
  const clients = Math.max(2, Math.min(20_000, Math.round(sessions / 5)));
  const addresses = Array.from({ length: SERVERS + clients }, (_, at) =>
    at % 17 === 3 ? `2001:db8::${at.toString(16)}` : `10.${at >> 14}.${(at >> 7) & 127}.${at & 127}`,
  );
  const column = { u8: new Map<string, Uint8Array>() };
  const u32 = (): Uint32Array => new Uint32Array(sessions);
  const f64 = (): Float64Array => new Float64Array(sessions);
  const [src, dst, srcPort, dstPort] = [u32(), u32(), new Uint16Array(sessions), new Uint16Array(sessions)];
  const [first, duration, handshake, rtt] = [f64(), f64(), f64(), f64()];
  const [packetsSrc, packetsDst, payloadSrc, payloadDst] = [u32(), u32(), u32(), f64()];
  const [state, closing, resets] = [new Uint8Array(sessions), new Uint8Array(sessions), new Uint16Array(sessions)];
  const flags = new Uint8Array(sessions).fill(FLAG_ESTABLISHED);
  for (const name of SYMPTOMS) column.u8.set(name, new Uint8Array(sessions));
  const http: [number, string, string, number | null][] = [];
  const unit = (): number => (random.below(1e6) + 1) / 1e6;
  const lengthy = (median: number): number =>
    median * Math.exp(1.1 * Math.sqrt(-2 * Math.log(unit())) * Math.cos(2 * Math.PI * unit()));
  for (let row = 0; row < sessions; row++) {
    const part = row / sessions;
    first[row] = FIRST + SECONDS * 0.98 * (part + 0.03 * Math.sin(12 * part) * (1 - part));
    const server = Math.floor(SERVERS * unit() ** 3);
    src[row] = SERVERS + random.below(clients);
    dst[row] = server;
    srcPort[row] = 1024 + random.below(60000);
    dstPort[row] = [443, 80, 22, 5432, 8080][server % 5];
    const kind = random.below(100);
    const trouble = part > 0.6 && part < 0.65;
    if (kind < (trouble ? 25 : 3)) {
      state[row] = STATES.indexOf(kind % 2 === 0 ? 'REJ' : 'S0');
      closing[row] = kind % 2 === 0 ? 1 : 2;
      flags[row] = kind % 2 === 0 ? FLAG_REFUSED : FLAG_UNANSWERED;
      resets[row] = kind % 2 === 0 ? 1 : 0;
      packetsSrc[row] = kind % 2 === 0 ? 1 : 4;
      packetsDst[row] = kind % 2 === 0 ? 1 : 0;
      duration[row] = kind % 2 === 0 ? 0.0004 : 7;
      handshake[row] = Number.NaN;
      rtt[row] = Number.NaN;
      continue;
    }
    state[row] = STATES.indexOf(kind === 4 ? 'RSTO' : 'SF');
    closing[row] = kind === 4 ? 1 : 0;
    resets[row] = kind === 4 ? 1 : 0;
    handshake[row] = lengthy(0.012) + (random.below(60) === 0 ? 1 : 0);
    rtt[row] = lengthy(0.015);
    duration[row] = Math.min(handshake[row] + lengthy(0.4), Math.max(0.01, FIRST + SECONDS - first[row]));
    payloadSrc[row] = Math.round(lengthy(700));
    payloadDst[row] = Math.round(lengthy(14_000));
    packetsSrc[row] = 5 + Math.round(payloadDst[row] / 2900);
    packetsDst[row] = 5 + Math.round(payloadDst[row] / 1448);
    if (random.below(trouble ? 3 : 12) === 0) {
      const times = 1 + random.below(9);
      column.u8.get('retransmission')![row] = times;
      column.u8.get('fast_retransmission')![row] = times >> 1;
      column.u8.get('duplicate_ack')![row] = times + random.below(20);
    }
    if (random.below(70) === 0) column.u8.get('zero_window')![row] = 1 + random.below(4);
    if (random.below(40) === 0) column.u8.get('out_of_order')![row] = 1 + random.below(6);
    if (random.below(20) === 0)
      http.push([row, 'GET', text(`www${row % 40}.example.com`), [200, 200, 200, 404, 503][random.below(5)]]);
  }
  const session = Uint32Array.from({ length: sessions }, (_, at) => at);
  const sums = symptomSums(column.u8);
  const group = groupOf(sessions, sums, { handshake, rtt, duration, payload: payloadDst }, state, resets);
  const top = topOf(addresses, text);
  return {
    program: 'tcploom 0.1.0',
    zone: 'UTC',
    anonymized: false,
    ended_early: false,
    figures: {
      inputs: [text('captures/edge 1.pcapng'), text("o'hara.pcap")],
      packets: 3_204_551,
      bytes: 2_610_553_120,
      damaged: 1,
      problems: [text('captures/edge 1.pcapng: at byte 2610550000 a packet of 4096 bytes breaks off')],
      sessions: {
        first: `${FIRST}.000000000`,
        last: `${FIRST + SECONDS}.000000000`,
        groups: [group],
        examples: [],
        top,
      },
      tcpeek: { [text('all')]: { success: sessions, failure: 17, timeout: 9, reject: 8, unreach: 0 } },
      miruo: { Lookup: 12, LongConnect: 3 },
    },
    series: seriesOf(first, duration, payloadDst, state, resets, column.u8.get('retransmission')!),
    sessions: {
      length: sessions,
      total: sessions,
      left_out: '',
      addresses: addresses.map(text),
      states: [...STATES],
      closings: CLOSED_BY.map(text),
      inputs: [text('captures/edge 1.pcapng')],
      session: pack(session),
      first: pack(first),
      duration: pack(duration),
      src: pack(src),
      src_port: pack(srcPort),
      dst: pack(dst),
      dst_port: pack(dstPort),
      state: pack(state),
      closing: pack(closing),
      input: pack(new Uint8Array(sessions)),
      packets_src: pack(packetsSrc),
      packets_dst: pack(packetsDst),
      payload_src: pack(payloadSrc),
      payload_dst: pack(payloadDst),
      handshake: pack(handshake),
      rtt: pack(rtt),
      resets: pack(resets),
      flags: pack(flags),
      symptoms: Object.fromEntries([...column.u8].map(([name, counts]) => [name, pack(counts)])),
      http,
    },
    segments: Array.from({ length: Math.min(WITH_SEGMENTS, sessions >> 1) }, (_, at) =>
      segmentsOf(random, 2 * at + 1, at === 1 ? 3000 : 400),
    ),
    bounds: [text('Lists of the largest keep 1000 kinds each; all figures in them are exact here.')],
  };
}

function symptomSums(columns: ReadonlyMap<string, Uint8Array>): Record<string, [number, number]> {
  const sums: Record<string, [number, number]> = {};
  for (const [name, counts] of columns) {
    sums[name] = [
      counts.reduce((sum, count) => sum + count, 0),
      counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0),
    ];
  }
  return sums;
}

function groupOf(
  sessions: number,
  sums: Record<string, [number, number]>,
  values: Record<'handshake' | 'rtt' | 'duration' | 'payload', Float64Array>,
  state: Uint8Array,
  resets: Uint16Array,
): GroupFigures {
  const count = (found: (row: number) => boolean): number =>
    state.reduce((sum, _, row) => sum + (found(row) ? 1 : 0), 0);
  const refused = count((row) => STATES[state[row]] === 'REJ');
  const unanswered = count((row) => STATES[state[row]] === 'S0');
  const rst = count((row) => resets[row] > 0);
  const of = {
    handshake: values.handshake,
    rtt: values.rtt,
    duration: values.duration,
    bytes: values.payload,
  } as Record<string, Float64Array>;
  const picked = (at: 0 | 1): Record<Symptom, number> =>
    Object.fromEntries(SYMPTOMS.map((name) => [name, sums[name][at]])) as Record<Symptom, number>;
  return {
    sessions,
    packets: 3_204_000,
    bytes_wire: 2.6e9,
    bytes_payload: 2.4e9,
    bytes_unique: 2.39e9,
    segments: sessions * 14,
    rst_packets: rst,
    rst,
    opened: sessions,
    established: sessions - refused - unanswered,
    unanswered,
    refused,
    states: {},
    closed_by: {},
    symptoms: picked(0),
    sessions_with: picked(1),
    distributions: Object.fromEntries(
      DISTRIBUTIONS.map((name) => [name, distributionOf(of[name] ?? new Float64Array())]),
    ) as GroupFigures['distributions'],
  };
}

/** Buckets of 1/64 of a doubling. */
export function distributionOf(all: Float64Array): Distribution {
  const values = all.filter((value) => !Number.isNaN(value)).sort();
  const count = values.length;
  if (count === 0) {
    return {
      count,
      min: null,
      max: null,
      mean: null,
      p50: null,
      p90: null,
      p95: null,
      p99: null,
      p999: null,
      buckets: [],
    };
  }
  const at = (part: number): number => values[Math.min(count - 1, Math.floor(part * count))];
  const buckets = new Map<number, number>();
  for (const value of values) {
    const bucket = value <= 0 ? Number.NEGATIVE_INFINITY : Math.floor(Math.log2(value) * 64);
    buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
  }
  return {
    count,
    min: values[0],
    max: values[count - 1],
    mean: values.reduce((sum, value) => sum + value, 0) / count,
    p50: at(0.5),
    p90: at(0.9),
    p95: at(0.95),
    p99: at(0.99),
    p999: at(0.999),
    buckets: [...buckets].map(([bucket, held]) => [
      2 ** (bucket / 64),
      bucket < -1e9 ? 0 : 2 ** ((bucket + 1) / 64),
      held,
    ]),
  };
}

function topOf(
  addresses: readonly string[],
  text: (plain: string) => string,
): Record<'talkers' | 'ports' | 'pairs', TopEntry[]> {
  const entry = (key: string, at: number): TopEntry => ({
    key: text(key),
    sessions: Math.round(9000 / (at + 1)),
    bytes: Math.round(4e8 / (at + 1)),
    packets: Math.round(4e5 / (at + 1)),
    retransmissions: Math.round(900 / ((at % 3) + 1)),
    error: 0,
  });
  return {
    talkers: addresses.slice(0, 20).map(entry),
    ports: ['443', '80', '22', '5432', '8080'].map(entry),
    pairs: addresses
      .slice(0, 20)
      .map((address, at) => entry(`${addresses[addresses.length - 1 - at]} > ${address}:443`, at)),
  };
}

function seriesOf(
  first: Float64Array,
  duration: Float64Array,
  payload: Float64Array,
  state: Uint8Array,
  resets: Uint16Array,
  again: Uint8Array,
): PageData['series'] {
  const length = SECONDS / STRETCH;
  const make = (): Float64Array => new Float64Array(length);
  const [packets, bytes, data, begun, ended, active, retransmissions, reset, failed] = Array.from({ length: 9 }, make);
  const place = (time: number): number => Math.max(0, Math.min(length - 1, Math.floor((time - FIRST) / STRETCH)));
  for (let row = 0; row < first.length; row++) {
    const at = place(first[row]);
    const end = place(first[row] + duration[row]);
    begun[at]++;
    ended[end]++;
    packets[at] += 10 + payload[row] / 1448;
    bytes[at] += 800 + payload[row] * 1.05;
    data[at] += payload[row];
    retransmissions[at] += again[row];
    reset[end] += resets[row];
    if (STATES[state[row]] === 'REJ' || STATES[state[row]] === 'S0') failed[at]++;
  }
  let open = 0;
  for (let at = 0; at < length; at++) {
    open += begun[at] - ended[at];
    active[at] = open;
  }
  return {
    from: FIRST,
    width: STRETCH,
    length,
    packets: pack(packets.map(Math.round)),
    bytes: pack(bytes.map(Math.round)),
    payload: pack(data),
    begun: pack(Uint32Array.from(begun)),
    ended: pack(Uint32Array.from(ended)),
    active: pack(Uint32Array.from(active)),
    retransmissions: pack(Uint32Array.from(retransmissions)),
    resets: pack(Uint32Array.from(reset)),
    failed: pack(Uint32Array.from(failed)),
  };
}

/** A transfer from the server with losses; the longer one lacks its middle. */
function segmentsOf(random: Random, session: number, length: number): PageSegments {
  const rows: number[][] = [];
  let time = 0;
  let seq = 5000;
  let lost = -1;
  const put = (side: number, flags: number, at: number, ack: number, payload: number, symptoms = 0): void => {
    rows.push([time, side, flags, at >>> 0, ack >>> 0, payload, side === 0 ? 64_240 : 29_200, symptoms]);
  };
  put(0, 2, 4_294_967_000, 0, 0);
  time += 0.02;
  put(1, 18, seq, 4_294_967_001, 0);
  time += 0.0002;
  put(0, 16, 4_294_967_001, seq + 1, 0);
  put(0, 24, 4_294_967_001, seq + 1, 420);
  seq++;
  while (rows.length < length - 3) {
    time += 0.0004 + (rows.length % 20 === 0 ? 0.02 : 0);
    if (lost >= 0 && rows.length % 20 >= 18) {
      put(1, 16, lost, 4_294_967_421, 1448, symptomBit('retransmission'));
      lost = -1;
      continue;
    }
    if (lost < 0 && random.below(60) === 0) {
      lost = seq;
      seq += 1448;
    }
    put(1, 16, seq, 4_294_967_421, 1448, lost === seq - 1448 ? symptomBit('lost_segment') : 0);
    seq += 1448;
    time += 0.0001;
    put(0, 16, 4_294_967_421, lost >= 0 ? lost : seq, 0, lost >= 0 ? symptomBit('duplicate_ack') : 0);
  }
  put(1, 17, seq, 4_294_967_421, 0);
  put(0, 17, 4_294_967_421, seq + 1, 0);
  put(1, 16, seq + 1, 4_294_967_422, 0);
  const gap = length > 1000;
  const kept = gap ? [...rows.slice(0, 400), ...rows.slice(-400)] : rows;
  const column = (at: number): number[] => kept.map((row) => row[at]);
  return {
    session,
    total: rows.length,
    length: kept.length,
    gap_at: gap ? 400 : kept.length,
    time: pack(Float64Array.from(column(0))),
    side: pack(Uint8Array.from(column(1))),
    flags: pack(Uint8Array.from(column(2))),
    seq: pack(Uint32Array.from(column(3))),
    ack: pack(Uint32Array.from(column(4))),
    payload: pack(Uint16Array.from(column(5))),
    window: pack(Uint32Array.from(column(6))),
    symptoms: pack(Uint16Array.from(column(7))),
  };
}
