/**
 * Files that give names to numbers and addresses, line by line.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ethersIn, hostsIn, networksIn, protocolsIn, servicesIn } from '../../src/cli/name-files.js';

const object = (map: ReadonlyMap<string, unknown>): object => Object.fromEntries(map);

describe('names in files', () => {
  it('of hosts: all addresses of a name, in capitals or not', () => {
    const text = [
      '# comment',
      '127.0.0.1\tlocalhost loop # localdomain',
      '::1 localhost ip6-localhost',
      '',
      '10.0.0.1   Web.example  web',
      'fe80::1%lo0 localhost',
      '127.0.0.1 localhost',
      '10.0.0.2',
      '10.0.0.3 web\r',
    ].join('\n');
    assert.deepEqual(object(hostsIn(text, ['localhost', 'WEB', 'localdomain', 'comment'])), {
      localhost: ['127.0.0.1', '::1', 'fe80::1'],
      WEB: ['10.0.0.1', '10.0.0.3'],
    });
    assert.deepEqual(object(hostsIn(text, [])), {});
    assert.deepEqual(object(hostsIn('', ['web'])), {});
  });

  it('of services: a port for each transport, the first that is given, by name or alias', () => {
    const text =
      'http 80/tcp www\nhttp 80/udp\ndomain 53/udp\nhttp 8080/tcp\nodd 70000/tcp\nodd 9/ddp\nsctp 9/sctp\nHTTP 1/tcp';
    assert.deepEqual(object(servicesIn(text, ['http', 'www', 'domain', 'odd', 'sctp', '80/tcp'])), {
      http: { tcp: 80, udp: 80 },
      www: { tcp: 80 },
      domain: { udp: 53 },
    });
  });

  it('of protocols', () => {
    const text = 'ip\t0\tIP # internet\ntcp 6 TCP\nodd 1000\ntcp 7';
    assert.deepEqual(object(protocolsIn(text, ['ip', 'TCP', 'tcp', 'odd', 'internet', '6'])), {
      ip: 0,
      TCP: 6,
      tcp: 6,
    });
  });

  it('of networks', () => {
    const text = 'loopback 127.0.0.0 lo\nlink-local 169.254\nodd x\nlo 10';
    assert.deepEqual(object(networksIn(text, ['loopback', 'lo', 'link-local', 'odd'])), {
      loopback: '127.0.0.0',
      lo: '127.0.0.0',
      'link-local': '169.254',
    });
  });

  it('of Ethernet stations', () => {
    const text = '0:1:2:aa:bb:cc gate\n00:11:22:33:44:55 web # x\n00:11:22:33:44 short\nff:ff:ff:ff:ff:ff web';
    assert.deepEqual(object(ethersIn(text, ['gate', 'web', 'short', 'x'])), {
      gate: '0:1:2:aa:bb:cc',
      web: '00:11:22:33:44:55',
    });
  });
});
