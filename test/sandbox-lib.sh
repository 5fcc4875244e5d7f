# SPDX-License-Identifier: Apache-2.0
#
# What scripts in a sandbox (see there) can call.

peer=$here/peer.py
: "${PIPETTE_AGENT:=pipette-agent}"

quiet () {
    "$@" >/dev/null 2>&1
}

# not COMMAND...: fails if it succeeds.  "set -e" does not heed "! COMMAND", but
# as what a function returns.
not () {
    if "$@"; then
        return 1
    fi
}

# wait_until COMMAND...: until it succeeds, at most 20 seconds.
wait_until () {
    wait_until_end=$(($(date +%s) + 20))
    until quiet "$@"; do
        if test "$(date +%s)" -ge $wait_until_end; then
            echo "waited in vain: $*" >&2
            return 1
        fi
        sleep 0.05
    done
}

# start_to FILE COMMAND...: in the background, $! is its process; what it prints
# goes to the file, in which there is nothing of an earlier one from now on.  If
# the command's own process emptied it, an old "ready" could still be read.
start_to () {
    start_to_file=$1
    shift
    : >"$start_to_file"
    "$@" >>"$start_to_file" 2>&1 &
}

# For what is measured: this machine may have something else to do.  The kernel
# weighs sessions first, if it groups them, and then processes.

# prefer PID...: what is in its session, too.
prefer () {
    for prefer_pid in "$@"; do
        quiet renice -n -20 -p "$prefer_pid" || :
        (echo -20 >"/proc/$prefer_pid/autogroup") 2>/dev/null || :
    done
}

# preferred COMMAND...: in a session of its own.
preferred () {
    setsid --wait sh -c '
        renice -n -20 -p $$ >/dev/null 2>&1
        (echo -20 >/proc/self/autogroup) 2>/dev/null
        exec "$@"' sh "$@"
}

# Open vSwitch.

start_ovsdb_server () {
    ovsdb-server "$SANDBOX/conf.db" --remote=punix:/run/openvswitch/db.sock \
        -vconsole:off -vsyslog:off --pidfile --detach --no-chdir \
        --log-file="$SANDBOX/ovsdb-server.log"
}

start_ovs_vswitchd () {
    ovs-vswitchd -vconsole:off -vsyslog:off --pidfile --detach --no-chdir \
        --disable-system --log-file="$SANDBOX/ovs-vswitchd.log"
}

# make_database: an empty one, with the server that serves it.
make_database () {
    rm -f "$SANDBOX/conf.db"
    ovsdb-tool create "$SANDBOX/conf.db" \
        /usr/share/openvswitch/vswitch.ovsschema
    start_ovsdb_server
    ovs-vsctl --no-wait init
}

start_openvswitch () {
    make_database
    start_ovs_vswitchd
}

# switch_state: what there is to look at when a test has failed.
switch_state () {
    ovs-vsctl show
    for bridge in $(ovs-vsctl list-br); do
        echo "$bridge:"
        ovs-ofctl -OOpenFlow14 dump-ports-desc $bridge
        ovs-ofctl -OOpenFlow14 dump-flows $bridge
        ovs-appctl fdb/show $bridge
    done
    ovs-appctl dpctl/show
    ovs-appctl dpctl/dump-flows -m
    ip -s link show
}

# The real network: the switch and its clients.

# add_client NAME ADDRESS MAC
add_client () {
    ip netns add "$1"
    ip link add "sw-$1" address "0a${3#02}" type veth \
        peer name eth0 netns "$1"
    ip link set "sw-$1" up
    # The userspace datapath needs the checksums that the kernel would leave
    # to a network card.
    ip netns exec "$1" ethtool -K eth0 tx off >/dev/null
    ip -n "$1" link set lo up
    ip -n "$1" link set eth0 address "$3"
    ip -n "$1" addr add "$2/24" dev eth0
    ip -n "$1" link set eth0 up
    know_targets "$1"
}

