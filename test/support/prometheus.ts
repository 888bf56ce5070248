/**
 * Texts of metrics as their consumers read them: Prometheus' own client library for Python (Debian's python3-prometheus-client) and promtool, where they
 * are installed, and a few lines that read what this project writes.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { output } from './programs.js';

/** Debian's, which is where Debian's packages are. */
const PYTHON = '/usr/bin/python3';
const PARSE = `
import json, sys
from prometheus_client.parser import text_string_to_metric_families
text = sys.stdin.buffer.read().decode('utf-8')
print(json.dumps([
  {'name': s.name, 'type': f.type, 'help': f.documentation, 'labels': s.labels, 'value': s.value}
  for f in text_string_to_metric_families(text) for s in f.samples]))
`;

export interface ReadSample {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Why a test that needs the client library is skipped, or false. */
export function missingClient(): string | false {
  const { status } = spawnSync(PYTHON, ['-c', 'import prometheus_client'], { stdio: 'ignore' });
  return status === 0 ? false : 'not installed here: python3-prometheus-client';
}

/** All samples as the client library reads them; fails when it does not. */
export const samplesOf = (text: string): ReadSample[] =>
  JSON.parse(output(PYTHON, ['-c', PARSE], Buffer.from(text)).toString()) as ReadSample[];

/** Values by name and labels as they are written. Every line must be a comment or a sample, and no sample may come twice. */
export function valuesOf(text: string): Map<string, number> {
  assert.ok(text.endsWith('\n'), 'the last line has an end');
  const values = new Map<string, number>();
  for (const line of text.slice(0, -1).split('\n')) {
    if (/^# (HELP|TYPE) [a-z_]+ \S/.test(line)) continue;
    const [, series, value] = /^([a-z_]+(?:\{.*\})?) (\S+)$/.exec(line) ?? [];
    assert.ok(series !== undefined && !Number.isNaN(Number(value)), line);
    assert.ok(!values.has(series), `twice: ${series}`);
    values.set(series, Number(value));
  }
  return values;
}

/** Of these those that only grow. */
export const isCounter = (series: string): boolean => /^[a-z_]+_total(\{|$)/.test(series);
