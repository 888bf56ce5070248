/**
 * What fuzzing calls with any bytes: they are recognised, walked, decoded, tracked and rendered, and what must hold of
 * every input is checked. The first byte says how; the rest is the capture.
 */
import { MIRUO_DEFAULTS } from '../../src/miruo/options.js';
import { within } from '../support/processor-time.js';
import { checkRead, checkSame } from './check.js';
import { SHOW_ALL, TrackingPass } from './pass.js';

/** No input of the size that fuzzing makes may take more processor time. */
const LIMIT_MS = 1000;
const BLOCK_BYTES = 64 * 1024;

const RESYNC = 1;
/** Three trackers and larger blocks as well, with the same result. */
const COMPARE = 2;
const OPTIONS_SHIFT = 2;
const FORMS = [
  { options: SHOW_ALL, decode: {} },
  { options: SHOW_ALL, decode: { outer: true } },
  { options: { ...SHOW_ALL, colour: true, quiet: 1 as const }, decode: { vlanKey: true } },
  { options: { ...MIRUO_DEFAULTS, classic: true, timeouts: false }, decode: { directOnly: true } },
];

const passes = new Map<number, readonly TrackingPass[]>();

function passesOf(how: number): readonly TrackingPass[] {
  const known = passes.get(how);
  if (known !== undefined) return known;
  const { options, decode } = FORMS[(how >> OPTIONS_SHIFT) % FORMS.length];
  const resync = (how & RESYNC) !== 0;
  const usual = new TrackingPass({ blockBytes: BLOCK_BYTES, trackers: 1, resync, decode }, options);
  const other = new TrackingPass({ blockBytes: 2 * BLOCK_BYTES, trackers: 3, resync, decode }, options);
  const made = (how & COMPARE) === 0 ? [usual] : [usual, other];
  passes.set(how, made);
  return made;
}

/** Throws when something does not hold. */
export function fuzzTarget(input: Uint8Array): void {
  if (input.length === 0) return;
  const [usual, ...others] = passesOf(input[0] & 15);
  const file = input.subarray(1);
  const { result: tracked } = within(LIMIT_MS, 'it', () => usual.run(file));
  checkRead(file, tracked);
  for (const other of others) checkSame(tracked, other.run(file));
}
