/** What bin/constants.mjs makes of named constants: the numbers that they have when the modules run. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

interface ConstantsModule {
  constants(root: string, folders: string[], compiled: string): Promise<Plugin>;
  numbersIn(
    root: string,
    folders: string[],
    compiled: string,
  ): Promise<Map<string, { numbers: Map<string, number>; exported: string[] }>>;
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PLUGIN = new URL('../../../bin/constants.mjs', import.meta.url).href;

const ODD = `const NOTHING = 0 / 0;
const NEGATIVE = -0;
const ENDLESS = 1 / 0;
const OTHER = Number('1');
const UNKNOWN = OTHER + 1;
const LONG =
  1 + 2;
const text = () => 'text';
const three = () => 3;
export const TEXT = text();
export const GIVEN = three();
const FINE = ~(1 << 3) & 0xff;
`;

const FILES: Readonly<Record<string, string>> = {
  'words.ts': `export const WORDS = 5;
const HALF = WORDS >> 1;
export const NEXT = WORDS + HALF * 2 ** 2;
export const TEXT = 'WORDS';
export const LIST = [WORDS];
`,
  'places.ts': `import { NEXT as FIRST } from './words.js';
let places = FIRST;
const place = (words = 1): number => {
  const at = places;
  places += words;
  return at;
};
export const A_FIRST = place(2);
const hidden = place();
export const A_NEXT = place();
export const ROW_WORDS = places;
export const MASK = -A_NEXT & 0xff;
export const atHidden = (row: Int32Array): number => row[hidden];
`,
  'main.ts': `import { A_FIRST, A_NEXT, atHidden, MASK, ROW_WORDS } from './places.js';
import { LIST, NEXT, TEXT, WORDS } from './words.js';
export const all = [A_FIRST, A_NEXT, MASK, ROW_WORDS, NEXT, WORDS, LIST[0]];
export const read = (row: Int32Array): number => row[A_NEXT] + atHidden(row);
export const text = TEXT;
`,
};

describe('constants of modules that are put together', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tcploom-constants-'));
  after(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);

  it('have in the program the values that its compiled modules have', async () => {
    const { numbersIn } = (await import(PLUGIN)) as ConstantsModule;
    const modules = await numbersIn(ROOT, ['src'], join(ROOT, 'dist'));
    let compared = 0;
    for (const [file, { numbers, exported }] of modules) {
      // What runs in the page of a report is built by itself.
      if (exported.length === 0 || file.includes('/page/client/')) continue;
      const compiled = join(ROOT, 'dist', relative(ROOT, file).replace(/ts$/, 'js'));
      const values = (await import(pathToFileURL(compiled).href)) as Record<string, number>;
      for (const name of exported) assert.equal(numbers.get(name), values[name], `${name} of ${file}`);
      compared += exported.length;
    }
    assert.ok(compared > 500, `${compared} constants`);
  });

  it('are left alone where a number says less than the formula', async () => {
    const { numbersIn } = (await import(PLUGIN)) as ConstantsModule;
    const odd = mkdtempSync(join(tmpdir(), 'tcploom-odd-'));
    writeFileSync(join(odd, 'odd.ts'), ODD);
    writeFileSync(join(odd, 'odd.js'), ODD);
    writeFileSync(join(odd, 'package.json'), '{"type":"module"}');
    const [module] = (await numbersIn(odd, ['.'], odd)).values();
    rmSync(odd, { recursive: true });
    assert.deepEqual([...module.numbers.keys()].sort(), ['FINE', 'GIVEN']);
  });

  it('are numbers where they are used, and the same as without', async () => {
    const compiled = join(folder, 'compiled');
    const common = { bundle: false, format: 'esm', outdir: compiled, logLevel: 'silent' } as const;
    await build({ ...common, entryPoints: Object.keys(FILES).map((name) => join(folder, name)) });
    writeFileSync(join(compiled, 'package.json'), '{"type":"module"}');
    const { constants } = (await import(PLUGIN)) as ConstantsModule;
    const together = join(folder, 'together.mjs');
    await build({
      entryPoints: [join(folder, 'main.ts')],
      plugins: [await constants(folder, ['.'], compiled)],
      bundle: true,
      format: 'esm',
      minifySyntax: true,
      outfile: together,
      logLevel: 'silent',
    });
    const [apart, one] = (await Promise.all([
      import(pathToFileURL(join(compiled, 'main.js')).href),
      import(pathToFileURL(together).href),
    ])) as { all: number[]; text: string; read: (row: Int32Array) => number }[];
    assert.deepEqual(one.all, apart.all);
    assert.deepEqual(one.all, [13, 16, 240, 17, 13, 5, 5]);
    assert.equal(one.text, 'WORDS');
    const row = Int32Array.from({ length: 20 }, (_, index) => index * index);
    assert.equal(one.read(row), apart.read(row));
    assert.match(one.read.toString(), /row\[16\]/);
  });
});
