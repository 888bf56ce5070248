import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { listInterfaces, parseDumpcapList, parseTcpdumpList } from '../../src/feed/interfaces.js';

const isThere = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;

describe('the list of devices', () => {
  it('of dumpcap', () => {
    const text = [
      '1. eth0\t\t\t0\t192.0.2.2,fd00::2\tnetwork\t',
      '2. lo\t\tLoopback\t0\t127.0.0.1,::1\tloopback\t',
      '3. any\t\t\t0\t\tnetwork\t',
      '4. wlan 0\tMaker of cards\tWi-Fi\t1\t\tnetwork\t',
      '',
    ].join('\n');
    assert.deepEqual(parseDumpcapList(text), [
      { name: 'eth0', addresses: ['192.0.2.2', 'fd00::2'], isLoopback: false },
      { name: 'lo', description: 'Loopback', addresses: ['127.0.0.1', '::1'], isLoopback: true },
      { name: 'any', addresses: [], isLoopback: false },
      { name: 'wlan 0', description: 'Maker of cards', addresses: [], isLoopback: false },
    ]);
  });

  it('of tcpdump', () => {
    const text = [
      '1.eth0 [Up, Running, Connected]',
      '2.any (Pseudo-device that captures on all interfaces) [Up, Running]',
      '3.lo [Up, Running, Loopback]',
      '4.nflog (Linux netfilter log (NFLOG) interface) [none]',
      '5.ifb0',
      '',
    ].join('\n');
    assert.deepEqual(parseTcpdumpList(text), [
      { name: 'eth0', addresses: [], isLoopback: false },
      { name: 'any', description: 'Pseudo-device that captures on all interfaces', addresses: [], isLoopback: false },
      { name: 'lo', addresses: [], isLoopback: true },
      { name: 'nflog', description: 'Linux netfilter log (NFLOG) interface', addresses: [], isLoopback: false },
      { name: 'ifb0', addresses: [], isLoopback: false },
    ]);
  });

  it('of this machine has its loopback device', {
    skip: !isThere('dumpcap') && !isThere('tcpdump') && 'neither dumpcap nor tcpdump here',
  }, async () => {
    const devices = await listInterfaces();
    assert.ok(devices.some((device) => device.isLoopback));
  });

  it('needs a program', async () => {
    const path = process.env.PATH;
    process.env.PATH = '/nowhere';
    try {
      await assert.rejects(listInterfaces(), /^Error: no program to capture with: install /);
    } finally {
      process.env.PATH = path;
    }
  });
});
