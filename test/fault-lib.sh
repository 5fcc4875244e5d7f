# SPDX-License-Identifier: Apache-2.0
#
# What tests of faults need, in a sandbox: faults, and what must hold after
# each.  A test does
#
#   begin                    # the agent and the services
#   fault WORDS COMMAND...   # with conversations under way
#   within MS WHAT COMMAND...
#   fault_over BOUND         # all is right again, the conversations end
#
# and gets a line of figures for each fault and conversation, on its output and
# at the end of $FAULTS_TABLE.
#
# $flow_set_options are those of the flow set: none, or --real-subnet, or by
# use_networks, a file with two networks.  But for the first, a routed client
# converses beside the inside one.

: "${FAULTS_TABLE:=/dev/null}"
exec 9>>"${FAULTS_LOCK:-$SANDBOX/lock}"

# What else this machine does is not what is measured here.
renice -n -10 -p $$ >/dev/null || :
prefer "$(cat /run/openvswitch/ovs-vswitchd.pid)" \
    "$(cat /run/openvswitch/ovsdb-server.pid)"

# begin: the agent has the options of the flow set from now on.
begin () {
    begin_set
    start_services
}

begin_set () {
    agent_options=$flow_set_options
    restart_agent
    wait_until is_ready
    flows_now >"$SANDBOX/flows"
}

# use_networks: a second network has the same real subnet, on VLAN 3, where
# client3 has the address of client1.
use_networks () {
    switch_trunks=2,3
    switch_ports="-- add-port sw0 sw-client3 tag=3"
    add_client client3 192.168.2.5 02:00:00:00:00:0d
    ovs-vsctl set port $up1 trunks=2,3 $switch_ports
    printf '%s\n' '[network lab]' 'vlan = 2' 'real-subnet = 192.168.2.0/24' \
        '[network dmz]' 'vlan = 3' 'fake-address = 10.11.0.1/16' \
        'real-subnet = 192.168.2.0/24' >"$SANDBOX/networks.conf"
    flow_set_options="--config $SANDBOX/networks.conf"
    start_to "$SANDBOX/serve-dmz.log" "$peer" serve 10.11.0.1 7
}

# faults_of_ipv6: the network is one of IPv6.
faults_of_ipv6 () {
    use_ipv6
    flow_set_options=$plan
    inside1=fc01::5 inside2=fc01::9 routed1=2a00:9::5 routed2=2a00:8::5
    others_address=fc09::1/64 others_prefix=fc0c::/64 nodad=nodad
    add_ipv6 client1 $routed1/128
    add_ipv6 client2 $routed2/128
}

# What others have.
others_address=10.9.0.1/24 others_prefix=10.12.0.0/16 nodad=

# The conversations, all with target 77.

# The routed clients are behind the two inside ones.
inside1=192.168.2.5 inside2=192.168.2.9 routed1=172.16.9.5 routed2=172.16.8.5
ip -n client1 addr replace $routed1/32 dev eth0
ip -n client2 addr replace $routed2/32 dev eth0

# clients: who converses.
clients () {
    echo $inside1 ${flow_set_options:+$routed1}
}

# target NUMBER: its address.
target () {
    case $ip_family in
        -4) echo "192.168.2.$1" ;;
        -6) printf 'fc01::%x\n' "$1" ;;
    esac
}

# seen_as CLIENT [NUMBER]: by the service, when it asks for that target.
seen_as () {
    case $1 in
        192.168.2.*) echo "10.10.${1##*.}.${2-77}" ;;
        fc01::*) printf 'fc04::%s:0:%x\n' "${1##*:}" "${2-77}" ;;
        *) echo "$1" ;;
    esac
}

start_steady () {
    # No tail loss probes: they repeat what was not lost but is late.  And no
    # pauses of minutes, where the kernel (Linux 6.15) can do without.
    set_tcp='echo 0 >/proc/sys/net/ipv4/tcp_early_retrans
        pauses=/proc/sys/net/ipv4/tcp_rto_max_ms
        test ! -e $pauses || echo 5000 >$pauses'
    sh -c "$set_tcp"
    client 1 sh -c "$set_tcp"
    steady_pids=
    for address in $(clients); do
        start_to "$SANDBOX/steady-$address.log" ip netns exec client1 \
            "$here/steady.py" $address "$(target 77)" 7
        steady_pids="$steady_pids $!"
    done
    for address in $(clients); do
        wait_until grep -q ready "$SANDBOX/steady-$address.log"
    done
}

