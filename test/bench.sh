# SPDX-License-Identifier: Apache-2.0
#
# The benchmark: runs in a sandbox.  Each figure is a ratio of medians of
# rounds that alternate, in this one run, or a size of the agent itself.

STREAM_ROUNDS=15
STREAM_SECONDS=1
START_ROUNDS=31
IDLE_SECONDS=20

median () {
    sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

ratio () {
    awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'
}

row () {
    printf '%-44s %12s %12s %7s  %s\n' "$@"
}

# Throughput.  Plain forwarding: the same ports, the same VLAN tag pushed and
# popped, no rewriting; the client has an address of the fake prefix.

plain_flows () {
    ovs-ofctl del-flows copro0
    ovs-ofctl -OOpenFlow14 add-flow copro0 \
        'in_port=up0,vlan_tci=0x1000/0x1000,actions=pop_vlan,output:ovsfake0'
    ovs-ofctl -OOpenFlow14 add-flow copro0 \
        'in_port=ovsfake0,actions=push_vlan:0x8100,set_field:4098->vlan_vid,output:up0'
}

flow_set () {
    ovs-ofctl -OOpenFlow14 --bundle replace-flows copro0 "$SANDBOX/flows"
}

# Open vSwitch has the first CPU for itself, the stream's two ends the last.  A
# small window: otherwise a queue overflows, and chance decides how often.
other_cpu=$(($(nproc) - 1))

# stream TARGET: megabits a second, as the receiver counts them.
stream () {
    client 1 taskset -c $other_cpu iperf3 -w 64K -c "$1" -t $STREAM_SECONDS -J |
        python3 -c 'import json, sys
print(json.load(sys.stdin)["end"]["sum_received"]["bits_per_second"] / 1e6)'
}

bench_streams () {
    agent --once -vconsole:off
    agent --print-flows --uplink up0 >"$SANDBOX/flows"
    taskset -a -c -p 0 "$(cat /run/openvswitch/ovs-vswitchd.pid)" >/dev/null
    taskset -c $other_cpu iperf3 -s -B 10.10.0.1 -D >/dev/null
    client 1 ip addr add 10.10.5.99/16 dev eth0
    client 1 ip neigh replace 10.10.0.1 lladdr 0e:00:00:00:00:66 dev eth0
    # Not through the one neighbour.
    ip route add 10.10.5.99/32 dev ovsfake0
    ip neigh replace 10.10.5.99 lladdr 02:00:00:00:00:05 dev ovsfake0

    for round in $(seq $STREAM_ROUNDS); do
        flow_set
        stream 192.168.2.77 >>"$SANDBOX/set"
        plain_flows
        stream 10.10.0.1 >>"$SANDBOX/plain"
    done
    set_mbps=$(median <"$SANDBOX/set")
    plain_mbps=$(median <"$SANDBOX/plain")
    row "TCP stream: flow set / plain forwarding, Mbit/s" \
        "$(printf %.0f "$set_mbps")" "$(printf %.0f "$plain_mbps")" \
        "$(ratio "$set_mbps" "$plain_mbps")" ">= 0.95"
    ovs-vsctl del-br copro0
    taskset -a -c -p "0-$other_cpu" \
        "$(cat /run/openvswitch/ovs-vswitchd.pid)" >/dev/null
}

# Start.

now_us () {
    echo $(($(date +%s%N) / 1000))
}

# time_us FILE COMMAND...: appends how long it took.
time_us () {
    time_file=$1
    shift
    time_from=$(now_us)
    "$@"
    echo $(($(now_us) - time_from)) >>"$time_file"
}

bench_start () {
    for round in $(seq $START_ROUNDS); do
        time_us "$SANDBOX/agent" agent --once -vconsole:off -vsyslog:off
        ovs-vsctl del-br copro0
        time_us "$SANDBOX/hand" sh "$here/by-hand.sh" up0 "$SANDBOX/flows"
        ovs-vsctl del-br copro0
    done
    agent_us=$(median <"$SANDBOX/agent")
    hand_us=$(median <"$SANDBOX/hand")
    row "from nothing to installed: agent / script, ms" \
        "$(awk "BEGIN { printf \"%.1f\", $agent_us / 1000 }")" \
        "$(awk "BEGIN { printf \"%.1f\", $hand_us / 1000 }")" \
        "$(ratio "$agent_us" "$hand_us")" "< 1.0"
}

# At rest.

ticks () {
    awk '{ print $14 + $15 }' "/proc/$1/stat"
}

bench_rest () {
    start_agent
    wait_until is_ready
    pid=$(cat /run/openvswitch/pipette-agent.pid)
    before=$(ticks "$pid")
    sleep $IDLE_SECONDS
    after=$(ticks "$pid")
    row "resident memory, MB" \
        "$(awk '/VmRSS/ { printf "%.1f", $2 / 1024 }' "/proc/$pid/status")" \
        "" "" "< 6"
    row "CPU in $IDLE_SECONDS idle seconds, ticks of 10 ms" \
        "$((after - before))" "" "" "0"
}

row "" "pipette" "other" "ratio" "goal"
bench_streams
bench_start
bench_rest
