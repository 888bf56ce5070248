/**
 * The errors for a wrong command line. Owns which of them need no pointer to the help.
 */

/** The command line is wrong: told in one line, exit code 2. */
export class UsageError extends Error {}

/** A filter is wrong: its message says all there is to say. */
export class FilterMistake extends UsageError {}