# know_targets NAME: those of IPv6, too, if the lab uses it.
know_targets () {
    for i in $(seq 254); do
        know="lladdr $(target_mac $i) dev eth0 nud permanent"
        echo "neigh replace 192.168.2.$i $know"
        test "$ip_family" = -4 ||
            printf "neigh replace fc01::%x $know\n" "$i"
    done | ip -n "$1" -batch -
}

# new_card NAME MAC: it has another network card now.
new_card () {
    ip -n "$1" link set eth0 address "$2"
    # The kernel has forgotten all.
    know_targets "$1"
}

# target_mac BYTE: the MAC address of 192.168.2.BYTE and of fc01::BYTE, as
# clients have it.
target_mac () {
    printf '0e:00:c0:a8:02:%02x' "$1"
}

# The family that the functions below are about, if none is given: IPv4, or
# after use_ipv6, IPv6.
ip_family=-4 fake=10.10.0.1 fake_prefix=10.10.0.0/16 way=10.10.0.2 metric=
outside=8.8.8.8 plan="--real-subnet 192.168.2.0/24"

# use_ipv6: the clients are fc01::5 and fc01::9, too, the real subnet is
# fc01::/96.
use_ipv6 () {
    ip_family=-6 fake=fc04::1 fake_prefix=fc04::/64 way=fc04::2
    metric="metric 1 " outside=2001:4860::8
    plan="--fake-address fc04::1/64 --real-subnet fc01::/96"
    add_ipv6 client1 fc01::5/64
    add_ipv6 client2 fc01::9/64
    know_targets client1
    know_targets client2
}

# of_family IPV4 IPV6: one of both words, as the family is.
of_family () {
    test "$ip_family" = -4 && echo "$1" || echo "$2"
}

# add_ipv6 NAME ADDRESS/LENGTH...
add_ipv6 () {
    add_ipv6_ns=$1
    shift
    for add_ipv6_address in "$@"; do
        ip -n "$add_ipv6_ns" addr add "$add_ipv6_address" dev eth0 nodad
    done
}

# The VLANs to the uplink, and more ports, as words for ovs-vsctl.
switch_trunks=2
switch_ports=

# make_switch [OPTION]...: its rows, by ovs-vsctl with these options.
make_switch () {
    ovs-vsctl "$@" add-br sw0 -- set bridge sw0 datapath_type=netdev \
        -- add-port sw0 $up1 trunks=$switch_trunks \
        -- add-port sw0 sw-client1 tag=2 -- add-port sw0 sw-client2 tag=2 \
        $switch_ports
}

make_real_network () {
    ip link set lo up
    ip link add up0 type veth peer name up1
    ip link set up1 up
    watch_uplink
    wait_until uplink_is_watched
    add_client client1 192.168.2.5 02:00:00:00:00:05
    add_client client2 192.168.2.9 02:00:00:00:00:09
    make_switch
}

# The uplink is unplugged, and plugged: another device of the same name.  The
# switch's end has another name each time, as Open vSwitch's userspace datapath
# does not notice that a device was replaced.
up1=up1

unplug () {
    ip link del up0
    ovs-vsctl --no-wait --if-exists del-port $up1
}

