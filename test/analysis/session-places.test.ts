/**
 * Where sessions are, as it is told in place of their records: by what an analysis could say, rows that are used again and all.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RECORD_CONNECTION, RECORD_SESSION, type RecordEvents, type RecordKind } from '../../src/analysis/events.js';
import {
  PLACE_DST,
  PLACE_FROM_INPUT,
  PLACE_FROM_NUMBER,
  PLACE_MARKED,
  PLACE_SRC,
  PLACE_SRC_PORT,
  PLACE_TO_INPUT,
  PLACE_TO_NUMBER,
  PLACE_VLAN,
} from '../../src/analysis/session-place.js';
import { SessionPlaces, type WantedPlaces } from '../../src/analysis/session-places.js';
import {
  R_DST,
  R_FIRST_INPUT,
  R_FIRST_NUMBER,
  R_LAST_INPUT,
  R_LAST_NUMBER,
  R_SRC,
  R_SRC_PORT,
  SESSION_RECORD_FIELDS,
} from '../../src/analysis/session-record.js';
import { D_DST, D_PORTS, D_SRC, D_VLAN, D_WHERE } from '../../src/capture/descriptor.js';
import { conversationHash } from '../../src/capture/descriptor-hash.js';

interface Told {
  readonly kind: RecordKind;
  readonly row: number;
  readonly fields: Float64Array;
}

class Analysed {
  readonly created: number[] = [];
  readonly told: Told[] = [];
  readonly places: SessionPlaces;
  readonly #words = new Int32Array(16);
  readonly #view = new DataView(new ArrayBuffer(64));

  constructor(wanted: WantedPlaces) {
    const events: RecordEvents = {
      created: (_, row) => this.created.push(row),
      record: (kind, row, fields) => this.told.push({ kind, row, fields: fields.slice() }),
    };
    this.places = new SessionPlaces(events, wanted);
  }

  /** A segment between ports `port` and 80, during which `analyse` tells what it tells. */
  segment(port: number, isMarked: boolean, analyse: () => void = () => {}, vlan = 0): void {
    const words = this.#words;
    words[D_WHERE] = 14 << 16;
    words[D_SRC] = 1;
    words[D_DST] = 2;
    words[D_PORTS] = (port << 16) | 80;
    words[D_VLAN] = vlan;
    this.places.begin(words, 0, this.#view, conversationHash(words, 0));
    analyse();
    if (isMarked) this.places.mark();
  }

  begin(row: number): void {
    this.places.created(RECORD_SESSION, row);
  }

  end(row: number): void {
    this.places.record(RECORD_SESSION, row, new Float64Array(SESSION_RECORD_FIELDS), new Uint8Array(3), 3);
  }

  get marks(): (readonly [number, number])[] {
    return this.told.map(({ row, fields }) => [row, fields[PLACE_MARKED]] as const);
  }
}

describe('the places of sessions', () => {
  it('are told with what the record has of them', () => {
    const analysed = new Analysed('all');
    analysed.segment(1000, false, () => analysed.begin(0), 77);
    const fields = new Float64Array(SESSION_RECORD_FIELDS);
    fields.set([11, 12, 13, 14], R_SRC);
    fields.set([21, 22, 23, 24], R_DST);
    fields[R_SRC_PORT] = 1000;
    [R_FIRST_INPUT, R_FIRST_NUMBER, R_LAST_INPUT, R_LAST_NUMBER].forEach((at, index) => {
      fields[at] = 5 + index;
    });
    analysed.places.record(RECORD_SESSION, 0, fields, new Uint8Array(9), 9);
    const [{ fields: place }] = analysed.told;
    assert.deepEqual([...place.subarray(PLACE_SRC, PLACE_SRC + 4)], [11, 12, 13, 14]);
    assert.deepEqual([...place.subarray(PLACE_DST, PLACE_DST + 4)], [21, 22, 23, 24]);
    const order = [PLACE_SRC_PORT, PLACE_VLAN, PLACE_FROM_INPUT, PLACE_FROM_NUMBER, PLACE_TO_INPUT, PLACE_TO_NUMBER];
    assert.deepEqual(
      order.map((at) => place[at]),
      [1000, 77, 5, 6, 7, 8],
    );
  });

  it('say of which sessions a segment was marked', () => {
    const analysed = new Analysed('all');
    analysed.segment(1000, true, () => analysed.begin(0));
    analysed.segment(1001, false, () => analysed.begin(1));
    analysed.segment(1002, false, () => analysed.begin(2));
    analysed.segment(1002, true);
    analysed.segment(1001, false);
    // Ticks tell of sessions too, after whatever segment.
    for (const row of [1, 0, 2]) analysed.end(row);
    assert.deepEqual(analysed.marks, [
      [1, 0],
      [0, 1],
      [2, 1],
    ]);
  });

  it('keep sessions apart that follow each other on the same ports, whichever row they get', () => {
    for (const isToldFirst of [true, false]) {
      const analysed = new Analysed('all');
      analysed.segment(1000, true, () => analysed.begin(0));
      analysed.segment(1000, false, () => {
        if (isToldFirst) analysed.end(0);
        analysed.begin(isToldFirst ? 0 : 1);
        if (!isToldFirst) analysed.end(0);
      });
      analysed.segment(1001, false, () => analysed.begin(2));
      analysed.end(isToldFirst ? 0 : 1);
      analysed.segment(1000, true, () => analysed.begin(3));
      for (const row of [2, 3]) analysed.end(row);
      assert.deepEqual(
        analysed.marks.map(([, marked]) => marked),
        [1, 0, 0, 1],
        `${isToldFirst}`,
      );
      assert.deepEqual(analysed.created, isToldFirst ? [0, 0, 2, 3] : [0, 1, 2, 3]);
    }
  });

  it('keep VLANs apart where they count', () => {
    const analysed = new Analysed('all');
    analysed.segment(1000, false, () => analysed.begin(0), 5);
    analysed.segment(1000, false, () => analysed.begin(1), 6);
    analysed.segment(1000, true, () => {}, 5);
    for (const row of [0, 1]) analysed.end(row);
    assert.deepEqual(analysed.marks, [
      [0, 1],
      [1, 0],
    ]);
  });

  it('are those of marked sessions alone if asked, and all else is told as it comes', () => {
    const analysed = new Analysed('marked');
    for (let row = 0; row < 10_000; row++) analysed.segment(row, row % 1000 === 7, () => analysed.begin(row));
    for (let row = 0; row < 10_000; row++) analysed.end(row);
    assert.deepEqual(
      analysed.told.map(({ row }) => row),
      Array.from({ length: 10 }, (_, index) => 1000 * index + 7),
    );
    analysed.places.record(RECORD_CONNECTION, 4, new Float64Array(3), new Uint8Array(0), 0);
    assert.deepEqual(analysed.told.at(-1), { kind: RECORD_CONNECTION, row: 4, fields: new Float64Array(3) });
  });

  it('are not marked by a segment of no session', () => {
    const analysed = new Analysed('all');
    analysed.segment(1000, true);
    analysed.segment(1000, false, () => analysed.begin(0));
    analysed.end(0);
    assert.deepEqual(analysed.marks, [[0, 0]]);
  });
});
