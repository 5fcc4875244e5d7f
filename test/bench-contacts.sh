# SPDX-License-Identifier: Apache-2.0
#
# The benchmark of contacts: what they cost the traffic, established as in
# bench-traffic.sh, and the agent itself.

CONTACT_ROUNDS=7
CONTACT_RATE=10000
CONTACT_SECONDS=6
CONTACT_MAX=100000

# As the agent's own.
contact_kinds='(tcp[tcpflags] & (tcp-syn|tcp-rst) != 0 or udp or icmp)
and net 192.168.2.0/24'

# start_contact_agent [on | off]: as what is measured, so that it may take as
# much time as it likes.
start_contact_agent () {
    rm -f "$SANDBOX/contacts.log"
    case $1 in
        on) set -- --contact-log "$SANDBOX/contacts.log" \
            --contact-rate 100000 ;;
        off) set -- ;;
    esac
    start_agent --real-subnet 192.168.2.0/24 "$@"
    wait_until is_ready
    test $# = 0 || wait_until contacts_listen
    pid=$(cat /run/openvswitch/pipette-agent.pid)
    prefer "$pid"
}

contacts_listen () {
    agentctl status | grep -q '^  contacts: listening'
}

# The flows stay.
end_contact_agent () {
    agentctl exit
    wait_until test ! -e /run/openvswitch/pipette-agent.pid
}

contacts_missed () {
    agentctl status | sed -n 's/^  contacts: .* \([0-9]*\) missed.*/\1/p'
}

# contact_round on|off
contact_round () {
    start_contact_agent "$1"
    stream 192.168.2.100 >>"$SANDBOX/$1.stream"
    flood known >>"$SANDBOX/$1.flood"
    end_contact_agent
}

contact_row () {
    pair_row "contacts: $1" "$(best_rate <"$SANDBOX/on.$2")" \
        "$(best_rate <"$SANDBOX/off.$2")" ">= 0.98"
}

# contact_line WORDS A B RATIO GOAL
contact_line () {
    printf '%-52s %10s %10s %8s %s\n' "$@"
}

# Traffic with and without them.
bench_contact_traffic () {
    for round in $(seq $CONTACT_ROUNDS); do
        contact_round off
        contact_round on
    done
    contact_row "TCP stream, Mbit/s" stream
    contact_row "64-byte packets in, thousands a second" flood
}

# Of UDP: the stream is a contact, too.
n_recorded () {
    grep '"start"' "$SANDBOX/contacts.log" | grep -c '"udp"' || :
}

all_recorded () {
    test "$(n_recorded)" -ge $((CONTACT_RATE * CONTACT_SECONDS))
}

rss_kb () {
    awk '/VmRSS/ { print $2 }' "/proc/$1/status"
}

# New contacts, one datagram each with its answer, beside a stream; tcpdump
# writes the same packets to a file.  All of them are in the log.
bench_contact_rate () {
    contact_count=$((CONTACT_RATE * CONTACT_SECONDS))
    start_contact_agent on
    start_to "$SANDBOX/tcpdump.log" preferred tcpdump -Z root -i up0 -s 160 \
        -B 8192 -w "$SANDBOX/peer.pcap" \
        "($contact_kinds) or (vlan and $contact_kinds)"
    wait_until grep -q listening "$SANDBOX/tcpdump.log"
    peer_pid=$(pidof tcpdump)
    STREAM_SECONDS=$CONTACT_SECONDS stream 192.168.2.100 >"$SANDBOX/beside" &
    beside=$!
    agent_before=$(cpu_ms "$pid")
    peer_before=$(cpu_ms "$peer_pid")
    # The stream is no answer.
    quiet preferred taskset -c $other_cpu \
        pairs open known $up1 0 $contact_count $CONTACT_RATE || :
    wait $beside
    wait_until all_recorded || :
    agent_ms=$(($(cpu_ms "$pid") - agent_before))
    peer_ms=$(($(cpu_ms "$peer_pid") - peer_before))
    agent_missed=$(contacts_missed)
    kill -INT "$peer_pid"
    wait_until grep -q 'dropped by kernel' "$SANDBOX/tcpdump.log"
    peer_missed=$(sed -n 's/\(.*\) packets* dropped by kernel/\1/p' \
        "$SANDBOX/tcpdump.log")
    rm "$SANDBOX/peer.pcap"

    contact_line "" contacts tcpdump ratio goal
    contact_line "$contact_count new contacts, 10,000 a second: recorded" \
        "$(n_recorded)" "" "" "$contact_count"
    contact_line "    packets missed" "$agent_missed" "$peer_missed" "" 0
    pair_row "    CPU for 10,000 of them, ms" \
        $((agent_ms * 10000 / contact_count)) \
        $((peer_ms * 10000 / contact_count)) ""
    end_contact_agent
}

# cpu_ms PID: of all of its threads.
cpu_ms () {
    awk '{ n += $1 } END { printf "%.0f\n", n / 1e6 }' \
        /proc/"$1"/task/*/schedstat
}

has_contacts () {
    test "$(agentctl status | sed -n \
        's/^  contacts: .* \([0-9]*\) udp.*/\1/p')" -ge $CONTACT_MAX
}

# Those of port 9 are in front of those of port 7.
bench_contact_memory () {
    start_contact_agent off
    without=$(rss_kb "$pid")
    end_contact_agent
    start_contact_agent on
    pairs flood known $up1 0 60000 1 >/dev/null
    pairs open known $up1 0 60000 10000 >/dev/null
    wait_until has_contacts
    sleep 2
    with=$(rss_kb "$pid")
    contact_line "100,000 contacts: resident memory, MB" \
        $((with / 1024)) $((without / 1024)) "" "<= 32 more"
    end_contact_agent
}

# Less than a tick.
bench_contact_rest () {
    start_contact_agent on
    before=$(cpu_ms "$pid")
    sleep $IDLE_SECONDS
    after=$(cpu_ms "$pid")
    contact_line "contacts: CPU in $IDLE_SECONDS idle seconds, ms" \
        "$((after - before))" "" "" "< 10"
    end_contact_agent
}

bench_contacts () {
    start_contact_agent off
    end_contact_agent
    switch_pid=$(cat /run/openvswitch/ovs-vswitchd.pid)
    prefer "$switch_pid"
    taskset -a -c -p 0 "$switch_pid" >/dev/null
    pidof iperf3 >/dev/null ||
        taskset -c $other_cpu iperf3 -s -B 10.10.0.1 -D >/dev/null
    prefer "$(pidof iperf3)"
    start_to "$SANDBOX/pairs.log" \
        preferred taskset -c $other_cpu pairs serve 10.10.0.1
    service=$!
    wait_until grep -q ready "$SANDBOX/pairs.log"

    contact_line "" contacts none ratio goal
    bench_contact_traffic
    bench_contact_rate
    contact_line "" contacts none "" goal
    bench_contact_memory
    bench_contact_rest
    stop_service
    ovs-vsctl del-br copro0
    taskset -a -c -p "0-$other_cpu" "$switch_pid" >/dev/null
}
