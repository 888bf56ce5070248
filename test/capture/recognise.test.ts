import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RECOGNISE_BYTES, recognise } from '../../src/capture/recognise.js';
import { BlockCrafter, concat, type Order } from '../support/pcapng-craft.js';

/** What is said of a file that begins so; it lies somewhere in its buffer. */
function outcomeOf(start: Uint8Array): string {
  const bytes = new Uint8Array(5 + Math.max(RECOGNISE_BYTES, start.length));
  bytes.set(start, 5);
  const result = recognise(new DataView(bytes.buffer), 5);
  return 'next' in result ? result.describe() : `${result.found}, expected ${result.expected}`;
}

const latin = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

function pcapHeader(magic: number, order: Order): Uint8Array {
  const craft = new BlockCrafter(order);
  return concat(craft.u32(magic), craft.u16(2, 4), craft.u32(0, 0, 65_535, 1));
}

describe('what is read', () => {
  for (const order of ['LE', 'BE'] as const) {
    const craft = new BlockCrafter(order);
    const cases: readonly [name: string, start: Uint8Array][] = [
      [`pcap us ${order}`, pcapHeader(0xa1b2c3d4, order)],
      [`pcap ns ${order}`, pcapHeader(0xa1b23c4d, order)],
      [`pcap us ${order} modified`, pcapHeader(0xa1b2cd34, order)],
      [`pcapng ${order}`, craft.section()],
      [`pcapng ${order}`, craft.section([], [1, 2])],
      ['pcapng version 2.0, expected version 1', craft.section([], [2, 0])],
      ['pcapng version 0.1, expected version 1', craft.section([], [0, 1])],
    ];
    for (const [name, start] of cases) it(`${name}, ${order}`, () => assert.equal(outcomeOf(start), name));

    it(`a section header that is too short, ${order}`, () => {
      const expected = 'a block of type 0xa0d0d0a with a length of 24 bytes, expected at least 28';
      assert.equal(outcomeOf(craft.section([], [1, 0], { length: 24 })), expected);
    });
  }

  it('a section header without a byte order', () => {
    const section = new BlockCrafter('LE').section();
    section.fill(0x11, 8, 12);
    assert.equal(outcomeOf(section), 'byte-order magic 0x11111111, expected 1a2b3c4d in either byte order');
  });
});

describe('what is not read', () => {
  const CONVERTIBLE = 'expected a pcap or pcapng capture; editcap can convert it';
  const cases: readonly [start: string, outcome: string][] = [
    ['snoop\0\0\0\0\0\0\x02\0\0\0\x04', `a snoop capture, ${CONVERTIBLE}`],
    ['btsnoop\0\0\0\0\x01', `a btsnoop capture, ${CONVERTIBLE}`],
    ['RTSS\x01\x01', `a Microsoft Network Monitor 1 capture, ${CONVERTIBLE}`],
    ['GMBU\0\x02', `a Microsoft Network Monitor 2 capture, ${CONVERTIBLE}`],
    ['TRSNIFF data    \x1a', `a Sniffer capture, ${CONVERTIBLE}`],
    ['XCP\x00002.002\0', `a Sniffer or NetXray capture, ${CONVERTIBLE}`],
    ['\x7fver\0\0', `an EtherPeek or OmniPeek capture, ${CONVERTIBLE}`],
    ['iptrace 2.0', `an AIX iptrace capture, ${CONVERTIBLE}`],
    ['\x1c\0\x01\xac', `an Ixia capture, ${CONVERTIBLE}`],
    ['\xab\x01\0\x1c', `an Ixia capture, ${CONVERTIBLE}`],
    ['\x7fELF\x02\x01\x01', 'a program, expected a pcap or pcapng capture'],
    ['%PDF-1.7\n', 'a PDF document, expected a pcap or pcapng capture'],
    ['PK\x03\x04\x14\0', 'a ZIP archive, expected a pcap or pcapng capture'],
    ['Dear all,\nplease find attached', 'a text file, expected a pcap or pcapng capture'],
    ['# no \xc3\xa9quipement connected', 'a text file, expected a pcap or pcapng capture'],
    ['', 'a file that begins with 0x00000000, expected a pcap or pcapng capture'],
    ['\x01\x02\x03\x04', 'a file that begins with 0x01020304, expected a pcap or pcapng capture'],
    ['\x28\xb5\x2f\xfd', 'a file that begins with 0x28b52ffd, expected a pcap or pcapng capture'],
  ];
  for (const [start, outcome] of cases) it(outcome, () => assert.equal(outcomeOf(latin(start)), outcome));
});
