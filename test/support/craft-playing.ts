/**
 * Plays a plan: each conversation's script, line by line, with its perturbations; all conversations in one order.
 */

import type { ModelPacket } from '../model/model-packets.js';
import { Dialogue, type TrafficEvent } from './craft-dialogue.js';
import type { Link } from './craft-frames.js';
import type { Conversation, TrafficPlan } from './craft-plans.js';

export function playTraffic(plan: TrafficPlan): ModelPacket[] {
  const events = plan.conversations.flatMap((conversation) => playConversation(conversation, plan.link));
  return inOrder(events, plan.startSec);
}

/** Packets of a capture that starts at `startSec`. */
export function inOrder(events: TrafficEvent[], startSec: number): ModelPacket[] {
  const sorted = events.map((event, index) => ({ event, index }));
  sorted.sort((a, b) => a.event.orderUs - b.event.orderUs || a.index - b.index);
  return sorted.map(({ event, index }) => {
    const second = Math.floor(event.stampUs / 1e6);
    const carried = event.overSecond ? 1 : 0;
    // The last three digits are no part of what any reader of microseconds sees.
    const nsec = (event.stampUs - second * 1e6) * 1000 + (index % 1000) + carried * 1e9;
    return { sec: startSec + second - carried, nsec, ...event.frame };
  });
}

type Line = (dialogue: Dialogue) => void;

export function playConversation(plan: Conversation, link: Link): TrafficEvent[] {
  const dialogue = new Dialogue(plan, link);
  const script: Line[] = [...opening(plan.opening), ...exchanges(plan.exchanges), ...closing(plan.closing)];
  const perturbations = [...plan.perturbations].sort((a, b) => a.at - b.at);
  let done = 0;
  script.forEach((line, index) => {
    while (done < perturbations.length && perturbations[done].at * script.length <= index * 256) {
      dialogue.perturb(perturbations[done++]);
    }
    line(dialogue);
    dialogue.pass();
  });
  for (const perturbation of perturbations.slice(done)) {
    dialogue.perturb(perturbation);
    dialogue.pass();
  }
  return dialogue.events;
}

function flags(side: 0 | 1, value: number): Line {
  return (dialogue) => dialogue.say(side, value);
}

function syn(side: 0 | 1, value: number): Line {
  return (dialogue) => dialogue.syn(side, value);
}

function opening(what: Conversation['opening']): Line[] {
  const whole = [syn(0, 0x02), syn(1, 0x12), flags(0, 0x10)];
  switch (what) {
    case 'full':
      return whole;
    case 'ece':
      return [syn(0, 0xc2), syn(1, 0x52), flags(0, 0x10)];
    case 'eceFallback':
      return [syn(0, 0xc2), ...whole];
    case 'synOnly':
      return [syn(0, 0x02)];
    case 'synAckOnly':
      return [syn(0, 0x02), syn(1, 0x12)];
    case 'simultaneous':
      return [syn(0, 0x02), syn(1, 0x02), syn(0, 0x12), syn(1, 0x12)];
    case 'ackMissing':
      return [syn(0, 0x02), syn(1, 0x12), (dialogue) => dialogue.data(1)];
    case 'synAckFirst':
      return [syn(1, 0x12), ...whole];
    case 'synSynAckTwice':
      return [syn(0, 0x02), syn(1, 0x12), syn(0, 0x12), flags(0, 0x10)];
    case 'finInHandshake':
      return [syn(0, 0x02), flags(1, 0x11), flags(0, 0x10)];
    case 'none':
      return [];
  }
}

function exchanges(count: number): Line[] {
  return Array.from({ length: count }, (_, index): Line[] => {
    const side = index % 3 === 2 ? 1 : 0;
    return [(dialogue) => dialogue.data(side), flags(side === 0 ? 1 : 0, 0x10)];
  }).flat();
}

function closing(what: Conversation['closing']): Line[] {
  const orderly = (first: 0 | 1, second: 0 | 1): Line[] => {
    return [flags(first, 0x11), flags(second, 0x10), flags(second, 0x11), flags(first, 0x10)];
  };
  switch (what) {
    case 'client':
      return orderly(0, 1);
    case 'server':
      return orderly(1, 0);
    case 'both':
      return [flags(0, 0x11), flags(1, 0x11), flags(0, 0x10), flags(1, 0x10)];
    case 'halfClose':
      return [
        flags(0, 0x11),
        flags(1, 0x10),
        ...[0, 1].flatMap(() => [(d: Dialogue) => d.data(1), flags(0, 0x10)]),
        flags(1, 0x11),
        flags(0, 0x10),
      ];
    case 'reset':
      return [flags(0, 0x04)];
    case 'resetAck':
      return [flags(1, 0x14)];
    case 'resetAfterFin':
      return [flags(0, 0x11), flags(1, 0x04)];
    case 'resetAfterFinWait2':
      return [flags(0, 0x11), flags(1, 0x10), flags(0, 0x14), flags(1, 0x14)];
    case 'finOnly':
      return [flags(0, 0x01)];
    case 'finOnlyAnswered':
      return [flags(1, 0x01), flags(0, 0x10), flags(0, 0x01), flags(1, 0x10)];
    case 'finOnlyBoth':
      return [flags(0, 0x01), flags(1, 0x01), flags(0, 0x10), flags(1, 0x10)];
    case 'finAckNoAck':
      return [flags(0, 0x11), flags(1, 0x11), flags(0, 0x10)];
    case 'resetPeer':
      return [(d) => d.data(0), flags(1, 0x14), flags(0, 0x10)];
    case 'lateFin':
      return [...orderly(0, 1), flags(1, 0x11), flags(0, 0x11)];
    case 'none':
      return [];
  }
}
