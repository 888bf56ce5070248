/**
 * UDP (RFC 768): which ports are those of tunnels. A port alone proves nothing, so each tunnel looks at its own
 * header before it is believed.
 */
import { capwap } from './capwap.js';
import { type Cursor, END_OTHER, NEXT_MPLS } from './cursor.js';
import { gtpU } from './gtp.js';
import { l2tpOverUdp } from './l2tp.js';
import { MARK_CAPWAP, MARK_GTP, MARK_L2TP, MARK_TEREDO, MARK_VXLAN } from './marks.js';
import { ayiya, geneve, teredo, vxlan, vxlanGpe } from './udp-tunnels.js';

const UDP_BYTES = 8;
const L2TP = 1701;
const GTP_U = 2152;
const TEREDO = 3544;
const VXLAN = 4789;
const VXLAN_GPE = 4790;
const AYIYA = 5072;
const CAPWAP_DATA = 5247;
const GENEVE = 6081;
const MPLS = 6635;
/** What Linux takes for VXLAN when it is not told otherwise. */
const VXLAN_LINUX = 8472;

export function udp(c: Cursor): number {
  if (!c.has(UDP_BYTES)) return END_OTHER;
  const source = c.u16(0);
  const destination = c.u16(2);
  c.offset += UDP_BYTES;
  const next = tunnel(c, source, destination);
  // A tunnel's header is another one.
  if (next !== END_OTHER) c.headers++;
  return next;
}

function tunnel(c: Cursor, source: number, destination: number): number {
  // The source port of these is drawn from the inner addresses (RFC 7348 5, RFC 8926 3.3, RFC 7510 3).
  switch (destination) {
    case VXLAN:
    case VXLAN_LINUX:
      return marked(c, MARK_VXLAN, vxlan(c));
    case VXLAN_GPE:
      return marked(c, MARK_VXLAN, vxlanGpe(c));
    case GENEVE:
      return marked(c, MARK_VXLAN, geneve(c));
    case MPLS:
      return NEXT_MPLS;
    default:
      break;
  }
  if (source === GTP_U || destination === GTP_U) return marked(c, MARK_GTP, gtpU(c));
  if (source === L2TP || destination === L2TP) return marked(c, MARK_L2TP, l2tpOverUdp(c));
  if (source === TEREDO || destination === TEREDO) return marked(c, MARK_TEREDO, teredo(c));
  if (source === CAPWAP_DATA || destination === CAPWAP_DATA) return marked(c, MARK_CAPWAP, capwap(c));
  if (source === AYIYA || destination === AYIYA) return ayiya(c);
  return END_OTHER;
}

/** `next`, with the mark set if it is the tunnel that its port says. */
function marked(c: Cursor, mark: number, next: number): number {
  if (next !== END_OTHER) c.marks |= mark;
  return next;
}
