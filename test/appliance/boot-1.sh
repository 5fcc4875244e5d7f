# SPDX-License-Identifier: Apache-2.0
#
# The first boot: from Debian to an appliance, and what may befall it.

# From Debian to an appliance.

kernel_datapath () {
    test -d /sys/module/openvswitch
    ovs-appctl dpif/show | grep -q '^system@ovs-system:'
}

unconfigured () {
    systemctl start $unit
    equal "state of the unit" inactive "$(systemctl is-active $unit)"
    wait_until sh -c "journalctl -u $unit | grep 'uplink = '"
    none "failed units" "$(systemctl list-units --failed --quiet)"
}

# On the userspace datapath; gives back what it changed.
smoke () {
    cp $conf $results/conf
    trap 'cp $results/conf $conf' EXIT
    sh $here/smoke
}

enabled () {
    set_key uplink up0
    systemctl enable --now $unit
    equal "state of the unit" active "$(systemctl is-active $unit)"
    equal "bridge's status" ready \
        "$(ovs-vsctl get bridge copro0 external_ids:pipette-agent-status)"
    wait_until test "$(systemctl show -P StatusText $unit)" = ready
    is_ready
    # The sandbox of the service shows this boot's number.
    ovs-vsctl get port up0 external_ids:pipette-agent-boot |
        grep "$(cat /proc/sys/kernel/random/boot_id)"
}

on_kernel_datapath () {
    ovs-appctl dpif/show | grep -A 9 '^system@ovs-system:' |
        grep 'ovsfake0 [0-9]*/[0-9]*: (internal)'
}

watch_uplink
need "Debian is up, and nothing has failed" \
    systemctl is-system-running --wait
check "Open vSwitch uses the kernel's datapath" kernel_datapath
need "each link has its link-local address" wait_until links_settled
machine_state >/root/before
need "apt installs the package" apt_get install "$here/pipette-agent.deb"
check "started without an uplink: says what to do, is no failed unit" \
    unconfigured
check "the smoke test of the package" smoke
need "one line is set, the service is enabled: it is READY" enabled
check "the fake port is on the kernel's datapath" on_kernel_datapath
systemctl start services
need "the services listen on the fake address" services_listen

# The published flow set.

arp_by_userspace () {
    # The fake host would find its clients without the one neighbour.
    ip route add 10.10.5.77/32 dev ovsfake0
    $peer poke 10.10.0.1 10.10.5.77
    wait_until sh -c \
        "ip neigh show 10.10.5.77 | grep 'lladdr 0e:00:00:00:00:67'"
    ovs-appctl dpctl/dump-flows -m |
        grep 'in_port(ovsfake0).*eth_type(0x0806).*userspace('
    ip route del 10.10.5.77/32 dev ovsfake0
}

check "published: TCP" asks 1 tcp 192.168.2.5 192.168.2.77 300000 10.10.5.77
check "published: UDP" asks 2 udp 192.168.2.9 192.168.2.78 1400 10.10.9.78
check "published: UDP fragments with any content" \
    asks 1 udp 192.168.2.5 192.168.2.77 20000 10.10.5.77
check "published: the kernel alone forwards" in_kernel
check "published: ARP on the fake port is answered, by userspace" \
    arp_by_userspace

# The flow set of a known subnet, by a reload.

# kept: what must be the same before and after.
kept () {
    main_pid
    ovs-vsctl --columns=_uuid,name,ofport list interface up0 ovsfake0
    ip -o link show dev ovsfake0
    ip -o -4 addr show dev ovsfake0
    ip -4 route show dev ovsfake0
}

reload () {
    kept >$results/kept
    set_key real-subnet 192.168.2.0/24
    set_key protocols tcp,udp,icmp
    systemctl reload $unit
    wait_until sh -c "ovs-ofctl dump-flows copro0 | grep 192.168.2.0/24"
    wait_until is_ready
    kept | diff $results/kept -
}

refused_reload () {
    cp $conf $results/conf
    trap 'cp $results/conf $conf' EXIT
    set_key vlan 5000
    if systemctl reload $unit; then
        echo "reloaded all the same"
        return 1
    fi
    is_ready
    asks 1 tcp 192.168.2.5 192.168.2.77 1000 10.10.5.77
    journalctl -b -u $unit | grep 5000
}

pings () {
    client 1 $peer ping 192.168.2.5 192.168.2.79 100
    client 1 $peer ping 172.16.9.5 192.168.2.80 4000
}

# A closed port of a target.
closed_ports () {
    refusal="ECONNREFUSED, ICMP 3/3 from 192.168.2.84 about 192.168.2.84 port 9"
    for source in 192.168.2.5 172.16.9.5; do
        equal "what $source hears" "$refusal" \
            "$(client 1 $here/errors.py asks $source 192.168.2.84 9)"
    done
}

