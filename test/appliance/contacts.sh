# SPDX-License-Identifier: Apache-2.0
#
# In the first boot: contacts, on the kernel's datapath, by the service as it is
# packaged.

contact_log=/var/log/pipette-agent/copro0.json

# filters: how many seccomp(2) filters the agent has: it adds one if it is
# started without contacts, as the unit keeps it from capset(2).
filters () {
    sed -n 's/^Seccomp_filters:[[:space:]]*//p' "/proc/$(main_pid)/status"
}

is_listening () {
    agentctl status | grep '^  contacts: listening'
}

# recorded PROTOCOL CLIENT TARGET SEEN-AS OUTCOME: once, in VLAN 2.
recorded () {
    python3 - "$contact_log" "$@" <<'END'
import json, sys
found = []
with open(sys.argv[1]) as log:
    for line in log:
        r = json.loads(line)
        if r["event"]["type"][1] == "start":
            found.append([r["network"].get("transport", "arp"),
                          r["source"]["ip"], r["destination"]["ip"],
                          r["source"].get("nat", {}).get("ip", "-"),
                          r["event"]["outcome"], r["network"]["vlan"]["id"]])
if found.count(sys.argv[2:] + ["2"]) != 1:
    sys.exit(f"{sys.argv[2:]} is not once in {found}")
END
}

switched_on () {
    before=$(filters)
    grep -qx '\[contacts\]' $conf || echo '[contacts]' >>$conf
    sed -i "s|^\[contacts\]|&\nlog = $contact_log|" $conf
    systemctl reload $unit
    wait_until sh -c "ovs-appctl -t /run/pipette-agent/copro0.ctl status |
        grep 'contacts: .*: restart the service'"
    systemctl restart $unit
    wait_until is_ready
    wait_until is_listening
    equal "filters" $((before - 1)) "$(filters)"
}

# What the kernel alone forwards, both ways: in clients' words and answers.
contacts_seen () {
    asks 1 tcp 192.168.2.5 192.168.2.110 300000 10.10.5.110
    asks 2 udp 172.16.8.5 192.168.2.111 1400 172.16.8.5
    client 1 $peer ping 172.16.9.5 192.168.2.112 4000
    not client 1 $peer tcp 192.168.2.5 192.168.2.113 9 10
    asks_arp 192.168.2.114 0.2
    wait_until recorded tcp 192.168.2.5 192.168.2.110 10.10.5.110 success
    wait_until recorded udp 172.16.8.5 192.168.2.111 172.16.8.5 success
    wait_until recorded icmp 172.16.9.5 192.168.2.112 172.16.9.5 success
    wait_until recorded tcp 192.168.2.5 192.168.2.113 10.10.5.113 failure
    wait_until recorded arp 192.168.2.5 192.168.2.114 - success
    equal "whose log it is" "root root 600 750" \
        "$(stat -c '%U %G %a' $contact_log) $(stat -c %a /var/log/pipette-agent)"
    cp $contact_log $results/contacts.json
}

switched_off () {
    sed -i '/^log = /d' $conf
    systemctl restart $unit
    wait_until is_ready
    none "status" "$(agentctl status | grep contacts:)"
}

check "contacts: a reload says what they need, a restart has them on" \
    switched_on
check "contacts: in the kernel's datapath, asked and answered" contacts_seen
check "contacts: off" switched_off
