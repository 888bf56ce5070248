/**
 * What `tcploom filter` writes, seen by the programs that people read captures with: the same packets, times, link types,
 * interfaces and comments as in what was read.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { tcploom, temporaryFolder } from '../support/launch.js';
import { missing, output } from '../support/programs.js';

const FOLDER = temporaryFolder();
const ETHERNET = 'datasets/lossy.pcap';
const COOKED = 'datasets/any-sll.pcap';
const NANOSECONDS = 'datasets/ipv6-nano.pcap';

const path = (name: string): string => join(FOLDER, name);

/** Expressions of ours and of Wireshark's that say the same; ours looks into TCP headers over IPv4 only. */
const PAIRS: readonly (readonly [filter: string, display: string])[] = [
  ['', ''],
  ['greater 200', 'frame.len >= 200'],
  ['tcp port 80 and tcp[13] & 2 != 0', 'ip and tcp.port == 80 and tcp.flags.syn == 1'],
  ['ip6 or arp', '(ipv6 or arp) and not ip'],
];

const FIELDS = ['time_epoch', 'len', 'cap_len', 'encap_type', 'interface_id', 'interface_name', 'md5_hash'];

/** A row for each packet. */
function rowsOf(file: string, display: string): string[] {
  const fields = [...FIELDS.map((field) => `frame.${field}`), 'pkt_comment', 'frame.comment'];
  const known = fields.filter((field) => FRAME_FIELDS.has(field));
  const args = ['-n', '-r', file, '-o', 'frame.generate_md5_hash:TRUE', '-T', 'fields', '-Y', display];
  return output('tshark', [...args, ...known.flatMap((field) => ['-e', field])])
    .toString()
    .split('\n')
    .filter((line) => line !== '');
}

/** Fields have come and gone over the versions. */
let FRAME_FIELDS: ReadonlySet<string>;

async function filtered(filter: string, ...args: readonly string[]): Promise<string> {
  const out = path('out');
  const run = await tcploom(['filter', filter, ...args, '-w', out]);
  assert.equal(run.stderr, '');
  assert.equal(run.code, 0);
  return out;
}

describe('what filter writes', { skip: missing('tshark', 'editcap', 'mergecap', 'capinfos', 'tcpdump') }, () => {
  before(() => {
    const fields = output('tshark', ['-G', 'fields'])
      .toString()
      .matchAll(/^F\t[^\t]*\t(frame\.\w+|pkt_comment)\t/gm);
    FRAME_FIELDS = new Set([...fields].map((match) => match[1]));
    for (const field of ['frame.time_epoch', 'frame.md5_hash', 'frame.interface_id'])
      assert.ok(FRAME_FIELDS.has(field));
    output('editcap', [
      '-F',
      'pcapng',
      '-a',
      '1:first of all',
      '-a',
      '20:a comment',
      '-a',
      '595:the last',
      ETHERNET,
      path('eth.pcapng'),
    ]);
    output('mergecap', ['-F', 'pcapng', '-w', path('mixed.pcapng'), path('eth.pcapng'), COOKED, NANOSECONDS]);
  });

  for (const name of ['eth.pcapng', 'mixed.pcapng']) {
    for (const [filter, display] of PAIRS) {
      it(`of ${name} through '${filter}'`, async () => {
        const expected = rowsOf(path(name), display);
        assert.ok(expected.length > 0, 'nothing to compare');
        assert.deepEqual(rowsOf(await filtered(filter, path(name)), ''), expected);
      });
    }
  }

  it('keeps comments', async () => {
    const field = FRAME_FIELDS.has('frame.comment') ? 'frame.comment' : 'pkt_comment';
    const out = await filtered('tcp', path('eth.pcapng'));
    const comments = output('tshark', ['-r', out, '-Y', field, '-T', 'fields', '-e', field]).toString();
    assert.match(comments, /a comment/);
  });

  it('keeps interfaces, used or not', async () => {
    const interfacesOf = (file: string): string[] =>
      output('capinfos', ['-I', file])
        .toString()
        .split('\n')
        .filter((line) => /Encapsulation|Time precision|Capture length/.test(line));
    const expected = interfacesOf(path('mixed.pcapng'));
    assert.ok(expected.length >= 9);
    assert.deepEqual(interfacesOf(await filtered('arp', path('mixed.pcapng'))), expected);
  });

  it('has the packets of several captures one after the other', async () => {
    const files = [path('eth.pcapng'), COOKED, path('mixed.pcapng')];
    const expected = files.flatMap((file) => rowsOf(file, 'tcp.port == 80').map(withoutInterface));
    const out = await filtered('tcp port 80', ...files);
    assert.deepEqual(rowsOf(out, '').map(withoutInterface), expected);
  });

  for (const file of [ETHERNET, COOKED, NANOSECONDS]) {
    it(`of ${file} is what tcpdump writes`, async () => {
      const precision = file === NANOSECONDS ? ['--time-stamp-precision=nano'] : [];
      for (const [filter] of PAIRS) {
        const expected = output('tcpdump', [...precision, '-r', file, '-w', '-', filter]);
        const run = await tcploom(['filter', filter, file, '-w', '-']);
        assert.equal(Buffer.from(run.stdout, 'latin1').compare(expected), 0, filter);
      }
    });
  }

  it('as pcapng, and as pcap again, has the same packets', async () => {
    for (const file of [ETHERNET, NANOSECONDS]) {
      const expected = rowsOf(file, '').map(withoutInterface);
      const section = await filtered('', file, '--pcapng');
      assert.match(output('capinfos', ['-t', section]).toString(), /pcapng/);
      assert.deepEqual(rowsOf(section, '').map(withoutInterface), expected);
      const back = path('back.pcap');
      const run = await tcploom(['filter', '', section, '--pcap', '-w', back]);
      assert.equal(run.code, 0);
      assert.deepEqual(rowsOf(back, '').map(withoutInterface), expected);
    }
  });
});

/** Times, lengths, link type and bytes. */
function withoutInterface(row: string): string {
  const columns = row.split('\t');
  const times = columns[0].replace(/0+$/, '');
  return [times, columns[1], columns[2], columns[3], columns[6]].join('\t');
}
