# SPDX-License-Identifier: Apache-2.0
#
# Many pairs in a sandbox, for its test and the benchmark: test/pairs is all
# clients, on the far end of the uplink, where the switch was.

ALL_PAIRS=64516

# Each set of flows has a name: published, refusing (the same, but at the limit
# new pairs are refused), unlimited, known, plain; known6 is IPv6.

# agent_options SET
agent_options () {
    case $1 in
        refusing) echo --overflow-policy refuse ;;
        unlimited) echo --max-pairs 0 ;;
        known) echo --real-subnet 192.168.2.0/24 ;;
        known6) echo --fake-address fc04::1/64 --real-subnet fc01::/96 ;;
    esac
}

# way SET: as test/pairs calls it.
way () {
    case $1 in
        refusing|unlimited) echo published ;;
        before) echo known ;;
        *) echo "$1" ;;
    esac
}

# The same ports, the same VLAN tag popped and pushed, no rewriting.
plain_flows='in_port=up0,vlan_tci=0x1000/0x1000,actions=pop_vlan,output:ovsfake0
in_port=ovsfake0,actions=push_vlan:0x8100,set_field:4098->vlan_vid,output:up0'

remove_switch () {
    ovs-vsctl --if-exists del-br sw0
}

# start_set SET: everything from nothing, in a new ovs-vswitchd, and the
# service.  A plain one has no agent.
start_set () {
    start_set_options=$(agent_options "$1")
    start_agent $start_set_options
    wait_until is_ready
    if test "$1" = plain; then
        agentctl exit
        wait_until test ! -e /run/openvswitch/pipette-agent.pid
        echo "$plain_flows" |
            ovs-ofctl -OOpenFlow14 --bundle replace-flows copro0 -
    fi
    switch_pid=$(cat /run/openvswitch/ovs-vswitchd.pid)
    prefer "$switch_pid"
    case $1 in
        known6) start_set_fake=fc04::1 ;;
        *) start_set_fake=10.10.0.1 ;;
    esac
    start_to "$SANDBOX/pairs.log" preferred pairs serve $start_set_fake
    service=$!
    wait_until grep -q ready "$SANDBOX/pairs.log"
}

stop_service () {
    kill "$(pidof pairs)"
    wait $service 2>/dev/null || :
}

end_set () {
    stop_service
    if test -e /run/openvswitch/pipette-agent.pid; then
        agentctl exit
        wait_until test ! -e /run/openvswitch/pipette-agent.pid
    fi
    ovs-vsctl del-br copro0
    kill "$switch_pid"
    wait_until test ! -e /run/openvswitch/ovs-vswitchd.pid
    start_ovs_vswitchd
}

# open_pairs SET COUNT RATE [open | try]: stores into $opened what there is to
# say, into $lost how many were lost, and into $took how many whole seconds it
# took.  Fails if any answer was wrong.
open_pairs () {
    opened=$(preferred pairs "${4:-open}" "$(way "$1")" up1 0 "$2" "$3") ||
        { echo "$opened" >&2; return 1; }
    lost=${opened#*: } lost=${lost%% *}
    took=${opened#* pairs in } took=${took%%.*}
}

# n_learned: flows.
n_learned () {
    ovs-ofctl -OOpenFlow14 dump-aggregate copro0 \
        cookie=0x7069706c00000000/0xffffffff00000000 |
        sed 's/.*flow_count=//'
}

# switch_mb: resident memory of ovs-vswitchd; switch_cpu: its CPU seconds.
switch_mb () {
    awk '/^VmRSS/ { printf "%.0f\n", $2 / 1024 }' "/proc/$switch_pid/status"
}

switch_cpu () {
    awk '{ printf "%.1f\n", ($14 + $15) / 100 }' "/proc/$switch_pid/stat"
}
