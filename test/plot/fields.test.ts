/**
 * Every column that a report can have is known by meaning and unit, and a name that was misspelt leads to the one that was meant.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fieldList } from '../../src/plot/field-list.js';
import { fieldFacts, nearNames } from '../../src/plot/fields.js';

const COLUMNS =
  'dur pktsRec pktsDrp ifDrp memUsageKB fillSzHashMap numFlows numAFlows numBFlows numPkts numAPkts numBPkts numV4Pkts numV6Pkts numVxPkts numBytes numABytes numBBytes numFrgV4Pkts numFrgV6Pkts numAlarms rawBandwidth globalWarn 0x0042Pkts 0x0042Bytes 0x00fePkts 0x00feBytes 0x0806Pkts 0x0806Bytes 0x8035Pkts 0x8035Bytes 0x0800Pkts 0x0800Bytes 0x86ddPkts 0x86ddBytes ICMPPkts ICMPBytes IGMPPkts IGMPBytes TCPPkts TCPBytes UDPPkts UDPBytes GREPkts GREBytes ICMPv6Pkts ICMPv6Bytes SCTPPkts SCTPBytes miruoShown miruoRetrans tcpeekSuccess tcpeekReject'.split(
    ' ',
  );

describe('fields', () => {
  it('are all known, each with a meaning of its own and a unit', () => {
    const facts = COLUMNS.map(fieldFacts);
    for (const { name, meaning, unit, factor } of facts) {
      assert.ok(meaning !== 'number' && unit !== '' && factor > 0, name);
    }
    assert.equal(new Set(facts.map(({ meaning }) => meaning)).size, COLUMNS.length);
  });

  const CASES: readonly (readonly [name: string, meaning: string, unit: string, baseUnit: string, factor: number])[] = [
    ['rawBandwidth', 'bandwidth of whole packets', 'kbit/s', 'bit/s', 1000],
    ['memUsageKB', 'resident memory', 'KB', 'B', 1024],
    ['numABytes', 'bytes of A flows', 'bytes', 'B', 1],
    ['TCPPkts', 'packets of TCP', 'packets', 'packets', 1],
    ['0x0806Bytes', 'bytes of Ethernet type 0x0806 (ARP)', 'bytes', 'B', 1],
    ['0x0042Pkts', 'packets of Ethernet type 0x0042', 'packets', 'packets', 1],
    ['0x06Pkts', 'packets of IP protocol 0x06', 'packets', 'packets', 1],
    ['17Pkts', 'packets of IP protocol 17', 'packets', 'packets', 1],
    ['miruoLongConnect', 'miruo: long connect', 'count', 'count', 1],
    ['tcpeekSuccess', 'tcpeek: success', 'count', 'count', 1],
    ['whatever', 'number', '', '', 1],
  ];
  for (const [name, ...expected] of CASES) {
    it(name, () => {
      const { meaning, unit, baseUnit, factor } = fieldFacts(name);
      assert.deepEqual([meaning, unit, baseUnit, factor], expected);
    });
  }

  it('are listed in columns, those that cannot be drawn marked', () => {
    const lines = fieldList(['time', 'dur', 'rawBandwidth', 'globalWarn']);
    assert.equal(lines.length, 3);
    assert.match(lines[1], /^rawBandwidth {2}kbit\/s {2}bandwidth/);
    assert.match(lines[2], /^globalWarn .*cannot be drawn/);
    assert.equal(fieldList(undefined).length, 26);
  });
});

describe('names near to another', () => {
  const CASES: readonly (readonly [wanted: string, first: string | undefined])[] = [
    ['numpkts', 'numPkts'],
    ['numPkt', 'numPkts'],
    ['numPackets', 'numPkts'],
    ['rawbandwith', 'rawBandwidth'],
    ['bandwidth', 'rawBandwidth'],
    ['TCPPakets', 'TCPPkts'],
    ['tcppkts', 'TCPPkts'],
    ['zzzzzzzz', undefined],
    ['', undefined],
    ['x'.repeat(10_000), undefined],
  ];
  for (const [wanted, first] of CASES) {
    it(`${wanted.slice(0, 20)} -> ${first}`, () => {
      const near = nearNames(wanted, COLUMNS);
      assert.equal(near[0], first, near.join(' '));
      assert.ok(near.length <= 5);
    });
  }
});
