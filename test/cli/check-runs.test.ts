/**
 * `tcploom check` and `tcploom diff` as they are run in CI: the commands of README's sections, of action.yml and of docs/gitlab-ci.yml as they are written, with this
 * build in place of what a registry has.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { LAUNCHER, LIMIT_MS, temporaryFolder } from '../support/launch.js';
import { sarifFaults } from '../support/sarif-schema.js';

const { version: VERSION } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with the captures of datasets, and what runs a command line in it. */
function workplace(): { readonly folder: string; readonly run: (line: string, env?: object) => Ran } {
  const folder = temporaryFolder();
  const tools = join(folder, '.tools');
  mkdirSync(join(folder, 'datasets'));
  mkdirSync(tools);
  for (const name of readdirSync('datasets').filter((file) => file.endsWith('.pcap'))) {
    copyFileSync(join('datasets', name), join(folder, 'datasets', name));
  }
  const script = (name: string, text: string): void => {
    writeFileSync(join(tools, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(tools, name), 0o755);
  };
  // What npm would get from the registry is there already.
  const launch = `exec '${process.execPath}' '${LAUNCHER}' "$@"`;
  script('npm', `[ "$*" = 'install --global tcploom@${VERSION}' ] && cp '${tools}/built' '${tools}/tcploom'`);
  script('built', launch);
  script('tcploom', launch);
  const run = (line: string, env: object = {}): Ran => {
    const { CI: _, ...rest } = process.env;
    const { status, stdout, stderr } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', line], {
      cwd: folder,
      env: { ...rest, TZ: 'UTC', PATH: `${tools}:${process.env.PATH}`, ...env },
      encoding: 'utf8',
      timeout: LIMIT_MS,
    });
    return { code: status, stdout, stderr };
  };
  return { folder, run };
}

