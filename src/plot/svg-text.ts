/**
 * Text in an SVG: what may stand there, and how long it will be. Owns escaping.
 */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** For content and attributes alike. Characters that XML 1.0 has no place for (2.2) become replacement characters. */
export function xmlText(text: string): string {
  const allowed = wellFormed(text)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd');
  return allowed.replace(/[&<>"']/g, (letter) => ENTITIES[letter]);
}

/** Without halves of characters. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');

/** Letters of a sans-serif face take about so much of their size; those of wide faces are still shorter. */
const LETTER_SHARE = 0.62;

/** An upper estimate: the face is the viewer's. */
export const textWidth = (text: string, fontPx: number): number => text.length * fontPx * LETTER_SHARE;

/** As much of the text as fits. */
export function fitted(text: string, fontPx: number, widthPx: number): string {
  const most = Math.floor(widthPx / (fontPx * LETTER_SHARE));
  if (text.length <= most) return text;
  return most < 2 ? '' : `${wellFormed(text.slice(0, most - 1))}\u2026`;
}

/** Tenths of a pixel are all that can be seen. */
export const px = (value: number): string => String(Math.round(value * 10) / 10 || 0);
