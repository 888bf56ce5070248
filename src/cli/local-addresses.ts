/**
 * Which addresses are local, as the command line says, or as far as the system or the captures do: those of an interface that is captured from, and those that a
 * pcapng capture gives its interfaces. Owns where they are looked for.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { constants, gunzipSync } from 'node:zlib';
import { compressionOf } from '../capture/compression.js';
import { descriptorOf, feedKind } from '../capture/feed-kind.js';
import { type CaptureFormat, RECORD, SKIP } from '../capture/format.js';
import { SECTION_HEADER } from '../capture/pcapng-blocks.js';
import { isSystemError } from '../capture/problem.js';
import { RECOGNISE_BYTES, recognise } from '../capture/recognise.js';
import { parseAddressRange } from '../tcpeek/address-range.js';
import type { AddressRange } from '../tcpeek/options.js';
import type { ParsedOptions } from './plan.js';
import { namedLocalAddresses } from './tcpeek-plan.js';

/** Interfaces are described before the first packet; more of a file is not looked at. */
const HEAD_BYTES = 256 * 1024;
/** 0.0.0.0 and ::, which are nobody's. */
const UNSPECIFIED = /^[0:.]+$/;
/** Of a compressed capture: what is in so many bytes takes little time and room, whatever it is. */
const GZIP_HEAD_BYTES = 16 * 1024;
/** tcpdump's name for all interfaces together. */
const ANY_DEVICE = 'any';

/** What the command line says, or else the interfaces, or the captures. Throws a UsageError. */
export function localAddresses(files: readonly string[], given: ParsedOptions): AddressRange[] {
  if (given.local !== undefined) return namedLocalAddresses(given.local);
  return given.interface === undefined ? addressesInCaptures(files) : addressesOfDevices(given.interface);
}

/** The addresses of the network interfaces `devices`. */
export function addressesOfDevices(devices: readonly string[]): AddressRange[] {
  const all = networkInterfaces();
  const named = devices.includes(ANY_DEVICE) ? Object.keys(all) : devices;
  // An address with a label of its own is listed under that: eth0:1.
  const isOf = (name: string): boolean => named.some((device) => name === device || name.startsWith(`${device}:`));
  return rangesOf(
    Object.entries(all)
      .filter(([name]) => isOf(name))
      .flatMap(([, addresses]) => (addresses ?? []).map(({ address }) => address)),
  );
}

/**
 * The addresses that captures say their interfaces had (pcapng 4.2, if_IPv4addr and if_IPv6addr), as far as files can be looked into
 * before they are read: not those of pipes, and of compressed ones those of gzip. What cannot be read will be told when it is to be.
 */
export function addressesInCaptures(files: readonly string[]): AddressRange[] {
  return rangesOf(files.flatMap(addressesIn));
}

const rangesOf = (addresses: readonly string[]): AddressRange[] =>
  [...new Set(addresses.filter((address) => !UNSPECIFIED.test(address)))]
    .map(parseAddressRange)
    .filter((range) => range !== undefined);

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
    const start = headBytes(descriptor, RECOGNISE_BYTES);
    const isGzip = compressionOf(start) === 'gzip';
    // Of other formats there is nothing to be known.
    if (!isGzip && !isPcapng(start)) return start;
    return isGzip ? gunzipHead(headBytes(descriptor, GZIP_HEAD_BYTES)) : headBytes(descriptor, HEAD_BYTES);
  } finally {
    closeSync(descriptor);
  }
}

function headBytes(descriptor: number, most: number): Uint8Array {
  const bytes = new Uint8Array(most);
  return bytes.subarray(0, readSync(descriptor, bytes, 0, most, 0));
}

/** Section Header Block (pcapng 4.1). */
const isPcapng = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 && new DataView(bytes.buffer).getUint32(0) === SECTION_HEADER;

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
