/**
 * Files of expectations (tcploom.yml): from text to what they say, every fault with line and column. Owns YAML; what may be in it is check-schema.ts's.
 */
import {
  type Alias,
  type Document,
  isMap,
  isScalar,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  visit,
} from 'yaml';
import type { CheckFile } from './check-schema.js';
import { ExpectationError, marked } from './expectation-error.js';
import { GlobError, glob } from './glob.js';
import { keyMetric } from './key-figures.js';
import { type ConditionCheck, parseExpectation } from './parse-expectation.js';
import { type Path, schemaFaults } from './schema-faults.js';
import { parseTolerance, type Tolerance, type Tolerances, toleranceFault } from './snapshot.js';
import type { FilePlace, NamedExpectation } from './verdict.js';

/** Something wrong in a file of expectations: where, and what. `detail`: more lines, may be empty. */
export interface CheckFileFault {
  readonly place: FilePlace;
  readonly message: string;
  readonly detail: string;
}

/** An expectation, and what else its entry says. */
export interface StatedExpectation extends NamedExpectation {
  /** Undefined: it is about all captures. */
  readonly captures: readonly string[] | undefined;
  readonly allowsDamage: boolean;
}

export interface ParsedCheckFile {
  readonly content: CheckFile;
  readonly expectations: readonly StatedExpectation[];
  readonly tolerances: Tolerances;
  /** Where a value stands, by the keys and numbers that lead to it. */
  placeOf(...path: (string | number)[]): FilePlace;
}

/** What the file `name` with this text says, or what is wrong with it. */
export function parseCheckFile(
  name: string,
  text: string,
  check: ConditionCheck = () => undefined,
): ParsedCheckFile | readonly CheckFileFault[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const source = new CheckSource(name, text, document, lines);
  if (document.errors.length > 0) {
    return document.errors.map(({ pos, message }) => source.fault(pos[0], message));
  }
  const aliases = source.aliases();
  if (aliases.length > 0) return aliases;
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: MOST_COPIES });
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return [source.tooManyCopies()];
  }
  const invalid = source.invalid(content);
  if (invalid.length > 0) return invalid;
  const file = content as CheckFile;
  const faults: CheckFileFault[] = [];
  const expectations = source.expectations(file, check, faults);
  const tolerances = source.tolerances(file, faults);
  source.patterns(file, faults);
  if (faults.length > 0) return faults;
  return {
    content: file,
    expectations,
    tolerances,
    placeOf: (...path) => source.placeOf(source.offsetOf(path)),
  };
}

/** Of what aliases stand for: few need any, and some could ask for more than there is memory. */
const MOST_COPIES = 100;

class CheckSource {
  readonly #name: string;
  readonly #text: string;
  readonly #document: Document.Parsed<ParsedNode>;
  readonly #lines: LineCounter;

  constructor(name: string, text: string, document: Document.Parsed<ParsedNode>, lines: LineCounter) {
    this.#name = name;
    this.#text = text;
    this.#document = document;
    this.#lines = lines;
  }

  placeOf(offset: number): FilePlace {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.#name, line: Math.max(1, line), column: Math.max(1, col) };
  }

  fault(offset: number, message: string, detail = ''): CheckFileFault {
    return { place: this.placeOf(offset), message, detail };
  }

