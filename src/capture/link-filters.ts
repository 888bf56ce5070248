/**
 * The filter expression of a run as predicates, one for each link type and byte order that comes up. Owns when they are compiled, and
 * that one which cannot be is a problem of the captures that have such packets.
 */
import { compileFilter } from '../filter/compile-filter.js';
import type { FilterExpression } from '../filter/expression.js';
import { FilterError } from '../filter/filter-error.js';
import type { ResolvedNames } from '../filter/names.js';
import type { PacketPredicate } from '../filter/packet-predicate.js';
import { parseFilter } from '../filter/parse-filter.js';
import { linkTypeName } from '../wire/link-types.js';
import { type CaptureFormat, UNDESCRIBED_INTERFACE } from './format.js';
import type { PacketJudge } from './packet-judge.js';

/** An expression with all its names looked up; plain data, which crosses to the reader's thread. */
export interface ReadFilter {
  readonly text: string;
  readonly names: ResolvedNames;
}

/** What is no packet is not selected. */
const SELECT_NONE = (): boolean => false;

/** No `CaptureFormat.linkType`. */
const NO_LINK_TYPE = -3;

export class LinkFilters implements PacketJudge {
  /** Packets of the capture being read that nobody could judge: they are left out. */
  unjudged = 0;
  /** Those of them whose interface, and so whose link type, the capture does not describe. */
  undescribed = 0;
  readonly isOver = false;
  readonly #expression: FilterExpression;
  readonly #names: ResolvedNames;
  readonly #userDlts: ReadonlyMap<number, number>;
  readonly #consequence: string;
  readonly #predicates = new Map<number, PacketPredicate | FilterError>();
  readonly #told = new Set<number>();
  #tell: (found: string) => void = () => {};
  /** Link type and byte order of the packet before, and the predicate for them. */
  #linkType = NO_LINK_TYPE;
  #isBigEndian = false;
  #predicate: PacketPredicate = SELECT_NONE;

  /**
   * `userDlts`: what link types for private use stand for; `consequence`: what becomes of packets that cannot be judged. Throws a FilterError when the
   * text is none.
   */
  constructor(
    { text, names }: ReadFilter,
    userDlts: ReadonlyMap<number, number>,
    consequence = 'such packets were not read',
  ) {
    this.#consequence = consequence;
    this.#expression = parseFilter(text);
    this.#names = names;
    this.#userDlts = userDlts;
  }

  /** From here on packets are those of another capture; `tell` is told, once a link type, that it cannot be filtered. */
  beginCapture(tell: (found: string) => void): void {
    this.unjudged = 0;
    this.undescribed = 0;
    this.#told.clear();
    this.#tell = tell;
    this.#linkType = NO_LINK_TYPE;
  }

  /** Whether packets of this link type can be judged at all; tells if they cannot. */
  canJudge(linkType: number, isBigEndian: boolean): boolean {
    this.#linkType = NO_LINK_TYPE;
    this.#isBigEndian = isBigEndian;
    return this.#predicateOf(linkType) !== this.#countUnjudged;
  }

  /** Whether the packet of the record that `format` is at, in `bytes`, is selected. */
  selects(format: CaptureFormat, bytes: Uint8Array): boolean {
    if (format.linkType !== this.#linkType || format.isBigEndian !== this.#isBigEndian) {
      this.#linkType = format.linkType;
      this.#isBigEndian = format.isBigEndian;
      this.#predicate = this.#predicateOf(format.linkType);
    }
    return this.#predicate(bytes, format.frameAt, format.capturedBytes, format.wireBytes >>> 0);
  }

  #predicateOf(linkType: number): PacketPredicate {
    if (linkType < 0) return linkType === UNDESCRIBED_INTERFACE ? this.#countUndescribed : SELECT_NONE;
    const predicate = this.#compiled(this.#userDlts.get(linkType) ?? linkType);
    if (typeof predicate === 'function') return predicate;
    if (!this.#told.has(linkType)) {
      this.#told.add(linkType);
      const which = `the filter cannot be used on its link type ${linkTypeName(linkType)}`;
      this.#tell(`${which}: ${predicate.message}; ${this.#consequence}`);
    }
    return this.#countUnjudged;
  }

  #compiled(linkType: number): PacketPredicate | FilterError {
    // Some link layers have numbers in the order of the machine that captured.
    const key = 2 * linkType + (this.#isBigEndian ? 1 : 0);
    const known = this.#predicates.get(key);
    if (known !== undefined) return known;
    const made = this.#compile(linkType);
    this.#predicates.set(key, made);
    return made;
  }

  #compile(linkType: number): PacketPredicate | FilterError {
    try {
      return compileFilter(this.#expression, this.#names, linkType, this.#isBigEndian);
    } catch (error) {
      if (error instanceof FilterError) return error;
      throw error;
    }
  }

  readonly #countUnjudged = (): boolean => {
    this.unjudged++;
    return false;
  };

  readonly #countUndescribed = (): boolean => {
    this.unjudged++;
    this.undescribed++;
    return false;
  };
}
