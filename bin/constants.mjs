/**
 * Numbers in place of named constants, when modules are put together. esbuild does that itself for constants that are written as numbers in a module without
 * imports; this makes such a module beside each other one, and reckons what is reckoned from others (`export const M_STATE = M_ORDINAL + 2;`). What
 * a function gives (`export const A_FLAGS = place();`) the compiled modules know.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A line of a module's own that reckons with numbers and names of other constants alone. */
const RECKONED = /^(export )?const ([A-Z][A-Z0-9_]*) = ([-+*/%|&^~<>()\s\w.]+);$/gm;
const FORMULA = /^(?:[-+*/%|&^~<>()\s]|\b(?:[A-Z][A-Z0-9_]*|0x[\da-fA-F_]+|[\d_]+(?:\.\d+)?(?:e\d+)?)\b)+$/;
/** One that takes what a function gives, or has counted. */
const GIVEN = /^export const ([A-Z][A-Z0-9_]*) = ([a-z]\w*(?:\(.*\))?);$/gm;
const NAME = /\b[A-Z][A-Z0-9_]*\b/g;
const IMPORT = /^import \{([^}]*)\} from '(\.[^']*)\.js';$/gm;
/** Namespace of the modules that are made. */
const NUMBERS = 'numbers';

/** Plugin of esbuild for the TypeScript modules in the folders `folders` of `root`, which are compiled in `compiled`. */
export async function constants(root, folders, compiled) {
  const modules = await numbersIn(root, folders, compiled);
  return {
    name: 'constants',
    setup(build) {
      build.onLoad({ filter: /\.ts$/, namespace: 'file' }, ({ path }) => {
        const { text, formulas, numbers, exported } = modules.get(path) ?? { numbers: new Map() };
        if (numbers.size === 0) return undefined;
        const isReckoned = (name) => numbers.has(name) && formulas.has(name);
        const from = `from '${NUMBERS}:${path}';`;
        const head = `import { ${[...numbers.keys()].join(', ')} } ${from} export { ${exported.join(', ')} } ${from}`;
        // What a function gives may follow from how often it was called before.
        const rest = text
          .replace(RECKONED, (line, _, name) => (isReckoned(name) ? '' : line))
          .replace(GIVEN, (line, name, call) => (numbers.has(name) ? `${call};` : line));
        return { contents: head + rest, loader: 'ts' };
      });
      build.onResolve({ filter: new RegExp(`^${NUMBERS}:`) }, ({ path }) => ({
        path: path.slice(NUMBERS.length + 1),
        namespace: NUMBERS,
        sideEffects: false,
      }));
      build.onLoad({ filter: /./, namespace: NUMBERS }, ({ path }) => ({
        contents: [...modules.get(path).numbers].map(([name, value]) => `export const ${name} = ${value};`).join('\n'),
      }));
    },
  };
}

/** By file: `numbers` of its constants by name, and which of them are `exported`. */
export async function numbersIn(root, folders, compiled) {
  const modules = new Map();
  for (const file of folders.flatMap((folder) => filesIn(join(root, folder)))) {
    const compiledFile = join(compiled, relative(root, file).replace(/ts$/, 'js'));
    modules.set(file, await moduleAt(file, compiledFile));
  }
  for (const file of modules.keys()) reckon(modules, file);
  return modules;
}

function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

async function moduleAt(file, compiledFile) {
  const text = readFileSync(file, 'utf8');
  const formulas = new Map();
  const exported = [];
  for (const [, isExported, name, formula] of text.matchAll(RECKONED)) {
    if (!FORMULA.test(formula)) continue;
    formulas.set(name, formula);
    if (isExported) exported.push(name);
  }
  const imported = new Map();
  for (const [, names, from] of text.matchAll(IMPORT)) {
    for (const part of names.split(',')) {
      const [name, , alias] = part.trim().split(' ');
      imported.set(alias ?? name, { name, file: `${join(dirname(file), from)}.ts` });
    }
  }
  const numbers = new Map();
  const given = [...text.matchAll(GIVEN)].map(([, name]) => name);
  if (given.length > 0) {
    const values = await import(pathToFileURL(compiledFile).href);
    for (const name of given.filter((name) => typeof values[name] === 'number')) {
      numbers.set(name, values[name]);
      exported.push(name);
    }
  }
  return { text, formulas, exported, imported, numbers };
}

/** Adds to the numbers of the module in `file` all that can be reckoned before it runs. */
function reckon(modules, file) {
  const module = modules.get(file);
  for (const name of module.formulas.keys()) {
    const value = numberOf(modules, file, name);
    if (value !== undefined) module.numbers.set(name, value);
  }
  module.exported = module.exported.filter((name) => module.numbers.has(name));
}

function numberOf(modules, file, name) {
  const module = modules.get(file);
  const imported = module?.imported.get(name);
  if (imported !== undefined) return numberOf(modules, imported.file, imported.name);
  if (module?.numbers.has(name)) return module.numbers.get(name);
  const formula = module?.formulas.get(name);
  if (formula === undefined) return undefined;
  let isKnown = true;
  const numbers = formula.replace(NAME, (other) => {
    const value = numberOf(modules, file, other);
    if (value === undefined) isKnown = false;
    return `(${value})`;
  });
  if (!isKnown) return undefined;
  const value = Function(`return ${numbers}`)();
  return Number.isFinite(value) && !Object.is(value, -0) ? value : undefined;
}
