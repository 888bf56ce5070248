/**
 * Tabs, with the keys that they have everywhere.
 */
import { make } from './dom.js';

export interface Tab {
  readonly name: string;
  readonly content: HTMLElement;
  /** Called whenever it comes to the front. */
  readonly shown?: () => void;
}

let made = 0;

export function tabsOf(label: string, tabs: readonly Tab[]): HTMLElement {
  const id = `tabs${made++}`;
  const heads = tabs.map(({ name }, at) =>
    make(
      'button',
      { type: 'button', role: 'tab', id: `${id}-${at}`, 'aria-controls': `${id}-panel-${at}`, onclick: () => show(at) },
      name,
    ),
  );
  const panels = tabs.map(({ content }, at) =>
    make('div', { role: 'tabpanel', id: `${id}-panel-${at}`, 'aria-labelledby': `${id}-${at}` }, content),
  );
  const show = (chosen: number): void => {
    heads.forEach((head, at) => {
      head.setAttribute('aria-selected', String(at === chosen));
      head.tabIndex = at === chosen ? 0 : -1;
      panels[at].hidden = at !== chosen;
    });
    tabs[chosen].shown?.();
  };
  const list = make('div', { role: 'tablist', 'aria-label': label, class: 'tabs' }, ...heads);
  list.addEventListener('keydown', (event) => {
    const at = heads.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: heads.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    const chosen = (to + heads.length) % heads.length;
    show(chosen);
    heads[chosen].focus();
    event.preventDefault();
  });
  show(0);
  return make('div', {}, list, ...panels);
}
