# SPDX-License-Identifier: Apache-2.0
#
# soak.sh SECONDS [SEED]: random faults, one after the other and several at
# once, while conversations go on, with each flow set for a third of the time,
# and with two networks.  After each, all must be right, and the agent no bigger than
# it was half-way.  Runs in a sandbox.  The same seed makes the same faults in
# the same order.

set -e
seconds=$1 seed=${2:-$(date +%s)}
. "$here/fault-lib.sh"

export OVS_CTL_TIMEOUT=10
vsctl="ovs-vsctl --no-wait"
ofctl="ovs-ofctl -OOpenFlow14"

# What the agent's memory may grow by in the second half: malloc() does not
# put every burst of events in the same place.
RSS_SLACK_KB=256

# The faults.  What a fault meets may be away because of an earlier one.

killed () {
    kill -9 "$(pid_of "$1")"
    sleep 0.3
}

# stopped DAEMON SECONDS: meanwhile, there are other faults.
stopped () {
    stopped_pid=$(pid_of "$1")
    kill -STOP "$stopped_pid"
    (sleep "$2"; kill -CONT "$stopped_pid") &
}

agent_killed () { kill_agent; restart_agent; }
agent_replaced () { end_agent agentctl exit; restart_agent; }
switch_killed () { killed ovs-vswitchd; start_ovs_vswitchd; }
switch_stopped () { stopped ovs-vswitchd 2; }
switch_stopped_long () { stopped ovs-vswitchd 12; }
database_killed () { killed ovsdb-server; start_ovsdb_server; }
database_stopped () { stopped ovsdb-server 2; }
database_emptied () {
    killed ovsdb-server
    make_database
    make_switch --no-wait
}
uplink_replugged () { unplug; sleep 0.3; plug; }
uplink_replugged_at_once () { unplug; plug; }
uplink_down () { ip link set up0 down; }
uplink_mtu () {
    ip link set up0 mtu 1400
    sleep 0.1
    ip link set up0 mtu 1500
}
mac_changed () { ip link set ovsfake0 address 02:00:00:00:00:01; }
mac_fought () { "$peer" fight ovsfake0 1; }
address_removed () { ip addr del 10.10.0.1/16 dev ovsfake0; }
address_added () { ip addr replace 10.9.0.1/24 dev ovsfake0; }
neighbour_deleted () { ip neigh del 10.10.0.2 dev ovsfake0; }
neighbour_changed () {
    ip neigh replace 10.10.0.2 lladdr 02:00:00:00:00:02 dev ovsfake0
}
route_deleted () { ip route del 10.10.0.0/16; }
route_replaced () { ip route replace 10.10.0.0/16 dev ovsfake0; }
# Without routed clients, there are none of these.
rule_deleted () { ip rule del priority 112; }
rule_changed () {
    batch "rule del priority 112" \
        "rule add priority 112 from 10.10.0.1 lookup 7 protocol 112"
}
table_emptied () { ip route flush proto 112 table all; }
fake_port_down () { ip link set ovsfake0 down; }
fake_port_mtu () { ip link set ovsfake0 mtu 1300; }
fake_port_removed () { $vsctl del-port copro0 ovsfake0; }
uplink_removed () { $vsctl del-port copro0 up0; }
bridge_deleted () { $vsctl del-br copro0; }
bridge_deleted_applied () { ovs-vsctl del-br copro0; }
fail_mode_changed () { $vsctl set bridge copro0 fail_mode=standalone; }
ofport_changed () { $vsctl set interface ovsfake0 ofport_request=9; }
trunk_changed () { $vsctl set port up0 trunks=7 vlan_mode=access tag=7; }
limits_removed () { $vsctl clear bridge copro0 flow_tables; }
flows_deleted () { $ofctl del-flows copro0; }
flow_modified () {
    $ofctl mod-flows copro0 table=1,priority=1,tcp,actions=drop
}
# In a table that no flow set has.
flow_added () { $ofctl add-flow copro0 cookie=0x55,table=99,actions=drop; }
learned_deleted () {
    $ofctl del-flows copro0 cookie=0x7069706c00000000/0xffffffff00000000
}
links_flooded () {
    for i in $(seq 200); do
        echo "link add d$i type veth peer name e$i"
        echo "link del d$i"
    done | ip -batch -
}

