/**
 * What `tcploom info --tsv` says of every capture of the corpus: as the reference table says, and TCP packets and
 * conversations as tshark counts them, but for what is named here with its reason.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { capturePath, captureRows, corpusMissing } from '../support/corpus.js';
import { runEach } from '../support/outcomes.js';

/** Columns of a row of the output. */
const [PACKETS, CAPTURED, WIRE, FIRST, LAST, INTERFACES, TCP, CONVERSATIONS, FORMAT, COMPRESSION, LINK_TYPES] = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
];

const LIMIT_MS = 600_000;

/** What is not as in the table, by column, with what it is instead. */
const DIFFERENT: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  // Microseconds of 2^31: tshark multiplies by 1000 in 32 bits, which gives 0; here they carry.
  'the-tcpdump-group+tcpdump/tests/timestamp_invalid_micro.pcap': { [LAST]: '1418147517.483648000' },
  // Nanoseconds of 2^31: a negative number for tshark, which it prints with the sign in front of all.
  'the-tcpdump-group+tcpdump/tests/timestamp_invalid_nano.pcap': { [LAST]: '1418145372.147483648' },
  // Damaged behind the first packet. tshark tries other layouts of record headers then and makes a second packet of
  // one byte of it; tcpdump stops where we do. The first is no TCP: its IP header says protocol 6, but its version is 0.
  'OISF+suricata-verify/tests/bug-6875-01/fuzz.pcap': {
    [PACKETS]: '1',
    [CAPTURED]: '188',
    [WIRE]: '188',
    [LAST]: '1508525002.992213000',
    [TCP]: '0',
    [CONVERSATIONS]: '0',
  },
  // The TCP header of one packet is cut after 13 bytes; tshark counts it by what is there.
  'zeek+zeek/testing/btest/Traces/tcp/truncated-header.pcap': { [TCP]: '23' },
  // The table leaves out the 22 segments in GRE. tshark with ip.defragment off has these figures, but for two packets
  // that are quoted in ICMPv6 errors, which are no conversation here.
  'idaholab+Malcolm-Test-Artifacts/pcap/protocols/Tunnels.pcap': { [TCP]: '345', [CONVERSATIONS]: '17' },
  // Fragments that cut the TCP header itself, which tshark sees whole when it has put them together.
  'OISF+suricata-verify/tests/defrag/bug-6887-defrag-ipv4-tcp-syn/frag-ip-tcp-syn.pcap': { [TCP]: '0' },
  'ntop+nDPI/tests/cfgs/default/pcap/ip_fragmented_garbage.pcap': { [TCP]: '0', [CONVERSATIONS]: '0' },
  // Bytes changed at random. tshark with ip.defragment off has these figures, and one packet more whose data offset is wrong.
  'ntop+nDPI/tests/cfgs/default/pcap/fuzz-2006-06-26-2594.pcap': { [TCP]: '50', [CONVERSATIONS]: '23' },
  // The table counts pairs; a SYN with another number of the same pair is a second stream for tshark, and here.
  'OISF+suricata-verify/tests/tcp-split-handshake-02-5whs/split-handshake-5whs.pcap': { [CONVERSATIONS]: '2' },
};

describe('info', { skip: corpusMissing }, () => {
  const rows = corpusMissing ? [] : captureRows();
  const runs = runEach(
    ['info', '--tsv'],
    rows.map(([name]) => capturePath(name)),
    LIMIT_MS,
  );
  // Who waits for it comes later.
  runs.catch(() => {});

  for (const [index, row] of rows.entries()) {
    const [name, format, linkTypes, packets, captured, wire, first, last, interfaces, tcp, conversations, damage] = row;
    test(name, async () => {
      const expected: Record<number, string> = {
        [PACKETS]: packets,
        [CAPTURED]: captured,
        [WIRE]: wire,
        [FIRST]: first,
        [LAST]: last,
        [INTERFACES]: interfaces,
        [TCP]: tcp,
        [CONVERSATIONS]: conversations,
        [FORMAT]: format,
        [COMPRESSION]: name.endsWith('.gz') ? 'gzip' : '',
        [LINK_TYPES]: linkTypes,
        ...DIFFERENT[name],
      };
      const { code, stdout, stderr } = (await runs)[index];
      const cells = stdout.split('\n')[1].split('\t');
      const found = Object.fromEntries(Object.keys(expected).map((column) => [column, cells[Number(column)]]));
      // An empty cell of the table says nothing, but for the time of a packet that has none.
      for (const column of Object.keys(expected).map(Number)) {
        if (expected[column] === '' && format === '') expected[column] = found[column];
      }
      assert.deepEqual(found, expected);
      const isDamaged = /^(cut|absurd)/.test(damage ?? '');
      assert.equal(code, isDamaged ? 1 : 0, stderr);
      assert.equal(stderr === '', !isDamaged, stderr);
    });
  }
});
