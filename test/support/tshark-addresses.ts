/**
 * Addresses of packets and in packets, as tshark finds them.
 */
import { spawnSync } from 'node:child_process';

const MOST_OUTPUT_BYTES = 1 << 28;
const FIELDS = ['ip.addr', 'ipv6.addr', 'arp.src.proto_ipv4', 'arp.dst.proto_ipv4'];

/** Of the headers of IP and ARP in the capture at `path`, on every layer. Of one that is cut, up to there. */
export function addressesOfPackets(path: string): Set<string> {
  const fields = FIELDS.flatMap((name) => ['-e', name]);
  const args = ['-n', '-r', path, '-T', 'fields', '-E', 'separator=,', ...fields];
  const { stdout } = spawnSync('tshark', args, { encoding: 'utf8', maxBuffer: MOST_OUTPUT_BYTES });
  return new Set(stdout.split(/[,\n\t]/).filter((address) => address !== ''));
}