end_steady () {
    kill $steady_pids
    for steady_pid in $steady_pids; do
        wait "$steady_pid" ||
            { tail -n 3 "$SANDBOX"/steady-*.log >&2; return 1; }
    done
    for address in $(clients); do
        wait_until grep -q "^$(seen_as $address) port .* ended" \
            "$SANDBOX/serve.log"
    done
}

# get_steady CLIENT: stores into $steady and $service_repeated what can be said
# of that conversation, which ended.
get_steady () {
    steady=$(tail -n 1 "$SANDBOX/steady-$1.log")
    service_repeated=$(
        sed -n "s/^$(seen_as $1) port .* ended, \([0-9]*\) .*/\1/p" \
            "$SANDBOX/serve.log" | tail -n 1)
}

# steady_figure SED-REGEX: the number in it.
steady_figure () {
    echo "$steady" | sed -n "s/.*$1.*/\\1/p"
}

# traffic_is_back: everybody's, after the mark.
traffic_is_back () {
    for address in $(clients); do
        awk -v mark="$mark" '
            /^UDP back/ { t = $4 } END { exit !(t >= mark) }' \
            "$SANDBOX/steady-$address.log" || return
    done
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
    took=$(success_after "$@")
    note_time "$limit" "$what" "$took"
}

# within_both MS WHAT COMMAND WHAT COMMAND: both are looked at at the same time.
within_both () {
    success_after "$3" >"$SANDBOX/first" &
    first=$!
    took=$(success_after "$5")
    wait $first
    note_time "$1" "$2" "$(cat "$SANDBOX/first")"
    note_time "$1" "$4" "$took"
}

# success_after COMMAND...: prints how many milliseconds after the mark it was
# started when it succeeded.
success_after () {
    after=$(($(now) - mark))
    until quiet "$@"; do
        after=$(($(now) - mark))
        if test $after -gt 20000; then
            echo "$fault: waited in vain: $*" >&2
            return 1
        fi
    done
    echo $after
}

# note_time LIMIT WHAT MS
note_time () {
    figures="$figures; $2 $3 ms"
    if test "$3" -gt "$1"; then
        too_late="$fault: $2 after $3 ms, must be $1"
    fi
}

# How late the scheduler of a busy machine lets an echo be.
SCHEDULER_MS=250

# fault_over INSIDE [ROUTED]: all is right, and the conversation of an inside
# client, and that of a routed one if there is one, went on, each as its bound
# says (ROUTED is INSIDE if it is not given): "nothing_lost", not a packet was,
# or for how many milliseconds the way was broken at most.
fault_over () {
    wait_until is_ready
    alone_no_more
    all_is_right
    end_steady
    for address in $(clients); do
        get_steady $address
        say_fault $address "$steady, $service_repeated by the service$figures"
        check_steady "$1"
        set -- "${2-$1}"
    done
    : >"$SANDBOX/serve.log"
    test -z "$too_late" || test "$try" ||
        { echo "$too_late" >&2; return 1; }
}

# check_steady BOUND: of what get_steady stored.
check_steady () {
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
}

# say_fault CLIENT FIGURES
say_fault () {
    say_words="$fault${flow_set_options:+, known subnet}"
    case $1 in
        $inside1) ;;
        *) say_words="$fault, routed client" ;;
    esac
    test "$ip_family" = -4 || say_words="$say_words, IPv6"
    printf '%-64s %s\n' "$say_words" "$2" | tee -a "$FAULTS_TABLE"
}

# What must hold.

all_is_right () {
    for part in rows_are_right links_are_right flows_are_right; do
        wait_until $part || { $part >&2; return 1; }
    done
    new_pair
}

# new_pair: a conversation of a pair that nothing was learned of yet, or one of
# each kind of client, with a target nothing was learned of.
new_pair () {
    new_target=$((${new_target:-99} + 1))
    new_pair_of $inside2
    test -z "$flow_set_options" || new_pair_of $routed2
    test -z "$switch_ports" ||
        client 3 "$peer" tcp 192.168.2.5 192.168.2.$new_target 7 1000 |
        grep " was 10\.11\.5\.$new_target; 1000 bytes" >/dev/null
}

