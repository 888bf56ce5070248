/**
 * Connections in Zeek's formats: a record with all values as a line should be, drawn ones read back, and nothing that differs between runs.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import * as C from '../../src/analysis/connection-record.js';
import { STATES } from '../../src/analysis/connection-state.js';
import { RECORD_CONNECTION, RECORD_NUMBER } from '../../src/analysis/events.js';
import { type RecordFormat, rendererOf, tableOf } from '../../src/records/formats.js';
import { ipv4Text, ipv6Text } from '../../src/wire/address.js';
import { type DrawnRecord, drawRecord, numbersFrom } from '../support/draw-records.js';
import { checkProperty } from '../support/property.js';

function render(format: RecordFormat, records: readonly DrawnRecord[]): string {
  const renderer = rendererOf(RECORD_CONNECTION, format, () => assert.fail());
  for (const { fields, text } of records) renderer.add(fields, text);
  renderer.end();
  return Buffer.from(renderer.take()).toString();
}

function connection(change: readonly (readonly [field: number, value: number])[] = []): DrawnRecord {
  const fields = new Float64Array(C.CONNECTION_RECORD_FIELDS);
  fields[RECORD_NUMBER] = 3;
  fields[C.C_SEC] = 1_418_147_517;
  fields[C.C_NSEC] = 483_648_999;
  fields[C.C_DURATION] = 1_000_000_001;
  fields[C.C_ORIG] = 0xc0a83801;
  fields[C.C_RESP] = 0xc0a83865;
  fields[C.C_ORIG_PORT] = 59_763;
  fields[C.C_RESP_PORT] = 80;
  fields[C.C_RESP_BYTES] = 5_416_666_670;
  fields[C.C_STATE] = STATES.indexOf('SF');
  fields[C.C_HISTORY_BYTES] = 7;
  fields[C.C_ORIG_PACKETS] = 5;
  fields[C.C_ORIG_IP_BYTES] = 272;
  fields[C.C_RESP_PACKETS] = 4;
  fields[C.C_RESP_IP_BYTES] = 486;
  fields[C.C_VLAN] = Number.NaN;
  for (const [field, value] of change) fields[field] = value;
  return { fields, text: Buffer.from('ShAdfFa') };
}

describe("connections as Zeek's conn.log", () => {
  it('have its header, a line each, and its last line', () => {
    const uid = 'UID';
    const second = connection([
      [C.C_SEC, 1_418_147_600],
      [C.C_DURATION, Number.NaN],
      [C.C_ORIG_BYTES, Number.NaN],
      [C.C_VLAN, 7],
      [C.C_HISTORY_BYTES, 0],
    ]);
    const text = render('zeek', [connection(), second]).replace(/\tC[0-9A-Za-z]{17}\t/g, `\t${uid}\t`);
    assert.deepEqual(text.split('\n'), [
      '#separator \\x09',
      '#set_separator\t,',
      '#empty_field\t(empty)',
      '#unset_field\t-',
      '#path\tconn',
      '#open\t2014-12-09-17-51-57',
      '#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\tlocal_orig\tlocal_resp\tmissed_bytes\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\ttunnel_parents\tvlan',
      '#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring\tbool\tbool\tcount\tstring\tcount\tcount\tcount\tcount\tset[string]\tint',
      '1418147517.483648\tUID\t192.168.56.1\t59763\t192.168.56.101\t80\ttcp\t-\t1.000001\t0\t5416666670\tSF\t-\t-\t0\tShAdfFa\t5\t272\t4\t486\t-\t-',
      '1418147600.483648\tUID\t192.168.56.1\t59763\t192.168.56.101\t80\ttcp\t-\t-\t-\t5416666670\tSF\t-\t-\t0\t-\t5\t272\t4\t486\t-\t7',
      '#close\t2014-12-09-17-53-20',
      '',
    ]);
  });

  it('are a header and an end where there are none', () => {
    const lines = render('zeek', []).split('\n');
    assert.equal(lines.length, 10);
    assert.equal(lines[5], '#open\t-');
    assert.equal(lines[8], '#close\t-');
    assert.equal(render('zeek-json', []), '');
  });

  it('are the same in both forms, in every run, and as the record says', (t) => {
    const property = fc.property(fc.nat(), fc.integer({ min: 1, max: 50 }), (seed, count) => {
      const draw = numbersFrom(seed);
      const records = Array.from({ length: count }, (_, i) => {
        const { fields, text } = drawRecord(tableOf(RECORD_CONNECTION), draw, i);
        // Histories are letters.
        return { fields, text: text.map((byte) => 0x41 + (byte % 26)) };
      });
      const text = render('zeek', records);
      assert.equal(render('zeek', records), text);
      const lines = text.split('\n');
      const names = lines[6].split('\t').slice(1);
      const rows = lines.slice(8, -2).map((line) => line.split('\t'));
      const objects = render('zeek-json', records).split('\n').slice(0, -1);
      assert.equal(rows.length, count);
      assert.equal(objects.length, count);
      const uids = new Set<string>();
      objects.forEach((line, index) => {
        const read = JSON.parse(line) as Record<string, string | number>;
        const { fields } = records[index];
        rows[index].forEach((value, place) => {
          const name = names[place];
          const member = read[name];
          if (value === '-') assert.equal(member, undefined, name);
          else if (name === 'ts' || name === 'duration') assert.ok(line.includes(`"${name}":${value}`), name);
          else assert.equal(String(member), value, name);
        });
        uids.add(String(read.uid));
        const address = (at: number): string =>
          fields[C.C_V6] === 1 ? ipv6Text([...fields.subarray(at, at + 4)]) : ipv4Text(fields[at]);
        assert.equal(read['id.orig_h'], address(C.C_ORIG));
        assert.equal(read['id.resp_h'], address(C.C_RESP));
        assert.equal(read['id.resp_p'], fields[C.C_RESP_PORT]);
        assert.equal(read.resp_bytes, Number.isNaN(fields[C.C_RESP_BYTES]) ? undefined : fields[C.C_RESP_BYTES]);
      });
      assert.equal(uids.size, count);
    });
    checkProperty(t, property, 40);
  });
});
