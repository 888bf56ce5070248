/**
 * The same counts of the traffic, at the end and at every moment of a report by packet time, for every number of trackers and every block
 * size, over the whole corpus and this project's own captures; and no matter which analyses go on beside, or what they leave out.
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { MIRUO_DEFAULTS } from '../../src/miruo/options.js';
import { DEFAULT_REPORT_PROTOCOLS } from '../../src/monitor/report-protocols.js';
import { F_PLACES } from '../../src/traffic/flow-figures.js';
import { corpusFiles, corpusMissing } from '../support/corpus.js';
import { ALL_FORMS, formsOf } from '../support/forms.js';
import { productOptions } from '../support/peek-options.js';
import {
  contentOf,
  isReadable,
  runSingleThread,
  type SingleThreadForm,
  type StandingFigures,
  type TrafficForm,
} from '../support/single-thread.js';

/** Small, so that flows end in many captures. */
const FLOW_TIMEOUT_SEC = 5;
const COUNTED: TrafficForm = { protocols: DEFAULT_REPORT_PROTOCOLS, flowTimeoutSec: FLOW_TIMEOUT_SEC };
const EVERY_SEC: TrafficForm = { ...COUNTED, reportSec: 1 };
const EVERY_10_SEC: TrafficForm = { ...COUNTED, reportSec: 10 };

const REFERENCE: SingleThreadForm = { trackers: 1, blockBytes: 1 << 20 };
/** Where what is counted is another thing, and who counts it the same. */
const FEW_FORMS = [ALL_FORMS[4], ALL_FORMS[9], ALL_FORMS[14]];

const tcpeek = productOptions({
  filters: ['all:RX@*:*', 'web:TX@*:80'],
  timeoutSec: 3,
  checksums: 0,
  locals: ['0.0.0.0/0'],
  quiet: false,
  icmp: true,
  unfinished: true,
  classic: false,
});

interface Counts {
  readonly standing: StandingFigures;
  readonly reports: readonly StandingFigures[];
}

/** What a pass counts; the size of the tables depends on how many there are. */
function countsOf(file: Uint8Array, form: SingleThreadForm, classic = false): Counts & { stdout: string } {
  const { traffic, stdout } = runSingleThread(file, { ...MIRUO_DEFAULTS, unfinished: true, classic }, form);
  const withoutPlaces = (standing: StandingFigures): StandingFigures => {
    const flows = standing.flows.map((figure, i) => (i === F_PLACES ? 0 : figure));
    return { ...standing, flows };
  };
  return { standing: withoutPlaces(traffic!.standing), reports: traffic!.reports.map(withoutPlaces), stdout };
}

/** What does not depend on the analyses beside. */
const trafficOnly = ({ standing, reports }: Counts): unknown =>
  [standing, ...reports].map(({ read, flows, activeFlowsMost }) => ({ read, flows, activeFlowsMost }));

function checkForms(
  name: string,
  file: Uint8Array,
  form: Partial<SingleThreadForm>,
  forms: readonly SingleThreadForm[],
): Counts {
  const expected = countsOf(file, { ...REFERENCE, ...form });
  for (const each of forms) {
    assert.deepEqual(countsOf(file, { ...each, ...form }), expected, `${name}: ${JSON.stringify(each)}`);
  }
  return expected;
}

/** How many reports came, or undefined when the file is no capture. */
function checkAll(name: string, path: string, forms = ALL_FORMS): number | undefined {
  const file = contentOf(path);
  if (!isReadable(file)) return undefined;
  const plain = checkForms(name, file, { traffic: EVERY_SEC }, forms);
  const both = checkForms(name, file, { traffic: EVERY_10_SEC, tcpeek }, forms);
  checkForms(name, file, { traffic: EVERY_SEC, decode: { vlanKey: true } }, FEW_FORMS);
  checkForms(name, file, { traffic: EVERY_SEC, decode: { outer: true } }, FEW_FORMS);
  const classic = countsOf(file, { ...REFERENCE, traffic: EVERY_SEC }, true);
  assert.deepEqual(trafficOnly(classic), trafficOnly(plain), `${name}: --classic`);
  const alone = countsOf(file, { ...REFERENCE, traffic: EVERY_10_SEC });
  assert.deepEqual(trafficOnly(both), trafficOnly(alone), `${name}: with handshakes`);
  const uncounted = runSingleThread(file, { ...MIRUO_DEFAULTS, unfinished: true }, REFERENCE);
  assert.equal(alone.stdout, uncounted.stdout, `${name}: sessions without counting`);
  return plain.reports.length + both.reports.length;
}

describe('counts of the traffic do not depend on trackers and blocks', () => {
  for (const name of readdirSync('datasets').filter((file) => file.endsWith('.pcap'))) {
    test(`datasets/${name}`, () => {
      assert.notEqual(checkAll(name, join('datasets', name)), undefined, 'not readable');
    });
  }

  test('the corpus', { skip: corpusMissing }, (t) => {
    const reports = corpusFiles()
      .map(({ name, path }, index) => checkAll(name, path, formsOf(index)))
      .filter((count) => count !== undefined);
    const all = reports.reduce((sum, count) => sum + count, 0);
    t.diagnostic(
      `${reports.length} captures, ${formsOf(0).length} of ${ALL_FORMS.length} forms for each, ${all} reports`,
    );
    assert.ok(reports.length > 150 && all > 1000, 'too little was compared');
  });
});