# plug [WORD]...: the words are for "ip link add", as "index 4242".
plug () {
    up1=up$((${up1#up} + 1))
    ip link add up0 "$@" type veth peer name $up1
    ip link set $up1 up
    watch_uplink
    ovs-vsctl --no-wait add-port sw0 $up1 trunks=$switch_trunks
}

# What must never be on the uplink, whatever a test does: a fake address, as
# all of 10.0.0.0/8, 198.18.0.0/15 and fc04::/16 are here, or MAC address, in a
# header, in ARP or neighbor discovery, or in what an ICMP error quotes; and IP
# options, which could hold one.  Nor, in a VLAN, what is of one link: from a
# link-local address, or to a group but for the solicitation of a target.  As
# pcap-filter(7), for frames whose tag the kernel has taken off.
fakes='ether host 0e:00:00:00:00:66 or ether host 0e:00:00:00:00:67 or
net 10.0.0.0/8 or net 198.18.0.0/15 or (ip and ip[0] & 0xf > 5) or
(arp and (arp[8:4] = 0x0e000000 or arp[18:4] = 0x0e000000) and
    (arp[12:2] = 0x66 or arp[12:2] = 0x67 or arp[22:2] = 0x66 or
     arp[22:2] = 0x67)) or
(icmp and icmp[0] != 0 and icmp[0] != 8 and
    (icmp[20] = 10 or icmp[24] = 10 or
     icmp[20:2] & 0xfffe = 0xc612 or icmp[24:2] & 0xfffe = 0xc612)) or
net fc04::/16 or
(icmp6 and (ip6[40] = 135 or ip6[40] = 136) and ip6[48:2] = 0xfc04) or
(icmp6 and ip6[40] < 128 and (ip6[56:2] = 0xfc04 or ip6[72:2] = 0xfc04)) or
(vlan and ip6 and (src net fe80::/10 or
    (dst net ff00::/8 and not dst net ff02::1:ff00:0/104)))'

# watch_uplink: writes such frames that come out of it to a file, from soon on.
watch_uplink () {
    test -n "$SANDBOX_WATCH" || return 0
    tcpdump -Z root -i $up1 -Q in -U --immediate-mode \
        -w "$SANDBOX/fakes-$up1" "$fakes" >>"$SANDBOX/watch.log" 2>&1 &
    watches="$watches $!"
}

uplink_is_watched () {
    test -z "$SANDBOX_WATCH" || test -s "$SANDBOX/fakes-$up1"
}

# allow_hosts_own: but for frames of the host's own IP stack, which speaks on an
# access port, too, on the userspace datapath: see "SECURITY CONSIDERATIONS" in
# pipette-agent(7).
allowed_fakes=
allow_hosts_own () {
    allowed_fakes="not ether src $(cat /sys/class/net/up0/address)"
}

# check_uplink: there were none; nothing is watched from now on.
check_uplink () {
    for check_uplink_pid in $watches; do
        quiet kill -INT $check_uplink_pid || :
        wait $check_uplink_pid || :
    done
    watches=
    ! for check_uplink_file in "$SANDBOX"/fakes-*; do
        test ! -e "$check_uplink_file" ||
            tcpdump -n -e -x -r "$check_uplink_file" "$allowed_fakes" 2>/dev/null
    done | grep . >&2
}

# client NUMBER COMMAND...: runs it as that client.
client () {
    client_ns=client$1
    shift
    ip netns exec "$client_ns" "$@"
}

# FAUCET as the switch, whose coprocessor port is the uplink's: the client on
# port N has VLAN 1000 + N there.  FAUCET's ACLs send what is for
# 192.168.2.64/26 to the coprocessor.

# faucet PORT...: the ports of client1, client2 and so on, up to client3.
faucet () {
    if ! test -e /run/netns/client3; then
        add_client client3 192.168.2.13 02:00:00:00:00:0d
        ovs-vsctl add-port sw0 sw-client3 -- clear port $up1 trunks \
            -- clear port sw-client1 tag -- clear port sw-client2 tag
    fi
    faucet_client=0
    for faucet_port in "$@"; do
        faucet_client=$((faucet_client + 1))
        faucet_vlan=$((1000 + faucet_port))
        for faucet_match in ip,nw_dst arp,arp_tpa; do
            echo "priority=20480,in_port=sw-client$faucet_client," \
                "$faucet_match=192.168.2.64/26" \
                "actions=push_vlan:0x8100,set_field:$((4096 + faucet_vlan))->vlan_vid,output:$up1"
        done
        echo "table=1,dl_vlan=$faucet_vlan" \
            "actions=pop_vlan,output:sw-client$faucet_client"
    done >"$SANDBOX/faucet.flows"
    echo "in_port=$up1 actions=resubmit(,1)" >>"$SANDBOX/faucet.flows"
    ovs-ofctl --names --bundle -OOpenFlow14 replace-flows sw0 \
        "$SANDBOX/faucet.flows"
}

# faucet_sent PORT: packets that went out there.
faucet_sent () {
    ovs-ofctl -OOpenFlow14 dump-flows sw0 "table=1,dl_vlan=$((1000 + $1))" |
        sed -n 's/.*n_packets=\([0-9]*\).*/\1/p'
}

# The agent and services.

agent () {
    $PIPETTE_AGENT --uplink up0 --datapath-type netdev "$@"
}

start_agent () {
    agent -vconsole:off -vsyslog:off --detach --no-chdir --pidfile \
        --log-file="$SANDBOX/pipette-agent.log" "$@"
}

agentctl () {
    ovs-appctl -t pipette-agent "$@"
}

# dropped_as REASON: the packets of which status says so; nothing if there were
# none.
dropped_as () {
    agentctl status | sed -n "s/^ *\\([0-9]*\\)  $1\$/\\1/p"
}

is_dropped_as () {
    test -n "$(dropped_as "$1")"
}

# says_ready STATUS: lines that are not indented are about bridge, links and
# flows.
says_ready () {
    ! echo "$1" | grep -v '^ \|: in sync since '
}

is_ready () {
    status=$(agentctl status) && says_ready "$status"
}

# no_advertised: nothing on the uplink came from a router advertisement.
no_advertised () {
    if ip -6 -o addr show dev up0 | grep dynamic; then
        return 1
    fi
    ! ip -6 route show dev up0 | grep -e 'proto ra' -e '^2001:db8::/64'
}

# ways_to_clients: routes and neighbours of the fake port.
ways_to_clients () {
    ip $ip_family route show dev ovsfake0 | sed 's/ *$//'
    ip $ip_family neigh show dev ovsfake0 | sed 's/ *$//' | LC_ALL=C sort
}

# add_other: a device of somebody else's, other.
add_other () {
    ip link add other up type veth peer name other1
    ip link set other1 up
}

# routed_table: what is ours of the table for routed clients, without what only
# IPv6's has.
routed_table () {
    routed_table=$(ip $ip_family rule |
        sed -n "s/^112:.*from $fake lookup \\([0-9]*\\).*/\\1/p")
    ip $ip_family route show table "$routed_table" proto 112 |
        sed "s/ dev ovsfake0//; s/ dev lo//; s/ $metric/ /
            s/ pref medium//; s/ *\$//"
}

# routed_is_right: the way to routed clients.
routed_is_right () {
    test "$(ip $ip_family rule | grep -c "^112:.from $fake lookup")" = 1 &&
        test "$(routed_table)" = "\
default via $way src $fake onlink
unreachable default metric 4096" &&
        ip route get $outside from $fake | grep -q 'dev ovsfake0 ' &&
        ip neigh show $way dev ovsfake0 |
            grep -q 'lladdr 0e:00:00:00:00:67 PERMANENT' &&
        ip $ip_family route show $fake_prefix | grep -q \
            "via $way dev ovsfake0 proto 112 src $fake.* onlink"
}

# agent_events COLUMN: the sum of that of /proc/net/netlink for the agent.
agent_events () {
    awk -v pid="$(cat /run/openvswitch/pipette-agent.pid)" -v column="$1" '
        $3 == pid || $3 % 4194304 == pid { n += $column } END { print n + 0 }
        ' /proc/net/netlink
}

# has_heard: the agent took all events that there were, and looked if one was a
# reason to.
has_heard () {
    test "$(agent_events 5)" = 0 && agentctl status
}

# start_monitor WHAT...: writes what the kernel tells everybody to
# $SANDBOX/monitor, from now on.  monitored REGEX: how many lines so far match.
start_monitor () {
    start_to "$SANDBOX/monitor" ip monitor address "$@"
    wait_until monitor_hears 192.0.2.1
}

monitored () {
    wait_until monitor_hears 192.0.2.2
    grep -c "$1" "$SANDBOX/monitor" || :
}

monitor_hears () {
    ip addr add "$1/32" dev lo
    ip addr del "$1/32" dev lo
    grep "$1" "$SANDBOX/monitor"
}

# looks, objects: of links, and what the kernel told it of in reply, so far.
looks () {
    agentctl coverage/read-counter links_look
}

objects () {
    agentctl coverage/read-counter netlink_object
}

# start_services [ADDRESS]: TCP and UDP echo on port 7 of the fake address.
start_services () {
    start_to "$SANDBOX/serve.log" "$peer" serve "${1:-$fake}" 7
    services=$!
    wait_until grep -q ready "$SANDBOX/serve.log"
}

end_services () {
    kill $services
    wait $services || :
}

# Conversations (test/steady.py), each with a name.

# start_talk NAME NAMESPACE SOURCE TARGET
start_talk () {
    start_to "$SANDBOX/talk-$1" \
        ip netns exec "$2" "$here/steady.py" "$3" "$4" 7
    eval "talk_$1=$!"
    wait_until grep -q ready "$SANDBOX/talk-$1"
}

# echoes NAME: stores into $tcp_echoes and $udp_echoes how many there were.
echoes () {
    figures=$(grep -c echoes "$SANDBOX/talk-$1" || :)
    eval "kill -USR1 \$talk_$1"
    wait_until sh -c "test \$(grep -c echoes $SANDBOX/talk-$1) -gt $figures"
    set -- $(sed -n 's/TCP \(.*\) echoes; UDP \(.*\) echoes/\1 \2/p' \
        "$SANDBOX/talk-$1" | tail -n 1)
    tcp_echoes=$1 udp_echoes=$2
}

# has_echoes NAME TCP UDP: it has more than so many.
has_echoes () {
    echoes "$1"
    test "$tcp_echoes" -gt "$2" && test "$udp_echoes" -gt "$3"
}

# talk_goes_on NAME...: each has 100 more echoes of both kinds.
talk_goes_on () {
    for talk in "$@"; do
        echoes "$talk"
        wait_until has_echoes "$talk" \
            $((tcp_echoes + 100)) $((udp_echoes + 100))
    done
}

# end_talk NAME...: no byte was lost on the way.
end_talk () {
    for talk in "$@"; do
        eval "kill \$talk_$talk; wait \$talk_$talk" ||
            { tail -n 3 "$SANDBOX/talk-$talk" >&2; return 1; }
    done
}

# Flows of copro0 without what changes by itself.
dump_flows () {
    ovs-ofctl -OOpenFlow14 dump-flows copro0 "$@" | sed '
        /^OFPST_FLOW/d
        s/^ *//
        s/duration=[^ ]* //
        s/n_packets=[^ ]* n_bytes=[^ ]* //
        s/idle_age=[^ ]* //
        s/hard_age=[^ ]* //' | LC_ALL=C sort
}

own_flows () {
    dump_flows "cookie=0x7069706574746500/-1"
}

# The two timeouts of learned flows go with them: only learned ones.
learned_flows () {
    dump_flows "cookie=0x7069706c00000000/0xffffffff00000000"
}

# What the agent's log may hold.

allowed='^$'

# allow REGEX: such warnings are expected.
allow () {
    allowed="$allowed\\|$1"
}

check_agent_log () {
    ! grep -s '|WARN|\||ERR|\||EMER|' "$SANDBOX/pipette-agent.log" |
        grep -v "$allowed" >&2
}
