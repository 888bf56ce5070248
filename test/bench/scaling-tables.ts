/** What `npm run scaling` prints, as tables that a document can take over. */
import { type Measured, medianOf, readerNsec, trackersNsec } from './scaling-figures.js';
import { type Prediction, predict, predictBest, type ServiceTimes } from './scaling-model.js';

const CORES: readonly number[] = [4, 8, 16, 32, 64];
/** Trackers that a run starts by itself, at most. */
const DEFAULT_TRACKERS = 8;

/** Every case on `cores` cores, as it was and as the model says it should have been. */
export function printMeasured(measured: Measured, cores: number): void {
  const { capture, packets, cases, blocks, startSec } = measured;
  console.log(
    `\n${capture}: ${packets} packets in ${blocks} blocks; a run of next to nothing takes ${startSec.toFixed(2)} s`,
  );
  console.log('others: compiler, garbage collection; rates without the time of starting\n');
  printRow('trackers', 'weight', 'wall s', 'reader s', 'trackers s', 'main s', 'others s', 'Mpkt/s', 'model', 'limit');
  printRow(...Array<string>(10).fill('---'));
  for (const { trackers, weight, options, runs } of cases) {
    const wallSec = medianOf(runs, (run) => run.wallSec);
    const parts = [readerNsec, trackersNsec, ({ mainNsec }: { mainNsec: number }) => mainNsec];
    const secs = parts.map((part) => medianOf(runs, part) / 1e9);
    const allSec = medianOf(runs, (run) => run.allNsec) / 1e9;
    const others = allSec - secs.reduce((sum, sec) => sum + sec, 0);
    const model = predict(options.length === 0 ? measured.times : measured.timesOfAll, cores, trackers, weight);
    printRow(
      [trackers, ...options].join(' '),
      String(weight),
      ...[wallSec, ...secs, others].map((sec) => sec.toFixed(2)),
      (packets / (wallSec - startSec) / 1e6).toFixed(2),
      (model.packetsPerSec / 1e6).toFixed(2),
      model.limit,
    );
  }
}

export function printTimes(measured: Measured): void {
  const { times, timesOfAll, perEvent, perTextByte } = measured;
  const line = (what: string, nsec: number): void => console.log(`${what.padEnd(64)} ${nsec.toFixed(2)} ns`);
  console.log(`\n${measured.capture}: processor time`);
  line('reader, a packet', times.readerPerPacket);
  line('reader, a packet, for each tracker beyond the first', times.readerPerTracker);
  line('tracker, a packet of its own', times.trackerPerPacket);
  line('tracker, a packet of its own, every session printed', timesOfAll.trackerPerPacket);
  line('tracker, any packet (its share of what a block takes)', times.trackerPerForeignPacket);
  line('main thread, a packet', times.mergerPerPacket);
  line('main thread, a packet, every session printed', timesOfAll.mergerPerPacket);
  line('main thread, a packet, for each tracker beyond the first', times.mergerPerTracker);
  line('main thread, an event', perEvent);
  line('main thread, a byte of text', perTextByte);
  console.log(`events a packet: ${measured.eventsPerPacket.toFixed(3)}`);
  const { textBytesPerPacket, textBytesPerPacketOfAll } = measured;
  console.log(
    `bytes of text a packet: ${textBytesPerPacket.toFixed(1)}, ${textBytesPerPacketOfAll.toFixed(1)} with all`,
  );
  console.log(`busiest of 8 trackers: ${times.imbalance.toFixed(2)} times the mean`);
}

export function printModel({ capture, times, timesOfAll }: Measured): void {
  console.log(`\n${capture}, reckoned: million packets a second, what is busy first, and the trackers it takes\n`);
  printRow(
    'cores',
    'as it is, by default',
    'as it is',
    '4 times the work',
    '8 times the work',
    'every session printed',
  );
  printRow(...Array<string>(6).fill('---'));
  for (const cores of CORES) {
    const best = (of: ServiceTimes, weight: number): string => told(predictBest(of, cores, weight));
    const usual = predict(times, cores, Math.min(cores, DEFAULT_TRACKERS), 1);
    printRow(String(cores), told(usual), best(times, 1), best(times, 4), best(times, 8), best(timesOfAll, 1));
  }
}

const told = ({ packetsPerSec, limit, trackers }: Prediction): string =>
  `${(packetsPerSec / 1e6).toFixed(1)} ${limit}, ${trackers}`;

function printRow(...cells: string[]): void {
  console.log(`| ${cells.join(' | ')} |`);
}
