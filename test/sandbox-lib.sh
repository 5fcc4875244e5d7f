# SPDX-License-Identifier: Apache-2.0
#
# What scripts in a sandbox (see there) can call.

peer=$here/peer.py
: "${PIPETTE_AGENT:=pipette-agent}"

quiet () {
    "$@" >/dev/null 2>&1
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

start_openvswitch () {
    ovsdb-tool create "$SANDBOX/conf.db" \
        /usr/share/openvswitch/vswitch.ovsschema
    start_ovsdb_server
    ovs-vsctl --no-wait init
    start_ovs_vswitchd
}

# The real network: the switch and its clients.

# add_client NAME ADDRESS MAC
add_client () {
    ip netns add "$1"
    ip link add "sw-$1" type veth peer name eth0 netns "$1"
    ip link set "sw-$1" up
    # The userspace datapath needs the checksums that the kernel would leave
    # to a network card.
    ip netns exec "$1" ethtool -K eth0 tx off >/dev/null
    ip -n "$1" link set lo up
    ip -n "$1" link set eth0 address "$3"
    ip -n "$1" addr add "$2/24" dev eth0
    ip -n "$1" link set eth0 up
    ovs-vsctl add-port sw0 "sw-$1" tag=2
    for i in $(seq 254); do
        echo "neigh replace 192.168.2.$i lladdr $(target_mac $i)" \
            "dev eth0 nud permanent"
    done | ip -n "$1" -batch -
}

# target_mac BYTE: the MAC address of 192.168.2.BYTE, as clients have it.
target_mac () {
    printf '0e:00:c0:a8:02:%02x' "$1"
}

make_real_network () {
    ip link set lo up
    ip link add up0 type veth peer name up1
    ip link set up1 up
    ovs-vsctl add-br sw0 -- set bridge sw0 datapath_type=netdev \
        -- add-port sw0 up1 trunks=2
    add_client client1 192.168.2.5 02:00:00:00:00:05
    add_client client2 192.168.2.9 02:00:00:00:00:09
}

# client NUMBER COMMAND...: runs it as that client.
client () {
    client_ns=client$1
    shift
    ip netns exec "$client_ns" "$@"
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

is_ready () {
    ! agentctl status | grep -v ': right since '
}

# no_advertised: nothing on the uplink came from a router advertisement.
no_advertised () {
    ! ip -6 -o addr show dev up0 | grep dynamic
    ! ip -6 route show dev up0 | grep -e 'proto ra' -e '^2001:db8::/64'
}

# start_services: TCP and UDP echo on port 7 of the fake address.
start_services () {
    "$peer" serve 10.10.0.1 7 >"$SANDBOX/serve.log" 2>&1 &
    wait_until grep -q ready "$SANDBOX/serve.log"
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
