/**
 * The browser that pages are looked at with: Debian's chromium, where it is installed.
 */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';

/** What a test says that cannot look; false where it can. */
export const noBrowser = !existsSync(CHROMIUM) && `${CHROMIUM} is not installed`;

export const startBrowser = (): Promise<Browser> =>
  // Who runs everything as root has no sandbox; what is shown is made here.
  chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
