/**
 * Families of metrics as Prometheus' text format 0.0.4 ("Exposition formats" of its documentation). Owns the syntax and its escapes; knows no metric.
 */

/** What the text is, for who gets it over HTTP. */
export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export type Label = readonly [name: string, value: string];

export interface Sample {
  readonly labels?: readonly Label[];
  /** A text is a decimal number of more digits than a double has. */
  readonly value: number | string;
}

/** Samples of one name. */
export interface MetricFamily {
  readonly name: string;
  /** A sentence. */
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly samples: readonly Sample[];
}

/** All families that have samples, each with its HELP and TYPE; lines end in LF, the last one too. */
export const renderExposition = (families: readonly MetricFamily[]): string =>
  families
    .filter(({ samples }) => samples.length > 0)
    .map(renderFamily)
    .join('');

function renderFamily({ name, help, type, samples }: MetricFamily): string {
  const lines = samples.map(({ labels = [], value }) => `${name}${labelsText(labels)} ${valueText(value)}\n`);
  return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function labelsText(labels: readonly Label[]): string {
  if (labels.length === 0) return '';
  return `{${labels.map(([name, value]) => `${name}="${escapeLabel(value)}"`).join(',')}}`;
}

/** Infinities and NaN have words of their own there. */
function valueText(value: number | string): string {
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  return String(value);
}

const escapeHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

const escapeLabel = (text: string): string => escapeHelp(text).replaceAll('"', '\\"');
