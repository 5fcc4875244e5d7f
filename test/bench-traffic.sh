# SPDX-License-Identifier: Apache-2.0
#
# The benchmark's established traffic and connections, in rounds that
# alternate.  The switch between client and uplink, a bridge of the same
# ovs-vswitchd, takes part in TCP's figures; frames of a flood come without.

TRAFFIC_ROUNDS=13
# "before" is the known set of another agent, if $PIPETTE_BEFORE names one.
TRAFFIC_SETS="published known plain${PIPETTE_BEFORE:+ before}"
STREAM_SECONDS=1
FLOOD_SECONDS=1
FLOOD_PAIRS=100

# Open vSwitch has the first CPU for itself, the two ends the last.  A small
# window: otherwise a queue overflows, and chance decides how often.
other_cpu=$(($(nproc) - 1))

# As plain forwarding has it, the client's addresses are 10.10.200.x.
add_addresses () {
    for i in $CONNECT_CLIENTS; do
        echo "addr add 192.168.2.$i/24 dev eth0"
        echo "addr add 10.10.200.$i/16 dev eth0"
    done | ip -n client1 -batch -
    ip -n client1 neigh replace 10.10.0.1 lladdr 0e:00:00:00:00:66 dev eth0
    # Not through the one neighbour, as nothing changes the MAC address.
    ip neigh replace 10.10.200.254 lladdr 02:00:00:00:00:05 dev ovsfake0
    ip route add 10.10.200.0/24 via 10.10.200.254 dev ovsfake0 onlink
}

# before OPTION...: the other agent, with the known set.
before () {
    (PIPETTE_AGENT=$PIPETTE_BEFORE
    agent $(agent_options known) "$@")
}

# load_flows SET: nothing that Open vSwitch cached with another set is left.
load_flows () {
    ovs-ofctl -OOpenFlow14 --bundle replace-flows copro0 "$SANDBOX/$1.flows"
    ovs-appctl revalidator/purge
}

# set_host SET: with the agent's nftables table and routing rules, or without.
# The agent runs for each set: what it does to the switch, which has the meter
# that the known set needs, is the same then.  The one before has its own rules.
set_host () {
    agent $(agent_options known) --once -vconsole:off -vsyslog:off
    case $1 in
        plain|before)
            nft delete table inet pipette-copro0
            ip rule flush protocol 112
            test "$1" = plain || before --once -vconsole:off
            ;;
    esac
}

# stream TARGET: megabits a second, as the receiver counts them.
stream () {
    preferred ip netns exec client1 taskset -c $other_cpu \
        iperf3 -w 64K -c "$1" -t $STREAM_SECONDS -J |
        python3 -c 'import json, sys
end = json.load(sys.stdin)["end"]
print(round(end["sum_received"]["bits_per_second"] / 1e6))'
}

# flood SET: thousands of 64-byte packets a second that came out of the fake
# port.  First, all of them are established.
flood () {
    pairs open "$(way "$1")" $up1 300 $FLOOD_PAIRS 1000 >/dev/null
    flood_before=$(cat /sys/class/net/ovsfake0/statistics/rx_packets)
    preferred taskset -c $other_cpu pairs flood "$(way "$1")" $up1 300 \
        $FLOOD_PAIRS $FLOOD_SECONDS >/dev/null
    flood_after=$(cat /sys/class/net/ovsfake0/statistics/rx_packets)
    echo $(((flood_after - flood_before) / FLOOD_SECONDS / 1000))
}

# connects SET: files SET.new and SET.again get microseconds.
connects () {
    case $1 in
        plain) set -- plain 10.10.200 10.10.0 1 ;;
        *) set -- "$1" 192.168.2 192.168.2 "$CONNECT_TARGETS" ;;
    esac
    preferred ip netns exec client1 taskset -c $other_cpu \
        python3 "$here/connects.py" ask \
        "$2" "$CONNECT_CLIENTS" "$3" "$4" >"$SANDBOX/connects"
    awk -v new="$SANDBOX/$1.new" -v again="$SANDBOX/$1.again" '
        { print $1 >>new; print $2 >>again }' "$SANDBOX/connects"
}

