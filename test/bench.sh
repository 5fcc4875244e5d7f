# SPDX-License-Identifier: Apache-2.0
#
# The benchmark: runs in a sandbox.  Each figure is a ratio of medians, or best
# quarters, of rounds that alternate, in this one run, or a size of the agent
# itself.

. "$here/pairs-lib.sh"
. "$here/bench-traffic.sh"
. "$here/bench-ipv6.sh"
. "$here/bench-pairs.sh"
. "$here/bench-costs.sh"
. "$here/bench-contacts.sh"
. "$here/bench-networks.sh"
. "$here/bench-claims.sh"

START_ROUNDS=31
IDLE_SECONDS=20

# The value that so many of a hundred are not above.
percentile () {
    sort -n | awk -v p="$1" '
        { v[NR] = $1 } END { print v[int((NR - 1) * p / 100) + 1] }'
}

median () {
    percentile 50
}

p99 () {
    percentile 99
}

ratio () {
    awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'
}

# row WORDS PUBLISHED KNOWN PLAIN A/B GOAL: A and B are two of the three.
row () {
    row_words=$1 published=$2 known=$3 plain=$4 row_ratio= goal=$6
    if test "$5"; then
        eval "row_ratio=\$(ratio \$${5%/*} \$${5#*/})"
    fi
    printf '%-46s %10s %10s %10s %6s %-16s %s\n' "$row_words" \
        "$published" "$known" "$plain" "$row_ratio" "$5" "$goal"
}

# own_row WORDS AGENT SCRIPT GOAL: the agent itself.
own_row () {
    own_ratio=
    test -z "$3" || own_ratio=$(ratio "$2" "$3")
    printf '%-46s %10s %10s %10s %6s %-16s %s\n' \
        "$1" "$2" "$3" "" "$own_ratio" "" "$4"
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
        agent --remove -vconsole:off >/dev/null
        time_us "$SANDBOX/hand" \
            sh "$here/cli-baseline.sh" up0 "$SANDBOX/published.flows"
        ovs-vsctl del-br copro0
    done
    agent_us=$(median <"$SANDBOX/agent")
    hand_us=$(median <"$SANDBOX/hand")
    own_row "from nothing to installed, ms" \
        "$(awk "BEGIN { printf \"%.1f\", $agent_us / 1000 }")" \
        "$(awk "BEGIN { printf \"%.1f\", $hand_us / 1000 }")" "< 1.0"
}

# At rest.

end_agent () {
    agentctl exit
    wait_until test ! -e /run/openvswitch/pipette-agent.pid
    ovs-vsctl del-br copro0
}

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
    own_row "resident memory, MB" \
        "$(awk '/VmRSS/ { printf "%.1f", $2 / 1024 }' "/proc/$pid/status")" \
        "" "< 6"
    own_row "CPU in $IDLE_SECONDS idle seconds, ticks of 10 ms" \
        "$((after - before))" "" "0"
    end_agent
}

table_head () {
    printf '%-46s %10s %10s %10s %6s %-16s %s\n' "$@"
}

table_head "" published known plain ratio "" goal
bench_traffic
bench_ipv6_traffic
bench_contacts
remove_switch
bench_new_pairs
bench_new_pairs_before
bench_all_pairs
bench_costs
table_head "" agent script "" ratio "" goal
bench_start
bench_rest
bench_networks
bench_claims
