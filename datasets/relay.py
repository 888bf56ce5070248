"""Layer-2 relay between two veth ends, standing in for netem on kernels built without it.

Owns what becomes of a frame on the wire: nothing else between the two hosts loses, delays, repeats or splits.
It forwards every frame; only TCP segments can be chosen by a rule, so ARP and neighbour discovery stay whole.

    relay.py --client-side IFACE --server-side IFACE [--latency SECONDS] [--seed TEXT] [--rule RULE]...

    RULE  = DIRECTION KIND[:PORT] WHICH DEED[=VALUE]
    DIRECTION   to-server | to-client
    KIND        syn | synack | data | fin | rst | tcp       PORT: either port of the segment
    WHICH       all | 4,9 (ordinals, counted per rule from 1) | 2.5% (drawn from the seed)
    DEED        lose
                late=SECONDS             on top of the latency; later segments overtake it
                twice=SECONDS            the copy follows after that time
                fragment=BYTES           IPv4 only: split so that no fragment is longer than this
                fragment-reversed=BYTES  the same, last fragment first
                fragment-short=BYTES     the same, last fragment lost

Every rule counts every segment it matches; the first rule in order whose WHICH picks the segment decides.
"""

import argparse
import heapq
import random
import select
import signal
import socket
import struct
import sys
import time

ETH_P_ALL = 0x0003
ETH_HEADER_BYTES = 14
ETHERTYPE_IPV4 = 0x0800
ETHERTYPE_IPV6 = 0x86DD
IPPROTO_TCP = 6
FIN, SYN, RST, ACK = 0x01, 0x02, 0x04, 0x10
IP_DF, IP_MF, IP_OFFSET_MASK = 0x4000, 0x2000, 0x1FFF
# More than any frame of these links: a short read would forward a cut frame as if it were whole.
READ_BYTES = 1 << 16


class Rule:
    def __init__(self, text, seed):
        self.direction, what, which, deed = text.split()
        self.kind, _, port = what.partition(':')
        self.port = int(port) if port else None
        self.deed, _, value = deed.partition('=')
        self.value = float(value) if value else None
        self.seen = 0
        self.ordinals = None
        self.share = None
        if which == 'all':
            self.share = 1.0
        elif which.endswith('%'):
            self.share = float(which[:-1]) / 100
        else:
            self.ordinals = {int(n) for n in which.split(',')}
        if self.direction not in ('to-server', 'to-client'):
            raise ValueError(f'rule {text!r}: unknown direction')
        if self.kind not in ('syn', 'synack', 'data', 'fin', 'rst', 'tcp'):
            raise ValueError(f'rule {text!r}: unknown kind')
        if self.deed not in DEEDS:
            raise ValueError(f'rule {text!r}: unknown deed')
        # A generator of its own: adding a rule does not change what the others draw.
        self.random = random.Random(f'{seed}/{text}')

    def picks(self, direction, segment):
        kinds, ports = segment
        if direction != self.direction or self.kind not in kinds:
            return False
        if self.port is not None and self.port not in ports:
            return False
        self.seen += 1
        if self.ordinals is not None:
            return self.seen in self.ordinals
        return self.random.random() < self.share


def parse_segment(frame):
    """(kinds, ports) of a TCP segment, None for any other frame."""
    ethertype = struct.unpack_from('!H', frame, 12)[0]
    if ethertype == ETHERTYPE_IPV4:
        header_bytes = (frame[14] & 0x0F) * 4
        total_bytes, _, fragment = struct.unpack_from('!HHH', frame, ETH_HEADER_BYTES + 2)
        # A later fragment has no TCP header to read.
        if frame[23] != IPPROTO_TCP or fragment & IP_OFFSET_MASK:
            return None
        tcp_at = ETH_HEADER_BYTES + header_bytes
        tcp_bytes = total_bytes - header_bytes
    elif ethertype == ETHERTYPE_IPV6:
        if frame[20] != IPPROTO_TCP:
            return None
        tcp_at = ETH_HEADER_BYTES + 40
        tcp_bytes = struct.unpack_from('!H', frame, 18)[0]
    else:
        return None
    ports = struct.unpack_from('!HH', frame, tcp_at)
    flags = frame[tcp_at + 13]
    kinds = {'tcp'}
    if flags & SYN:
        kinds.add('synack' if flags & ACK else 'syn')
    if flags & FIN:
        kinds.add('fin')
    if flags & RST:
        kinds.add('rst')
    if tcp_bytes > (frame[tcp_at + 12] >> 4) * 4:
        kinds.add('data')
    return kinds, ports