# unreachables: how many ICMP errors of that type the machine has heard, and
# how many messages were wrong.
unreachables () {
    awk '/^Icmp: [0-9]/ { print $5, $3 + $4 }' /proc/net/snmp
}

unreachables_are () {
    test "$(unreachables)" = "$1 $2"
}

# A closed port of a client, when the service's answer comes.
answers_unwanted () {
    for source in 192.168.2.5 172.16.9.5; do
        set -- $(unreachables)
        client 1 $peer poke $source 192.168.2.84
        wait_until unreachables_are $(($1 + 1)) $2
    done
}

# heard: how many datagrams the machine has taken for its own.
heard () {
    awk '/^Udp: [0-9]/ { print $2 }' /proc/net/snmp
}

# arp_fails: the stranger asked for the fake address, and got no answer.
arp_fails () {
    ip -n stranger neigh show 10.10.0.1 | grep FAILED && return
    ip netns exec stranger $peer poke 10.10.0.99 10.10.0.1
    return 1
}

# On the userspace datapath it hears them past all flows.
stranger_unheard () {
    ip -n stranger addr replace 10.10.0.99/16 dev eth0
    wait_until arp_fails || { ip -n stranger neigh; false; }
    ip -n stranger neigh replace 10.10.0.1 dev eth0 \
        lladdr "$(cat /sys/class/net/up0/address)"
    before=$(heard)
    for i in 1 2 3; do
        ip netns exec stranger $peer poke 10.10.0.99 10.10.0.1
    done
    asks 1 udp 192.168.2.5 192.168.2.79 10 10.10.5.79
    equal "datagrams heard" $((before + 1)) "$(heard)"
}

# set_vlan VLAN: in the agent's configuration.
set_vlan () {
    set_key vlan "$1"
    systemctl reload $unit
    wait_until is_ready
}

# Client 2 is on VLAN 3, then on VLAN 2 again.  Then, TCP repeats what Open
# vSwitch still sends by its cache; what is sent once is for another target.
several_vlans () {
    ovs-vsctl set port up1 trunks=2,3 -- set port sw-client2 tag=3
    set_vlan 2-3
    asks 1 tcp 192.168.2.5 192.168.2.81 300000 10.10.5.81
    asks 2 tcp 192.168.2.9 192.168.2.81 300000 10.10.9.81
    asks 2 udp 172.16.8.5 192.168.2.81 1400 172.16.8.5
    in_kernel
    ovs-vsctl set port up1 trunks=2 -- set port sw-client2 tag=2
    asks 2 tcp 192.168.2.9 192.168.2.81 1000 10.10.9.81
    asks 2 udp 172.16.8.5 192.168.2.83 1400 172.16.8.5
}

access_port () {
    ovs-vsctl set port up1 vlan_mode=access tag=2 -- clear port up1 trunks
    set_vlan untagged
    asks 1 tcp 192.168.2.5 192.168.2.82 300000 10.10.5.82
    asks 2 udp 172.16.8.5 192.168.2.82 1400 172.16.8.5
    in_kernel
    ovs-vsctl set port up1 vlan_mode=native-untagged tag=99 trunks=2
    set_vlan 2
}

check "a reload changes what the file changes, and nothing else" reload
check "a broken file is refused, all goes on" refused_reload
# Not the pairs of before: what the fake host sends to a pair, the switch may
# have dropped under the new flow set, and goes on to for half a second after a
# client has opened it.  TCP repeats, UDP does not.
check "known subnet: TCP" asks 1 tcp 192.168.2.5 192.168.2.79 300000 10.10.5.79
check "known subnet: UDP" asks 2 udp 192.168.2.9 192.168.2.80 1400 10.10.9.80
check "known subnet: UDP fragments with any content" \
    asks 1 udp 192.168.2.5 192.168.2.79 20000 10.10.5.79
check "known subnet: TCP of a routed client" \
    asks 1 tcp 172.16.9.5 192.168.2.79 300000 172.16.9.5
check "known subnet: UDP fragments of a routed client, any content" \
    asks 2 udp 172.16.8.5 192.168.2.80 20000 172.16.8.5
check "known subnet: ping" pings
check "known subnet: the kernel alone forwards" in_kernel
check "known subnet: several VLANs" several_vlans
check "known subnet: an access port" access_port
check "known subnet: closed UDP ports" closed_ports
check "known subnet: a client does not want the answer" answers_unwanted
check "the machine itself does not hear what comes untagged" stranger_unheard

. $here/connections.sh
. $here/claims.sh
. $here/contacts.sh
. $here/containers.sh

check "the service is sandboxed: systemd-analyze security, 1.6 at most" \
    systemd-analyze security $unit --threshold=16 --no-pager
check "no warnings in the journal so far" \
    journal_is_quiet "^Reload failed\|no contacts: it needs CAP_NET_RAW"

# What may befall it.

