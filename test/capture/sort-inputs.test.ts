/**
 * Files in the order of their first packets: what has none, cannot be read, or can be read only once comes last, in the
 * order given.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type FedSource, InputOpener } from '../../src/capture/open-input.js';
import { sortByFirstPacket } from '../../src/capture/sort-inputs.js';
import { tcpFrame } from '../support/craft.js';
import { temporaryFolder } from '../support/launch.js';
import { writePcap } from '../support/pcap-naive.js';
import { ascii, BlockCrafter, concat, frameOf } from '../support/pcapng-craft.js';

const FOLDER = temporaryFolder();
const FRAME = tcpFrame({
  ...{ link: 'ether', ipVersion: 4, src: '10.0.0.1', dst: '10.0.0.2', sport: 1, dport: 2 },
  ...{ seq: 1, ack: 1, flags: 16 },
});

function file(name: string, bytes: Uint8Array | string): string {
  const path = join(FOLDER, name);
  writeFileSync(path, bytes);
  return path;
}

const pcapAt = (name: string, sec: number, nsec = 0): string =>
  file(name, writePcap([{ ...FRAME, sec, nsec }], { linkType: 1, nanosecond: true, bigEndian: sec % 2 === 1 }));

const opener = new InputOpener((): FedSource => {
  throw new Error('nothing here is for a feeder');
});

describe('captures in the order of time', () => {
  const early = pcapAt('early', 100, 999_999_999);
  const middle = pcapAt('middle', 101);
  const late = pcapAt('late', 2 ** 31 + 5);

  it('is that of first packets, to the nanosecond and beyond 2038', () => {
    assert.deepEqual(
      sortByFirstPacket([late, middle, early], opener, () => true),
      [early, middle, late],
    );
  });

  it('keeps the order given for equal times', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => pcapAt(name, 7));
    assert.deepEqual(
      sortByFirstPacket([b, c, a], opener, () => true),
      [b, c, a],
    );
  });

  it('looks past blocks that are no packets, and packets without a time', () => {
    const craft = new BlockCrafter('BE');
    const blocks = [craft.section([{ code: 4, value: ascii('a program') }]), craft.description(1, 0)];
    const packet = craft.enhanced(0, 50_000_000n, frameOf(60));
    const ng = file('ng', concat(...blocks, craft.block(4, frameOf(70_000)), craft.simple(14, frameOf(14)), packet));
    assert.deepEqual(
      sortByFirstPacket([early, ng], opener, () => true),
      [ng, early],
    );
  });

  it('puts what has no time last', () => {
    const fifo = join(FOLDER, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const others = [
      fifo,
      join(FOLDER, 'absent'),
      FOLDER,
      file('text', 'This is a text and no capture at all.'),
      file('empty', ''),
      file('without', writePcap([], { linkType: 1 })),
      '-',
    ];
    assert.deepEqual(
      sortByFirstPacket([...others, late, early], opener, () => true),
      [early, late, ...others],
    );
  });
});
