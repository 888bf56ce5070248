#!/bin/bash
# Makes the captures of this folder: real traffic between two network namespaces, recorded with tcpdump.
#
#   datasets/make.sh [SCENARIO...]      all scenarios when none is named
#
# Needs root and, on Debian 12:
#   apt-get install tcpdump nginx-light redis-server curl python3 iproute2 ethtool netcat-openbsd procps
#
#   client namespace          wire namespace             server namespace
#   link0 10.66.0.1  ------  left  relay.py  right  ------  link0 10.66.0.2
#         fd66::1                                                 fd66::2
#
# tcpdump listens on the client's link0: it sees what the client sent before the relay touches it, and of the
# server's segments only those the relay let through. No address of the host machine appears in a capture.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly HERE
readonly CLIENT=tcploom-client WIRE=tcploom-wire SERVER=tcploom-server
readonly SERVER4=10.66.0.2 SERVER6=fd66::2
readonly SERVER_MAC=02:66:00:00:00:02
readonly SILENT_HOST=10.66.0.9 UNREACHABLE_HOST=10.66.0.10
readonly SILENT_PORT=8443 CLOSED_PORT=4444 SLOW_PORT=8080
# Ethernet, IPv4 and TCP headers with every option in use fit; bulk payload is cut.
readonly BULK_SNAPLEN=128
readonly SCENARIOS=(web lossy refused-and-unanswered fragments ipv6-nano any-sll)

WORK=
RECORDER=
RECORDING=

fail() {
  echo "make.sh: $*" >&2
  exit 1
}

