/**
 * Which addresses are local, as far as the system or the captures say: those of an interface that is captured from, and those that a
 * pcapng capture gives its interfaces. Owns where they are looked for.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { constants, gunzipSync } from 'node:zlib';
import { compressionOf } from '../capture/compression.js';
import { descriptorOf, feedKind } from '../capture/feed-kind.js';
import { type CaptureFormat, RECORD, SKIP } from '../capture/format.js';
import { isSystemError } from '../capture/problem.js';
import { RECOGNISE_BYTES, recognise } from '../capture/recognise.js';
import { parseAddressRange } from '../tcpeek/address-range.js';
import type { AddressRange } from '../tcpeek/options.js';

/** Interfaces are described before the first packet; more of a file is not looked at. */
const HEAD_BYTES = 256 * 1024;
/** tcpdump's name for all interfaces together. */
const ANY_DEVICE = 'any';

/** The addresses of the network interfaces `devices`. */
export function addressesOfDevices(devices: readonly string[]): AddressRange[] {
  const all = networkInterfaces();
  const isAny = devices.includes(ANY_DEVICE);
  // An address with a label is listed under that: the interface's name, a colon, and more.
  const named = Object.keys(all).filter((name) => isAny || devices.includes(name.replace(/:.*/, '')));
  return rangesOf(named.flatMap((name) => all[name]!.map(({ address }) => address)));
}

/**
 * The addresses that captures say their interfaces had (pcapng 4.2, if_IPv4addr and if_IPv6addr), as far as files can be looked into
 * before they are read: not those of pipes, and of compressed ones those of gzip. What cannot be read will be told when it is to be.
 */
export function addressesInCaptures(files: readonly string[]): AddressRange[] {
  return rangesOf(files.flatMap(addressesIn));
}

const rangesOf = (addresses: readonly string[]): AddressRange[] =>
  [...new Set(addresses)].map(parseAddressRange).filter((range) => range !== undefined);

function addressesIn(file: string): string[] {
  if (descriptorOf(file) !== undefined || feedKind(file) !== 'direct') return [];
  try {
    const head = headOf(file);
    if (head.length < RECOGNISE_BYTES) return [];
    const view = new DataView(head.buffer, head.byteOffset, head.length);
    const format = recognise(view, 0);
    if (!('next' in format)) return [];
    goToFirstPacket(format, view);
    return format.interfaces.flatMap(({ addresses }) => addresses.map(({ bytes }) => textOf(bytes)));
  } catch (error) {
    if (isSystemError(error)) return [];
    throw error;
  }
}

/** The first bytes of a capture, of a compressed one those within. */
function headOf(file: string): Uint8Array {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = new Uint8Array(HEAD_BYTES);
    const head = bytes.subarray(0, readSync(descriptor, bytes, 0, HEAD_BYTES, 0));
    return compressionOf(head) === 'gzip' ? gunzipHead(head) : head;
  } finally {
    closeSync(descriptor);
  }
}

function gunzipHead(head: Uint8Array): Uint8Array {
  try {
    // It is cut off, so nothing at its end is to be verified.
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    // Damaged at its begin: nothing to be known, and reading it will say what is wrong.
    return new Uint8Array();
  }
}

function goToFirstPacket(format: CaptureFormat, view: DataView): void {
  let at = RECOGNISE_BYTES;
  for (;;) {
    const outcome = format.next(view, at, view.byteLength);
    if (outcome === RECORD || outcome !== SKIP || format.nextAt > view.byteLength) return;
    at = format.nextAt;
  }
}

/** 4 or 16 bytes. */
function textOf(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, group) => ((bytes[2 * group] << 8) | bytes[2 * group + 1]).toString(16));
  return groups.join(':');
}
