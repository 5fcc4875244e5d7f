# SPDX-License-Identifier: Apache-2.0
#
# In the first boot: some addresses of the known subnet are claimed.  A host
# has one of them, another comes.

neighbours=$here/neighbours.py
host_mac=02:00:00:00:00:09
asked=$results/asked

# asks_arp ADDRESSES SECONDS: who answers client 1.
asks_arp () {
    client 1 $neighbours ask eth0 192.168.2.5 "$@"
}

# note: adds to a file who answers for these, of which .99 and .101 are dark.
note () {
    asks_arp 192.168.2.99-102 0.2 >>$asked
}

# For wait_until.
switch_answers () {
    note
    tail -n 4 $asked | grep '^192.168.2.99[- ].*0e:70:69$'
}

# hosts_are_alone LINE...: nobody but the hosts and these has ever answered
# for their addresses.
hosts_are_alone () {
    printf '%s\n' "$@" "192.168.2.99 0e:70:69" "192.168.2.100 $host_mac" |
        sort >$asked.expected
    sort -u $asked | diff $asked.expected -
}

probes () {
    grep -c "^request 0.0.0.0 $1 " $results/probes || :
}

# In a VLAN that is tagged on the uplink.
claimed () {
    ip -n client2 addr add 192.168.2.100/24 dev eth0
    start_to $results/probes \
        ip netns exec client2 $neighbours watch eth0 0e:70:69
    trap "kill $!" EXIT
    wait_until grep -q ready $results/probes
    set_key claim 192.168.2.96/27
    set_key exclude 192.168.2.126
    systemctl reload $unit
    : >$asked
    wait_until switch_answers
    hosts_are_alone "192.168.2.101-102 0e:70:69"
    equal "probes" "3 0" "$(probes 192.168.2.99) $(probes 192.168.2.126)"
    equal "who answers" "\
192.168.2.96-99 0e:70:69
192.168.2.100 $host_mac
192.168.2.101-125 0e:70:69
192.168.2.127 0e:70:69" "$(asks_arp 192.168.2.90-140 1)"
}

# Whom the client finds by ARP.
reached () {
    ip -n client1 neigh del 192.168.2.101 dev eth0
    asks 1 tcp 192.168.2.5 192.168.2.101 300000 10.10.5.101
    in_kernel
    client 1 $peer ping 192.168.2.5 192.168.2.101 100
    ip -n client1 neigh show 192.168.2.101 | grep 'lladdr 0e:70:69:a8:02:65'
}

# Its first frame is its probe.
host_comes () {
    equal "what it finds" free \
        "$(client 2 $neighbours probe eth0 192.168.2.102)"
    equal "who answers" "192.168.2.101 0e:70:69
192.168.2.103 0e:70:69" "$(asks_arp 192.168.2.101-103 1)"
    ip -n client2 addr add 192.168.2.102/24 dev eth0
    equal "who answers" "192.168.2.102 $host_mac" \
        "$(asks_arp 192.168.2.102 1)"
}

# start_asking, end_asking: all the while.  A killed loop would leave its last
# request behind, and who asks next would hear its answers, too.
start_asking () {
    : >$asked
    touch $asked.on
    while [ -e $asked.on ]; do
        note
    done &
    asking=$!
}

end_asking () {
    rm $asked.on
    wait $asking
    # What was answered before, does not count.
    mv $asked $asked.before
    wait_until switch_answers
    cat $asked.before >>$asked
    hosts_are_alone "192.168.2.101 0e:70:69" "192.168.2.102 $host_mac"
}

# Of what is claimed.
unclaimed () {
    for key in claim exclude; do
        sed -i "s/^$key = /#&/" $conf
    done
    systemctl reload $unit
    wait_until is_ready
    none "who answers" "$(asks_arp 192.168.2.101 1)"
    ip -n client2 addr del 192.168.2.100/24 dev eth0
    ip -n client2 addr del 192.168.2.102/24 dev eth0
}

check "claims: asked for first, then answered, but for hosts" claimed
check "claims: TCP in the kernel, ping" reached
check "claims: a host that comes has its address" host_comes
