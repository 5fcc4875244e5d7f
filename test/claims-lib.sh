# SPDX-License-Identifier: Apache-2.0
#
# Claimed addresses, for scripts in the sandbox: here the clients ask for the
# MAC addresses of others, by ARP.

neighbours=$here/neighbours.py

forget_targets () {
    for claims_client in client1 client2; do
        ip -n $claims_client neigh flush nud permanent dev eth0
    done
}
forget_targets

# What is claimed, who asks, and how the agent does.
claimed=unused asker=192.168.2.5 probes='^request 0.0.0.0'

# claim_ipv6: from now on, of IPv6; of 254 addresses.
claim_ipv6 () {
    use_ipv6
    forget_targets
    claimed=fc01::1-fc01::fe asker=fc01::5 probes='^request ::'
}

# start_claims [OPTION]...: the agent, which claims all of the subnet, unless the
# options say something else.
start_claims () {
    start_agent $plan --protocols tcp,udp,icmp --claim $claimed "$@"
    wait_until is_ready
}

# all_asked: for everything that is claimed was asked, and the switch answers.
all_asked () {
    is_ready && echo "$status" | grep -q 'claims:' &&
        ! echo "$status" | grep 'claims:' | grep -v ' 0 asked for'
}

# until_asked COMMAND...: again and again, until the switch answers for all.
until_asked () {
    until test "$(listed 2>/dev/null)" = 3; do
        "$@"
    done
    "$@"
}

# add_outside: client2 is a router, and behind it is the namespace "outside".
add_outside () {
    ip netns add outside
    ip link add r0 netns client2 type veth peer name eth0 netns outside
    ip -n client2 addr add 172.16.0.1/24 dev r0
    ip -n client2 link set r0 up
    ip -n outside addr add 172.16.0.5/24 dev eth0
    ip -n outside link set eth0 up
    ip -n outside route add default via 172.16.0.1
    ip netns exec client2 sysctl -qw net.ipv4.ip_forward=1
    ip netns exec client2 ethtool -K r0 tx off >/dev/null
    ip netns exec outside ethtool -K eth0 tx off >/dev/null
}

# scans NAMESPACE TARGET [OPTION]...: what its TCP and UDP ports 7 and 8 look like,
# and how many hops away it is.
scans () {
    scan_from=$1 scan_target=$2
    shift 2
    ip netns exec $scan_from nmap -n -sS -sU -p 7,8 --traceroute "$@" \
        $scan_target >"$SANDBOX/nmap"
    sed -n 's/  */ /g; /^[78].[tu][cd]p/p; /^[0-9]* .* ms/s/ .* ms//p' \
        "$SANDBOX/nmap"
}

# asks TARGETS [SECONDS]: client1 asks, and prints who answers.
asks () {
    client 1 $neighbours ask eth0 $asker "$@"
}

# add_host NAME ADDRESS MAC: a host that says nothing before somebody asks for
# it.
add_host () {
    add_client "$1" "$2" "$3"
    ip -n "$1" neigh flush nud permanent dev eth0
    ovs-vsctl add-port sw0 "sw-$1" tag=2
}

# listed: how table 18 is, "1" if it listens, "3" if it answers.
listed () {
    dump_flows table=18 | sed -n 's/.*actions=load:0x\(.\).*/\1/p' | uniq
}

# watch_requests: of the agent, from now on.  requests TARGET: how many so far.
watch_requests () {
    start_to "$SANDBOX/requests" \
        client 2 $neighbours watch eth0 0e:70:69 ${ip_family#-}
    watch_requests_pid=$!
    wait_until grep -q ready "$SANDBOX/requests"
}

requests () {
    grep -c "$probes $1 " "$SANDBOX/requests" || :
}
