/**
 * Files of expectations (tcploom.yml): from text to what they say, every fault with line and column. Owns YAML; what may be in it is check-schema.ts's.
 */
import { Ajv, type ErrorObject } from 'ajv';
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
import { CHECK_SCHEMA, type CheckFile } from './check-schema.js';
import { ExpectationError, marked } from './expectation-error.js';
import { GlobError, glob } from './glob.js';
import { keyMetric } from './key-figures.js';
import { nearestName } from './nearest-name.js';
import { type ConditionCheck, parseExpectation } from './parse-expectation.js';
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

type Path = readonly (string | number)[];

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
    const validate = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(CHECK_SCHEMA);
    if (validate(content)) return [];
    const errors = validate.errors ?? [];
    const faults = errors
      // Of several forms the forms' own faults say more, and what is wrong within one more than that it is not the other.
      .filter((error) => error.keyword !== 'oneOf' && !isOfOtherForm(error, errors))
      .map((error) => this.#numberFault(error, content) ?? this.#schemaFault(error));
    const first = new Map(faults.toReversed().map((fault) => [`${fault.place.line}:${fault.place.column}`, fault]));
    return [...first.values()].sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column);
  }

  /** What YAML has as a number and JSON has not. */
  #numberFault({ instancePath }: ErrorObject, content: unknown): CheckFileFault | undefined {
    const path = pathOf(instancePath);
    const value = path.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], content);
    if (typeof value !== 'number' || Number.isFinite(value)) return undefined;
    const what = Number.isNaN(value) ? 'is no number' : 'is too large or too small a number';
    return this.fault(this.offsetOf(path), `${nameOf(path)} ${what}`);
  }

  #schemaFault({ keyword, instancePath, params, message, parentSchema }: ErrorObject): CheckFileFault {
    const path = pathOf(instancePath);
    const where = nameOf(path);
    if (keyword === 'additionalProperties') {
      const key = String(params.additionalProperty);
      const known = Object.keys(
        (parentSchema as { properties?: object } | undefined)?.properties ?? this.#knownKeys(path),
      );
      const nearest = nearestName(key, known);
      const hint = nearest === undefined ? `expected ${known.join(', ')}` : `is ${nearest} meant?`;
      return this.fault(this.#keyOffset(path, key), `${where} has no ${JSON.stringify(key)}: ${hint}`);
    }
    const offset = this.offsetOf(path);
    if (keyword === 'required') return this.fault(offset, `${where} needs ${JSON.stringify(params.missingProperty)}`);
    if (keyword === 'const') return this.fault(offset, `${where} must be ${JSON.stringify(params.allowedValue)}`);
    if (keyword === 'enum') return this.fault(offset, `${where} must be one of ${params.allowedValues.join(', ')}`);
    if (keyword === 'minimum') return this.fault(offset, `${where} must be at least ${params.limit}`);
    if (keyword === 'maximum') return this.fault(offset, `${where} must be at most ${params.limit}`);
    if (keyword === 'type') return this.fault(offset, `${where} must be ${TYPE_NAMES[params.type] ?? params.type}`);
    return this.fault(offset, `${where} ${message}`);
  }

  /** Keys that the schema has at a path. */
  #knownKeys(path: Path): Record<string, object> {
    let schema: SchemaNode | undefined = CHECK_SCHEMA as SchemaNode;
    for (const part of path) {
      const form: SchemaNode | undefined = schema?.oneOf?.find(({ properties }) => properties !== undefined) ?? schema;
      schema = /^\d+$/.test(String(part)) ? form?.items : form?.properties?.[part];
    }
    return (schema?.oneOf?.find(({ properties }) => properties !== undefined) ?? schema)?.properties ?? {};
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

/** Whether it says no more than that a value has not the type of one of several forms, where more is known of another form. */
const isOfOtherForm = ({ keyword, schemaPath, instancePath }: ErrorObject, errors: readonly ErrorObject[]): boolean =>
  keyword === 'type' &&
  /\/oneOf\/\d+\/type$/.test(schemaPath) &&
  errors.some(
    (other) =>
      other.instancePath.startsWith(`${instancePath}/`) ||
      (other.instancePath === instancePath && !/^(type|oneOf)$/.test(other.keyword)),
  );

/** The keys and numbers of a JSON pointer (RFC 6901). */
const pathOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

const nameOf = (path: Path): string => (path.length === 0 ? 'the file' : path.join('.').replace(/\.(\d+)/g, '[$1]'));

/** Types of JSON schema in words. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  boolean: 'true or false',
  string: 'a text',
  array: 'a list',
  'string,number': 'a text or a number',
};

interface SchemaNode {
  readonly properties?: Record<string, SchemaNode>;
  readonly items?: SchemaNode;
  readonly oneOf?: readonly SchemaNode[];
}
