/**
 * Reads one capture from an open source through the block filler, and says what became of it. Owns the wording of what
 * stopped it, and where.
 */
import { LINKTYPE_USER0, linkTypeName } from '../wire/link-types.js';
import type { BlockFiller } from './block-filler.js';
import { type ByteSource, NOTHING_YET, SOURCE_ENDED } from './byte-source.js';
import type { CaptureEnd } from './fill-options.js';
import type { CaptureFormat, CaptureInterface, Problem } from './format.js';
import { UNKNOWN_LINK_TYPE } from './frame-reasons.js';
import { type CaptureFacts, type Drops, figuresOf } from './news.js';
import type { OpenInput } from './open-input.js';
import { LONGEST_COPIED_BYTES } from './packet-cutter.js';
import { describeSystemError, type InputProblem, isSystemError } from './problem.js';
import { RECOGNISE_BYTES, recognise } from './recognise.js';
import { SessionPackets } from './session-packets.js';

/** How a capture ended, and its facts; without facts nothing of it could be read. */
export interface CaptureOutcome {
  readonly end: CaptureEnd;
  readonly facts: CaptureFacts | undefined;
}

/** Found where reading was ended from outside, with more to come. */
export const INTERRUPTED = 'the run was ended';

/** Is told what went wrong with a capture; `isDamage`: some of it could not be read. */
export type ProblemTeller = (problem: InputProblem, isDamage: boolean) => void;

export class CaptureReader {
  readonly #filler: BlockFiller;
  readonly #tell: ProblemTeller;
  readonly #goesOn: () => boolean;
  readonly #decodes: boolean;
  #name = '';
  #input: OpenInput | undefined;
  #problems: InputProblem[] = [];

  /**
   * `tell` is told each problem as it comes up; `goesOn` says whether to wait for more of a slow source; `decodes`:
   * packets that nobody can decode are a problem.
   */
  constructor(filler: BlockFiller, tell: ProblemTeller, goesOn: () => boolean, decodes: boolean) {
    this.#filler = filler;
    this.#tell = tell;
    this.#goesOn = goesOn;
    this.#decodes = decodes;
  }

  /** Reads the capture that `source` delivers, which is that of `input` or around it. Passes system errors on. */
  read(name: string, input: OpenInput, source: ByteSource): CaptureOutcome {
    this.#name = name;
    this.#input = input;
    this.#problems = [];
    const format = this.#recognise(source);
    if (format === 'stopped') return { end: 'stopped', facts: undefined };
    if (format === undefined) return { end: 'whole', facts: undefined };
    const macsecBefore = this.#filler.macsecFrames;
    const tell = (found: string): void => this.#note({ file: this.#name, found }, false);
    this.#filler.judge?.beginCapture(tell, this.#filler.input);
    this.#filler.marks?.beginCapture(tell);
    const end = this.#fill(source, format);
    const interfaces = this.#selectedOf(format);
    const { judge, cutter, tally } = this.#filler;
    if (this.#decodes) this.#tellUnknownLinks(interfaces, tally.reasons[UNKNOWN_LINK_TYPE]);
    else if (judge instanceof SessionPackets) this.#tellUnknownLinks(interfaces, judge.unjudged - judge.undescribed);
    this.#tellUndescribed((judge?.undescribed ?? 0) + (cutter?.undescribed ?? 0));
    this.#tellMisfits();
    this.#tellLongBlocks();
    return { end, facts: this.#facts(format, interfaces, source, this.#filler.macsecFrames - macsecBefore) };
  }

  /** Reads all records there are, and tells what stopped it before the end. */
  #fill(source: ByteSource, format: CaptureFormat): CaptureEnd {
    try {
      const end = this.#filler.fill(source, format, 0, (from, problem, to) => this.#tellSkipped(from, problem, to));
      // What ended the delivery of the bytes says more than that they end within a record.
      const isDelivered = this.#tellFeed();
      const isAsked = this.#input?.fed?.outcome?.isFinished === true;
      const problem = this.#filler.endProblem;
      if (problem !== undefined && !(end === 'cut' && (isAsked || !isDelivered))) {
        const found = end === 'cut' ? `the file is cut: ${problem.found}` : problem.found;
        this.#tellAt(this.#filler.endOffset, { ...problem, found });
      }
      // Live input has no end of its own that could be missed.
      const isInterrupted = end === 'interrupted' || (isAsked && end !== 'enough' && this.#input?.isLive !== true);
      if (isInterrupted) this.#tellAt(source.bytesRead, { found: `not read further: ${INTERRUPTED}` });
      if (isInterrupted) return 'interrupted';
      return isAsked ? 'stopped' : end;
    } catch (error) {
      // The records before it count all the same.
      if (!isSystemError(error)) throw error;
      this.#note({ file: this.#name, byteOffset: source.bytesRead, found: describeSystemError(error) });
      return 'cut';
    }
  }

  /** Tells a problem of this capture at byte `offset` of its content. */
  #tellAt(offset: number, problem: Pick<InputProblem, 'found' | 'expected'>): void {
    const isUnpacked = (this.#input?.fed?.compressions.length ?? 0) > 0;
    this.#note({ file: this.#name, byteOffset: offset, isUnpacked, ...problem });
  }

  /** `isDamage`: some of the capture could not be read. */
  #note(problem: InputProblem, isDamage = true): void {
    this.#problems.push(problem);
    this.#tell(problem, isDamage && !problem.found.endsWith(INTERRUPTED));
  }

  #tellSkipped(from: number, problem: Problem, to: number): void {
    const skipped = `${to - from} bytes were skipped, up to byte ${to}`;
    this.#tellAt(from, { found: problem.found, expected: `${problem.expected}; ${skipped}` });
  }

