/**
 * What a file of expectations has that its schema does not allow, in words; and where, as a path of keys. Knows nothing of text.
 */
import { Ajv, type ErrorObject } from 'ajv';
import { CHECK_SCHEMA } from './check-schema.js';
import { nearestName } from './nearest-name.js';

/** Keys and numbers that lead to a value. */
export type Path = readonly (string | number)[];

export interface SchemaFault {
  readonly path: Path;
  /** It is this key of that value that is wrong. */
  readonly key?: string;
  readonly message: string;
}

/** All of them; of one value there may be several. */
export function schemaFaults(content: unknown): SchemaFault[] {
  const options = { allErrors: true, strict: true, allowUnionTypes: true, verbose: true };
  const validate = new Ajv(options).compile(CHECK_SCHEMA);
  if (validate(content)) return [];
  const errors = validate.errors ?? [];
  return (
    errors
      // Of several forms the forms' own faults say more, and what is wrong within one more than that it is not the other.
      .filter((error) => error.keyword !== 'oneOf' && !isOfOtherForm(error, errors))
      .map(faultOf)
  );
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

function faultOf(error: ErrorObject): SchemaFault {
  const path = pathOf(error.instancePath);
  const where = path.length === 0 ? 'the file' : path.join('.').replace(/\.(\d+)/g, '[$1]');
  const message = `${where} ${wordsOf(error)}`;
  return error.keyword === 'additionalProperties'
    ? { path, key: String(error.params.additionalProperty), message }
    : { path, message };
}

/** The keys and numbers of a JSON pointer (RFC 6901). */
const pathOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

function wordsOf({ keyword, params, message, parentSchema, data }: ErrorObject): string {
  // YAML has numbers that JSON has not.
  if (typeof data === 'number' && !Number.isFinite(data)) {
    return Number.isNaN(data) ? 'is no number' : 'is too large or too small a number';
  }
  switch (keyword) {
    case 'additionalProperties':
      return unknownKey(String(params.additionalProperty), Object.keys(parentSchema?.properties ?? {}));
    case 'required':
      return `needs ${JSON.stringify(params.missingProperty)}`;
    case 'const':
      return `must be ${JSON.stringify(params.allowedValue)}`;
    case 'enum':
      return `must be one of ${params.allowedValues.join(', ')}`;
    case 'minimum':
      return `must be at least ${params.limit}`;
    case 'maximum':
      return `must be at most ${params.limit}`;
    case 'type':
      return `must be ${TYPE_NAMES[params.type] ?? params.type}`;
    default:
      return message ?? 'is not as it should be';
  }
}

function unknownKey(key: string, known: readonly string[]): string {
  const nearest = nearestName(key, known);
  const hint = nearest === undefined ? `expected ${known.join(', ')}` : `is ${nearest} meant?`;
  return `has no ${JSON.stringify(key)}: ${hint}`;
}

/** Types of JSON schema in words. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  boolean: 'true or false',
  string: 'a text',
  array: 'a list',
  object: 'a mapping (key: value)',
  'string,number': 'a text or a number',
};
