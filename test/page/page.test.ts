/**
 * The page of a report in a real browser: that it is quick with 200,000 sessions, does what it offers, asks for nothing, and lets no text of a capture
 * become more than text.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { pageOf } from '../../src/page/page.js';
import type { PageData } from '../../src/page/page-data.js';
import { ask, cells, noBrowser, type OpenedPage, openPage, startBrowser, until } from '../support/browser.js';
import { seedOf } from '../support/property.js';
import { FIRST, reportData, SECONDS } from '../support/report-data.js';

const SESSIONS = 200_000;

let browser: Browser;
let folder: string;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tcploom-page-'));
  if (noBrowser === false) browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

const open = (name: string, html: string): Promise<OpenedPage> => {
  const path = join(folder, `${name}.html`);
  writeFileSync(path, html);
  return openPage(browser, path);
};

const numbers = async (page: Page, column: number): Promise<number[]> =>
  (await cells(page, 'table.sessions', column)).map((text) => Number(text.replaceAll(',', '')));
const told = (page: Page): Promise<string | null> => page.locator('#sessions [role=status]').textContent();
const shown = (page: Page): Promise<string | null> => page.locator('#time [role=status]').textContent();

describe('the page of 200,000 sessions', { skip: noBrowser }, () => {
  let data: PageData;
  let page: Page;
  let wrong: string[];
  let html: string;
  before(async () => {
    data = reportData(seedOf(), SESSIONS);
    html = pageOf(data);
    ({ page, wrong } = await open('large', html));
  });
  after(() => page?.context().close());

  it('is there soon', async (t) => {
    const ready = await ask<number>(page, 'Number(document.documentElement.dataset.ready)');
    const packed = /id="data">([^<]*)</.exec(html)![1];
    const from = performance.now();
    JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString());
    const unpacking = performance.now() - from;
    t.diagnostic(
      `ready after ${ready} ms, ${(html.length / 1e6).toFixed(1)} MB; unpacking alone takes ${unpacking.toFixed(0)} ms here`,
    );
    // 2 s are what is promised on a machine of its own; here others may run beside it, so it is held against work of the same kind.
    assert.ok(ready < Math.max(2000, 25 * unpacking), `${ready} ms`);
  });

  it('says what is wrong, the worst first, with links', async () => {
    const grades = await page.locator('.findings > li .grade').allTextContents();
    assert.ok(grades.length >= 5, grades.join());
    const order = grades.map((grade) => ['serious', 'notable', 'minor'].findIndex((name) => grade.endsWith(name)));
    assert.deepEqual(order, order.toSorted());
    assert.match((await page.locator('.findings h3').allTextContents()).join('\n'), /refused[\s\S]*never answered/);
    await page.getByRole('link', { name: 'all in the table (refused)' }).click();
    const [group] = data.figures.sessions.groups;
    const many = `${group.refused.toLocaleString('en-US')} of 200,000 sessions`;
    await until(page, `document.querySelector('#sessions [role=status]').textContent === '${many}'`);
    assert.deepEqual(new Set(await cells(page, 'table.sessions', 5)), new Set(['REJ']));
    await page.locator('#choice').selectOption('all');
  });

  it('tells what tcpeek and miruo counted', async () => {
    const [[, { success, failure, timeout, reject }]] = Object.entries(data.figures.tcpeek);
    const [handshakes, sessions] = [0, 1].map((at) => page.locator('#counts table').nth(at));
    const numbersOf = [success, 0, 0, failure, timeout, reject, 0].map((count) => count.toLocaleString('en-US'));
    assert.deepEqual((await handshakes.locator('tbody td').allTextContents()).slice(0, 7), numbersOf);
    assert.match(
      (await page.locator('#counts p').first().textContent())!,
      new RegExp(`: ${numbersOf[0]} successes, ${failure} failed \\(${timeout} timed out, ${reject} rejected\\)\\.$`),
    );
    assert.match((await sessions.locator('tbody tr').allTextContents()).join('\n'), /look wrong12\nsessions .*long3\n/);
  });

  it('sorts by every column, both ways, what is not known last', async () => {
    for (const head of await page.locator('table.sessions thead button').all()) {
      await head.click();
      const first = await ask<string>(page, "document.querySelector('table.sessions [aria-sort$=scending]').ariaSort");
      await head.click();
      const second = await ask<string>(page, "document.querySelector('table.sessions [aria-sort$=scending]').ariaSort");
      assert.deepEqual([first, second].toSorted(), ['ascending', 'descending']);
    }
    const head = page.locator('table.sessions thead button', { hasText: 'pkts →' });
    await head.click();
    const most = await numbers(page, 8);
    assert.ok(most.length > 10 && most[0] > 100);
    assert.deepEqual(
      most,
      most.toSorted((a, b) => b - a),
    );
    await page.locator('table.sessions thead button', { hasText: '#' }).click();
    assert.deepEqual((await numbers(page, 0)).slice(0, 3), [0, 1, 2]);
  });

  it('finds by address, port and host', async () => {
    const find = async (text: string): Promise<void> => {
      const was = await told(page);
      await page.locator('#search').fill(text);
      await until(page, `document.querySelector('#sessions [role=status]').textContent !== ${JSON.stringify(was)}`);
    };
    await find('10.0.0.1:80');
    assert.deepEqual(new Set(await cells(page, 'table.sessions', 4)), new Set(['10.0.0.1:80']));
    await find('10.0.0.1:80 www7.example.com');
    const hosts = await cells(page, 'table.sessions', 14);
    assert.ok(hosts.length > 0 && hosts.every((host) => host.includes('www7.example.com')), hosts.join());
    await find('no such thing');
    assert.equal(await told(page), '0 of 200,000 sessions');
    await find('');
    assert.equal(await told(page), '200,000 sessions');
  });

  it('scrolls to the last row, and goes through rows by keys', async () => {
    const table = page.locator('table.sessions');
    await table.focus();
    await page.keyboard.press('End');
    assert.equal((await numbers(page, 0)).at(-1), SESSIONS - 1);
    await page.keyboard.press('ArrowUp');
    assert.equal(
      await table.getAttribute('aria-activedescendant'),
      (await table.locator('tr.active').getAttribute('id'))!,
    );
    assert.equal(await table.locator('tr.active td').first().textContent(), String(SESSIONS - 2));
    await page.keyboard.press('Home');
    assert.equal((await numbers(page, 0))[0], 0);
    // The bar, dragged to the middle.
    await ask(
      page,
      "{ const box = document.querySelector('#sessions .scrolled'); box.scrollTop = box.scrollHeight / 2 }",
    );
    await until(page, "Number(document.querySelector('table.sessions tbody a').textContent) > 90000");
    const [first] = await numbers(page, 0);
    assert.ok(first > SESSIONS * 0.45 && first < SESSIONS * 0.55, String(first));
    await table.focus();
    await page.keyboard.press('Home');
  });

  it('zooms all charts together, and the table if that is wished', async () => {
    const whole = await shown(page);
    const chart = page.locator('#time .u-over').first();
    await chart.scrollIntoViewIfNeeded();
    const box = (await chart.boundingBox())!;
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + box.width * 0.25, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.4, y, { steps: 3 });
    await page.mouse.move(box.x + box.width * 0.5, y);
    await page.mouse.up();
    await until(page, `document.querySelector('#time [role=status]').textContent !== ${JSON.stringify(whole)}`);
    const [, from, to] = /^\S+ (\S+) to (\S+) \(UTC\)/.exec((await shown(page))!)!;
    const second = (time: string): number => Date.parse(`2023-11-14T${time}Z`) / 1000 - FIRST;
    assert.ok(Math.abs(second(from) - SECONDS * 0.25) < 8 && Math.abs(second(to) - SECONDS * 0.5) < 8, `${from} ${to}`);
    await page.locator('#within').check();
    const many = Number((await told(page))!.replace(/ of.*/, '').replaceAll(',', ''));
    assert.ok(many > SESSIONS * 0.15 && many < SESSIONS * 0.35, String(many));
    await page.getByRole('button', { name: 'Zoom in' }).click();
    assert.notEqual(await shown(page), `${from} to ${to}`);
    await page.getByRole('button', { name: 'Whole time' }).click();
    assert.equal(await shown(page), whole);
    await page.locator('#within').uncheck();
    assert.equal(await told(page), '200,000 sessions');
  });

  it('has the data of a chart as a table', async () => {
    const figure = page.locator('#time figure').first();
    await figure.locator('summary').click();
    assert.ok((await figure.locator('table.figures tbody tr').count()) >= 20);
    await figure.locator('summary').click();
  });

  it('opens a session by its row: its ladder, graph and command', async () => {
    const table = page.locator('table.sessions');
    await table.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('dialog[open]').waitFor();
    assert.equal(new URL(page.url()).hash, '#session=1');
    // As test/support/report-data.ts makes them.
    assert.deepEqual((await cells(page, 'table.ladder', 4)).slice(0, 4), [
      'client to server: SYN',
      'server to client: SYN ACK',
      'client to server: ACK',
      'client to server: PSH ACK 420 B',
    ]);
    assert.deepEqual((await cells(page, 'table.ladder', 5)).slice(0, 5), ['0', '0', '1', '1', '1']);
    assert.deepEqual((await cells(page, 'table.ladder', 6)).slice(0, 6), ['', '1', '1', '1', '421', '1,449']);
    await page.getByLabel('absolute seq and ack').check();
    assert.deepEqual((await cells(page, 'table.ladder', 5)).slice(0, 3), ['4,294,967,000', '5,000', '4,294,967,001']);
    // It alone is on paper, and still there afterwards.
    const pages = (await page.pdf({ format: 'A4' })).toString('latin1').match(/\/Count (\d+)/);
    assert.ok(Number(pages?.[1]) <= 3, String(pages));
    assert.equal(await ask(page, "document.querySelector('dialog').matches(':modal') && location.hash"), '#session=1');
    await page.getByRole('tab', { name: 'Ladder' }).focus();
    await page.keyboard.press('ArrowRight');
    const graph = page.locator('dialog .uplot');
    assert.match((await graph.getAttribute('aria-label'))!, /server to client: \d+ segments/);
    assert.equal(
      await page.locator('dialog .extract code').textContent(),
      `tcploom extract --sessions 1 'captures/edge 1.pcapng' 'o'\\''hara.pcap' -w session-1.pcap`,
    );
    await page.keyboard.press('Escape');
    await until(page, "document.querySelector('dialog[open]') === null && location.hash === ''");
  });

  it('shows where segments are missing, and what it has of a session without any', async () => {
    await ask(page, "location.hash = 'session=3'");
    await page.locator('dialog[open] table.ladder').waitFor();
    await page.locator('dialog table.ladder').focus();
    await page.keyboard.press('End');
    assert.equal((await cells(page, 'table.ladder', 0)).at(-1), data.segments[1].total.toLocaleString('en-US'));
    await ask(
      page,
      "{ const box = document.querySelector('dialog .scrolled'); box.scrollTop = box.scrollHeight / 2 - box.clientHeight / 2 }",
    );
    await page.locator('dialog tr.gap').waitFor();
    const left = (data.segments[1].total - data.segments[1].length).toLocaleString('en-US');
    assert.equal(await page.locator('dialog tr.gap').textContent(), `${left} segments not in this report`);
    await page.getByRole('button', { name: 'Close this session' }).click();
    await ask(page, "location.hash = 'session=4'");
    await page.locator('dialog[open]').waitFor();
    assert.equal(await page.locator('dialog table.ladder').count(), 0);
    assert.match((await page.locator('dialog .extract').textContent())!, /--sessions 4 /);
    await page.keyboard.press('Escape');
  });

  it('is light or dark, as the system is or as is chosen, and light on paper', async () => {
    const ground = (): Promise<string> => ask(page, 'getComputedStyle(document.body).backgroundColor');
    const light = await ground();
    await page.emulateMedia({ colorScheme: 'dark' });
    await until(page, "document.documentElement.dataset.theme === 'dark'");
    const dark = await ground();
    assert.notEqual(dark, light);
    await page.getByRole('button', { name: 'Light colours' }).click();
    assert.equal(await ground(), light);
    await page.getByRole('button', { name: 'Dark colours' }).click();
    assert.equal(await ground(), dark);
    await ask(
      page,
      "addEventListener('beforeprint', () => { window.printed = [document.documentElement.dataset.theme, document.querySelectorAll('table.sessions tbody tr').length] })",
    );
    const pdf = await page.pdf({ format: 'A4' });
    assert.ok(pdf.length > 50_000, `${pdf.length} bytes`);
    assert.deepEqual(await ask(page, 'window.printed'), ['light', 40]);
    assert.equal(await ground(), dark);
  });

  it('has no serious fault of accessibility, light or dark, with a session open or not', async () => {
    await ask(page, readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
    const faults = (): Promise<string[]> =>
      ask(
        page,
        `axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
          violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
            .map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ html }) => html).join(' ')))`,
      );
    assert.deepEqual(await faults(), []);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.getByRole('button', { name: 'Light colours' }).click();
    assert.deepEqual(await faults(), []);
    await ask(page, "location.hash = 'session=1'");
    await page.locator('dialog[open]').waitFor();
    assert.deepEqual(await faults(), []);
    await page.keyboard.press('Escape');
  });

  it('asked for nothing, and nothing went wrong', () => {
    assert.deepEqual(wrong, []);
  });
});

