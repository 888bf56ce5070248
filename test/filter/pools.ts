/**
 * The few addresses, ports and ids that generated packets and expressions have in common, so that expressions hit packets.
 */

/** Two nets of 10.0, one neighbour in each, and groups. */
export const IPV4 = ['10.0.0.1', '10.0.0.2', '10.0.1.7', '192.168.1.77', '224.0.0.5', '255.255.255.255', '127.0.0.1'];
export const IPV6 = ['fd00::1', 'fd00::2', '2001:db8:0:1::7', 'fe80::1', 'ff02::5', '::1'];
/** The last but one is how DECnet phase IV addresses 1.4 are written. */
export const MACS = [
  '02:00:00:00:00:01',
  '02:00:00:00:00:02',
  '02:00:00:00:03:07',
  'ff:ff:ff:ff:ff:ff',
  '01:00:5e:00:00:05',
  'aa:00:04:00:04:04',
  '33:33:00:00:00:01',
];
export const PORTS = [80, 443, 53, 1024, 8080, 6081];
export const VLAN_IDS = [1, 5, 100, 0, 4095];
export const MPLS_LABELS = [16, 17, 1000, 3, 1048575];
export const PPPOE_SESSIONS = [1, 17, 0x1234];
export const GENEVE_VNIS = [1, 42, 0xffffff];
export const DECNET_NODES = ['1.1', '1.4', '5.1023'];
/** The last two are what libpcap 1.10.3 makes of `$01` and `$a4`: the dollar counts as a digit, the last digit does not. */
export const ARCNET_NODES = [0, 1, 0xa4, 0xd0, 0xda];
export const WIRE_BYTES = [20, 40, 60, 64, 100, 1514];

export const IP_PROTOCOLS = {
  icmp: 1,
  igmp: 2,
  ipip: 4,
  tcp: 6,
  igrp: 9,
  udp: 17,
  ipv6: 41,
  gre: 47,
  esp: 50,
  ah: 51,
  icmp6: 58,
  none: 59,
  ospf: 89,
  pim: 103,
  vrrp: 112,
  sctp: 132,
} as const;

export const ETHERTYPES = {
  ip: 0x0800,
  ip6: 0x86dd,
  arp: 0x0806,
  rarp: 0x8035,
  decnet: 0x6003,
  lat: 0x6004,
  sca: 0x6007,
  moprc: 0x6002,
  mopdl: 0x6001,
  atalk: 0x809b,
  aarp: 0x80f3,
  ipx: 0x8137,
  loopback: 0x9000,
  pppoed: 0x8863,
  pppoes: 0x8864,
  mpls: 0x8847,
  mplsMulticast: 0x8848,
  vlan: 0x8100,
  vlanService: 0x88a8,
  vlanOld: 0x9100,
} as const;

/** Addresses of LLC's service access points, and the control byte of unnumbered information. */
export const SAPS = {
  stp: 0x42,
  ipx: 0xe0,
  raw: 0xff,
  netbeui: 0xf0,
  iso: 0xfe,
  snap: 0xaa,
  ip: 0x06,
  null: 0,
} as const;