  /** Tells what went wrong with the delivery of a fed source, if anything; false when it did. */
  #tellFeed(): boolean {
    const problem = this.#input?.fed?.outcome?.problem;
    if (problem === undefined) return true;
    this.#note({ file: this.#name, ...problem });
    return false;
  }

  /** The format by the first bytes, which are then right before the block; undefined after telling why not. */
  #recognise(source: ByteSource): CaptureFormat | 'stopped' | undefined {
    const at = this.#filler.blockAt - RECOGNISE_BYTES;
    let bytes = 0;
    while (bytes < RECOGNISE_BYTES) {
      const more = source.read(this.#filler.bytes, at + bytes, RECOGNISE_BYTES - bytes);
      if (more === SOURCE_ENDED) break;
      if (more !== NOTHING_YET) bytes += more;
      else if (!this.#goesOn()) return 'stopped';
    }
    if (bytes < RECOGNISE_BYTES) {
      if (this.#input?.fed?.outcome?.isFinished === true) return 'stopped';
      const isDelivered = this.#tellFeed();
      const found = bytes === 0 ? 'the file is empty' : `the file ends after ${bytes} bytes`;
      const expected = `a capture, whose header has ${RECOGNISE_BYTES} bytes`;
      if (isDelivered) this.#tellAt(bytes, { found, expected });
      return undefined;
    }
    const format = recognise(this.#filler.view, at);
    if ('next' in format) return format;
    this.#tellAt(0, format);
    return undefined;
  }

  /** Packets of interfaces whose link type nobody here can decode are lost for any analysis: told by interface. */
  #tellUnknownLinks(interfaces: readonly CaptureInterface[], packets: number): void {
    let unknown = packets;
    if (unknown === 0) return;
    for (const [number, { linkType, packets }] of interfaces.entries()) {
      if (packets === 0 || this.#filler.decodes(linkType)) continue;
      const which = interfaces.length === 1 ? '' : `interface ${number} has `;
      const name = linkTypeName(linkType);
      const type = name === String(linkType) ? name : `${linkType} (${name})`;
      const found = `${which}link-layer type ${type}, which cannot be decoded (${packets} packets)`;
      const user = linkType - LINKTYPE_USER0;
      const hint = user >= 0 && user < 16 ? `; --user-dlt ${user}=LINKTYPE says what it stands for` : '';
      this.#note({ file: this.#name, found: `${found}${hint}` }, false);
      unknown -= packets;
    }
    this.#tellUndescribed(unknown);
  }

  #tellUndescribed(packets: number): void {
    if (packets === 0) return;
    const found = `${packets} packets are of interfaces that the capture does not describe`;
    this.#note({ file: this.#name, found }, false);
  }

  /** Tells of packets that were to be written and could not be. */
  #tellMisfits(): void {
    const { cutter } = this.#filler;
    if (cutter === undefined || cutter.misfits === 0) return;
    const { linkType } = cutter.shape;
    const has = linkType === undefined ? 'one link type' : `the link type ${linkTypeName(linkType)}`;
    const found = `${cutter.misfits} packets were not written: a pcap file has ${has} and times before 2106; --pcapng has room for all`;
    this.#note({ file: this.#name, found }, false);
  }

  /** Tells of blocks that were to be copied and could not be. */
  #tellLongBlocks(): void {
    const blocks = this.#filler.cutter?.longBlocks ?? 0;
    if (blocks === 0) return;
    const found = `${blocks} blocks of more than ${LONGEST_COPIED_BYTES} bytes were not written, which programs refuse to read`;
    this.#note({ file: this.#name, found }, false);
  }

  /** The interfaces of a capture, with the packets that were selected. */
  #selectedOf(format: CaptureFormat): CaptureInterface[] {
    const { leftOutByInterface } = this.#filler.tally;
    return format.interfaces.map((one, index) => ({ ...one, packets: one.packets - (leftOutByInterface[index] ?? 0) }));
  }

  /** What the capturing program says of a live capture; else what the capture itself says. */
  #drops(format: CaptureFormat): Drops {
    const live = this.#input?.fed?.outcome?.capture;
    return live === undefined
      ? dropsOf(format.interfaces)
      : { bySystem: live.dropped, byInterface: live.droppedByInterface };
  }

  #facts(
    format: CaptureFormat,
    interfaces: readonly CaptureInterface[],
    source: ByteSource,
    macsecFrames: number,
  ): CaptureFacts {
    return {
      file: this.#name,
      format: format.describe(),
      compression: this.#input?.fed?.compressions.join(', ') ?? '',
      interfaces,
      inputBytes: source.inputBytes,
      contentBytes: source.bytesRead,
      macsecFrames,
      drops: this.#drops(format),
      problems: this.#problems,
      ...figuresOf(this.#filler.tally),
    };
  }
}

/** Packets lost while capturing, as the statistics of the interfaces say, and the packets themselves. */
export function dropsOf(interfaces: readonly CaptureInterface[]): Drops {
  let bySystem = 0;
  let byInterface = 0;
  for (const one of interfaces) {
    bySystem += one.droppedBySystem ?? one.lostBetweenPackets ?? 0;
    byInterface += one.droppedByInterface ?? 0;
  }
  return { bySystem, byInterface };
}