  /** Aliases of nothing. */
  aliases(): CheckFileFault[] {
    return this.#aliases()
      .filter((alias) => alias.resolve(this.#document) === undefined)
      .map((alias) =>
        this.fault(
          alias.range?.[0] ?? 0,
          `*${alias.source} stands for nothing: there is no &${alias.source} before it`,
        ),
      );
  }

  /** The last alias is the one that stands for most. */
  tooManyCopies(): CheckFileFault {
    const last = this.#aliases().at(-1);
    return this.fault(last?.range?.[0] ?? 0, `aliases stand for more than ${MOST_COPIES} copies, or for themselves`);
  }

  #aliases(): Alias[] {
    const found: Alias[] = [];
    visit(this.#document, { Alias: (_, alias) => void found.push(alias) });
    return found;
  }

  /** What is wrong with patterns of captures. */
  patterns({ captures = [], expectations = [] }: CheckFile, faults: CheckFileFault[]): void {
    const all = [
      ...captures.map((text, index): [Path, string] => [['captures', index], text]),
      ...expectations.flatMap(({ captures: own = [] }, at) =>
        own.map((text, index): [Path, string] => [['expectations', at, 'captures', index], text]),
      ),
    ];
    for (const [path, text] of all) {
      try {
        glob(text);
      } catch (error) {
        if (!(error instanceof GlobError)) throw error;
        faults.push(this.fault(this.#textOffset(path, text), error.message));
      }
    }
  }

  /** What the schema does not allow; of what is wrong at one place only what is said first. */
  invalid(content: unknown): CheckFileFault[] {
    const faults = schemaFaults(content).map(({ path, key, message }) =>
      this.fault(key === undefined ? this.offsetOf(path) : this.#keyOffset(path, key), message),
    );
    const first = new Map(faults.toReversed().map((fault) => [`${fault.place.line}:${fault.place.column}`, fault]));
    return [...first.values()].sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column);
  }

  /** Where a value begins; what is not there is its parent's business. */
  offsetOf(path: Path): number {
    for (let length = path.length; length >= 0; length--) {
      const node = this.#nodeAt(path.slice(0, length));
      if (node?.range) return node.range[0];
    }
    return 0;
  }

  #nodeAt(path: Path): Node | undefined {
    const keys = path.map((part) => (/^\d+$/.test(String(part)) ? Number(part) : part));
    const node = keys.length === 0 ? this.#document.contents : this.#document.getIn(keys, true);
    return (node ?? undefined) as Node | undefined;
  }

  #keyOffset(path: Path, key: string): number {
    const node = this.#nodeAt(path);
    const pair = isMap(node)
      ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
      : undefined;
    return isScalar(pair?.key) && pair.key.range ? pair.key.range[0] : this.offsetOf(path);
  }

  /** Where a text begins: behind its quotes, if it is written as it is. */
  #textOffset(path: Path, value: string): number {
    const offset = this.offsetOf(path);
    const quotes = /["']/.test(this.#text[offset] ?? '') ? 1 : 0;
    return this.#text.startsWith(value, offset + quotes) ? offset + quotes : offset;
  }

  expectations({ expectations = [] }: CheckFile, check: ConditionCheck, faults: CheckFileFault[]): StatedExpectation[] {
    return expectations.flatMap((entry, index) => {
      const begin = this.#textOffset(['expectations', index, 'expect'], entry.expect);
      try {
        const expectation = parseExpectation(entry.expect, check);
        const allowsUnknown = expectation.allowsUnknown || entry.allow_unknown === true;
        return {
          name: entry.name ?? entry.expect.trim(),
          expectation: { ...expectation, allowsUnknown },
          reason: entry.reason,
          place: this.placeOf(begin),
          captures: entry.captures,
          allowsDamage: entry.allow_damaged === true,
        };
      } catch (error) {
        if (!(error instanceof ExpectationError)) throw error;
        // What is written over several lines or with escapes has its place at its beginning only.
        const isAsWritten = this.#text.startsWith(entry.expect, begin);
        faults.push(this.fault(begin + (isAsWritten ? error.at : 0), error.message, marked(error)));
        return [];
      }
    });
  }

  tolerances({ snapshot }: CheckFile, faults: CheckFileFault[]): Tolerances {
    const { tolerance = '0', tolerances = {} } = typeof snapshot === 'object' ? snapshot : {};
    const usual = this.#tolerance(['snapshot', 'tolerance'], String(tolerance), undefined, faults);
    const of = Object.entries(tolerances).map(([key, text]): [string, Tolerance] => {
      const path = ['snapshot', 'tolerances', key];
      if (keyMetric(key) === undefined) {
        faults.push(
          this.fault(this.#keyOffset(path.slice(0, 2), key), `snapshots have no figure ${JSON.stringify(key)}`),
        );
      }
      return [key, this.#tolerance(path, String(text), key, faults)];
    });
    return { usual, of: new Map(of) };
  }

  #tolerance(path: Path, text: string, key: string | undefined, faults: CheckFileFault[]): Tolerance {
    const found = parseTolerance(text, key);
    if (found !== undefined) return found;
    const why = toleranceFault(text, key !== undefined);
    faults.push(this.fault(this.#textOffset(path, text), `${JSON.stringify(text)} is no tolerance: ${why}`));
    return { isRelative: true, amount: 0 };
  }
}
