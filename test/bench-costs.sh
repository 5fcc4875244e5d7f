# SPDX-License-Identifier: Apache-2.0
#
# The benchmark's costs: what an agent that is there costs ovs-vswitchd, and
# what others' routes cost the agent.

COST_ROUNDS=3
COST_PAIRS=10000
COST_RATE=4000
ROUTES=100000
CHURN_SECONDS=5

# cost_round NAME: opens the pairs, and adds to file NAME.cpu what ovs-vswitchd
# needed for that, in milliseconds.
cost_round () {
    cost_before=$(ticks "$switch_pid")
    open_pairs unlimited $COST_PAIRS $COST_RATE
    echo $((($(ticks "$switch_pid") - cost_before) * 10)) >>"$SANDBOX/$1.cpu"
}

# With an agent that listens, and with one that was killed.
bench_monitor () {
    for round in $(seq $COST_ROUNDS); do
        start_set unlimited
        cost_round listening
        end_set
        start_set unlimited
        kill -9 "$(cat /run/openvswitch/pipette-agent.pid)"
        rm /run/openvswitch/pipette-agent.pid
        cost_round alone
        end_set
    done
    pair_row "10,000 pairs, 4,000 a second: ovs-vswitchd's CPU, ms" \
        "$(median <"$SANDBOX/listening.cpu")" \
        "$(median <"$SANDBOX/alone.cpu")" "<= 1.05"
}

# pair_row WORDS WITH WITHOUT GOAL
pair_row () {
    printf '%-52s %10s %10s %8s %s\n' "$1" "$2" "$3" \
        "${3:+$(ratio "$2" "$3")}" "$4"
}

# cpu_us PID: microseconds of CPU so far.
cpu_us () {
    awk '{ printf "%.0f\n", $1 / 1000 }' "/proc/$1/schedstat"
}

# look_us: of CPU that a look costs, as one at a time is asked for.
look_us () {
    looks_before=$(looks)
    cpu_before=$(cpu_us "$pid")
    for i in $(seq 40); do
        ip addr add "192.0.2.$i/32" dev up0
        ip addr del "192.0.2.$i/32" dev up0
        sleep 0.1
    done
    cpu_after=$(cpu_us "$pid")
    echo $(((cpu_after - cpu_before) / ($(looks) - looks_before)))
}

# route_lines VERB COUNT
route_lines () {
    awk -v verb="$1" -v n="$2" 'BEGIN {
        for (i = 0; i < n; i++) {
            printf "route %s 2001:db8:%x:%x::/64 dev other\n", verb,
                i / 65536, i % 65536
        }
    }'
}

# churn: 1,000 changes of IPv6 routes a second.
churn () {
    for i in $(seq $((CHURN_SECONDS * 10))); do
        { route_lines del 50; route_lines add 50; } | ip -6 -batch -
        sleep 0.08
    done
}

bench_routes () {
    add_other
    start_agent --real-subnet 192.168.2.0/24
    wait_until is_ready
    pid=$(cat /run/openvswitch/pipette-agent.pid)
    few=$(look_us)
    route_lines add $ROUTES | ip -6 -batch -
    many=$(look_us)
    pair_row "agent's CPU a look, us, with 100,000 IPv6 routes" \
        "$many" "$few" "<= 2.00"

    ip -6 monitor route >/dev/null &
    peer_pid=$!
    wait_until sh -c "grep -q ' $peer_pid ' /proc/net/netlink"
    looks_before=$(looks)
    cpu_before=$(cpu_us "$pid")
    peer_before=$(cpu_us $peer_pid)
    churn
    agent_cpu=$(($(cpu_us "$pid") - cpu_before))
    peer_cpu=$(($(cpu_us $peer_pid) - peer_before))
    kill $peer_pid
    pair_row "  1,000 changes of these a second, ms a second [1]" \
        $((agent_cpu / CHURN_SECONDS / 1000)) \
        $((peer_cpu / CHURN_SECONDS / 1000)) ""
    pair_row "    looks" $(($(looks) - looks_before)) "" "0"
    echo '  [1] the agent, and "ip -6 monitor route"'
    agentctl exit
    ip link del other
}

bench_costs () {
    printf '%-52s %10s %10s %8s %s\n' "" with without ratio goal
    bench_monitor
    bench_routes
}