uplink_unplugged () {
    ip link del up0
    wait_until sh -c "systemctl show -P StatusText $unit | grep 'up0'"
    equal "state of the unit" active "$(systemctl is-active $unit)"
    ip link add up0 type veth peer name up1
    ip link set up1 up
    wait_until is_ready
    asks 1 tcp 192.168.2.5 192.168.2.77 1000 10.10.5.77
    journal_is_quiet "up0 is missing: "
}

# The one time that a connection to Open vSwitch may break.
openvswitch_restarted () {
    start_steady
    start_asking
    trap 'kill $steady_pid $asking 2>/dev/null' EXIT
    pid=$(main_pid)
    systemctl restart openvswitch-switch
    wait_until is_ready
    asks 2 tcp 192.168.2.9 192.168.2.77 1000 10.10.9.77
    end_asking
    end_steady
    equal "process" "$pid" "$(main_pid)"
    broken="connection\|receive error\|send error: Broken pipe"
    journal_is_quiet "copro0.mgmt: connection\|db.sock: \($broken\)"
}

killed () {
    start_steady
    pid=$(main_pid)
    systemctl kill -s KILL $unit
    wait_until replaced "$pid"
    end_steady_without_loss
}

# For the watchdog, half a minute.
hung () {
    start_steady
    pid=$(main_pid)
    kill -STOP "$pid"
    wait_until replaced "$pid"
    end_steady_without_loss
}

second_instance () {
    ip link add up8 type veth peer name up9
    sed -e 's/^uplink = .*/uplink = up8/' -e 's/^#name = .*/name = copro1/' \
        -e 's/^#fake-port = .*/fake-port = fake1/' \
        -e 's|^#fake-address = .*|fake-address = 10.11.0.1/16|' $conf \
        >/etc/pipette-agent/second.conf
    systemctl start pipette-agent@second
    wait_until second_is_ready
    is_ready
    asks 1 tcp 192.168.2.5 192.168.2.77 1000 10.10.5.77
    systemctl stop pipette-agent@second
    pipette-agent --config /etc/pipette-agent/second.conf --remove
    rm /etc/pipette-agent/second.conf
    ip link del up8
    is_ready
}

upgraded () {
    start_steady
    pid=$(main_pid)
    apt_get install "$here/pipette-agent-newer.deb"
    wait_until replaced "$pid"
    end_steady_without_loss
    dpkg-query -W pipette-agent | grep newer
    grep -x 'uplink = up0' $conf
}

check "no fake address on the uplink so far" uplink_is_clean
check "the uplink is unplugged and plugged" uplink_unplugged
watch_uplink
check "Open vSwitch is restarted: service and connection go on" \
    openvswitch_restarted
check "claims: none, nobody answers" unclaimed
check "the agent is killed: no packet is lost" killed
check "the agent hangs: the watchdog has it replaced, no packet is lost" hung
check "a second instance beside the first" second_instance
check "the package is upgraded: no packet is lost" upgraded
check "the wall had no work, and the management network was silent" \
    nothing_elsewhere

# The walls of test/walls.at, in the kernel.  Nobody but the test answers, and
# the far end of the uplink is for it alone.
walls () {
    systemctl stop services
    iptables -I OUTPUT -p icmp --icmp-type destination-unreachable -j DROP
    set_key protocols tcp,udp
    systemctl reload $unit
    ovs-vsctl del-br sw0
    ip link add other0 type veth peer name other1
    ip link set other0 up
    ip link set other1 up
    ovs-vsctl add-port copro0 other0
    trap 'ovs-vsctl del-port other0; . $here/lab-switch.sh' EXIT
    ip link set copro0 up
    wait_until is_ready
    $here/walls.py any up1 ovsfake0 other1 copro0 >$results/walls || :
    iptables -D OUTPUT -p icmp --icmp-type destination-unreachable -j DROP
    # The kernel does not compare the length that IP has with the frame's, so
    # where a sound packet got through, this one does, too.
    sed -i '/^from .*: IP length beyond the frame, /d' $results/walls
    equal "frames" "\
uplink: 102 to drop, 11 to pass
fake: 84 to drop, 6 to pass
foreign: 6 to drop, 0 to pass
local: 6 to drop, 0 to pass" "$(cat $results/walls)"
}

check "the walls of a known subnet hold in the kernel, too" walls
. $here/ipv6.sh
systemctl start services
check "dual stack: a reload, addresses of IPv6 are claimed" dual_stack
check "dual stack: TCP in the kernel, UDP, fragments, ping" ipv6_served
check "dual stack: a host of IPv6 takes a claimed address" ipv6_host_comes
# What was done to it since Open vSwitch was restarted: two ends by force.
expected="status=9/KILL\|status=6/ABRT\|'signal'\|'watchdog'"
expected="$expected\|: Watchdog timeout "
check "no unexpected warnings in the journal" journal_is_quiet "$expected"
end_container
