/**
 * The file that a page is: HTML around its data.
 */
import type { PageData } from './page-data.js';

/** The page with this data; nothing in the data can end the element that it lies in. */
export function pageOf(data: PageData): Uint8Array<ArrayBuffer> {
  const json = JSON.stringify(data).replaceAll('<', '\\u003c');
  const head = '<!DOCTYPE html>\n<html lang="en"><meta charset="utf-8"><title>tcploom</title>\n';
  return new TextEncoder().encode(`${head}<script id="data" type="application/json">${json}</script>\n</html>\n`);
}
