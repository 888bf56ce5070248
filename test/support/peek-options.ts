/**
 * Options of handshakes as the model has them, for the product's parts and for its command line.
 */
import { namedLocalAddresses, tcpeekOptions } from '../../src/cli/tcpeek-plan.js';
import type { TcpeekOptions } from '../../src/tcpeek/options.js';
import type { PeekModelOptions } from '../model/tcpeek-model.js';

/** For the parts. */
export const productOptions = (model: PeekModelOptions): TcpeekOptions =>
  tcpeekOptions(
    {
      sessionFilter: [...model.filters],
      handshakeTimeout: model.timeoutSec,
      checksum: String(model.checksums),
      handshakeLines: !model.quiet,
      icmp: model.icmp,
      unfinished: model.unfinished,
      classic: model.classic,
    },
    namedLocalAddresses(model.locals),
  );

/** For `tcploom tcpeek`, without an input. */
export const commandArguments = (model: PeekModelOptions): string[] => [
  ...['-t', String(model.timeoutSec), '-c', String(model.checksums)],
  ...model.locals.flatMap((local) => ['--local', local]),
  ...(model.quiet ? ['-q'] : []),
  ...(model.icmp ? ['--icmp'] : []),
  ...(model.unfinished ? ['--unfinished'] : []),
  ...(model.classic ? ['--classic'] : []),
  ...model.filters,
];
