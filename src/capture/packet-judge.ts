/**
 * What the cutter asks about each packet: is it wanted? Owns the question; the answers are a filter's or a choice of sessions'.
 */
import type { CaptureFormat } from './format.js';

export interface PacketJudge {
  /** Packets of the capture being read that could not be judged: they are not wanted. */
  readonly unjudged: number;
  /** Those of them whose interface, and so whose link type, the capture does not describe. */
  readonly undescribed: number;
  /** No packet that follows is wanted. */
  readonly isOver: boolean;
  /** From here on packets are those of another capture, the `input`th of all inputs from 1; `tell` is told why it cannot be judged. */
  beginCapture(tell: (found: string) => void, input: number): void;
  /** Whether packets of this link type can be judged at all. */
  canJudge(linkType: number, isBigEndian: boolean): boolean;
  /**
   * Whether the packet of the record that `format` is at, in `bytes`, is wanted. `number`: its own in its capture, from 1. It is asked about all
   * packets within the bounds of time, in order.
   */
  selects(format: CaptureFormat, bytes: Uint8Array, number: number): boolean;
}
