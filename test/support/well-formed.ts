/**
 * A small check that a text is well-formed XML (tags nest, attributes are quoted once, nothing is left unescaped), and the elements found in it.
 * Understands what is written here: no DTD, no CDATA, no comments.
 */

export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** Of the element itself, entities as they stand. */
  text: string;
}

const ATTRIBUTE = /^\s+([A-Za-z_][\w:.-]*)="([^"<]*)"/;
const ENTITY = /&(?!(?:amp|lt|gt|quot|apos);)/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 has no place for them
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/u;

/** Throws an Error that says what is wrong, and where. */
export function parseXml(document: string): XmlElement[] {
  const wrong = (what: string, at: number): never => {
    throw new Error(`${what}: ${JSON.stringify(document.slice(at, at + 60))}`);
  };
  const forbidden = document.search(FORBIDDEN);
  if (forbidden >= 0) wrong('a character that XML does not have', forbidden);
  let at = document.startsWith('<?xml ') ? document.indexOf('?>') + 2 : 0;
  const found: XmlElement[] = [];
  const open: XmlElement[] = [];
  while (at < document.length) {
    const begin = document.indexOf('<', at);
    const text = document.slice(at, begin < 0 ? undefined : begin);
    if (ENTITY.test(text) || text.includes(']]>')) wrong('text is not escaped', at);
    if (open.length > 0) open.at(-1)!.text += text;
    else if (text.trim() !== '') wrong('text outside the root', at);
    if (begin < 0) break;
    const end = document.indexOf('>', begin);
    if (end < 0) wrong('a tag without an end', begin);
    const tag = document.slice(begin + 1, end);
    at = end + 1;
    if (tag.startsWith('/')) {
      if (open.pop()?.name !== tag.slice(1)) wrong('an end of what is not open', begin);
      continue;
    }
    const isEmpty = tag.endsWith('/');
    const [, name, rest] =
      /^([A-Za-z][\w:.-]*)([\s\S]*)$/.exec(isEmpty ? tag.slice(0, -1) : tag) ?? wrong('no tag', begin);
    const element = { name, attributes: attributesOf(rest, () => wrong('attributes', begin)), text: '' };
    if (open.length === 0 && found.length > 0) wrong('a second root', begin);
    found.push(element);
    if (!isEmpty) open.push(element);
  }
  if (open.length > 0) wrong(`<${open.at(-1)!.name}> is not closed`, document.length);
  return found;
}

function attributesOf(text: string, fail: () => never): Map<string, string> {
  const attributes = new Map<string, string>();
  let rest = text;
  while (rest.trim() !== '') {
    const [whole, name, value] = ATTRIBUTE.exec(rest) ?? fail();
    if (attributes.has(name) || ENTITY.test(value)) fail();
    attributes.set(name, value);
    rest = rest.slice(whole.length);
  }
  return attributes;
}
