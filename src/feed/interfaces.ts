/**
 * Which devices can be captured from, as the capturing programs list them.
 */
import { execFile } from 'node:child_process';
import { isMissingProgram } from './children.js';

/** A device to capture from. */
export interface LiveInterface {
  readonly name: string;
  readonly description?: string;
  readonly addresses: readonly string[];
  readonly isLoopback: boolean;
}

/** No list: why, and what would help. */
export class NoInterfaces extends Error {}

/** Against a program that hangs; a busy machine never takes this long. */
const LIST_MS = 60_000;

/** Lists the devices; rejects with NoInterfaces, whose message is one line. */
export async function listInterfaces(): Promise<LiveInterface[]> {
  const text = await outputOf('dumpcap', ['-D', '-M']);
  if (text !== undefined) return parseDumpcapList(text);
  const other = await outputOf('tcpdump', ['-D']);
  if (other !== undefined) return parseTcpdumpList(other);
  throw new NoInterfaces('no program to capture with: install tcpdump, wireshark-common or wireshark-cli');
}

/** What a program writes to standard output, or undefined where it is not installed. */
function outputOf(program: string, args: readonly string[]): Promise<string | undefined> {
  const options = { encoding: 'utf8', timeout: LIST_MS, env: { ...process.env, LC_ALL: 'C' } } as const;
  return new Promise((resolve, reject) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (isMissingProgram(error)) resolve(undefined);
      else {
        const said = stderr.split('\n').find((line) => line.trim() !== '');
        reject(new NoInterfaces(said?.trim() ?? `${program} ended without a list of devices`));
      }
    });
  });
}

/** `dumpcap -D -M`: number and name, then, after tabs, vendor, friendly name, type, addresses, loopback or network. */
export function parseDumpcapList(text: string): LiveInterface[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.split('\t');
    const name = /^\d+\. (.+)$/.exec(fields[0])?.[1];
    if (name === undefined) return [];
    const [, vendor = '', friendly = '', , addresses = '', group = ''] = fields;
    const description = vendor || friendly;
    return [
      {
        name,
        ...(description === '' ? {} : { description }),
        addresses: addresses.split(',').filter((address) => address !== ''),
        isLoopback: group === 'loopback',
      },
    ];
  });
}

/** `tcpdump -D`: `3.lo (description) [Up, Running, Loopback]`, of which the description may be missing. */
export function parseTcpdumpList(text: string): LiveInterface[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\d+\.(\S+)(?: \((.*)\))?(?: \[([^\]]*)\])?$/.exec(line);
    if (match === null) return [];
    const [, name, description, flags = ''] = match;
    return [
      {
        name,
        ...(description === undefined ? {} : { description }),
        addresses: [],
        isLoopback: flags.split(', ').includes('Loopback'),
      },
    ];
  });
}
