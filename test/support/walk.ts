/**
 * The headers of one frame gone through, with the frame at the very end of its memory: whoever reads on, throws.
 */
import { Cursor, type CursorOptions } from '../../src/wire/cursor.js';
import { goToTcp } from '../../src/wire/headers.js';

/** The frame lies somewhere in the view. */
const AT = 5;

export const ALL: CursorOptions = { directOnly: false, outer: false, vlanKey: false, userDlts: new Map() };
export const CLASSIC: CursorOptions = { ...ALL, directOnly: true };

/** FOUND_TCP or how it ended, and the cursor as it was left. */
export function walk(
  frame: ArrayLike<number>,
  linkType: number,
  options: CursorOptions = ALL,
): { end: number; cursor: Cursor } {
  const bytes = new Uint8Array(AT + frame.length);
  bytes.set(frame, AT);
  const cursor = new Cursor(options);
  cursor.begin(new DataView(bytes.buffer), AT, frame.length);
  return { end: goToTcp(cursor, linkType), cursor };
}
