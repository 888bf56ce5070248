/**
 * Walks a capture through a `CaptureFormat` as a reader would, with the bytes coming in pieces of any size, and holds
 * the format to its promises: it reads nothing behind the end, goes forward, and needs no more than the head room.
 */
import assert from 'node:assert/strict';
import { BAD_RECORD, type CaptureFormat, NEED_BYTES, type Problem, RECORD, SKIP } from '../../src/capture/format.js';
import { PcapngFormat } from '../../src/capture/pcapng.js';
import { RECOGNISE_BYTES, recognise } from '../../src/capture/recognise.js';
import { HEAD_ROOM_BYTES } from '../../src/ring/layout.js';

export interface WalkedRecord {
  readonly sec: number;
  readonly nsec: number;
  readonly hasTime: boolean;
  readonly capturedBytes: number;
  readonly wireBytes: number;
  readonly linkType: number;
  readonly interfaceIndex: number;
  /** As `CaptureFormat.era`. */
  readonly era: number;
  /** Position of the frame in the file. */
  readonly frameAt: number;
}

export interface Walked {
  readonly format: CaptureFormat;
  readonly records: readonly WalkedRecord[];
  /** What ended it: NEED_BYTES at the end of the file or BAD_RECORD, and where. */
  readonly outcome: number;
  readonly at: number;
  /** What the format says of it: what is wrong, or what is missing when something is. */
  readonly problem: Problem | undefined;
}

/** Bytes in front of the piece in its buffer: positions are not those of the file. */
const AT = 3;

export function openFormat(file: Uint8Array): CaptureFormat {
  const format = recognise(new DataView(file.buffer, file.byteOffset, file.byteLength), 0);
  assert.ok('next' in format, JSON.stringify(format));
  return format;
}

/** Walks a file of which `pieceBytes()` more bytes are there whenever more are needed; all at once without it. */
export function walkFile(file: Uint8Array, pieceBytes?: () => number): Walked {
  const format = openFormat(file);
  const records: WalkedRecord[] = [];
  let at = RECOGNISE_BYTES;
  let there = pieceBytes === undefined ? file.length : at;
  let { view, start } = piece(file, at, there, pieceBytes === undefined);
  for (;;) {
    const local = start + at;
    const outcome = there < at ? NEED_BYTES : format.next(view, local, start + there);
    if (outcome === RECORD || outcome === SKIP) {
      assert.ok(format.nextAt > local, 'goes forward');
      if (outcome === RECORD) {
        assert.ok(format.frameAt + format.capturedBytes <= start + there, 'the frame is there');
        records.push(recordOf(format, format.frameAt - start));
      }
      at = format.nextAt - start;
      continue;
    }
    if (outcome === NEED_BYTES && there < file.length) {
      assert.ok(there - at < HEAD_ROOM_BYTES, 'fits the head room');
      there = Math.min(file.length, there + (pieceBytes?.() ?? 0));
      ({ view, start } = piece(file, Math.min(at, there), there, false));
      continue;
    }
    const isCut = outcome === NEED_BYTES && (at !== there || format.isUnfinished);
    const problem =
      outcome === BAD_RECORD ? format.problem : isCut ? format.describeCut(view, local, start + there) : undefined;
    return { format, records, outcome, at, problem };
  }
}

/** A buffer that ends where the piece does; `start` is what to add to positions of the file. */
function piece(file: Uint8Array, from: number, to: number, whole: boolean): { view: DataView; start: number } {
  if (whole) return { view: new DataView(file.buffer, file.byteOffset, file.byteLength), start: 0 };
  const bytes = new Uint8Array(AT + to - from);
  bytes.set(file.subarray(from, to), AT);
  return { view: new DataView(bytes.buffer), start: AT - from };
}

function recordOf(format: CaptureFormat, frameAt: number): WalkedRecord {
  return {
    sec: format.sec >>> 0,
    era: format.era,
    nsec: format.nsec,
    hasTime: format.hasTime,
    capturedBytes: format.capturedBytes,
    wireBytes: format.wireBytes >>> 0,
    linkType: format.linkType,
    interfaceIndex: format instanceof PcapngFormat ? format.interfaceIndex : 0,
    frameAt,
  };
}

/** Seconds and nanoseconds as tshark prints them: nine digits whatever the resolution; nothing without a time. */
export function timeText(record: Pick<WalkedRecord, 'sec' | 'era' | 'nsec' | 'hasTime'> | undefined): string {
  return record?.hasTime ? `${record.sec + record.era * 2 ** 32}.${String(record.nsec).padStart(9, '0')}` : '';
}
