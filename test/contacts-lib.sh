# SPDX-License-Identifier: Apache-2.0
#
# Contacts, for scripts in the sandbox.

contact_log=$SANDBOX/contacts.json

# start_contacts [OPTION]...
start_contacts () {
    start_agent --real-subnet 192.168.2.0/24 --protocols tcp,udp,icmp \
        --contact-log "$contact_log" "$@"
    wait_until is_ready
    wait_until is_listening
}

is_listening () {
    agentctl status | grep -q '^  contacts: listening'
}

# contacts COUNT: the records, a line each, once there are so many.
contacts () {
    wait_until has_records "$1"
    jq -r '"\(.event.type[1]) \(.network.transport // .network.type) " +
        "\(.source.ip) (\(.source.nat.ip)) -> " +
        "\(.destination.ip):\(.destination.port // "") " +
        "\(.event.outcome) x\(.pipette.attempts)"' "$contact_log" | sort
}

has_records () {
    test "$(wc -l <"$contact_log")" -ge "$1"
}

# missed: frames that the tap had no room for.
missed () {
    agentctl status | sed -n 's/^  contacts: .* \([0-9]*\) missed.*/\1/p'
}

has_missed () {
    test "$(missed)" -gt 0
}

# has_shown COUNT: frames, at least.
has_shown () {
    test "$(agentctl coverage/read-counter tap_frame)" -ge "$1"
}
