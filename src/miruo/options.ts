/**
 * What a miruo run was asked for. Owns the validated values and their defaults; knows nothing of
 * how they are spelt on a command line.
 */

/** Headers of which HTTP mode shows lines, by their names; `%` stands for all. */
export interface HttpHeaders {
  readonly request: readonly string[];
  readonly response: readonly string[];
}

/** Options of one miruo result; times in milliseconds. */
export interface MiruoOptions {
  /** -v: ordinary segments shown before and after each shown one. */
  readonly contextSegments: number;
  /** -T: a session that lasts more than this is shown; 0 is off. */
  readonly longConnectMs: number;
  /** -t: a segment that comes more than this after the stored one before it is shown; 0 is off. */
  readonly longDelayMs: number;
  /** -r: a retransmission at least this late is shown, an earlier one is ignored; 0 ignores all. */
  readonly retransmitMs: number;
  /** -S: show retransmitted SYN and SYN/ACK. */
  readonly synRetransmits: boolean;
  /** -R: 0 no reset, 1 resets but those after FIN, 2 all. */
  readonly resets: 0 | 1 | 2;
  /** -F: show segments with the more-fragments bit, and the fragment column. */
  readonly fragments: boolean;
  /** -C: ANSI colours. */
  readonly colour: boolean;
  /** -q: 1 short lines, 2 also hides "Duplicate connection". */
  readonly quiet: 0 | 1 | 2;
  /** --all: every session that closes is shown. */
  readonly all: boolean;
  /** --live: each segment is shown when it comes, in a form of its own, whatever its session comes to. */
  readonly live: boolean;
  /** -L: sessions tracked at once, over all of the input; undefined is without a limit. */
  readonly sessionLimit: number | undefined;
  /** -l: segments held at once, first SYNs not counted; likewise. */
  readonly segmentLimit: number | undefined;
  /** -m http: what is shown of HTTP requests and responses; undefined: nothing. */
  readonly http: HttpHeaders | undefined;
  /** --classic: see what the original saw (IPv4 directly over the link layer, SYN with no other flag at all). */
  readonly classic: boolean;
  /** Time-outs on packet time; off with --classic and --no-timeout. */
  readonly timeouts: boolean;
  /** --unfinished: sessions still open at the end of the capture are shown. */
  readonly unfinished: boolean;
}

/** Whether lines begin with the session's id; those of --live do however short others are to be. */
export const hasIds = (options: MiruoOptions): boolean => options.live || options.quiet === 0;

export const MIRUO_DEFAULTS: MiruoOptions = Object.freeze({
  contextSegments: 0,
  longConnectMs: 0,
  longDelayMs: 0,
  retransmitMs: 1000,
  synRetransmits: true,
  resets: 1,
  fragments: true,
  colour: false,
  quiet: 0,
  all: false,
  live: false,
  sessionLimit: undefined,
  segmentLimit: undefined,
  http: undefined,
  classic: false,
  timeouts: true,
  unfinished: false,
});
