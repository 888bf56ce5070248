/** SARIF's own schema, version 2.1.0 (OASIS), as the package schemastore has it. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';

const require = createRequire(import.meta.url);

// Formats (uri, date-time) are remarks for this validator; one pattern has a bracket that only the older syntax takes.
const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false, unicodeRegExp: false });
const validate = ajv.compile(
  JSON.parse(readFileSync(require.resolve('schemastore/schemas/json/sarif-2.1.0.json'), 'utf8')),
);

/** What the schema has against a log, a line each; none where it is valid. */
export function sarifFaults(text: string): string[] {
  if (validate(JSON.parse(text))) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