check_needs() {
  local pair missing=()
  for pair in tcpdump:tcpdump nginx:nginx-light redis-server:redis-server redis-cli:redis-tools \
    curl:curl python3:python3 ip:iproute2 ethtool:ethtool nc:netcat-openbsd sysctl:procps; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
  done
  ((${#missing[@]} == 0)) || fail "missing Debian packages: ${missing[*]}"
  ((EUID == 0)) || fail 'needs root: it creates network namespaces'
}

# Everything a scenario starts runs in one of the three namespaces, so their process lists are the list to end.
remove_network() {
  local namespace pids
  for namespace in $CLIENT $WIRE $SERVER; do
    [[ -e /run/netns/$namespace ]] || continue
    pids=$(ip netns pids "$namespace")
    # shellcheck disable=SC2086
    [[ -z $pids ]] || kill -KILL $pids 2>/dev/null || true
    ip netns del "$namespace"
  done
}

clean_up() {
  remove_network
  [[ -z $WORK ]] || rm -rf "$WORK"
}

# Not for background use: $! would be a shell around the command, which a signal would end in its place.
on_client() { ip netns exec $CLIENT "$@"; }
on_server() { ip netns exec $SERVER "$@"; }

# start NAMESPACE LOG COMMAND...: a service that lives until the network is removed.
start() {
  local namespace=$1 log=$WORK/$2
  shift 2
  ip netns exec "$namespace" "$@" >"$log" 2>&1 &
  # Otherwise bash reports on stderr that it was killed.
  disown
}

# A client that must not succeed: a scenario in which it does records something else than its name says.
refused() {
  if on_client "$@" >/dev/null 2>&1; then fail "should not have succeeded: $*"; fi
}

join() {
  local namespace=$1 wire_end=$2 mac=$3 address4=$4 address6=$5
  ip netns add "$namespace"
  ip -n $WIRE link add "$wire_end" type veth peer name link0 address "$mac" netns "$namespace"
  # Without link-local addresses no router solicitation falls into the recording.
  ip -n "$namespace" link set link0 addrgenmode none
  ip -n $WIRE link set "$wire_end" addrgenmode none
  # Offloads would hand the recorder frames larger than the MTU with checksums not yet filled in.
  ip netns exec "$namespace" ethtool -K link0 rx off tx off tso off gso off gro off >/dev/null
  ip netns exec $WIRE ethtool -K "$wire_end" rx off tx off tso off gso off gro off >/dev/null
  ip -n "$namespace" link set lo up
  ip -n "$namespace" link set link0 up
  ip -n $WIRE link set "$wire_end" up
  ip -n "$namespace" address add "$address4" dev link0
  ip -n "$namespace" address add "$address6" dev link0 nodad
}

# build_network [RELAY OPTION...]
build_network() {
  remove_network
  ip netns add $WIRE
  join $CLIENT left 02:66:00:00:00:01 10.66.0.1/24 fd66::1/64
  join $SERVER right $SERVER_MAC $SERVER4/24 $SERVER6/64
  start $WIRE relay.log python3 "$HERE/relay.py" --client-side left --server-side right "$@"
  wait_for_line "$WORK/relay.log" relaying
}

wait_for_line() {
  local file=$1 text=$2 tries
  for ((tries = 0; tries < 100; tries++)); do
    if grep -qs "$text" "$file"; then return; fi
    sleep 0.05
  done
  fail "no '$text' in $file: $(cat "$file")"
}

# The probe runs on the server itself: through the relay it would use up ordinals of the rules.
wait_for_port() {
  local port=$1 tries
  for ((tries = 0; tries < 100; tries++)); do
    if on_server nc -z $SERVER4 "$port"; then return; fi
    sleep 0.05
  done
  fail "nothing listens on port $port: $(cat "$WORK"/*.log)"
}

start_nginx() {
  local root=$WORK/www
  mkdir -p "$root"
  seq 1 300 >"$root/index.html"
  seq 1 120 >"$root/style.css"
  seq 1 4000 >"$root/page.txt"
  seq 1 11000 >"$root/large.txt"
  seq 1 30000 >"$root/upload.txt"
  cat >"$WORK/nginx.conf" <<CONF
daemon off;
master_process off;
pid $WORK/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  server_tokens off;
  keepalive_timeout 30s;
  client_body_temp_path $WORK/nginx-body;
  proxy_temp_path $WORK/nginx-proxy;
  fastcgi_temp_path $WORK/nginx-fastcgi;
  uwsgi_temp_path $WORK/nginx-uwsgi;
  scgi_temp_path $WORK/nginx-scgi;
  server {
    listen 80;
    listen [::]:80;
    root $root;
    default_type text/plain;
    dav_methods PUT;
  }
  server {
    listen $SLOW_PORT;
    root $root;
    default_type text/plain;
    limit_rate 6k;
  }
}
CONF
  start $SERVER nginx.log nginx -c "$WORK/nginx.conf"
  wait_for_port 80
}

start_redis() {
  start $SERVER redis.log redis-server --port 6379 --bind '*' '-::*' --protected-mode no --save '' --appendonly no \
    --dir "$WORK"
  wait_for_port 6379
}

start_peers() {
  start $SERVER peers.log python3 "$HERE/peers.py" serve $SERVER4
  # Listeners start in the order of their ports, so all are there when the last answers.
  wait_for_port 7006
}

# record NAME [TCPDUMP OPTION...]
record() {
  RECORDING=$1
  shift
  ip netns exec $CLIENT tcpdump -Z root -n --immediate-mode -U -w "$WORK/$RECORDING.pcap" "$@" 2>"$WORK/tcpdump.log" &
  RECORDER=$!
  wait_for_line "$WORK/tcpdump.log" 'listening on'
}

# The capture takes its place only when whole: a run that breaks off leaves the previous one.
end_record() {
  sleep 0.4
  # SIGINT is ignored by what a script runs in the background.
  kill -TERM "$RECORDER"
  wait "$RECORDER"
  grep -q '^0 packets dropped by kernel' "$WORK/tcpdump.log" || fail "tcpdump lost packets: $(cat "$WORK/tcpdump.log")"
  install -m 644 "$WORK/$RECORDING.pcap" "$HERE/$RECORDING.pcap"
  echo "$RECORDING.pcap: $(grep captured "$WORK/tcpdump.log"), $(stat -c %s "$HERE/$RECORDING.pcap") bytes"
}

fetch() {
  on_client curl -q --noproxy '*' -s -S --max-time 40 "$@" >/dev/null 2>"$WORK/curl.log" ||
    fail "curl: $(cat "$WORK/curl.log")"
}

# Commands as redis-cli --pipe takes them: RESP arrays, sent without waiting for replies. $3 is RESP for "3 bytes".
# shellcheck disable=SC2016
redis_commands() {
  local i key value
  for ((i = 1; i <= 40; i++)); do
    key=key:$i value=value-$((i * i))
    printf '*3\r\n$3\r\nSET\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n' ${#key} $key ${#value} $value
    printf '*2\r\n$3\r\nGET\r\n$%d\r\n%s\r\n' ${#key} $key
  done
}

make_web() {
  local base=http://$SERVER4
  build_network --latency 0.004
  start_nginx
  record web -i link0
  # Several addresses in one call share a connection.
  fetch $base/ $base/style.css $base/page.txt $base/style.css
  fetch $base/missing.html $base/
  fetch -H 'Connection: close' $base/page.txt
  fetch -I $base/page.txt
  fetch -d 'name=value' $base/
  fetch -Z --parallel-immediate $base/page.txt $base/ $base/style.css $base/large.txt
  end_record
}

make_lossy() {
  local base=http://$SERVER4 slow=http://$SERVER4:$SLOW_PORT
  # The named ordinals make sure of each kind of trouble, the shares spread more of it over the bulk.
  build_network --latency 0.010 --seed lossy \
    --rule 'to-server syn:80 1,2 lose' \
    --rule 'to-client synack:80 2 lose' \
    --rule 'to-client data:80 5,31,60,61 lose' \
    --rule 'to-client data:80 2% lose' \
    --rule 'to-client data:80 3% late=0.030' \
    --rule 'to-client data:80 3% twice=0.004' \
    --rule 'to-client fin:80 1 lose' \
    --rule 'to-server data:80 30,31,75 lose' \
    --rule 'to-server data:80 2% lose' \
    --rule 'to-server data:80 2% late=0.030' \
    --rule 'to-server data:80 2% twice=0.004' \
    --rule "to-server data:$SLOW_PORT 1,2,3 late=1.2" \
    --rule "to-client data:$SLOW_PORT 4 late=1.4" \
    --rule "to-client data:$SLOW_PORT 10,11,12,13,14 lose"
  start_nginx
  record lossy -i link0 -s $BULK_SNAPLEN
  fetch $base/page.txt
  fetch -H 'Connection: close' $base/large.txt
  fetch -Z --parallel-immediate $base/large.txt $base/page.txt $base/large.txt
  fetch -T "$WORK/www/upload.txt" $base/uploaded.txt
  # At a few segments a second the session is still open when the late ones arrive.
  fetch $slow/page.txt
  end_record
}

# talk_around ROLE: the session crosses the start or the end of the recording; fds 8 and 9 are its stdin and stdout.
talk_around() {
  rm -f "$WORK/talk-in" "$WORK/talk-out"
  mkfifo "$WORK/talk-in" "$WORK/talk-out"
  ip netns exec $CLIENT python3 "$HERE/peers.py" talk $SERVER4 "$1" <"$WORK/talk-in" >"$WORK/talk-out" &
  TALK=$!
  exec 8>"$WORK/talk-in" 9<"$WORK/talk-out"
  read -r -t 10 -u 9 || fail "peers.py talk $1 did not open its session"
}

finish_talk() {
  echo >&8
  wait "$TALK"
  exec 8>&- 9<&-
}

make_refused-and-unanswered() {
  local role
  build_network --latency 0.003 --rule "to-server syn:$SILENT_PORT all lose"
  # Nobody owns these two addresses; the server, asked to route, drops the one and answers ICMP for the other.
  on_server sysctl -qw net.ipv4.ip_forward=1
  ip -n $SERVER route add blackhole $SILENT_HOST
  ip -n $SERVER route add unreachable $UNREACHABLE_HOST
  ip -n $CLIENT neighbour add $SILENT_HOST lladdr $SERVER_MAC dev link0
  ip -n $CLIENT neighbour add $UNREACHABLE_HOST lladdr $SERVER_MAC dev link0
  start_redis
  start_peers

  talk_around open-before
  record refused-and-unanswered -i link0
  finish_talk

  refused nc -z $SERVER4 $CLOSED_PORT
  refused nc -z $SERVER4 $((CLOSED_PORT + 1))
  refused curl -q --noproxy '*' -s http://$SERVER4/
  refused nc -z -w 5 $SERVER4 $SILENT_PORT
  refused nc -z -w 4 $SILENT_HOST 80
  refused nc -z -w 4 $UNREACHABLE_HOST 80
  redis_commands | on_client redis-cli -h $SERVER4 --pipe >"$WORK/redis-cli.log"
  for role in reset-by-server reset-by-client half-closed-by-client half-closed-by-server; do
    on_client python3 "$HERE/peers.py" talk $SERVER4 $role
  done

  talk_around open-after
  end_record
  finish_talk
}

make_fragments() {
  local base=http://$SERVER4
  build_network --latency 0.004 \
    --rule 'to-client data:80 1 fragment=44' \
    --rule 'to-client data:80 5,9,15 fragment-reversed=576' \
    --rule 'to-client data:80 12 fragment-short=576' \
    --rule 'to-client data:80 all fragment=576'
  # Path MTU discovery sets DF, and a packet with DF may not be split on its way (RFC 1191).
  on_server sysctl -qw net.ipv4.ip_no_pmtu_disc=1
  start_nginx
  record fragments -i link0
  # The first reply, in fragments of 24 bytes of payload: its TCP header of 32 is not whole in any of them.
  fetch $base/missing.html
  fetch $base/ $base/style.css
  fetch $base/page.txt
  end_record
}

make_ipv6-nano() {
  local base="http://[$SERVER6]"
  build_network --latency 0.002
  start_nginx
  start_redis
  record ipv6-nano -i link0 --time-stamp-precision=nano
  fetch "$base/" "$base/style.css" "$base/missing.html"
  fetch -Z --parallel-immediate "$base/page.txt" "$base/"
  redis_commands | on_client redis-cli -h $SERVER6 --pipe >"$WORK/redis-cli.log"
  on_client redis-cli -h $SERVER6 get key:7 >"$WORK/redis-cli.log"
  refused nc -z $SERVER6 $CLOSED_PORT
  end_record
}

make_any-sll() {
  build_network --latency 0.003 --rule 'to-client data:80 6 lose'
  start_nginx
  start_redis
  # On "any" the ring's slots are as long as the snaplen: at its default only eight fit and packets are lost.
  record any-sll -i any -y LINUX_SLL -s 2048
  fetch http://$SERVER4/ http://$SERVER4/page.txt
  fetch "http://[$SERVER6]/style.css"
  on_client redis-cli -h $SERVER4 set greeting hello >"$WORK/redis-cli.log"
  refused nc -z $SERVER4 $CLOSED_PORT
  end_record
}

main() {
  local name wanted=("${@:-${SCENARIOS[@]}}")
  for name in "${wanted[@]}"; do
    [[ " ${SCENARIOS[*]} " == *" $name "* ]] || fail "unknown scenario '$name'; there are: ${SCENARIOS[*]}"
  done
  check_needs
  trap clean_up EXIT
  trap 'exit 130' INT TERM
  WORK=$(mktemp -d)
  for name in "${wanted[@]}"; do
    "make_$name"
  done
}

main "$@"
