/**
 * Reads captures one after the other into the block ring: the reader thread's work. Owns the order of files and
 * what is told of their problems; the records are `BlockFiller`'s.
 */
import { BlockProducer, type BlockRingMemory } from '../ring/block-ring.js';
import { PROGRESS_BYTES, PROGRESS_PACKETS } from '../ring/layout.js';
import { isKnownLinkType } from '../wire/link.js';
import { BlockFiller } from './block-filler.js';
import { BAD_IP_HEADER, BAD_LINK_HEADER, BAD_TCP_HEADER } from './decode.js';
import { FileSource } from './file-source.js';
import type { CaptureFormat } from './format.js';
import { describeSystemError, type InputProblem, isSystemError } from './problem.js';
import { RECOGNISE_BYTES, recognise } from './recognise.js';

/** What the reader is to read. */
export interface ReadPlan {
  readonly files: readonly string[];
  /** Only IPv4 directly over the link layer counts (--classic). */
  readonly directOnly: boolean;
}

/** What the reader found, over all files. Times are seconds and nanoseconds since 1970. */
export interface ReadSummary {
  readonly packets: number;
  readonly filesRead: number;
  readonly firstSec: number;
  readonly firstNsec: number;
  readonly lastSec: number;
  readonly lastNsec: number;
  readonly badLinkHeaders: number;
  readonly badIpHeaders: number;
  readonly badTcpHeaders: number;
  readonly problems: number;
}

/**
 * Reads all files of the plan into the ring and ends the stream. `progress` is shared float64 counters
 * (src/ring/layout.ts), `report` is told each problem as it comes up.
 */
export function readCaptures(
  plan: ReadPlan,
  memory: BlockRingMemory,
  progress: Float64Array,
  report: (problem: InputProblem) => void,
): ReadSummary {
  return new CapturesReader(plan, memory, progress, report).run();
}

class CapturesReader {
  readonly #plan: ReadPlan;
  readonly #progress: Float64Array;
  readonly #report: (problem: InputProblem) => void;
  readonly #filler: BlockFiller;
  #source: FileSource | undefined;
  #bytesOfFormerFiles = 0;
  #filesRead = 0;
  #problems = 0;

  constructor(
    plan: ReadPlan,
    memory: BlockRingMemory,
    progress: Float64Array,
    report: (problem: InputProblem) => void,
  ) {
    this.#plan = plan;
    this.#progress = progress;
    this.#report = report;
    this.#filler = new BlockFiller(memory, new BlockProducer(memory), plan.directOnly, () => this.#noteProgress());
  }

  run(): ReadSummary {
    for (const name of this.#plan.files) {
      this.#readFile(name);
      this.#bytesOfFormerFiles += this.#source?.bytesRead ?? 0;
      this.#source = undefined;
      this.#noteProgress();
    }
    this.#filler.end();
    return this.#summary();
  }

  #readFile(name: string): void {
    try {
      this.#source = new FileSource(name);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      this.#tell({ file: name, found: describeSystemError(error) });
      return;
    }
    try {
      const format = this.#recognise(name, this.#source);
      if (format === undefined) return;
      this.#filesRead++;
      this.#readRecords(name, this.#source, format);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      const isNothing = this.#source.bytesRead === 0;
      const place = isNothing ? {} : { byteOffset: this.#source.bytesRead };
      this.#tell({ file: name, ...place, found: describeSystemError(error) });
    } finally {
      this.#source.close();
    }
  }

  /** The format by the file's first bytes, which are then right before the block; undefined after telling why not. */
  #recognise(name: string, source: FileSource): CaptureFormat | undefined {
    const at = this.#filler.blockAt - RECOGNISE_BYTES;
    let bytes = 0;
    while (bytes < RECOGNISE_BYTES) {
      const more = source.read(this.#filler.bytes, at + bytes, RECOGNISE_BYTES - bytes);
      if (more === 0) break;
      bytes += more;
    }
    if (bytes < RECOGNISE_BYTES) {
      const found = bytes === 0 ? 'the file is empty' : `the file ends after ${bytes} bytes`;
      const expected = `a capture, whose header has ${RECOGNISE_BYTES} bytes`;
      this.#tell({ file: name, byteOffset: bytes, found, expected });
      return undefined;
    }
    const format = recognise(this.#filler.view, at);
    if ('next' in format) return format;
    this.#tell({ file: name, byteOffset: 0, ...format });
    return undefined;
  }

  #readRecords(name: string, source: FileSource, format: CaptureFormat): void {
    const filler = this.#filler;
    const before = filler.packets;
    const outcome = filler.fill(source, format, 0);
    const packets = filler.packets - before;
    if (!isKnownLinkType(format.linkType) && packets > 0) {
      const found = `link-layer type ${format.linkType}, which cannot be decoded yet (${packets} packets)`;
      this.#tell({ file: name, found });
      this.#filesRead--;
    }
    if (outcome === 'whole') return;
    const byteOffset = source.bytesRead - filler.leftBytes;
    if (outcome === 'bad record') {
      this.#tell({ file: name, byteOffset, ...format.problem! });
    } else {
      const cut = format.describeCut(filler.view, filler.leftAt, filler.leftAt + filler.leftBytes);
      this.#tell({
        file: name,
        byteOffset,
        found: `the file is cut: ${cut.found}`,
        expected: cut.expected,
      });
    }
  }

  #tell(problem: InputProblem): void {
    this.#problems++;
    this.#report(problem);
  }

  #noteProgress(): void {
    this.#progress[PROGRESS_BYTES] = this.#bytesOfFormerFiles + (this.#source?.bytesRead ?? 0);
    this.#progress[PROGRESS_PACKETS] = this.#filler.packets;
  }

  #summary(): ReadSummary {
    const filler = this.#filler;
    return {
      packets: filler.packets,
      filesRead: this.#filesRead,
      firstSec: filler.firstSec,
      firstNsec: filler.firstNsec,
      lastSec: filler.lastSec,
      lastNsec: filler.lastNsec,
      badLinkHeaders: filler.reasons[BAD_LINK_HEADER],
      badIpHeaders: filler.reasons[BAD_IP_HEADER],
      badTcpHeaders: filler.reasons[BAD_TCP_HEADER],
      problems: this.#problems,
    };
  }
}
