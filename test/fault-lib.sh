# SPDX-License-Identifier: Apache-2.0
#
# What tests of faults need, in a sandbox: faults, and what must hold after
# each.  A test does
#
#   begin                    # the agent and the services
#   fault WORDS COMMAND...   # with a conversation under way
#   within MS WHAT COMMAND...
#   fault_over BOUND         # all is right again, the conversation ends
#
# and gets a line of figures for each fault, on its output and at the end of
# $FAULTS_TABLE.

: "${FAULTS_TABLE:=/dev/null}"
exec 9>>"${FAULTS_LOCK:-$SANDBOX/lock}"

# What else this machine does is not what is measured here.
renice -n -10 -p $$ "$(cat /run/openvswitch/ovs-vswitchd.pid)" \
    "$(cat /run/openvswitch/ovsdb-server.pid)" >/dev/null || :

# begin: the agent has the options of the flow set from now on.
begin () {
    agent_options=$flow_set_options
    restart_agent
    wait_until is_ready
    flows_now >"$SANDBOX/flows"
    start_services
}

# The conversation.

start_steady () {
    # No tail loss probes: they repeat what was not lost but is late.
    echo 0 >/proc/sys/net/ipv4/tcp_early_retrans
    client 1 sh -c 'echo 0 >/proc/sys/net/ipv4/tcp_early_retrans'
    ip netns exec client1 "$here/steady.py" 192.168.2.5 192.168.2.77 7 \
        >"$SANDBOX/steady.log" 2>&1 &
    steady_pid=$!
    wait_until grep -q ready "$SANDBOX/steady.log"
}

# end_steady: stores into $steady what can be said of it.
end_steady () {
    kill $steady_pid
    wait $steady_pid || { tail -n 3 "$SANDBOX/steady.log" >&2; return 1; }
    wait_until grep -q '^10.10.5.77 port .* ended' "$SANDBOX/serve.log"
    steady=$(tail -n 1 "$SANDBOX/steady.log")
    service_repeated=$(
        sed -n 's/^10.10.5.77 port .* ended, \([0-9]*\) .*/\1/p' \
            "$SANDBOX/serve.log" | tail -n 1)
    : >"$SANDBOX/serve.log"
}

# steady_figure SED-REGEX: the number in it.
steady_figure () {
    echo "$steady" | sed -n "s/.*$1.*/\\1/p"
}

# traffic_is_back: after the mark.
traffic_is_back () {
    awk -v mark="$mark" '/^UDP back/ { t = $4 } END { exit !(t >= mark) }' \
        "$SANDBOX/steady.log"
}

# Faults.

now () {
    date +%s%3N
}

# fault WORDS COMMAND...: does it; times count from here.  Until it is over,
# or alone_no_more, there is no fault in another sandbox.
fault () {
    fault=$1 figures= too_late=
    shift
    start_steady
    sleep 0.2
    flock 9
    mark=$(now)
    "$@"
}

alone_no_more () {
    flock -u 9
}

# tries COMMAND...: which makes a fault and waits until it is over.  If a bound
# was missed, it does so again, twice at most: a bound is the agent's, and the
# machine may have been busy with something else.  Figures of each try are
# printed.  Nothing but bounds of "within" is tried again.
tries () {
    for try in 1 2 3; do
        "$@"
        test "$too_late" || break
        echo "try $try: $too_late" >&2
    done
    try=
    test -z "$too_late"
}

# within MS WHAT COMMAND...: it must succeed so soon after the mark; "tries"
# is told if it did later.  The time is that when the COMMAND which succeeded
# was started: its own processes take as long as what they look at.
within () {
    limit=$1 what=$2
    shift 2
    took=$(($(now) - mark))
    until quiet "$@"; do
        took=$(($(now) - mark))
        if test $took -gt 20000; then
            echo "$fault: waited in vain for $what: $*" >&2
            return 1
        fi
    done
    figures="$figures; $what $took ms"
    if test $took -gt "$limit"; then
        too_late="$fault: $what after $took ms, must be $limit"
    fi
}

# How late the scheduler of a busy machine lets an echo be.
SCHEDULER_MS=250

# fault_over nothing_lost | MS: all is right, not one packet was lost or the
# way was broken for no longer than that.
fault_over () {
    wait_until is_ready
    alone_no_more
    all_is_right
    end_steady
    say_fault "$steady, $service_repeated by the service$figures"
    lost=$(steady_figure ' \([0-9]*\) of [0-9]* lost')
    repeated=$(steady_figure ', \([0-9]*\) repeated')
    udp_away=$(steady_figure 'UDP away \([0-9]*\) ms')
    if test "$1" = nothing_lost; then
        test "$lost $repeated $service_repeated" = "0 0 0" ||
            { echo "$fault: packets were lost" >&2; return 1; }
        set -- $SCHEDULER_MS
    fi
    if test "$udp_away" -gt "$1"; then
        too_late="$fault: traffic was away for $udp_away ms, must be $1"
    fi
    test -z "$too_late" || test "$try" ||
        { echo "$too_late" >&2; return 1; }
}

# say_fault FIGURES
say_fault () {
    printf '%-60s %s\n' "$fault${flow_set_options:+, known subnet}" "$1" |
        tee -a "$FAULTS_TABLE"
}

# What must hold.

all_is_right () {
    for part in rows_are_right links_are_right flows_are_right; do
        wait_until $part || { $part >&2; return 1; }
    done
    new_pair
}

