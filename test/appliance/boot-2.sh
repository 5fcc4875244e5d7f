# SPDX-License-Identifier: Apache-2.0
#
# The second boot: all is back, with nobody's help, until it is purged.

need "Debian is up again, and nothing has failed" \
    systemctl is-system-running --wait
check "after the reboot: READY by itself" wait_until is_ready
need "after the reboot: the services, too" services_listen
check "after the reboot: TCP" \
    asks 1 tcp 192.168.2.5 192.168.2.77 300000 10.10.5.77
check "after the reboot: UDP of a routed client" \
    asks 2 udp 172.16.8.5 192.168.2.78 1400 172.16.8.5
. $here/ipv6.sh
check "after the reboot: dual stack" start_ipv6
check "after the reboot: IPv6" ipv6_served
. $here/dropin.sh
removed () {
    apt_get remove pipette-agent
    none "processes" "$(pgrep pipette-agent)"
    asks 1 tcp 192.168.2.5 192.168.2.78 1000 10.10.5.78
}

purged () {
    apt_get purge pipette-agent
    systemctl stop services services6
    # The kernel makes the link-local address anew with the next link-up.
    ip link set up0 down
    ip link set up0 up
    wait_until as_before || { cat $results/before-after.diff; return 1; }
}

as_before () {
    machine_state >$results/after
    diff /root/before $results/after >$results/before-after.diff
}

check "the package is removed: the bridge works on" removed
check "the package is purged: the system is as it was before" purged
check "no warnings in the journal of this boot" journal_is_quiet
cp /root/before $results
