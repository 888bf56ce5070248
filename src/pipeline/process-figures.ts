/**
 * What the system says of this process: memory and processor time.
 */
import { readFileSync } from 'node:fs';

export interface ProcessFigures {
  readonly virtualKilobytes: number;
  readonly residentKilobytes: number;
  /** Processor time of all threads divided by the time since the process began, in percent. */
  readonly cpuPercent: number;
}

/** The figures as of now; virtual memory is 0 where there is no /proc. */
export function processFigures(): ProcessFigures {
  const { user, system } = process.cpuUsage();
  return {
    virtualKilobytes: kilobytesOf('VmSize'),
    residentKilobytes: Math.round(process.memoryUsage.rss() / 1024),
    cpuPercent: (user + system) / 1e4 / process.uptime(),
  };
}

function kilobytesOf(name: string): number {
  try {
    const line = new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(readFileSync('/proc/self/status', 'latin1'));
    return line === null ? 0 : Number(line[1]);
  } catch {
    // No /proc: the figure is documented as 0 there.
    return 0;
  }
}
