/**
 * What the reader thread asks the feeder thread for, and what it is told at the end. Plain data.
 */
import type { Compression } from './compression.js';

/** A file, or what a descriptor holds. */
export interface InputRequest {
  readonly kind: 'input';
  /** Path; `-` and `/dev/fd/N` stand for descriptors. */
  readonly name: string;
  /** Bytes already read from a descriptor to see what it holds: they come first. */
  readonly first?: Uint8Array;
}

/** Packets as they come. */
export interface LiveRequest {
  readonly kind: 'live';
  readonly devices: readonly string[];
  /** Most bytes captured of a packet. */
  readonly snaplen: number;
  /** Buffer between the system and the capturing program, for each device. */
  readonly bufferMiB: number;
  readonly isPromiscuous: boolean;
  /** Name of the user as whom the capturing program is to go on, so that this one, who goes on as that user too, may end it. */
  readonly user?: string;
  /** Capture filter expression, for the system. */
  readonly filter?: string;
}

export type FeedRequest = InputRequest | LiveRequest;

/** What the reader sends on its port. */
export type FeedMessage = FeedRequest | { readonly kind: 'quit' };

/** An `InputProblem` but for the name of the file. */
export interface FeedProblem {
  /** Byte in the input as stored. */
  readonly byteOffset?: number;
  readonly found: string;
  readonly expected?: string;
}

/** What the capturing program counted. */
export interface LiveCounts {
  readonly received: number;
  /** Lost because nobody took them in time. */
  readonly dropped: number;
  readonly droppedByInterface: number;
}

/** What is known of an input before its first byte. */
export interface FeedStart {
  /** As in the outcome. */
  readonly compressions: readonly Compression[];
}

/** What the feeder sends on its port: the first at most once, then the second. */
export type FeedNews = FeedStart | FeedOutcome;

/** What an input came to. */
export interface FeedOutcome {
  /** Outermost first; more than one for compressed data that was compressed again. */
  readonly compressions: readonly Compression[];
  readonly problem?: FeedProblem;
  /** Bytes of the input as stored. */
  readonly inputBytes: number;
  readonly capture?: LiveCounts;
  /** It ended because that was asked for, before its own end was seen: where the bytes end says nothing. */
  readonly isFinished: boolean;
}