# new_pair: a conversation of a pair that nothing was learned of yet.
new_pair () {
    new_target=$((${new_target:-99} + 1))
    client 2 "$peer" tcp 192.168.2.9 192.168.2.$new_target 7 1000 |
        grep " was 10\.10\.9\.$new_target; 1000 bytes" >/dev/null
}

# same FILE COMMAND...: it prints what is in the file.
same () {
    same_file=$1
    shift
    "$@" | diff "$same_file" -
}

# flows_now: the agent's flows, quicker than own_flows.
flows_now () {
    ovs-ofctl -OOpenFlow14 --no-stats dump-flows copro0 \
        cookie=0x7069706574746500/-1 | LC_ALL=C sort
}

flows_are_back () {
    flows_now | cmp -s "$SANDBOX/flows" -
}

rows () {
    ovs-vsctl get bridge copro0 fail_mode external_ids:pipette-agent \
        -- get port up0 tag vlan_mode trunks external_ids:pipette-agent \
        -- get interface up0 ofport_request external_ids:pipette-agent \
        -- get port ovsfake0 tag external_ids:pipette-agent \
        -- get interface ovsfake0 type ofport_request \
        | tr '\n' ' '
    ovs-vsctl list-ports copro0 | grep -x 'up0\|ovsfake0' | tr '\n' ' '
    for table in bridge port interface; do
        ovs-vsctl --bare --columns=name list $table | LC_ALL=C sort | uniq -d
    done
    echo
}

rows_are_right () {
    test "$(rows)" = "secure created [] trunk [2] created 1 created \
[] created internal 2 ovsfake0 up0 " || { rows; return 1; }
}

links_are_right () {
    read -r mac </sys/class/net/ovsfake0/address &&
        test "$mac" = 0e:00:00:00:00:66 &&
        read -r mtu </sys/class/net/ovsfake0/mtu &&
        read -r uplink_mtu </sys/class/net/up0/mtu &&
        test "$mtu" = "$uplink_mtu" &&
        ip -4 -o addr show dev ovsfake0 | grep -q ' 10.10.0.1/16 ' &&
        # Behind it, there may be another, but not the kernel's.
        test "$(ip -4 route show 10.10.0.0/16 |
            sed '1!{/proto kernel/!d}; s/ dev ovsfake0//; s/ *$//')" = \
            "10.10.0.0/16 via 10.10.0.2 proto 112 src 10.10.0.1 onlink" &&
        test "$(ip neigh show 10.10.0.2 | sed 's/ *$//')" = \
            "10.10.0.2 dev ovsfake0 lladdr 0e:00:00:00:00:67 PERMANENT" &&
        ip link show ovsfake0 | grep -q ,UP &&
        ip link show up0 | grep -q ,UP ||
        { ip addr show dev ovsfake0; ways_to_clients; ip link show up0
          return 1; }
}

# ofport INTERFACE: its number in force.
ofport () {
    ovs-vsctl get interface "$1" ofport
}

# wanted_flows: as --print-flows has them, with the ports in force.  Learned
# flows have a cookie that depends on the ports: it is known for 1 and 2.
wanted_flows () {
    $PIPETTE_AGENT --uplink up0 $agent_options --print-flows | sed "
        s/in_port=up0\\>/in_port=$1/
        s/in_port=ovsfake0\\>/in_port=$2/
        s/output:up0\\>/output:$1/
        s/output:ovsfake0\\>/output:$2/
        s/load:0x2->NXM_NX_REG1\[0\.\.15]/load:$2->NXM_NX_REG1[0..15]/
        s/load:0x1->NXM_NX_REG2\[0\.\.15]/load:$1->NXM_NX_REG2[0..15]/"
}

learning_cookies () {
    grep -o 'cookie=0x7069706c[0-9a-f]*' | LC_ALL=C sort -u
}

flows_are_right () {
    ports="$(ofport up0) $(ofport ovsfake0)" || return
    wanted_flows $ports >"$SANDBOX/wanted" && own_flows >"$SANDBOX/own" ||
        return
    # Those learned are from those that learn.
    learning=$(learning_cookies <"$SANDBOX/own")
    ! learned_flows | learning_cookies | grep -vx "$learning" || return
    # Those of a known subnet name no port.
    if test "$ports" != "1 2" && test -z "$flow_set_options"; then
        ! learning_cookies <"$SANDBOX/wanted" | grep -x "$learning" ||
            return
        sed -i 's/\(cookie=0x7069706c\)[0-9a-f]*/\1/g' \
            "$SANDBOX/wanted" "$SANDBOX/own"
    fi
    ovs-ofctl -OOpenFlow14 diff-flows "$SANDBOX/wanted" "$SANDBOX/own"
}

# Small parts.

# batch LINE...: for ip(8), at once.
batch () {
    printf '%s\n' "$@" | ip -batch -
}

pid_of () {
    cat "/run/openvswitch/$1.pid"
}

restart_agent () {
    start_agent $agent_options
}

# end_agent COMMAND...: which ends it.
end_agent () {
    end_pid=$(pid_of pipette-agent)
    "$@"
    wait_until sh -c "! kill -0 $end_pid"
}

kill_agent () {
    end_agent kill -9 "$(pid_of pipette-agent)"
}

# is_idle: the agent, which an event left without an end would keep busy.
is_idle () {
    idle=$(ticks)
    sleep 2
    test $(($(ticks) - idle)) -le 2
}

# ticks: of CPU that the agent has used, 100 a second.
ticks () {
    awk '{ print $14 + $15 }' "/proc/$(pid_of pipette-agent)/stat"
}
