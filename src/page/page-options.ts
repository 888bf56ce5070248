/**
 * What is decided about a page before anything is read: plain data, so that threads can hand it to each other.
 */
export interface PageOptions {
  /** What made it: name and version. */
  readonly program: string;
  /** What times are shown in: 'UTC', or a zone's name. */
  readonly zone: string;
  /** Addresses stand for others. */
  readonly isAnonymized: boolean;
  /** What the page may come to, as long as rows and segments can be left out for it. */
  readonly mostBytes: number;
}
