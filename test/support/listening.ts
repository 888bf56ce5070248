/**
 * TCP ports that a process listens at, as /proc tells it, and whether anybody can connect to them.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';

const LISTENING = '0A';

/** Ports of listening sockets, IPv4 and IPv6, that the process has open now. */
export function listeningPorts(pid: number): number[] {
  const own = new Set(socketInodes(pid));
  if (own.size === 0) return [];
  const rows = ['tcp', 'tcp6'].flatMap((name) => lines(`/proc/${pid}/net/${name}`).slice(1));
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter((columns) => columns[3] === LISTENING && own.has(columns[9]))
    .map((columns) => Number.parseInt(columns[1].split(':')[1], 16));
}

/** The addresses of this machine, and the broadcast address, at which something answers at `port`. */
export async function answeringAddresses(port: number): Promise<string[]> {
  const own = Object.values(networkInterfaces()).flatMap((list) => list!.map(({ address }) => address));
  const all = [...new Set(['127.0.0.1', '::1', '0.0.0.0', '255.255.255.255', ...own])];
  const isOpen = await Promise.all(all.map((address) => isAnswered(address, port)));
  return all.filter((_, index) => isOpen[index]);
}

function isAnswered(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (isOpen: boolean): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}

function socketInodes(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).flatMap((name) => /^socket:\[(\d+)\]$/.exec(linkOf(`${folder}/${name}`))?.[1] ?? []);
  } catch {
    // The process has ended.
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function lines(path: string): string[] {
  try {
    return readFileSync(path, 'latin1').split('\n');
  } catch {
    return [];
  }
}
