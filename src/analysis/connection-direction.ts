/**
 * Who began a connection, by its first packet.
 */
import { TCP_ACK, TCP_SYN } from '../wire/tcp.js';

const SYN_ACK = TCP_SYN | TCP_ACK;

/** Ports of the services that Zeek's documentation names as those of its analysers of protocols over TCP. */
const SERVER_PORTS: ReadonlySet<number> = new Set([
  ...[21, 2811, 22, 25, 587, 53, 79, 80, 81, 631, 1080, 3128, 8000, 8080, 8888, 88, 110, 111, 2049, 135, 139, 445, 143],
  ...[389, 3268, 443, 563, 585, 614, 636, 989, 990, 992, 993, 995, 5223, 502, 1883, 3306, 3389, 5060, 5222, 5269],
  ...[5432, 6379, 6666, 6667, 6668, 6669, 20000],
]);

/**
 * The side that began the connection, where side 0 sent the first packet that is known of it: 1 when that is a SYN-ACK, or comes in mid-stream from a
 * server's port to one that is none. `ports`: source << 16 | destination.
 */
export function originatorOf(flags: number, ports: number): 0 | 1 {
  if ((flags & TCP_SYN) !== 0) return (flags & SYN_ACK) === SYN_ACK ? 1 : 0;
  return SERVER_PORTS.has(ports >>> 16) && !SERVER_PORTS.has(ports & 0xffff) ? 1 : 0;
}
