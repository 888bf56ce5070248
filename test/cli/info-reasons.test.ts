/**
 * What `tcploom info` says of packets that are no TCP: one figure, whatever else is told apart within.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type Bytes, ethernet, fragmentHeader, ipv4, ipv6, stack, TCP, udp, zeros } from '../support/craft-layers.js';
import { tcploom, temporaryFolder } from '../support/launch.js';
import { writePcap } from '../support/pcap-naive.js';

const ETHER = 1;
const FOLDER = temporaryFolder();

describe('info', () => {
  it('counts ICMP, UDP, ARP and later fragments of them as not TCP', async () => {
    const over4 = ethernet(0x0800);
    const over6 = ethernet(0x86dd);
    const frames: readonly Bytes[] = [
      stack(over4, ipv4(6))(TCP),
      ethernet(0x0806)(zeros(28)),
      stack(over4, ipv4(17), udp(53))(zeros(20)),
      stack(over4, ipv4(1))(zeros(8)),
      stack(over4, ipv4(1, 7))(zeros(8)),
      stack(over6, ipv6(58))(zeros(8)),
      stack(over6, ipv6(44), fragmentHeader(58, 1))(zeros(8)),
      stack(over6, ipv6(1))(zeros(8)),
    ];
    const packets = frames.map((frame, sec) => ({
      ...{ sec, nsec: 0, captured: Uint8Array.from(frame), wireLength: frame.length, linkType: ETHER },
    }));
    const path = join(FOLDER, 'kinds.pcap');
    writeFileSync(path, writePcap(packets, { linkType: ETHER }));
    const run = await tcploom(['info', path]);
    assert.equal(run.code, 0);
    assert.match(run.stdout, /^Not TCP +7 packets/m);
    assert.doesNotMatch(run.stdout, /^(Bad|Unknown|Encrypted|Fragments)/m);
  });
});
