/**
 * Light and dark: what the system prefers until the reader chooses, and light on paper. Charts ask for colours here.
 */
import { button } from './dom.js';

type Theme = 'light' | 'dark';
const KEY = 'tcploom-theme';
const DARK = matchMedia('(prefers-color-scheme: dark)');

const listeners = new Set<() => void>();
const colours = new Map<string, string>();
let chosen = remembered();
let onPaper = false;

const current = (): Theme => chosen ?? (DARK.matches ? 'dark' : 'light');

function apply(): void {
  document.documentElement.dataset.theme = onPaper ? 'light' : current();
  colours.clear();
  for (const listener of listeners) listener();
}

/** Before anything is shown, so that nothing is shown in the wrong colours. */
export function startTheme(): void {
  apply();
  DARK.addEventListener('change', apply);
}

/** Calls back whenever colours have changed. */
export const onTheme = (listener: () => void): void => void listeners.add(listener);

/** What is printed is light, whatever is shown. */
export function setPaper(paper: boolean): void {
  onPaper = paper;
  apply();
}

/** The value of a custom property of the style, as `--ink`. */
export function colour(name: string): string {
  let value = colours.get(name);
  if (value === undefined) {
    value = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    colours.set(name, value);
  }
  return value;
}

export function themeSwitch(): HTMLButtonElement {
  const element = button('', () => {
    chosen = current() === 'dark' ? 'light' : 'dark';
    try {
      localStorage.setItem(KEY, chosen);
    } catch {
      // A browser that keeps nothing for files: the choice holds as long as the page does.
    }
    apply();
  });
  const name = (): void => {
    element.textContent = current() === 'dark' ? 'Light colours' : 'Dark colours';
  };
  name();
  onTheme(name);
  element.className = 'theme';
  return element;
}

function remembered(): Theme | undefined {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : undefined;
  } catch {
    return undefined;
  }
}