lasting='switch_killed switch_stopped switch_stopped_long database_killed
database_stopped database_emptied uplink_replugged uplink_replugged_at_once
uplink_down uplink_mtu mac_changed mac_fought address_removed address_added
neighbour_deleted neighbour_changed route_deleted route_replaced
rule_deleted rule_changed table_emptied fake_port_down fake_port_mtu
fake_port_removed uplink_removed bridge_deleted
bridge_deleted_applied fail_mode_changed ofport_changed trunk_changed
limits_removed flows_deleted flow_modified flow_added learned_deleted links_flooded'

# plan SEED FAULT...: lines of a fault and the pause after it.  One of three
# comes right after another.
plan () {
    awk -v seed="$1" -v faults="$2" -v n="$seconds" 'BEGIN {
        srand(seed)
        m = split(faults, fault)
        for (i = 0; i < 10 * n; i++) {
            pause = rand() * 3 - 1
            printf "%s %.1f\n", fault[int(rand() * m) + 1], \
                (pause > 0 ? pause : 0)
        }
    }'
}

# inflict UNTIL SEED FAULTS: for so many seconds since the start.
inflict () {
    alone_no_more
    plan "$2" "$3" >"$SANDBOX/plan"
    while read -r name pause <&3; do
        elapsed=$(($(now) - start))
        test $elapsed -lt $(($1 * 1000)) || break
        printf '%6d.%d s  %s\n' $((elapsed / 1000)) \
            $((elapsed % 1000 / 100)) "$name"
        flock 9
        $name >>"$SANDBOX/faults.log" 2>&1 || :
        alone_no_more
        sleep "$pause"
    done 3<"$SANDBOX/plan"
}

whole_is_right () {
    is_ready && rows_are_right && links_are_right && flows_are_right
}

# rest: what was stopped goes on, and all becomes right.
rest () {
    for daemon in ovs-vswitchd ovsdb-server; do
        kill -CONT "$(pid_of $daemon)"
    done
    mark=$(now) figures=
    within 20000 "right" whole_is_right
    fault_over $((seconds * 1000))
    wait_until is_idle
    rss=$(awk '/^VmRSS/ { print $2 }' "/proc/$(pid_of pipette-agent)/status")
    fds=$(ls "/proc/$(pid_of pipette-agent)/fd" | wc -l)
}

# soak_set SEED: with the flow set of $flow_set_options, for $seconds.
soak_set () {
    start=$(now)
    begin_set
    # They stay for the other ones.
    test "$flow_set_options" || start_services

    # At first the agent itself is killed, too; then it must live to the end.
    fault "soak, seed $1, first half" \
        inflict $((seconds / 4)) "$1" "agent_killed agent_replaced $lasting"
    inflict $((seconds / 2)) $(($1 + 1)) "$lasting"
    rest
    rss_before=$rss fds_before=$fds agent_before=$(pid_of pipette-agent)

    fault "soak, seed $1, second half" \
        inflict "$seconds" $(($1 + 2)) "$lasting"
    rest
    echo "agent: $rss_before kB half-way, $rss kB at the end;" \
        "$fds_before and $fds file descriptors"
    test "$(pid_of pipette-agent)" = "$agent_before"
    test "$fds" = "$fds_before"
    # With the address sanitizer, freed memory is kept for long.
    if ! ldd "/proc/$agent_before/exe" | grep -q libasan; then
        test $((rss - rss_before)) -le $RSS_SLACK_KB
    fi
    end_agent agentctl exit
}

echo "soak: $seconds s, seed $seed"
seconds=$((seconds / 3))
flow_set_options=
soak_set "$seed"
flow_set_options="--real-subnet 192.168.2.0/24"
soak_set $((seed + 3))
use_networks
soak_set $((seed + 6))
allow 'Dropped [0-9]* log messages\|ovsdb_idl'
allow 'copro0.mgmt: \|db.sock: \|up0 is missing: '
check_agent_log
