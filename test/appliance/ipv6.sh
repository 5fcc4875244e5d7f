# SPDX-License-Identifier: Apache-2.0
#
# At the end of the first boot the appliance becomes dual stack, and still is so
# in the second one: some addresses of fc01::/96 are claimed.

neighbours=$here/neighbours.py

# The services of IPv6, and the clients' addresses, which no boot keeps.
start_ipv6 () {
    add_ipv6 client1 fc01::5/64
    add_ipv6 client2 fc01::9/64 fc02::5/128
    ip -n client2 route add fc01::71/128 dev eth0 src fc02::5
    systemd-run --quiet --unit services6 -p Restart=always -p RestartSec=1 \
        $peer serve fc04::1 7
    wait_until sh -c "systemctl status services6 | grep ready"
}

dual_stack () {
    cat >$conf <<END
[bridge]
uplink = up0
[network lab]
vlan = 2
real-subnet = 192.168.2.0/24
protocols = tcp,udp,icmp
[network lab6]
vlan = 2
fake-address = fc04::1/64
real-subnet = fc01::/96
protocols = tcp,udp,icmp
claim = fc01::70-fc01::7f
END
    systemctl reload $unit
    wait_until is_claimed
    is_ready
    start_ipv6
}

# All of them.
is_claimed () {
    agentctl claims lab6 | grep 'fc01::70-fc01::7f: dark'
}

# Nobody but the agent says where the addresses are: the kernel's datapath
# cannot write such an answer.
ipv6_served () {
    agentctl status | grep 'neighbour discovery: by the agent'
    asks 1 tcp fc01::5 fc01::77 300000 fc04::5:0:77
    in_kernel 'eth_type(0x86dd).*proto=6'
    asks 1 udp fc01::5 fc01::78 1400 fc04::5:0:78
    asks 1 udp fc01::5 fc01::79 20000 fc04::5:0:79
    asks 2 tcp fc02::5 fc01::71 300000 fc02::5
    client 1 $peer ping fc01::5 fc01::7a 100
    ip -n client1 neigh show fc01::77 | grep 'lladdr 0e:70:69:00:00:77'
    asks 1 tcp 192.168.2.5 192.168.2.77 1000 10.10.5.77
}

# Linux's own duplicate address detection: nobody answers it, the host has what
# it took.
ipv6_host_comes () {
    ip -n client2 addr add fc01::7b/64 dev eth0
    wait_until sh -c "ip -n client2 addr show dev eth0 to fc01::7b |
        grep -v -e tentative -e dadfailed | grep fc01::7b"
    equal "who answers" "fc01::7b 02:00:00:00:00:09 overrides
fc01::7c 0e:70:69" "$(client 1 $neighbours ask eth0 fc01::5 fc01::7b-7c 1)"
}
