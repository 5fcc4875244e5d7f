# SPDX-License-Identifier: Apache-2.0
#
# Claimed addresses, for scripts in the sandbox: here the clients ask for the
# MAC addresses of others, by ARP.

arp=$here/arp.py

for claims_client in client1 client2; do
    ip -n $claims_client neigh flush nud permanent dev eth0
done

# start_claims [OPTION]...: the agent, which claims all of the subnet, unless the
# options say something else.
start_claims () {
    start_agent --real-subnet 192.168.2.0/24 --protocols tcp,udp,icmp \
        --claim unused "$@"
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

# asks TARGETS [SECONDS]: client1 asks, and prints who answers.
asks () {
    client 1 $arp ask eth0 192.168.2.5 "$@"
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
    start_to "$SANDBOX/requests" client 2 $arp watch eth0 0e:70:69
    watch_requests_pid=$!
    wait_until grep -q ready "$SANDBOX/requests"
}

requests () {
    grep -c "^request 0.0.0.0 $1 " "$SANDBOX/requests" || :
}