describe('a page with hostile texts', { skip: noBrowser }, () => {
  const EVIL = `</script><script>window.pwned=1</script><img src=x onerror="window.pwned=1">'"\`\${1}&amp;\u202e\u0000\u001b[31m\u2028<!--`;

  it('is inert: text stays text', async () => {
    const data = reportData(seedOf(), 60, (plain) => `${EVIL}${plain}`);
    const html = pageOf(data);
    assert.doesNotMatch(html, /pwned/);
    assert.match(html, /^[\n\x20-\x7e]*$/);
    const { page, wrong } = await open('hostile', html);
    for (const summary of await page.locator('summary').all()) await summary.click();
    for (const session of [1, 4, 999]) {
      await ask(page, `location.hash = 'session=${session}'`);
      await until(page, `document.querySelector('dialog[open] h2')?.textContent.startsWith('Session ${session}')`);
      await page.keyboard.press('Escape');
    }
    await page.locator('#search').fill(EVIL);
    await page.pdf();
    assert.equal(await ask(page, 'typeof window.pwned'), 'undefined');
    assert.equal(await ask(page, "document.querySelectorAll('img, iframe, object, embed, body script').length"), 0);
    assert.equal(await ask(page, "document.querySelectorAll('script').length"), 1);
    // Every text came, and what would change its direction or is no character is shown as what it is.
    const text = await ask<string>(page, 'document.body.textContent');
    assert.ok(text.includes('<script>window.pwned=1</script><img src=x onerror="window.pwned=1">'));
    assert.ok(text.includes('\\u{202e}\\u{00}\\u{1b}[31m\\u{2028}'));
    assert.ok(!/[\u202e\u2028]/.test(text), 'a text is not shown as what it is');
    assert.doesNotMatch(await page.title(), /[\u202e\u2028]/);
    assert.deepEqual(wrong, []);
    await page.context().close();
  });

  it('has a policy that lets nothing else run or load', async () => {
    const { page, wrong } = await open('policy', pageOf(reportData(seedOf(), 4)));
    await ask(
      page,
      `{
        const script = document.createElement('script');
        script.textContent = 'window.pwned = 1';
        document.body.append(script);
        document.body.setAttribute('onclick', 'window.pwned = 1');
        document.body.click();
      }`,
    );
    assert.equal(await ask(page, 'typeof window.pwned'), 'undefined');
    assert.equal(await ask(page, "fetch('https://example.com/').then(() => 'came', () => 'did not')"), 'did not');
    assert.ok(
      wrong.some((message) => message.includes('Content Security Policy')),
      wrong.join('\n'),
    );
    await page.context().close();
  });
});

describe('a page of nothing', { skip: noBrowser }, () => {
  it('is there', async () => {
    const data = reportData(1, 0);
    const { page, wrong } = await open('empty', pageOf({ ...data, series: { ...data.series } }));
    assert.equal(await told(page), '0 sessions');
    assert.deepEqual(wrong, []);
    await page.context().close();
  });
});
