/**
 * Rules of this house that no compiler knows: which way imports go, what the core must not touch, and that
 * option table, help, README, change log and package.json tell the same story.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { describe, it } from 'node:test';
import { expandLongOptions } from '../src/cli/abbreviations.js';
import type { OptionRow } from '../src/cli/option-row.js';
import { OPTION_TABLE, optionsOf } from '../src/cli/option-table.js';
import { parseArguments } from '../src/cli/parse.js';

/** An import goes to the own folder or to one further down. */
const FOLDERS = [
  'bin',
  'src/cli',
  'src/pipeline',
  'workers',
  'src/merge',
  'src/metrics',
  'src/monitor',
  'src/plot',
  'src/page/client',
  'src/page',
  'src/expect',
  'src/summary',
  'src/records',
  'src/miruo',
  'src/tcpeek',
  'src/analysis',
  'src/traffic',
  'src/info',
  'src/text',
  'src/flow',
  'src/feed',
  'src/capture',
  'src/filter',
  'src/wire',
  'src/ring',
];
/** No files, no clock, no environment: what they compute depends on what they are given. */
const CORE = [
  'src/wire',
  'src/filter',
  'src/flow',
  'src/info',
  'src/text',
  'src/summary',
  'src/records',
  'src/analysis',
  'src/miruo',
  'src/tcpeek',
  'src/traffic',
  'src/metrics',
  'src/monitor',
  'src/plot',
  'src/merge',
  'src/ring',
];
/** As the core, but that packages may know the formats of files for them. */
const PURE = [...CORE, 'src/expect'];
const SELF_CONTAINED = ['src/wire', 'src/ring'];
const MOST_LINES = 500;

interface Source {
  readonly path: string;
  readonly folder: string;
  /** Without comments. */
  readonly code: string;
  readonly text: string;
  /** What is imported: a path from the root for relative ones, else as written. */
  readonly imports: readonly string[];
}

const SOURCES: readonly Source[] = ['bin', 'src', 'workers'].flatMap((top) =>
  readdirSync(top, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readSource(join(top, name))),
);

function readSource(path: string): Source {
  const text = readFileSync(path, 'utf8');
  // A comment sign within a string would be taken for a comment; all that is lost is the rest of that line.
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:])\/\/.*$/gm, '$1');
  const found = code.matchAll(/\bfrom\s+'([^']+)'|\bimport\s*\(?\s*'([^']+)'/g);
  const specifiers = [...found].map((match) => match[1] ?? match[2]);
  const imports = specifiers.map((name) => (name.startsWith('.') ? normalize(join(dirname(path), name)) : name));
  return { path, folder: dirname(path), code, text, imports };
}

const isIn = (source: Source, folders: readonly string[]): boolean => folders.includes(source.folder);

/** Folder of an import within this project, or undefined for a package. */
const folderOf = (name: string): string | undefined =>
  name.endsWith('.js') && name.includes('/') ? dirname(name) : undefined;

describe('imports', () => {
  it('are found at all', () => {
    assert.ok(SOURCES.length > 30, `${SOURCES.length} files`);
    assert.ok(SOURCES.flatMap((source) => source.imports).length > 80);
  });

  it('are those of a folder that has its place in the order', () => {
    for (const source of SOURCES) assert.ok(isIn(source, FOLDERS), source.path);
  });

  it('go downwards only', () => {
    for (const source of SOURCES) {
      for (const name of source.imports) {
        const folder = folderOf(name);
        if (folder === undefined || folder === source.folder) continue;
        const what = `${source.path} imports ${name}`;
        assert.ok(FOLDERS.includes(folder), what);
        // A thread's file takes its start message and its one core function from the pipeline.
        if (source.folder === 'workers') assert.ok(folder.startsWith('src/') && folder !== 'src/cli', what);
        else assert.ok(FOLDERS.indexOf(folder) > FOLDERS.indexOf(source.folder) && folder !== 'workers', what);
      }
    }
  });

  it('of the folders that stand alone stay within them', () => {
    for (const source of SOURCES.filter((candidate) => isIn(candidate, SELF_CONTAINED))) {
      for (const name of source.imports) assert.equal(folderOf(name), source.folder, `${source.path} imports ${name}`);
    }
  });

  it('of packages are those that package.json names, and none in the core', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      dependencies: Record<string, string>;
      devDependencies: Record<string, string>;
    };
    for (const source of SOURCES) {
      for (const name of source.imports) {
        if (folderOf(name) !== undefined || name.startsWith('node:')) continue;
        // What runs in a page is bundled when it is built.
        const known = source.folder === 'src/page/client' ? devDependencies : dependencies;
        assert.ok(name in known && !isIn(source, CORE), `${source.path} imports ${name}`);
      }
    }
  });
});

describe('the core', () => {
  const FORBIDDEN = [
    /'node:(fs|os|process|child_process|net|worker_threads|perf_hooks|timers)/,
    /\bprocess\s*\./,
    /\bDate\.now\b/,
    /\bnew Date\(\)/,
    /\bperformance\s*\./,
    /\bset(Timeout|Interval|Immediate)\b/,
    /\bMath\.random\b/,
    /\bconsole\s*\./,
  ];
  it('knows no file, no environment and no clock', () => {
    for (const source of SOURCES.filter((candidate) => isIn(candidate, PURE))) {
      for (const pattern of FORBIDDEN) assert.doesNotMatch(source.code, pattern, source.path);
    }
  });
});

