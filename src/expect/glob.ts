/**
 * Patterns of paths: `*` and `?` for characters of a name, `[abc]` and `[!abc]` for one of them, `**` for any folders. Owns what they mean; the file system
 * is asked elsewhere.
 */

export interface Glob {
  /** The folder that everything it can match lies in; empty for the current one. Without magic. */
  readonly base: string;
  /** Whether it has magic at all: otherwise it is a name. */
  readonly hasMagic: boolean;
  matches(path: string): boolean;
}

const MAGIC = /[*?[]/;

/** A text that is no pattern. */
export class GlobError extends Error {}

/** The pattern that a text is. Throws a GlobError. */
export function glob(text: string): Glob {
  const parts = text.split('/');
  const first = parts.findIndex((part) => MAGIC.test(part));
  if (first < 0) return { base: text, hasMagic: false, matches: (path) => normal(path) === normal(text) };
  const base = parts.slice(0, first).join('/');
  const pattern = expressionOf(text);
  return {
    base: base === '' && text.startsWith('/') ? '/' : base,
    hasMagic: true,
    matches: (path) => pattern.test(normal(path)),
  };
}

function expressionOf(text: string): RegExp {
  try {
    return new RegExp(`^${pathSource(normal(text).split('/'))}$`, 'su');
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // All else that an expression may be faulted for is escaped.
    throw new GlobError(`${text} is no pattern: a range of characters in [ ] ends before it begins`);
  }
}

/** Without what says nothing: `./a//b` is `a/b`. */
const normal = (path: string): string => path.replace(/\/+/g, '/').replace(/^(\.\/)+/, '');

/** `**` is any number of folders, none too; hidden ones are not among them. */
function pathSource(parts: readonly string[]): string {
  return parts
    .map((part, index) => {
      const isLast = index === parts.length - 1;
      if (part !== '**') return partSource(part) + (isLast ? '' : '/');
      return isLast ? '(?!\\.)[^/]+(?:/(?!\\.)[^/]+)*' : '(?:(?!\\.)[^/]+/)*';
    })
    .join('');
}

function partSource(part: string): string {
  // A dot at the beginning is matched by a dot only.
  let source = MAGIC.test(part[0] ?? '') ? '(?!\\.)' : '';
  for (let at = 0; at < part.length; ) {
    const rest = part.slice(at);
    const set = /^\[(!|\^)?(\]?[^\]]*)\]/.exec(rest);
    if (rest[0] === '*') source += '[^/]*';
    else if (rest[0] === '?') source += '[^/]';
    else if (set !== null) source += `[${set[1] === undefined ? '' : '^/'}${set[2].replace(/[\\[\]^]|--/g, '\\$&')}]`;
    const character = String.fromCodePoint(rest.codePointAt(0)!);
    if (!/^[*?]/.test(rest) && set === null) source += character.replace(/[\\^$.*+?()[\]{}|/]/u, '\\$&');
    at += set?.[0].length ?? character.length;
  }
  return source;
}
