/**
 * Names of ports and protocols that everybody uses, for systems without /etc/services and /etc/protocols. Owns the list
 * (IANA's registries of service names and of protocol numbers); what the system's files say comes first.
 */

/** Ports of TCP, of UDP, of both. */
const TCP =
  'ftp-data 20 ftp 21 ssh 22 telnet 23 smtp 25 whois 43 gopher 70 finger 79 http 80 pop3 110 ident 113 nntp 119 imap2 143 bgp 179 irc 194 https 443 submissions 465 shell 514 printer 515 submission 587 rsync 873 ftps-data 989 ftps 990 telnets 992 imaps 993 pop3s 995 socks 1080 ms-sql-s 1433 nfs 2049 mysql 3306 ms-wbt-server 3389 postgresql 5432 amqps 5671 amqp 5672 x11 6000 redis 6379 http-alt 8080';
const UDP =
  'bootps 67 bootpc 68 tftp 69 ntp 123 snmp 161 snmp-trap 162 xdmcp 177 isakmp 500 syslog 514 route 520 l2f 1701 radius 1812 radius-acct 1813 ipsec-nat-t 4500 openvpn 1194 mdns 5353';
const BOTH =
  'echo 7 discard 9 daytime 13 chargen 19 time 37 tacacs 49 domain 53 kerberos 88 sunrpc 111 netbios-ns 137 netbios-dgm 138 netbios-ssn 139 ldap 389 https 443 microsoft-ds 445 domain-s 853 ldaps 636 nfs 2049 sip 5060 sip-tls 5061';

interface PortNumbers {
  tcp?: number;
  udp?: number;
}

export const WELL_KNOWN_PORTS: ReadonlyMap<string, Readonly<PortNumbers>> = ports();

/** Numbers of IP's protocols. */
export const WELL_KNOWN_PROTOCOLS: ReadonlyMap<string, number> = new Map(
  pairs(
    'ip 0 icmp 1 igmp 2 ggp 3 ipencap 4 st 5 tcp 6 egp 8 igp 9 pup 12 udp 17 hmp 20 xns-idp 22 rdp 27 iso-tp4 29 dccp 33 xtp 36 ddp 37 idpr-cmtp 38 ipv6 41 ipv6-route 43 ipv6-frag 44 idrp 45 rsvp 46 gre 47 esp 50 ah 51 skip 57 ipv6-icmp 58 ipv6-nonxt 59 ipv6-opts 60 rspf 73 vmtp 81 eigrp 88 ospf 89 ax.25 93 ipip 94 etherip 97 encap 98 pim 103 ipcomp 108 vrrp 112 l2tp 115 isis 124 sctp 132 fc 133 mobility-header 135 udplite 136 mpls-in-ip 137 manet 138 hip 139 shim6 140 wesp 141 rohc 142',
  ),
);

function ports(): Map<string, PortNumbers> {
  const all = new Map<string, PortNumbers>();
  const add = (list: string, protocols: readonly ('tcp' | 'udp')[]): void => {
    for (const [name, number] of pairs(list)) {
      const entry = all.get(name) ?? {};
      for (const protocol of protocols) entry[protocol] = number;
      all.set(name, entry);
    }
  };
  add(TCP, ['tcp']);
  add(UDP, ['udp']);
  add(BOTH, ['tcp', 'udp']);
  return all;
}

function pairs(list: string): [string, number][] {
  const words = list.split(' ');
  return Array.from({ length: words.length / 2 }, (_, index) => [words[2 * index], Number(words[2 * index + 1])]);
}