traffic_round () {
    set_host "$1"
    load_flows "$1"
    case $1 in
        plain) stream 10.10.0.1 ;;
        *) stream 192.168.2.100 ;;
    esac >>"$SANDBOX/$1.stream"
    load_flows "$1"
    flood "$1" >>"$SANDBOX/$1.flood"
    load_flows "$1"
    connects "$1"
}

# traffic_row WORDS KIND COMMAND GOAL: the COMMAND makes one figure of many.
traffic_row () {
    row "$1" "$($3 <"$SANDBOX/published.$2")" "$($3 <"$SANDBOX/known.$2")" \
        "$($3 <"$SANDBOX/plain.$2")" "known/plain" "$4"
}

# before_row WORDS KIND COMMAND GOAL
before_row () {
    own_row "$1" "$($3 <"$SANDBOX/known.$2")" "$($3 <"$SANDBOX/before.$2")" \
        "$4"
}

# Of rates, and of times: what the best quarter of them begins with.  What the
# host gives to other guests is no set's fault.
best_rate () {
    percentile 75
}

best_time () {
    percentile 25
}

# How much a change costs the known set.
bench_traffic_before () {
    test "$PIPETTE_BEFORE" || return 0
    table_head "" after before "" ratio "" goal
    before_row "TCP stream, Mbit/s" stream best_rate ">= 0.97"
    before_row "64-byte packets in, thousands a second" flood best_rate ">= 0.97"
    before_row "first connect() of a pair, us" new best_time "<= 1.03"
    before_row "connect() of a known pair, us" again best_time "<= 1.03"
    table_head "" published known plain ratio "" goal
}

bench_traffic () {
    CONNECT_CLIENTS=$(seq -s ' ' 10 19)
    CONNECT_TARGETS=$(seq -s ' ' 100 119)
    agent --once -vconsole:off
    for set in published known; do
        agent $(agent_options $set) --print-flows >"$SANDBOX/$set.flows"
    done
    test -z "$PIPETTE_BEFORE" ||
        before --print-flows >"$SANDBOX/before.flows"
    echo "$plain_flows" >"$SANDBOX/plain.flows"
    add_addresses
    switch_pid=$(cat /run/openvswitch/ovs-vswitchd.pid)
    prefer "$switch_pid"
    taskset -a -c -p 0 "$switch_pid" >/dev/null
    taskset -c $other_cpu iperf3 -s -B 10.10.0.1 -D >/dev/null
    prefer "$(pidof iperf3)"
    start_to "$SANDBOX/pairs.log" \
        preferred taskset -c $other_cpu pairs serve 10.10.0.1
    service=$!
    start_to "$SANDBOX/connects.log" preferred taskset -c $other_cpu \
        python3 "$here/connects.py" answer 10.10.0.1
    wait_until grep -q ready "$SANDBOX/pairs.log"
    wait_until grep -q ready "$SANDBOX/connects.log"

    for round in $(seq $TRAFFIC_ROUNDS); do
        for set in $TRAFFIC_SETS; do
            traffic_round $set
        done
    done
    traffic_row "TCP stream, Mbit/s" stream best_rate ">= 0.95"
    traffic_row "64-byte packets in, thousands a second" flood best_rate ">= 0.95"
    traffic_row "first connect() of a pair, us" new best_time ""
    traffic_row "    its 99th percentile" new p99 ""
    traffic_row "connect() of a known pair, us" again best_time "<= 1.05"
    traffic_row "    its 99th percentile" again p99 ""
    bench_traffic_before

    stop_service
    ovs-vsctl del-br copro0
    taskset -a -c -p "0-$other_cpu" "$switch_pid" >/dev/null
}
