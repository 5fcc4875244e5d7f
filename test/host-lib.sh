# SPDX-License-Identifier: Apache-2.0
#
# What tests of the host around the services (system-host.at) have in common.

start_all () {
    start_agent --real-subnet 192.168.2.0/24
    wait_until is_ready
    start_services
}

restart_agent () {
    if test -e /run/openvswitch/pipette-agent.pid; then
        agentctl exit
        wait_until not test -e /run/openvswitch/pipette-agent.pid
    fi
    start_agent --real-subnet 192.168.2.0/24
    wait_until is_ready
}

# own_copy DIR: changes to it are this sandbox's.
own_copy () {
    cp -a "$1" "$SANDBOX/own-${1##*/}"
    mount --bind "$SANDBOX/own-${1##*/}" "$1"
}

# find_firewalld: the installed one, or what ./bootstrap has unpacked, with the
# link that installation would make.
find_firewalld () {
    if test ! -x /usr/sbin/firewalld; then
        test -e ../../../unpacked/firewalld || return 1
        find_firewalld_dir=$(realpath ../../../unpacked)
        find_firewalld_policy=usr/share/polkit-1/actions/org.fedoraproject.FirewallD1
        mkdir -p "$SANDBOX/${find_firewalld_policy%/*}" "$SANDBOX/etc"
        cp "$find_firewalld_dir/$find_firewalld_policy.server.policy.choice" \
            "$SANDBOX/$find_firewalld_policy.policy"
        for find_firewalld_part in etc usr; do
            mount -t overlay overlay /$find_firewalld_part -o \
                "lowerdir=$SANDBOX/$find_firewalld_part:$find_firewalld_dir/$find_firewalld_part:/$find_firewalld_part"
        done
    fi
}

# recipe COMMAND: what README.Debian says to do with it.
recipe () {
    recipe_lines=$(sed -n "s/^    \\($1 .*\\)/\\1/p" \
        "$here/../debian/README.Debian" | grep 'ovsfake0\|reload$')
    test -n "$recipe_lines"
    eval "$recipe_lines"
}

# has_hint BEGINNING
has_hint () {
    agentctl status | grep -F "  hint: $1"
}

# counts_input: the agent has counters before and behind the host's firewall.
counts_input () {
    nft list table inet pipette-copro0 | grep 'counter come'
}

# ask_for_hint BEGINNING: a client asks for some seconds, in which it sends
# three packets; if it is refused, it is one at once.
ask_for_hint () {
    client 1 timeout 5 $peer tcp 192.168.2.5 192.168.2.77 7 1000 ||
        has_hint "$1"
}

# put_hint BEGINNING: asks in vain until there is that hint, and prints it, with
# N for the number of packets.
put_hint () {
    wait_until ask_for_hint "$1"
    put_hints
}

put_hints () {
    agentctl status | sed -n 's/[0-9][0-9]* packets/N packets/; s/^  hint: //p'
}

# put_hint_of_firewall: once the host's firewall is seen.
put_hint_of_firewall () {
    wait_until counts_input
    put_hint 'a host firewall'
}

answers () {
    client 1 $peer tcp 192.168.2.5 192.168.2.77 7 1000
    client 1 $peer udp 192.168.2.5 192.168.2.78 7 1000
}

# gro [INTERFACE]: "on" or "off".
gro () {
    ethtool -k "${1:-up0}" | sed -n 's/^generic-receive-offload: //p'
}

# gro_is STATE [INTERFACE]
gro_is () {
    test "$(gro "$2")" = "$1"
}

# run_networkd: systemd-networkd configures the interface other, with what udev
# would tell it of the interfaces, and ends.
run_networkd () {
    mkdir -p /run/udev/data /run/systemd/network
    for run_networkd_device in /sys/class/net/*/ifindex; do
        echo I:1 >"/run/udev/data/n$(cat "$run_networkd_device")"
    done
    printf '%s\n' '[Match]' Name=other '[Network]' LinkLocalAddressing=no \
        IPv6AcceptRA=no Address=198.51.100.1/24 \
        >/run/systemd/network/10-other.network
    start_monitor rule
    start_to "$SANDBOX/networkd.log" "$networkd"
    run_networkd_pid=$!
    wait_until has_configured_other
    kill $run_networkd_pid
    wait $run_networkd_pid || :
    ip addr flush dev other
}

# Rules are removed before addresses are added.
has_configured_other () {
    ip -o addr show dev other | grep 'inet 198.51.100.1/24'
}
