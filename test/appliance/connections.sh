# SPDX-License-Identifier: Apache-2.0
#
# In the first boot: the kernel's connection tracking of routed clients.

# Which target, at once, without contacts.
target_looked_up () {
    client 2 $peer udp 172.16.8.5:1000 192.168.2.85 7 100
    pipettectl lookup udp 172.16.8.5 1000 --port 7 --format csv |
        grep 'udp,172.16.8.5,1000,192.168.2.85,7,.*connections'
}

# limit_is LIMIT: as soon as the agent has looked.
limit_is () {
    agentctl status
    ovs-appctl dpctl/ct-get-limits system@ovs-system zone=28674 |
        grep "^zone=28674,limit=$1,"
}

# A client that nobody has, so that its connections stay half open.  Refused
# ones would not count.  Others, of before, end meanwhile, and make room.
flooded () {
    client 1 $here/ct-flood.py eth0 172.16.9.77 3000 1000
    agentctl status | grep 'connections of routed clients: 500 of 500, full'
}

# The kernel's own limit is near.
connections_bounded () {
    max=$(sysctl -n net.netfilter.nf_conntrack_max)
    trap 'sysctl -w net.netfilter.nf_conntrack_max=$max' EXIT
    wait_until limit_is $((max / 4 < 262144 ? max / 4 : 262144))
    sysctl -w net.netfilter.nf_conntrack_max=2000
    wait_until limit_is 500
    wait_until flooded
    ovs-appctl dpctl/ct-get-limits system@ovs-system zone=28674
    tracked=$(sysctl -n net.netfilter.nf_conntrack_count)
    echo "$tracked connections in the kernel"
    test "$tracked" -lt 1500
    asks 1 tcp 192.168.2.5 192.168.2.86 1000 10.10.5.86
    sysctl -w net.netfilter.nf_conntrack_max="$max"
    ovs-appctl dpctl/flush-conntrack zone=28674
    asks 2 udp 172.16.8.5 192.168.2.86 1400 172.16.8.5
}

check "known subnet: which target a routed client asked for" target_looked_up
check "known subnet: a flood of one routed client leaves the host its own" \
    connections_bounded