describe('files', () => {
  it('have no default exports', () => {
    for (const { path, code } of SOURCES) assert.doesNotMatch(code, /\bexport\s+default\b|\bas\s+default\b/, path);
  });

  it('are named for an idea, and none only passes on what others export', () => {
    for (const { path, code } of SOURCES) {
      assert.doesNotMatch(basename(path), /^(index|utils?|helpers?|misc|common)\b/, path);
      assert.doesNotMatch(code, /\bexport\s+(type\s+)?(\*|\{[^}]*\})\s*from\b/, path);
    }
  });

  it(`have at most ${MOST_LINES} lines`, () => {
    for (const { path, text } of SOURCES) {
      const lines = text.split('\n').length - 1;
      assert.ok(lines <= MOST_LINES, `${path}: ${lines} lines`);
    }
  });

  it('begin with what they own', () => {
    for (const { path, text } of SOURCES.filter((source) => source.folder !== 'bin')) {
      assert.match(text, /^\/\*\*\n \* \S/, path);
    }
  });
});

describe('options', () => {
  const helpOf = (...args: string[]): string => {
    const request = parseArguments(args, '0.0.0');
    return request.kind === 'text' ? request.text : '';
  };
  const COMMANDS = [
    ...(['run', 'miruo', 'tcpeek', 'metrics', 'info', 'filter', 'extract', 'peekstat', 'plot', 'stat'] as const),
    ...(['check', 'diff'] as const),
  ];
  const HELP = new Set(COMMANDS.flatMap((command) => helpOf(command, '--help').match(/--[a-z][a-z-]*/g) ?? []));
  const README = existsSync('README.md') ? readFileSync('README.md', 'utf8') : '';
  const skip = README === '' && 'README.md is not there yet';

  it('of the table are all in the help of their commands', () => {
    for (const command of COMMANDS) {
      const text = helpOf(command, '--help');
      for (const row of optionsOf(command)) assert.match(text, new RegExp(`--${row.names[0]}\\b`), `${command} --help`);
    }
    assert.ok(HELP.size >= new Set(OPTION_TABLE.map((row) => row.names[0])).size);
  });

  it('of the table have a row each in the table of README', { skip }, () => {
    const rows = README.split('\n').filter((line) => line.startsWith('|'));
    for (const { names, letter } of OPTION_TABLE) {
      const row = rows.find((line) => new RegExp(`--${names[0]}(?![a-z-])`).test(line));
      assert.ok(row !== undefined, `--${names[0]} has no row in README.md`);
      if (letter !== undefined) assert.match(row, new RegExp(`-${letter}\\b`), `the letter of --${names[0]}`);
    }
  });

  it('that README names all exist, whole or abbreviated, unless it says "not yet"', { skip }, () => {
    const rows: OptionRow[] = ['help', 'version'].map((name) => ({
      names: [name],
      kind: 'switch',
      help: '',
      commands: [],
    }));
    rows.push(...OPTION_TABLE);
    const known = new Set(rows.map((row) => `--${row.names[0]}`));
    for (const paragraph of README.split(/\n{2,}/)) {
      if (/^not yet/i.test(paragraph)) continue;
      // Lines that show other programs at work name those programs' options.
      const lines = paragraph.split('\n').filter((line) => !/\b(npm|npx|git|node|docker|tshark|tcpdump)\b/.test(line));
      for (const [name] of lines.join('\n').matchAll(/(?<![\w-])--[a-z][a-z-]*/g)) {
        assert.ok(known.has(expandLongOptions([name], rows)[0]), `README.md: ${name}`);
      }
    }
  });
});

describe('ARCHITECTURE.md', () => {
  it('names files that are there', () => {
    const names = new Set(SOURCES.map(({ path }) => basename(path)));
    const others = readdirSync('bin').concat(readdirSync('test'), readdirSync('datasets'));
    const text = readFileSync('ARCHITECTURE.md', 'utf8');
    for (const [, name] of text.matchAll(/`[\w/-]*?([\w-]+\.(?:ts|mjs))`/g)) {
      assert.ok(names.has(name) || others.includes(name) || existsSync(name), `ARCHITECTURE.md: ${name}`);
    }
    for (const [, path] of text.matchAll(/`((?:src|bin|workers|test)\/[\w/.-]+\.\w+)`/g)) {
      assert.ok(existsSync(path), `ARCHITECTURE.md: ${path}`);
    }
  });
});

describe('package.json', () => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
    version: string;
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
    files: readonly string[];
  };

  it('ships what the pages link to that it ships', () => {
    const pages = manifest.files.filter((name) => name.endsWith('.md'));
    const links = pages.flatMap((page) => {
      const texts = [...readFileSync(page, 'utf8').matchAll(/\]\(([^)\s#:]+)(?:#[^)]*)?\)/g)].map(([, link]) => link);
      return texts.map((link) => normalize(join(dirname(page), link)));
    });
    assert.ok(links.length > 5, links.join());
    for (const link of links) {
      assert.ok(existsSync(link), link);
      assert.ok(
        manifest.files.some((name) => link === name || link.startsWith(`${name}/`)),
        `${link} is not among "files"`,
      );
    }
  });

  it('pins every dependency', () => {
    const all = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    assert.ok(all.length > 0);
    for (const [name, version] of all) assert.match(version, /^\d+\.\d+\.\d+(-[\w.]+)?$/, name);
  });

  it('has the version that the change log tells of', {
    skip: !existsSync('CHANGELOG.md') && 'no CHANGELOG.md yet',
  }, () => {
    const version = manifest.version.replaceAll('.', '\\.');
    assert.match(readFileSync('CHANGELOG.md', 'utf8'), new RegExp(`^#+ .*\\b${version}\\b`, 'm'));
  });
});
