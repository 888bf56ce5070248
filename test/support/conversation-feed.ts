/**
 * Hands segments to a `ConversationCounter` as a tracker would: decoded by the product from crafted frames.
 */
import { FrameDecoder } from '../../src/capture/decode.js';
import { D_FRAME, D_VLAN } from '../../src/capture/descriptor.js';
import { SEGMENT } from '../../src/capture/frame-reasons.js';
import { ConversationCounter } from '../../src/info/conversations.js';
import { DESCRIPTOR_WORDS } from '../../src/ring/layout.js';
import type { DialogueSegment } from './conversation-cases.js';
import { tcpFrame } from './craft.js';

export interface Endpoints {
  readonly src: string;
  readonly dst: string;
  readonly sport: number;
  readonly dport: number;
  readonly ipVersion: 4 | 6;
  readonly vlan?: number;
}

/** Frames do not start at the first byte, descriptors not at the first word. */
const FRAME_AT = 10;
const DESCRIPTOR_AT = 3;
const DECODER = new FrameDecoder({ directOnly: false, outer: false, vlanKey: false, userDlts: new Map() });

export function feed(counter: ConversationCounter, ends: Endpoints, segment: DialogueSegment): void {
  const { ipVersion, vlan = 0 } = ends;
  const [src, dst, sport, dport] = segment.forward
    ? [ends.src, ends.dst, ends.sport, ends.dport]
    : [ends.dst, ends.src, ends.dport, ends.sport];
  const { captured, linkType } = tcpFrame({ link: 'raw', ipVersion, src, dst, sport, dport, ...segment });
  const bytes = new Uint8Array(FRAME_AT + captured.length);
  bytes.set(captured, FRAME_AT);
  const view = new DataView(bytes.buffer);
  const words = new Int32Array(DESCRIPTOR_AT + DESCRIPTOR_WORDS);
  const outcome = DECODER.decode(view, FRAME_AT, captured.length, linkType, words, DESCRIPTOR_AT);
  if (outcome !== SEGMENT) throw new Error(`frame not understood: ${outcome}`);
  words[DESCRIPTOR_AT + D_FRAME] = FRAME_AT;
  words[DESCRIPTOR_AT + D_VLAN] = vlan;
  counter.onSegment(words, DESCRIPTOR_AT, view);
}

/** Conversations of one dialogue, counted on its own. */
export function countOf(ends: Endpoints, dialogue: readonly DialogueSegment[]): number {
  const counter = new ConversationCounter();
  for (const segment of dialogue) feed(counter, ends, segment);
  return counter.endCapture().conversations;
}
