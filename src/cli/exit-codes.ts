/**
 * Exit codes, the same for all commands.
 */

export const EXIT_DONE = 0;
/** Done, but some input was damaged. */
export const EXIT_DAMAGED = 1;
/** Wrong usage, nothing could be read, or the program itself failed. */
export const EXIT_FAILED = 2;
/** `check`: some expectations are not met. */
export const EXIT_UNMET = 3;
/** 128 and the number of the signal that cut the run short. */
export const SIGNAL_EXITS: Readonly<Partial<Record<NodeJS.Signals, number>>> = {
  SIGINT: 130,
  SIGTERM: 143,
  SIGHUP: 129,
};

/** The code of a pass that came to its end by itself. */
export function exitCodeOf(read: { readonly problems: number; readonly filesRead: number }): number {
  if (read.problems === 0) return EXIT_DONE;
  return read.filesRead > 0 ? EXIT_DAMAGED : EXIT_FAILED;
}
