# SPDX-License-Identifier: Apache-2.0
#
# Several networks, for scripts in the sandbox.

# network NAME VLAN FAKE-NET [LINE]...: its section, with the fake address
# 10.FAKE-NET.0.1.  network6: of IPv6, with fc04:FAKE-NET::1.
network () {
    network_name=$1 network_vlan=$2 network_fake=$3
    shift 3
    section "$network_name" "$network_vlan" "10.$network_fake.0.1/16" \
        192.168.2.0/24 "$@"
}

network6 () {
    network_name=$1 network_vlan=$2 network_fake=$3
    shift 3
    section "$network_name" "$network_vlan" "fc04:$network_fake::1/64" \
        fc01::/96 "$@"
}

# section NAME VLAN FAKE-ADDRESS REAL-SUBNET [LINE]...
section () {
    printf '%s\n' "[network $1]" "vlan = $2" "fake-address = $3" \
        "real-subnet = $4"
    shift 4
    printf '%s\n' "$@"
}

# configure SECTIONS...: writes the configuration.
configure () {
    printf '%s\n' '[bridge]' 'uplink = up0' 'datapath-type = netdev' "$@" \
        >"$SANDBOX/agent.conf"
}

start_networks () {
    configure "$@"
    start_agent --config "$SANDBOX/agent.conf"
    wait_until is_ready
}

reload_networks () {
    configure "$@"
    agentctl reload >/dev/null
    wait_until is_ready
}

# put_on_vlans: clients 1 to 3 are on VLANs 2 to 4, all with one address.
put_on_vlans () {
    add_client client3 192.168.2.13 02:00:00:00:00:0d
    ovs-vsctl set port $up1 trunks=2,3,4 -- set port sw-client2 tag=3 \
        -- add-port sw0 sw-client3 tag=4
    for ns in client2 client3; do
        ip -n $ns addr add 192.168.2.5/24 dev eth0
        test "$ip_family" = -4 || add_ipv6 $ns fc01::5/64
    done
}

# lost NAME: ends a conversation, and prints how many UDP answers were lost.
lost () {
    eval "kill \$talk_$1; wait \$talk_$1"
    sed -n 's/.* \([0-9]*\) of [0-9]* lost.*/\1/p' "$SANDBOX/talk-$1"
}
