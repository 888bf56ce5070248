/**
 * What was found cannot be written where it was to go.
 */

/** A whole message: it names the place. */
export class OutputFailure extends Error {
  /** The system's name of the error. */
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}