def ipv4_checksum(header):
    total = sum(struct.unpack(f'!{len(header) // 2}H', header))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def split_ipv4(frame, limit_bytes):
    """The frame as IPv4 fragments of at most limit_bytes each (RFC 791 3.2), header included."""
    header_bytes = (frame[14] & 0x0F) * 4
    total_bytes, _, flags = struct.unpack_from('!HHH', frame, ETH_HEADER_BYTES + 2)
    if struct.unpack_from('!H', frame, 12)[0] != ETHERTYPE_IPV4 or total_bytes <= limit_bytes:
        return [frame]
    # A router may not split it: doing so would record traffic that no network carries.
    if flags & IP_DF:
        raise ValueError('asked to fragment a packet with DF set; the sender must run with ip_no_pmtu_disc=1')
    payload = frame[ETH_HEADER_BYTES + header_bytes : ETH_HEADER_BYTES + total_bytes]
    step = (limit_bytes - header_bytes) & ~7
    fragments = []
    for at in range(0, len(payload), step):
        part = payload[at : at + step]
        header = bytearray(frame[ETH_HEADER_BYTES : ETH_HEADER_BYTES + header_bytes])
        more = IP_MF if at + step < len(payload) else 0
        struct.pack_into('!H', header, 2, header_bytes + len(part))
        struct.pack_into('!H', header, 6, more | (at // 8))
        struct.pack_into('!H', header, 10, 0)
        struct.pack_into('!H', header, 10, ipv4_checksum(header))
        fragments.append(frame[:ETH_HEADER_BYTES] + bytes(header) + part)
    return fragments


# Deed -> list of (delay in seconds, frame) to send.
DEEDS = {
    'lose': lambda frame, value: [],
    'late': lambda frame, value: [(value, frame)],
    'twice': lambda frame, value: [(0, frame), (value, frame)],
    'fragment': lambda frame, value: [(0, f) for f in split_ipv4(frame, int(value))],
    'fragment-reversed': lambda frame, value: [(0, f) for f in reversed(split_ipv4(frame, int(value)))],
    'fragment-short': lambda frame, value: [(0, f) for f in split_ipv4(frame, int(value))[:-1]],
}


def dispose(rules, direction, frame):
    segment = parse_segment(frame)
    if segment is None:
        return [(0, frame)]
    # Every rule is asked, also after one has picked: the ordinals of a rule must not depend on the others.
    picking = [rule for rule in rules if rule.picks(direction, segment)]
    if not picking:
        return [(0, frame)]
    return DEEDS[picking[0].deed](frame, picking[0].value)


def open_end(interface):
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    end.bind((interface, ETH_P_ALL))
    return end


def relay(client_side, server_side, latency, rules):
    route = {client_side: ('to-server', server_side), server_side: ('to-client', client_side)}
    waiting = []
    order = 0
    while True:
        timeout = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        for end in select.select(list(route), [], [], timeout)[0]:
            frame, address = end.recvfrom(READ_BYTES)
            # What this process sent comes back on the same socket; forwarding it would loop.
            if address[2] == socket.PACKET_OUTGOING:
                continue
            direction, out = route[end]
            now = time.monotonic()
            for delay, piece in dispose(rules, direction, frame):
                # The counter keeps frames that fall due together in order of arrival.
                heapq.heappush(waiting, (now + latency + delay, order, out, piece))
                order += 1
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            _, _, out, piece = heapq.heappop(waiting)
            out.send(piece)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--client-side', required=True)
    parser.add_argument('--server-side', required=True)
    parser.add_argument('--latency', type=float, default=0.0, help='seconds, each way')
    parser.add_argument('--seed', default='tcploom')
    parser.add_argument('--rule', action='append', default=[])
    options = parser.parse_args()
    rules = [Rule(text, options.seed) for text in options.rule]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ends = open_end(options.client_side), open_end(options.server_side)
    print('relaying', flush=True)
    relay(*ends, options.latency, rules)


main()