/** Blocks of a section of README, by what follows the three backquotes. */
function blocks(section: string, kind: string): string[] {
  const [, text = ''] = readFileSync('README.md', 'utf8').split(`\n## ${section}\n`);
  const [own] = text.split(/\n## /);
  return [...own.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].flatMap(([, name, body]) => (name === kind ? [body] : []));
}

/** Commands, each with what is shown behind it. */
function commands(block: string): { readonly line: string; readonly shown: string }[] {
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((text) => ({ line: text.slice(0, text.indexOf('\n')), shown: text.slice(text.indexOf('\n') + 1) }));
}

describe("README's section on CI", () => {
  const place = workplace();
  const [yml] = blocks('In CI', 'yaml');
  writeFileSync(join(place.folder, 'tcploom.yml'), yml);
  const shown = [...blocks('In CI', ''), ...blocks('Two captures compared', '')].flatMap(commands);

  it('has commands', () => assert.equal(shown.length, 4));

  const codes = [0, 3, 3, 0];
  for (const [index, { line, shown: text }] of shown.entries()) {
    it(`shows what is printed by ${line}`, () => {
      const { code, stdout, stderr } = place.run(line);
      assert.equal(stderr, '');
      assert.equal(stdout, text);
      assert.equal(code, codes[index]);
    });
  }

  it('has commands that show sessions', () => {
    const [found] = shown.flatMap(({ shown: text }) => /tcploom extract .*/.exec(text) ?? []);
    assert.equal(place.run(found).code, 0);
    const { code, stdout } = place.run(
      "tcploom check --expect 'sessions == 1' --expect 'retransmissions == 8' session-1.pcap",
    );
    assert.deepEqual([code, stdout], [0, 'tcploom: 2 expectations met in 1 capture\n']);
  });

  it('has files of expectations that are understood', () => {
    const [, text] = blocks('In CI', 'yaml').filter((block) => block.includes('version: 1'));
    writeFileSync(join(place.folder, 'other.yml'), text.replace('fixtures/*', 'datasets/web'));
    assert.equal(
      place.run('tcploom check --config other.yml --update').stderr,
      'tcploom: wrote snapshots/web.pcap.tcploom.json\n',
    );
    assert.equal(place.run('tcploom check --config other.yml').code, 0);
  });
});

describe('exit codes', () => {
  const { folder, run } = workplace();
  copyFileSync(join(folder, 'datasets', 'web.pcap'), join(folder, 'cut.pcap'));
  truncateSync(join(folder, 'cut.pcap'), 5000);
  for (const [code, line] of [
    [1, "tcploom check --expect 'sessions > 0' cut.pcap"],
    [2, "tcploom check --expect 'sessions{dst_port=http} > 0' datasets/web.pcap"],
    [3, "tcploom check --expect 'sessions{dst_port=1}.handshake.p99 < 1s' datasets/web.pcap"],
    [0, "CI=1 tcploom check --filter 'tcp port 80' --expect 'sessions{dst_port!=80} == 0' datasets/web.pcap"],
  ] as const) {
    it(`${code}: ${line}`, () => {
      const { code: found, stdout, stderr } = run(line);
      assert.equal(found, code, `${stdout}${stderr}`);
      if (code === 0) assert.match(stdout, /^tcploom: 1 expectation met in 1 capture\n$/);
    });
  }
});

interface Step {
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

describe('the action for GitHub', () => {
  const action = parse(readFileSync('action.yml', 'utf8')) as {
    inputs: Record<string, { default: string }>;
    runs: { steps: Step[] };
  };

  /** Runs its steps as they are written, with these inputs. */
  function act(inputs: Readonly<Record<string, string>>): Ran & { readonly folder: string } {
    const { folder, run } = workplace();
    let ran: Ran = { code: 0, stdout: '', stderr: '' };
    for (const { run: line, env = {} } of action.runs.steps) {
      if (line === undefined || ran.code !== 0) continue;
      const values = Object.entries(env).map(([name, value]) => {
        const [, input] = /^\$\{\{ inputs\.(\w+) \}\}$/.exec(value)!;
        return [name, inputs[input] ?? action.inputs[input].default];
      });
      ran = run(line, { ...Object.fromEntries(values), CI: 'true' });
    }
    return { ...ran, folder };
  }

  it('installs the version of this package', () => assert.equal(action.inputs.version.default, VERSION));

  it('is silent but for a line where all holds', () => {
    const { code, stdout, stderr } = act({
      files: 'datasets/web.pcap\n',
      expect: 'rst == 0 or unknown\nsessions > 0\n',
    });
    assert.deepEqual([code, stdout, stderr], [0, 'tcploom: 2 expectations met in 1 capture\n', '']);
  });

  it('annotates what does not hold, and writes the files', () => {
    const { code, stdout, folder } = act({
      files: 'datasets/web.pcap\ndatasets/lossy.pcap',
      expect: 'retransmissions <= 0.1%',
      sarif: 'out.sarif',
      junit: 'out.xml',
    });
    assert.equal(code, 3);
    assert.match(stdout, /^::error title=not met%3A retransmissions <= 0\.1%25::datasets\/lossy\.pcap: /);
    const sarif = readFileSync(join(folder, 'out.sarif'), 'utf8');
    assert.deepEqual(sarifFaults(sarif), []);
    assert.equal(JSON.parse(sarif).runs[0].results.length, 1);
    assert.match(readFileSync(join(folder, 'out.xml'), 'utf8'), /failures="1"/);
  });
});

describe('the job for GitLab', () => {
  it('runs as it is written', () => {
    const { captures } = parse(readFileSync('docs/gitlab-ci.yml', 'utf8')) as {
      captures: { script: string[]; artifacts: { reports: { junit: string } } };
    };
    const { folder, run } = workplace();
    writeFileSync(join(folder, 'tcploom.yml'), blocks('In CI', 'yaml')[0].replace('datasets/*', 'datasets/lossy'));
    const { code } = run(captures.script.join('\n'), { CI: 'true' });
    assert.equal(code, 3);
    assert.match(readFileSync(join(folder, captures.artifacts.reports.junit), 'utf8'), /tests="3" failures="1"/);
  });
});
