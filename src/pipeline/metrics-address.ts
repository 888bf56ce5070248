/**
 * Where metrics are answered, as the command line has it, and what can be wrong with that. Apart from what listens there, which few runs need.
 */
import { isIP } from 'node:net';

export interface MetricsAddress {
  /** An IPv4 or IPv6 address, without brackets. */
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** A port that cannot be had. A whole message. */
export class MetricsPortError extends Error {}

/** Who asks for a port only gets it on this machine. */
const USUAL_HOST = '127.0.0.1';
const MOST_PORT = 65_535;

/**
 * Reads `ADDRESS:PORT`, an IPv6 address in brackets, `localhost:PORT` or `:PORT`; undefined for anything else: what another name leads to may be
 * anywhere.
 */
export function parseMetricsAddress(text: string): MetricsAddress | undefined {
  const [, ip6, other, digits] = /^(?:\[([\da-f:.]+)\]|([^:[\]]*)):(\d{1,5})$/i.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > MOST_PORT) return undefined;
  // The shortest form, by which ::1 is known.
  if (ip6 !== undefined)
    return isIP(ip6) === 6 ? { host: new URL(`http://[${ip6}]`).hostname.slice(1, -1), port } : undefined;
  const host = other === '' || /^localhost$/i.test(other) ? USUAL_HOST : other;
  return isIP(host) === 4 ? { host, port } : undefined;
}

/** As in a URL. */
export const placeText = ({ host, port }: MetricsAddress): string => `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;

/** Whether nothing but this machine reaches the address. */
export const isLoopback = (host: string): boolean => host.startsWith('127.') || host === '::1';
