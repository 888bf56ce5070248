/**
 * Stand-in until the parser is merged: protocols by themselves, `len > N`, `port NAME`, joined by `and`.
 */
import type { FilterExpression, Step } from './expression.js';
import { FilterError } from './filter-error.js';

/** Parses a few expressions. */
export function parseFilter(text: string): FilterExpression {
  const steps: Step[] = [];
  const trimmed = text.trim();
  if (trimmed === '') return { text, steps };
  let column = 1;
  for (const [index, part] of trimmed.split(' and ').entries()) {
    steps.push(stepOf(part.trim(), column));
    if (index > 0) steps.push({ column, kind: 'and' });
    column += part.length + 5;
  }
  return { text, steps };
}

function stepOf(part: string, column: number): Step {
  if (/^(ip|ip6|tcp|udp|arp)$/.test(part)) return { column, kind: 'protocol', protocol: part as 'tcp' };
  const length = /^len > (\d+)$/.exec(part);
  if (length !== null) {
    const right = [{ kind: 'number', value: Number(length[1]) }] as const;
    return { column, kind: 'relation', operator: '>', left: [{ kind: 'len' }], right };
  }
  const port = /^(?:tcp )?(port|host) (\S+)$/.exec(part);
  if (port !== null) {
    const [, type, text] = port;
    const identifier = { form: /^\d+$/.test(text) ? 'number' : 'name', text, value: Number(text) } as never;
    return { column, kind: 'identifier', identifier, protocol: undefined, direction: undefined, type: type as 'port' };
  }
  throw new FilterError(column, `found '${part}', expected something that the stand-in knows`);
}
