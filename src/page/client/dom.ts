/**
 * Making elements. The one place where text gets into the page: as text nodes and attributes that nothing executes, never as markup.
 */

import { UNSEEN } from './texts.js';

export type Child = Node | string | null | undefined | false;
type Attribute = string | number | boolean | undefined | ((event: never) => void);
type Attributes = Readonly<Record<string, Attribute>>;

const SVG = 'http://www.w3.org/2000/svg';

/** An HTML element; functions are listeners (`onclick`), true is an empty attribute, false and undefined are none. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  dress(element, attributes, children);
  return element;
}

/** The same of SVG. */
export function draw<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  dress(element, attributes, children);
  return element;
}

function dress(element: Element, attributes: Attributes, children: readonly Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value as EventListener);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : String(value));
  }
  fill(element, ...children);
}

/** Replaces what an element holds. */
export function fill(element: Element, ...children: readonly Child[]): void {
  element.replaceChildren(...children.filter((child) => child !== null && child !== undefined && child !== false));
}

/** A button; `name` is for those who do not see what it looks like. */
export const button = (text: string, onclick: () => void, name?: string): HTMLButtonElement =>
  make('button', { type: 'button', onclick, 'aria-label': name, title: name }, text);

/** A table whose first row is a head; the first column has words, the others figures. */
export function figuresTable(
  caption: string,
  head: readonly string[],
  rows: Iterable<readonly (string | Node)[]>,
): HTMLTableElement {
  const cells = (row: readonly (string | Node)[]): HTMLElement[] =>
    row.map((cell, at) => (at === 0 ? make('th', { scope: 'row' }, cell) : make('td', { class: 'number' }, cell)));
  return make(
    'table',
    { class: 'figures' },
    make('caption', {}, caption),
    make(
      'thead',
      {},
      make('tr', {}, ...head.map((name, at) => make('th', { scope: 'col', class: at > 0 && 'number' }, name))),
    ),
    make('tbody', {}, ...[...rows].map((row) => make('tr', {}, ...cells(row)))),
  );
}

/** What may be wider than the window. */
export const scrolling = (label: string, ...children: readonly Child[]): HTMLElement =>
  make('div', { class: 'wide', tabindex: 0, role: 'group', 'aria-label': label }, ...children);

/** Text that came from a capture, apart from the direction of what stands around it. */
export const foreign = (text: string): HTMLElement => make('bdi', {}, visible(text));

/** Control characters, and those that change how others are shown, as what they are. */
export const visible = (text: string): string =>
  text.replace(UNSEEN, (character) => `\\u{${character.codePointAt(0)!.toString(16).padStart(2, '0')}}`);
