/**
 * Times of day in the report's zone.
 */

export class Clock {
  /** As it is written on axes. */
  readonly zone: string;
  readonly #parts: Intl.DateTimeFormat;

  /** A zone that this browser does not know is UTC, and `zone` says so. */
  constructor(zone: string) {
    let format: Intl.DateTimeFormat;
    let name = zone;
    try {
      format = formatOf(zone);
    } catch {
      format = formatOf('UTC');
      name = 'UTC';
    }
    this.zone = name;
    this.#parts = format;
  }

  /** Of seconds since 1970: `2024-05-06`. */
  date(seconds: number): string {
    return this.#texts(seconds).date;
  }

  /** `07:08:09`, with so many decimals. */
  time(seconds: number, decimals = 0): string {
    const unit = 10 ** decimals;
    // The parts are cut, not rounded, to whole seconds: what is rounded here must not go back below its second.
    const rounded = Math.round((seconds - Math.floor(seconds)) * unit);
    const whole = Math.floor(seconds) + (rounded === unit ? 1 : 0);
    const rest = rounded === unit ? 0 : rounded;
    const { time } = this.#texts(whole);
    return decimals === 0 ? time : `${time}.${String(rest).padStart(decimals, '0')}`;
  }

  /** By how much the zone is ahead of UTC at a time, in seconds. */
  ahead(seconds: number): number {
    const whole = Math.floor(seconds);
    const { date, time } = this.#texts(whole);
    return Date.parse(`${date}T${time}Z`) / 1000 - whole;
  }

  #texts(seconds: number): { readonly date: string; readonly time: string } {
    if (!Number.isFinite(seconds)) return { date: '–', time: '–' };
    const of: Record<string, string> = {};
    for (const { type, value } of this.#parts.formatToParts(Math.floor(seconds) * 1000)) of[type] = value;
    return { date: `${of.year.padStart(4, '0')}-${of.month}-${of.day}`, time: `${of.hour}:${of.minute}:${of.second}` };
  }
}

const formatOf = (timeZone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
