/**
 * The browser that pages are looked at with: Debian's chromium, where it is installed. Owns how a page is opened and asked.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';

/** What a test says that cannot look; false where it can. */
export const noBrowser = !existsSync(CHROMIUM) && `${CHROMIUM} is not installed`;

export const startBrowser = (): Promise<Browser> =>
  // Who runs everything as root has no sandbox; what is shown is made here.
  chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });

export interface OpenedPage {
  readonly page: Page;
  /** What must not be: messages of the console, errors, requests beyond the file, dialogs. */
  readonly wrong: string[];
}

/** The page in a file, in a window without a network, when it is ready. */
export async function openPage(browser: Browser, path: string): Promise<OpenedPage> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, colorScheme: 'light' });
  await context.setOffline(true);
  const page = await context.newPage();
  const wrong: string[] = [];
  const { href } = pathToFileURL(path);
  page.on('console', (message) => wrong.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => wrong.push(String(error)));
  page.on('dialog', (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => {});
  });
  page.on('request', (request) => request.url() !== href && wrong.push(`request: ${request.url()}`));
  await page.goto(href);
  await page.locator('html[data-ready]').waitFor();
  return { page, wrong };
}

/** Waits until an expression holds in the page, whose policy lets nothing be evaluated from within. */
export async function until(page: Page, expression: string): Promise<void> {
  for (let tries = 0; !(await ask<boolean>(page, expression)); tries++) {
    assert.ok(tries < 400, `waited in vain for ${expression}`);
    await setTimeout(25);
  }
}

/** Tells of what is on the page, in the page's own words. */
export const ask = <T>(page: Page, expression: string): Promise<T> => page.evaluate(expression) as Promise<T>;

/** Texts of a column of the rows that a table shows. */
export const cells = (page: Page, table: string, column: number): Promise<string[]> =>
  ask(page, `[...document.querySelectorAll('${table} tbody tr')].map((row) => row.cells[${column}].textContent)`);
