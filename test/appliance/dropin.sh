# SPDX-License-Identifier: Apache-2.0
#
# In the second boot: the drop-in of README.Debian for a service that binds the
# fake address, which is away, with Open vSwitch, for longer than systemd would
# try by itself.

tries () {
    systemctl show -P NRestarts honeypot
}

tried () {
    test "$(tries)" -ge "$1"
}

address_is_gone () {
    not ip -o -4 addr show dev ovsfake0
}

waits_for_address () {
    trap 'systemctl stop honeypot; rm -r /etc/systemd/system/honeypot.service*
        systemctl start openvswitch-switch' EXIT
    mkdir -p /etc/systemd/system/honeypot.service.d
    printf '[Service]\nExecStart=%s serve 10.10.0.1 9\n' "$peer" \
        >/etc/systemd/system/honeypot.service
    zcat /usr/share/doc/pipette-agent/README.Debian.gz |
        sed -n '/needs a drop-in/,/^Restart= /s/^    //p' \
        >/etc/systemd/system/honeypot.service.d/override.conf
    grep -qx 'RestartSec=5' /etc/systemd/system/honeypot.service.d/override.conf
    systemctl daemon-reload
    systemctl start honeypot
    wait_until asks 1 tcp 192.168.2.5 192.168.2.87 10 10.10.5.87 9
    # The kernel's datapath, and with it the fake port, outlives Open vSwitch.
    systemctl stop openvswitch-switch
    ovs-dpctl del-dp system@ovs-system
    address_is_gone
    systemctl restart honeypot
    wait_until tried 3
    wait_until tried 6
    systemctl start openvswitch-switch
    wait_until is_ready
    wait_until asks 1 tcp 192.168.2.5 192.168.2.88 10 10.10.5.88 9
    none "failed units" "$(systemctl list-units --failed --quiet)"
    broken="connection\|receive error\|send error: Broken pipe"
    broken="copro0.mgmt: connection\|db.sock: \($broken\)"
    # The datapath is made anew, and has no ports for a moment.
    journal_is_quiet "$broken\|\(up0\|ovsfake0\) is missing: "
}

check "a service with the drop-in: Open vSwitch is away for a minute" \
    waits_for_address
