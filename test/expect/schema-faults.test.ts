/**
 * What the schema of files of expectations refuses, in words: at every place of the schema, whatever it may hold.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CHECK_SCHEMA } from '../../src/expect/check-schema.js';
import { type Path, schemaFaults } from '../../src/expect/schema-faults.js';

/** What the walk knows of a schema. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
}

/** All places that have a type. */
function typedPlaces(schema: Schema, path: Path): Path[] {
  const { type, properties = {}, additionalProperties: others, items, oneOf = [] } = schema;
  return [
    ...(type === undefined ? [] : [path]),
    ...Object.entries(properties).flatMap(([key, value]) => typedPlaces(value, [...path, key])),
    ...(typeof others === 'object' ? typedPlaces(others, [...path, 'any']) : []),
    ...(items === undefined ? [] : typedPlaces(items, [...path, 0])),
    ...oneOf.flatMap((form) => typedPlaces(form, path)),
  ];
}

/** A value that has `value` at a path. */
const holding = (path: Path, value: unknown): unknown =>
  path.reduceRight((inner, key) => (typeof key === 'number' ? [inner] : { [key]: inner }), value);

const WORDS =
  /^(the file|[\w.[\]]+) must be (a text|a list|a whole number|true or false|a text or a number|a mapping \(key: value\))$/;

describe('a value of no type that the schema has', () => {
  const places = new Map(typedPlaces(CHECK_SCHEMA as Schema, []).map((path) => [path.join('.'), path]));

  it('is looked for at every place', () => assert.ok(places.size > 20, String(places.size)));

  for (const [name, path] of places) {
    it(`is told in words: ${name === '' ? 'the file' : name}`, () => {
      const faults = schemaFaults(holding(path, null)).filter((fault) => fault.path.join('.') === name);
      assert.ok(faults.length > 0);
      for (const { message } of faults) assert.match(message, WORDS);
    });
  }
});
