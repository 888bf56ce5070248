/**
 * What miruo's output says of sessions, segment by segment.
 */
/** A segment's line: time of day in ms, who sent it, flags, seq and ack. */
export interface MiruoLine {
  readonly ms: number;
  readonly side: number;
  readonly flags: string;
  readonly numbers: string;
}

/** The lines of each session that miruo printed, by who it is between (`src:port dst:port`), in order. */
export function miruoSessions(stdout: string): Map<string, MiruoLine[][]> {
  const sessions = new Map<string, MiruoLine[][]>();
  let lines: MiruoLine[] = [];
  for (const line of stdout.split('\n')) {
    const head = /^\d+ +[\d.]+ \| *(\S+) == (\S+) +\|/.exec(line);
    if (head !== null) {
      lines = [];
      const key = `${head[1]} ${head[2]}`;
      sessions.set(key, [...(sessions.get(key) ?? []), lines]);
    }
    const row =
      /^\d+:\d{4,} (\d\d):(\d\d):(\d\d)\.(\d{3}) \|.*? ([<>])([A-Z-]{6})[<>] .*\| ([0-9A-F]{8}\/[0-9A-F]{8}) /.exec(
        line,
      );
    if (row === null) continue;
    const [, h, m, s, ms, arrow, flags, numbers] = row;
    lines.push({
      ms: ((Number(h) * 60 + Number(m)) * 60 + Number(s)) * 1000 + Number(ms),
      side: arrow === '>' ? 0 : 1,
      flags,
      numbers,
    });
  }
  return sessions;
}
