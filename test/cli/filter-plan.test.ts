/**
 * What is decided about a filter before anything is read: where its text comes from, whether the capturing program gets it, and
 * how packets are cut out.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { chooseFilter, expressionIn } from '../../src/cli/filter-choice.js';
import { makeFilterPlan } from '../../src/cli/filter-plan.js';
import type { ParsedOptions } from '../../src/cli/plan.js';
import { prepareRun } from '../../src/cli/run-preparation.js';
import { FilterMistake } from '../../src/cli/usage-error.js';
import { PROGRAM } from '../support/program.js';

describe('the text of a filter', () => {
  it('in a file has no comments, and columns as they were', () => {
    assert.equal(expressionIn('tcp # or udp\n and port 80#'), 'tcp         \n and port 80 ');
    assert.equal(expressionIn(''), '');
  });

  it('that selects everything is no filter', async () => {
    for (const filter of ['', '  ', ' \n']) assert.equal(await chooseFilter({ filter }), undefined);
    assert.equal(await chooseFilter({}), undefined);
  });

  it('is checked', async () => {
    await assert.rejects(chooseFilter({ filter: 'tcp or' }), FilterMistake);
    await assert.rejects(chooseFilter({ filter: 'portrange 80-x' }), FilterMistake);
  });

  it('in a file is wrong at a line and a column', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'tcploom-')), 'list');
    writeFileSync(file, '\ufeffhost 1.2.3.4 # first\r\nor host 5.6.7.8\n  or 80 90\n');
    const message = `the filter file ${file}: line 3, column 9: found '90', expected 'and' or 'or'`;
    await assert.rejects(chooseFilter({ filterFile: file }), { message });
    writeFileSync(file, '# nothing\n');
    await assert.rejects(chooseFilter({ filterFile: file }), {
      message: `the filter file ${file} holds no expression`,
    });
  });

  it('whose quotes were forgotten is no filter of its first word', async () => {
    const files = ['port', '80', 'package.json'];
    await assert.rejects(chooseFilter({ filter: 'tcp' }, files), /there is no file port; .*: 'tcp port 80'$/);
    await assert.rejects(chooseFilter({ filter: 'host' }, ['1.2.3.4', 'package.json']), /: 'host 1\.2\.3\.4'$/);
    await assert.rejects(chooseFilter({ filterFile: 'package.json' }, ['tcp']), FilterMistake);
    assert.notEqual(await chooseFilter({ filter: 'tcp' }, ['missing.pcap', 'package.json']), undefined);
  });

  it('that is another thing gets a hint', async () => {
    const hints: readonly [filter: string, hint: RegExp][] = [
      ['package.json', /the expression comes before the captures$/],
      ['100', /--max-packets N$/],
      ['ip.addr == 1.2.3.4', /Wireshark's display filters/],
      ['TCP', /small letters$/],
    ];
    for (const [filter, hint] of hints) await assert.rejects(chooseFilter({ filter }), { message: hint }, filter);
  });

  it('has names or not', async () => {
    assert.equal((await chooseFilter({ filter: 'tcp port 80 and host 10.1.2.3' }))?.hasNames, false);
    assert.equal((await chooseFilter({ filter: 'host localhost' }))?.hasNames, true);
  });
});

describe('the filter of a live capture', () => {
  async function handedOn(options: ParsedOptions): Promise<string | undefined> {
    const { plan } = prepareRun([], { interface: ['lo'], ...options }, false, PROGRAM, await chooseFilter(options));
    const [input] = plan.read.inputs;
    assert.equal(plan.read.filter?.text, options.filter);
    return typeof input === 'string' || input.request.kind !== 'live' ? assert.fail() : input.request.filter;
  }

  it('is handed to the capturing program too', async () => {
    assert.equal(await handedOn({ filter: 'tcp port 80' }), 'tcp port 80');
    assert.equal(await handedOn({}), undefined);
  });

  it('is not where it might mean something else there, or cannot be an argument', async () => {
    assert.equal(await handedOn({ filter: 'host localhost' }), undefined);
    assert.equal(await handedOn({ filter: `tcp${' '.repeat(40_000)}` }), undefined);
  });

  it('is not when times count from the first packet, whatever that is', async () => {
    const bound = { sec: 5, nsec: 0 };
    assert.equal(await handedOn({ filter: 'tcp', from: { ...bound, isRelative: true } }), undefined);
    assert.equal(await handedOn({ filter: 'tcp', to: { ...bound, isRelative: true } }), undefined);
    assert.equal(await handedOn({ filter: 'tcp', to: { ...bound, isRelative: false } }), 'tcp');
  });
});

describe('the plan of a filter', () => {
  const cutOf = (files: string[], options: ParsedOptions): unknown => makeFilterPlan(files, options, false).read.cut;

  it('has a writer, or counts without any', () => {
    const counting = makeFilterPlan(['a'], { count: true }, false);
    assert.deepEqual([counting.output, counting.trackers], [undefined, 0]);
    const writing = makeFilterPlan(['a'], { write: 'b', workers: 7, blockSize: 65536 }, false);
    assert.deepEqual(
      [writing.output, writing.trackers, writing.blockBytes],
      [{ name: 'b', target: { path: 'b' } }, 1, 65536],
    );
  });

  it('keeps what a single capture says of its packets', () => {
    const format = undefined;
    assert.deepEqual(cutOf(['a'], { count: true }), { format, isCountOnly: true, isSingle: true });
    assert.deepEqual(cutOf(['a'], { write: 'x', pcap: true }), { format: 'pcap', isCountOnly: false, isSingle: true });
    assert.deepEqual(cutOf(['a', 'b'], { write: 'x', pcapng: true }), {
      format: 'pcapng',
      isCountOnly: false,
      isSingle: false,
    });
    assert.deepEqual(cutOf(['a'], { write: 'x', follow: true }), { format, isCountOnly: false, isSingle: false });
  });

  it('captures whole packets unless told otherwise', () => {
    const snaplenOf = (options: ParsedOptions): unknown => {
      const [input] = makeFilterPlan([], { interface: ['lo'], write: 'x', ...options }, false).read.inputs;
      return typeof input === 'string' ? assert.fail() : input.request.snaplen;
    };
    assert.equal(snaplenOf({}), 262_144);
    assert.equal(snaplenOf({ snaplen: 96 }), 96);
  });

  it('writes beside a series that is followed, not into it', () => {
    for (const write of ['b.pcap1', 'folder/a.pcap1', 'a.out', '-']) {
      assert.notEqual(makeFilterPlan(['a.pcap0'], { follow: true, write }, false).output, undefined);
    }
  });

  it('writes packets to no terminal', () => {
    assert.throws(() => makeFilterPlan(['a'], { write: '-' }, true), /not written to a terminal/);
    assert.deepEqual(makeFilterPlan(['a'], { write: '-' }, false).output?.target, { descriptor: 1 });
  });
});
