# SPDX-License-Identifier: Apache-2.0
#
# The benchmark's TCP over IPv6, in rounds that alternate, by the ways of
# bench-traffic.sh; its new pairs are with IPv4's, in bench-pairs.sh.

# As plain forwarding has it, the client's address is fc04::c8:0:a.
add_ipv6_addresses () {
    # What else the benchmark does stays IPv4.
    (use_ipv6)
    add_ipv6 client1 fc04::c8:0:a/64
    ip -n client1 neigh replace fc04::1 lladdr 0e:00:00:00:00:66 dev eth0
    ip neigh replace fc04::c8:0:fe lladdr 02:00:00:00:00:05 dev ovsfake0 \
        nud permanent
    ip route add fc04::c8:0:0/96 via fc04::c8:0:fe dev ovsfake0 onlink
}

# set_ipv6_host SET: with the agent's nftables table and routing rules, or
# without.
set_ipv6_host () {
    agent $(agent_options known6) --once -vconsole:off -vsyslog:off
    if test "$1" = plain6; then
        nft delete table inet pipette-copro0
        ip -6 rule flush protocol 112
    fi
}

ipv6_round () {
    set_ipv6_host "$1"
    load_flows "$1"
    case $1 in
        plain6) stream fc04::1 ;;
        *) stream fc01::64 ;;
    esac >>"$SANDBOX/$1.stream"
}

bench_ipv6_traffic () {
    agent $(agent_options known6) --once -vconsole:off
    agent $(agent_options known6) --print-flows >"$SANDBOX/known6.flows"
    echo "$plain_flows" >"$SANDBOX/plain6.flows"
    add_ipv6_addresses
    taskset -a -c -p 0 "$switch_pid" >/dev/null
    start_to "$SANDBOX/iperf3-ipv6.log" \
        preferred taskset -c $other_cpu iperf3 -s -B fc04::1 --forceflush
    wait_until grep -q listening "$SANDBOX/iperf3-ipv6.log"

    for round in $(seq $TRAFFIC_ROUNDS); do
        for set in known6 plain6; do
            ipv6_round $set
        done
    done
    row "IPv6: TCP stream, Mbit/s" "" \
        "$(best_rate <"$SANDBOX/known6.stream")" \
        "$(best_rate <"$SANDBOX/plain6.stream")" "known/plain" ">= 0.95"

    kill "$(pgrep -n -x iperf3)"
    ovs-vsctl del-br copro0
    taskset -a -c -p "0-$other_cpu" "$switch_pid" >/dev/null
}

# bench_ipv6_pairs: of what bench_new_pairs found.
bench_ipv6_pairs () {
    table_head "" IPv6 IPv4 "" ratio "" goal
    own_row "known subnet: new pairs a second, to 10,000" \
        "$(median <"$SANDBOX/known6.10000")" \
        "$(median <"$SANDBOX/known.10000")" ">= 0.90"
    table_head "" published known plain ratio "" goal
}
