import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import type { ReportProtocol } from '../../src/monitor/report.js';
import { columnNameOf, DEFAULT_REPORT_PROTOCOLS, parseReportProtocols } from '../../src/monitor/report-protocols.js';
import { checkProperty } from '../support/property.js';

const ip = (number: number): ReportProtocol => ({ layer: 'ip', number });
const link = (number: number): ReportProtocol => ({ layer: 'link', number });

describe('protocols of machine reports', () => {
  const LISTS: readonly (readonly [text: string, protocols: readonly ReportProtocol[]])[] = [
    ['TCP', [ip(6)]],
    ['ICMP,tcp , Udp', [ip(1), ip(6), ip(17)]],
    ['igmp,gre,esp,ah,icmpv6,ospf,sctp', [2, 47, 50, 51, 58, 89, 132].map(ip)],
    ['ARP,rarp,IPv4,ipv6', [0x0806, 0x8035, 0x0800, 0x86dd].map(link)],
    ['0,255,06', [ip(0), ip(255), ip(6)]],
    ['0x0806,0XFFFF,0x42,0x0', [link(0x0806), link(0xffff), link(0x42), link(0)]],
    ['6,0x0006', [ip(6), link(6)]],
  ];
  for (const [text, protocols] of LISTS) {
    it(text, () => assert.deepEqual(parseReportProtocols(text), protocols));
  }

  const FAULTS: readonly (readonly [text: string, found: RegExp])[] = [
    [
      '',
      /^found '', expected a name \(ICMP .*\), a number of IP \(0 to 255\) or one of the link layer \(0x0000 to 0xffff\)$/,
    ],
    ['TCP,', /^found '', expected/],
    ['TCP,FOO', /^found 'FOO', expected/],
    ['256', /^found '256', expected/],
    ['-1', /^found '-1', expected/],
    ['1.5', /^found '1\.5', expected/],
    ['0x', /^found '0x', expected/],
    ['0x10000', /^found '0x10000', expected/],
    ['TCP UDP', /^found 'TCP UDP', expected/],
    ['toString', /^found 'toString', expected/],
    ['\u001b[2J', /^found '\\u\{1b\}\[2J', expected/],
    ['TCP,6', /^found '6', which is there already, expected each protocol once$/],
    ['0x806,ARP', /^found 'ARP', which is there already/],
    [Array.from({ length: 65 }, (_, number) => number).join(), /^found 65 protocols, expected at most 64$/],
  ];
  for (const [text, found] of FAULTS) {
    it(`not ${JSON.stringify(text.slice(0, 20))}`, () => {
      const result = parseReportProtocols(text);
      assert.ok(typeof result === 'string', JSON.stringify(result));
      assert.match(result, found);
    });
  }

  it('may be 64', () => {
    const text = Array.from({ length: 64 }, (_, number) => number).join();
    assert.equal(parseReportProtocols(text).length, 64);
  });

  it('are those of the page where none are named', () => {
    const names = DEFAULT_REPORT_PROTOCOLS.map((protocol) => columnNameOf(protocol, false));
    assert.equal(names.join(), '0x0042,0x00fe,0x0806,0x8035,0x0800,0x86dd,ICMP,IGMP,TCP,UDP,GRE,ICMPv6,SCTP');
    const numbers = DEFAULT_REPORT_PROTOCOLS.map((protocol) => columnNameOf(protocol, true));
    assert.equal(numbers.join(), '0x0042,0x00fe,0x0806,0x8035,0x0800,0x86dd,1,2,6,17,47,58,132');
  });

  it('have columns whose names lead back to them, each its own', (t: TestContext) => {
    const any = fc.oneof(fc.nat(255).map(ip), fc.nat(0xffff).map(link));
    const selector = ({ layer, number }: ReportProtocol): string => `${layer} ${number}`;
    const list = fc.uniqueArray(any, { minLength: 1, maxLength: 64, selector });
    const property = fc.property(list, fc.boolean(), (protocols, byNumber) => {
      const names = protocols.map((protocol) => columnNameOf(protocol, byNumber));
      assert.equal(new Set(names).size, names.length);
      assert.deepEqual(parseReportProtocols(names.join(',')), protocols);
    });
    checkProperty(t, property, 300);
  });
});
