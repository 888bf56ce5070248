/**
 * The reader agrees, packet by packet, with the pcap-parser package on every classic microsecond capture that
 * this package can read.
 */
import assert from 'node:assert/strict';
import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import pcapParser from 'pcap-parser';
import { RECORD } from '../../src/capture/format.js';
import { openPcap, PCAP_FILE_HEADER_BYTES } from '../../src/capture/pcap.js';
import { corpusFiles, corpusMissing } from '../support/corpus.js';

/** A packet as one line: seconds, microseconds, lengths, and the captured bytes. */
const packetText = (sec: number, usec: number, captured: number, wire: number, data: Buffer): string =>
  `${sec}.${usec} ${captured}/${wire} ${data.toString('base64')}`;

function parserPackets(path: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const packets: string[] = [];
    const parser = pcapParser.parse(createReadStream(path));
    parser.on('packet', ({ header: h, data }) =>
      packets.push(packetText(h.timestampSeconds, h.timestampMicroseconds, h.capturedLength, h.originalLength, data)),
    );
    parser.on('end', () => resolve(packets));
    parser.on('error', reject);
  });
}

/** The same from our own reader; undefined when it is no classic microsecond capture. */
function ownPackets(file: Buffer): string[] | undefined {
  if (file.length < PCAP_FILE_HEADER_BYTES) return undefined;
  const isMicroseconds = [file.readUInt32BE(0), file.readUInt32LE(0)].includes(0xa1b2c3d4);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const format = isMicroseconds ? openPcap(view, 0) : undefined;
  if (format === undefined || !('next' in format)) return undefined;
  const packets: string[] = [];
  for (let at = PCAP_FILE_HEADER_BYTES; format.next(view, at, file.length) === RECORD; at = format.nextAt) {
    const data = file.subarray(format.frameAt, format.frameAt + format.capturedBytes);
    packets.push(
      packetText(format.sec >>> 0, format.nsec / 1000, format.capturedBytes, format.wireBytes >>> 0, Buffer.from(data)),
    );
  }
  return packets;
}

/** What pcap-parser does differently by its own rules, and why we do not follow. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'the-tcpdump-group+tcpdump/tests/timestamp_invalid_micro.pcap': 'it does not carry microseconds over a second',
  'OISF+suricata-verify/tests/nfs3-01/input.pcap': 'it does not know the swapped lengths of version 2.1',
};

async function compare(name: string, path: string): Promise<boolean> {
  const own = ownPackets(readFileSync(path));
  if (own === undefined || own.length === 0 || name in EXCEPTIONS) return false;
  let theirs: string[];
  try {
    theirs = await parserPackets(path);
  } catch {
    // A capture the package cannot read is no statement about ours.
    return false;
  }
  assert.deepEqual(own, theirs, name);
  return true;
}

describe('agreement with pcap-parser', () => {
  test('captures of this project', async () => {
    const names = readdirSync('datasets').filter((name) => name.endsWith('.pcap'));
    let compared = 0;
    for (const name of names) if (await compare(name, join('datasets', name))) compared++;
    assert.ok(compared >= 4, `only ${compared} compared`);
  });

  test('the corpus', { skip: corpusMissing }, async (t) => {
    let compared = 0;
    for (const { name, path } of corpusFiles()) if (await compare(name, path)) compared++;
    t.diagnostic(`${compared} captures compared`);
    assert.ok(compared > 50, `only ${compared} compared`);
  });
});