# new_pair_of CLIENT: of client2, with the new target.
new_pair_of () {
    client 2 "$peer" tcp $1 "$(target $new_target)" 7 1000 |
        grep -F " was $(seen_as $1 $new_target); 1000 bytes" >/dev/null
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
    ovs-vsctl --bare --columns=flow_tables list bridge copro0 |
        tr ' ' '\n' | sed -n 's/.*=//p' |
        while read -r table; do
            ovs-vsctl get flow_table "$table" flow_limit overflow_policy
        done | LC_ALL=C sort | tr '\n' ' '
    for table in bridge port interface; do
        ovs-vsctl --bare --columns=name list $table | LC_ALL=C sort | uniq -d
    done
    echo
}

# The numbers that ports ask for, as long as there is no port of somebody else;
# then, those that ports were made with before stay.
uplink_request=1 fake_port_request=2

# Those of the published set have limits, too.
rows_are_right () {
    limits="16387 32770 evict evict "
    test -z "$flow_set_options" || limits=
    test "$(rows)" = "secure created [] trunk [$(echo $switch_trunks |
        sed 's/,/, /')] created $uplink_request \
created [] created internal $fake_port_request ovsfake0 up0 $limits" ||
        { rows; return 1; }
}

is_up () {
    read -r flags <"/sys/class/net/$1/flags" && test $((flags & 1)) = 1
}

# route_is_right: to the fake prefix.  Behind it, there may be another, but not
# the kernel's.
route_is_right () {
    routes=$(ip $ip_family route show $fake_prefix)
    first=${routes%%"
"*}
    first=${first%pref medium*}
    test "${first% }" = "$fake_prefix via $way dev ovsfake0 proto 112 \
src $fake ${metric}onlink" || return
    case $routes in *'proto kernel'*) return 1 ;; esac
}

neighbour_is_right () {
    neighbour=$(ip neigh show $way)
    test "${neighbour% }" = \
        "$way dev ovsfake0 lladdr 0e:00:00:00:00:67 PERMANENT"
}

# dmz_is_right: the second network's address, and its ways.
dmz_is_right () {
    ip -4 -o addr show dev ovsfake0 | grep -q ' 10.11.0.1/16 ' &&
        ip -4 route show 10.11.0.0/16 | grep -q \
            'via 10.11.0.2 dev ovsfake0 proto 112 src 10.11.0.1 onlink' &&
        test "$(ip rule | grep -c 'from 10.11.0.1 lookup')" = 1 &&
        ip route get 8.8.8.8 from 10.11.0.1 | grep -q 'dev ovsfake0 '
}

# links_are_right: with few processes, as times of 100 ms are told by it.
links_are_right () {
    read -r mac </sys/class/net/ovsfake0/address &&
        test "$mac" = 0e:00:00:00:00:66 &&
        read -r mtu </sys/class/net/ovsfake0/mtu &&
        read -r uplink_mtu </sys/class/net/up0/mtu &&
        test "$mtu" = "$uplink_mtu" &&
        is_up ovsfake0 && is_up up0 &&
        ip $ip_family -o addr show dev ovsfake0 |
            grep -q " $fake/${fake_prefix#*/} " &&
        route_is_right && neighbour_is_right &&
        { test -z "$flow_set_options" || routed_is_right; } &&
        { test -z "$switch_ports" || dmz_is_right; } ||
        { ip addr show dev ovsfake0; ways_to_clients; ip link show up0
          ip $ip_family rule; routed_table; return 1; }
}

# ofport INTERFACE: its number in force.
ofport () {
    ovs-vsctl get interface "$1" ofport
}

# wanted_flows: as --print-flows has them, with the ports in force.  Learned
# flows have a cookie that depends on the ports: it is known for 1 and 2.
wanted_flows () {
    agent $agent_options --print-flows | sed "
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
    printf '%s\n' "$@" | ip $ip_family -batch -
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

# is_idle: the agent, for two seconds, as an event left without an end would
# keep it busy.
is_idle () {
    idle=$(ticks)
    sleep 2
    test $(($(ticks) - idle)) -le 2
}

# ticks: of CPU that the agent has used, 100 a second.
ticks () {
    awk '{ print $14 + $15 }' "/proc/$(pid_of pipette-agent)/stat"
}
