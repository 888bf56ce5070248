/**
 * The naive model of flows: parsed packets in, figures out, with a Map and exact nanoseconds. Written from what the figures mean (monitor.md 3,
 * src/traffic/figures.ts); knows nothing of tables, shards or blocks.
 */

/** A packet as far as its flow goes. */
export interface ParsedPacket {
  readonly sec: number;
  readonly nsec: number;
  readonly capturedBytes: number;
  /** Addresses, of the innermost IP header or, where there is none, of the link layer. */
  readonly from: string;
  readonly to: string;
  /** IP version and protocol, or what the link layer carries. */
  readonly type: string;
  /** Source and destination port; undefined where the protocol has none, or in a later fragment. */
  readonly ports?: readonly [number, number] | undefined;
  /** Outermost first. */
  readonly vlans: readonly number[];
  /** A SYN/ACK. */
  readonly isAnswer: boolean;
  /** Of which datagram it is a fragment, and whether that with the ports. */
  readonly fragment?: { readonly id: string; readonly isFirst: boolean } | undefined;
}

export interface ModelForm {
  readonly timeoutSec: number;
  /** VLANs tell flows apart. */
  readonly vlanKey: boolean;
  /** Nanoseconds of packet time between reports. */
  readonly reportNsec: bigint;
}

export interface ModelFlows {
  aFlows: number;
  bFlows: number;
  requests: number;
  replies: number;
  aPackets: number;
  bPackets: number;
  aBytes: number;
  bBytes: number;
  active: number;
  activeMost: number;
}

interface Flow {
  isB: boolean;
  isReply: boolean;
  /** Of the clock, and which time it began anew. */
  latestSec: number;
  latestNsec: number;
  era: number;
}

const NSEC = 1_000_000_000n;

/** The clock of flows moves forward at once, and back when more than 1000 packets in a row are more than 900 s behind it. */
class ModelClock {
  sec = -1;
  era = 0;
  #behind = 0;

  /** Whether it moves. */
  moves(sec: number): boolean {
    if (this.sec - sec > 900) {
      this.#behind++;
      if (this.#behind <= 1000) return false;
      this.era++;
    } else if (sec <= this.sec) {
      this.#behind = 0;
      return false;
    }
    this.#behind = 0;
    this.sec = sec;
    return true;
  }
}

/** The figures of flows after all packets, and after each that a report by packet time comes after. */
export function trafficModel(
  packets: readonly ParsedPacket[],
  form: ModelForm,
): { end: ModelFlows; reports: ModelFlows[] } {
  const figures: ModelFlows = {
    ...{ aFlows: 0, bFlows: 0, requests: 0, replies: 0, aPackets: 0, bPackets: 0, aBytes: 0, bBytes: 0 },
    ...{ active: 0, activeMost: 0 },
  };
  const clock = new ModelClock();
  const flows = new Map<string, Flow>();
  const portsOf = new Map<string, readonly [number, number]>();
  const reports: ModelFlows[] = [];
  let base = -1n;
  let due = 0n;

  const idleNsec = (flow: Flow, nsec: number): bigint =>
    BigInt(clock.sec - flow.latestSec) * NSEC + BigInt(nsec - flow.latestNsec);
  const isOver = (flow: Flow, nsec: number): boolean =>
    flow.era !== clock.era || idleNsec(flow, nsec) > BigInt(form.timeoutSec) * NSEC;
  const countActive = (): void => {
    let active = 0;
    for (const flow of flows.values()) {
      if (flow.era === clock.era && clock.sec - flow.latestSec <= form.timeoutSec) active++;
    }
    figures.active = active;
    figures.activeMost = Math.max(figures.activeMost, active);
  };

  const count = (packet: ParsedPacket): void => {
    const { from, to, type, nsec, capturedBytes } = packet;
    const vlans = form.vlanKey ? packet.vlans.filter((id) => id !== 0).join('.') : '';
    const datagram = packet.fragment && `${packet.fragment.id} ${vlans}`;
    let ports = packet.ports;
    if (datagram !== undefined) {
      if (packet.fragment!.isFirst) portsOf.set(datagram, ports ?? [0, 0]);
      else ports = portsOf.get(datagram);
    }
    const [source, destination] = ports ?? [0, 0];
    const own = `${vlans} ${type} ${from} ${source} > ${to} ${destination}`;
    const back = `${vlans} ${type} ${to} ${destination} > ${from} ${source}`;
    let flow = flows.get(own);
    if (flow === undefined || isOver(flow, nsec)) {
      const other = own === back ? undefined : flows.get(back);
      const pair = other === undefined || isOver(other, nsec) ? undefined : other;
      flow = {
        isB: pair !== undefined && !pair.isB,
        isReply: pair === undefined ? packet.isAnswer : !pair.isReply,
        ...{ latestSec: 0, latestNsec: 0, era: 0 },
      };
      flows.set(own, flow);
      figures[flow.isB ? 'bFlows' : 'aFlows']++;
      figures[flow.isReply ? 'replies' : 'requests']++;
    }
    Object.assign(flow, { latestSec: clock.sec, latestNsec: nsec, era: clock.era });
    figures[flow.isB ? 'bPackets' : 'aPackets']++;
    figures[flow.isB ? 'bBytes' : 'aBytes'] += capturedBytes;
  };

  for (const packet of packets) {
    const { era } = clock;
    const now = BigInt(packet.sec) * NSEC + BigInt(packet.nsec);
    // The second may be over.
    if (clock.sec >= 0 && (packet.sec > clock.sec || clock.sec - packet.sec > 900)) countActive();
    clock.moves(packet.sec);
    count(packet);
    if (base < 0n || clock.era !== era) {
      base = now;
      due = now + form.reportNsec;
    } else if (now >= due) {
      while (due <= now) due += form.reportNsec;
      countActive();
      reports.push({ ...figures });
    }
  }
  countActive();
  return { end: figures, reports };
}
