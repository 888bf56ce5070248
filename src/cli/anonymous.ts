/**
 * What is not shown where addresses are not to be, beside those of packets, which trackers replace. Owns what is refused for it, and what an
 * interface of a capture says in place of what it has.
 */
import type { CaptureInterface } from '../capture/format.js';
import { namedFilters, type TcpeekOptions } from '../tcpeek/options.js';
import type { ParsedOptions } from './plan.js';
import { UsageError } from './usage-error.js';

/** What may be an address of IPv4, IPv6 or Ethernet. Where it is none, somebody is shown too little. */
const ADDRESS_LIKE = /\d{1,3}(\.\d{1,3}){3}|[\da-f]{0,4}:[\da-f]{0,4}:|([\da-f]{2}-){5}[\da-f]{2}/i;
const HIDDEN = 'not shown with --anonymize';

/** Throws a UsageError for what would show addresses all the same. */
export function refuseShownAddresses({ dpiMode }: ParsedOptions, tcpeek: TcpeekOptions | undefined): void {
  if (dpiMode !== undefined && dpiMode !== 'tcp') {
    throw new UsageError('--anonymize goes without HTTP: what is shown of payloads may hold addresses, and names');
  }
  const telling = tcpeek && namedFilters(tcpeek).find(({ name }) => ADDRESS_LIKE.test(name));
  if (telling === undefined) return;
  throw new UsageError('--anonymize: the name of a session filter, which is shown, holds an address');
}

/** An interface of a capture as it may be shown. */
export function anonymousInterface(face: CaptureInterface): CaptureInterface {
  const isTelling = face.name !== undefined && ADDRESS_LIKE.test(face.name);
  return { ...face, name: isTelling ? HIDDEN : face.name, filter: face.filter === undefined ? undefined : HIDDEN };
}
