/**
 * Makes `reports.tsv`, machine reports of a morning that never was: two runs, of which the second has columns of handshakes too, a pause
 * between them, and a scan that nobody answered. The same bytes on every machine.
 *
 *     node dist/datasets/reports.js > datasets/reports.tsv
 */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Random } from './random.js';

/** 2026-11-21 07:30:00 UTC. */
const START_SEC = 1_795_246_200;
const EVERY_SEC = 30;
const RUNS = [
  { fromSec: 0, reports: 150, hasHandshakes: false },
  { fromSec: 5100, reports: 90, hasHandshakes: true },
];
/** Seconds after the start: many SYN, few bytes. */
const SCAN = { fromSec: 6000, toSec: 6420 };

const LIVE = ['pktsRec', 'pktsDrp', 'ifDrp'];
const COMMON =
  'memUsageKB fillSzHashMap numFlows numAFlows numBFlows numPkts numAPkts numBPkts numV4Pkts numV6Pkts numVxPkts numBytes numABytes numBBytes numFrgV4Pkts numFrgV6Pkts numAlarms rawBandwidth globalWarn';
const PROTOCOLS = ['0x0806', 'ICMP', 'TCP', 'UDP'];
const HANDSHAKES = ['tcpeekSuccess', 'tcpeekReject', 'tcpeekTimeout'];

export function* sampleReports(): Generator<string> {
  const random = new Random(7);
  let flowsBefore = 0;
  for (const { fromSec, reports, hasHandshakes } of RUNS) {
    const names = [...LIVE, ...COMMON.split(' '), ...PROTOCOLS.flatMap((name) => [`${name}Pkts`, `${name}Bytes`])];
    yield `%${['repTyp', 'time', 'dur', ...names, ...(hasHandshakes ? HANDSHAKES : [])].join('\t')}\n`;
    for (let i = 1; i <= reports; i++) {
      const atSec = fromSec + i * EVERY_SEC;
      const isScan = atSec > SCAN.fromSec && atSec <= SCAN.toSec;
      const row = reportOf(random, atSec, isScan, flowsBefore);
      flowsBefore = row.flows;
      const cells = [...row.cells, ...(hasHandshakes ? row.handshakes : [])];
      yield `${cells.join('\t')}\n`;
    }
  }
}

/** People come to work, a backup runs for a while, and nothing is quite even. */
function reportOf(random: Random, atSec: number, isScan: boolean, flowsBefore: number) {
  const noise = (share: number): number => 1 + share * (random.unit() + random.unit() - 1);
  const whole = (value: number): number => Math.max(0, Math.round(value));
  const busy = 0.25 + 0.75 / (1 + Math.exp(-(atSec - 2400) / 700));
  const backup = atSec > 3000 && atSec < 3900 ? 26_000 : 0;
  const tcp = whole(21_000 * busy * noise(0.4) + backup * noise(0.1) + (isScan ? 30_000 * noise(0.1) : 0));
  const udp = whole(5200 * busy * noise(0.5));
  const icmp = whole(60 * noise(0.8));
  const arp = whole(45 * noise(0.6));
  const tcpBytes = whole((tcp - (isScan ? 28_000 : 0)) * 812 * noise(0.1) + (isScan ? 28_000 * 60 : 0) + backup * 590);
  const protocolBytes = [arp * 60, icmp * 98, tcpBytes, whole(udp * 231 * noise(0.2))];
  const packets = tcp + udp + icmp + arp;
  const bytes = protocolBytes.reduce((sum, value) => sum + value, 0);
  const aPackets = whole(packets * (isScan ? 0.78 : 0.46) * noise(0.04));
  const aBytes = whole(bytes * 0.18 * noise(0.2));
  const flows = whole(430 * busy * noise(0.3) + (isScan ? 27_500 * noise(0.1) : 0));
  const bFlows = whole((isScan ? 450 : flows * 0.47) * noise(0.05));
  const v6 = whole((tcp + udp) * 0.31 * noise(0.1));
  const durSec = EVERY_SEC + (random.unit() - 0.5) * 0.01;
  const fill = whole((flows - flowsBefore) * 0.8);
  const successes = whole(190 * busy * noise(0.3));
  const rejects = whole(6 * noise(1) + (isScan ? 26_000 * noise(0.1) : 0));
  const timeouts = whole(3 * noise(1) + (isScan ? 900 * noise(0.2) : 0));
  const cells = [
    ...['USR1MR_D', (START_SEC + atSec + random.unit() * 0.004).toFixed(6), durSec.toFixed(6)],
    ...[packets, 0, 0, whole(fill / 3) - 2, fill - whole((flowsBefore - flows) * 0.2)],
    ...[flows, flows - bFlows, bFlows, packets, aPackets, packets - aPackets],
    ...[packets - arp - v6, v6, 0, bytes, aBytes, bytes - aBytes, whole(4 * noise(1)), 0, isScan ? 1 : 0],
    ...[((bytes * 8) / durSec / 1000).toFixed(3), '0x0000000000004004'],
    ...[arp, icmp, tcp, udp].flatMap((count, index) => [count, protocolBytes[index]]),
  ];
  return { cells, flows, handshakes: [successes, rejects, timeouts] };
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.stdout.write([...sampleReports()].join(''));
}
