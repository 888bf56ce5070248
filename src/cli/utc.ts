/**
 * Times in UTC. Owns how: the time zone is the process's, so everything that asks for it, in every thread and in programs that are started, gets
 * what it would get with TZ=UTC.
 */

/** From here on local time is UTC. Threads have to be started after it. */
export function useUtc(): void {
  // Node tells its engine of the assignment, which looks for the zone anew (https://nodejs.org/api/cli.html#tz).
  process.env.TZ = 'UTC';
}
