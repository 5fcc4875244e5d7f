# SPDX-License-Identifier: Apache-2.0
#
# Contacts, for scripts in the sandbox.

contact_log=$SANDBOX/contacts.json

# start_contacts [OPTION]...: of the family that sandbox-lib.sh is about.
start_contacts () {
    start_agent $plan --protocols tcp,udp,icmp --contact-log "$contact_log" \
        "$@"
    wait_until is_tapping
}

# is_tapping: what is sent from now on is recorded.
is_tapping () {
    is_ready && is_listening
}

is_listening () {
    agentctl status | grep -q '^  contacts: listening'
}

# contacts COUNT: the records, a line each, once there are so many.
contacts () {
    wait_until has_records "$1"
    jq -r '.network as $net |
        "\(.event.type[1]) " +
        "\($net.protocol // $net.transport // $net.type) " +
        "\(.source.ip) (\(.source.nat.ip)) -> " +
        "\(.destination.ip):\(.destination.port // "") " +
        "\(.event.outcome) x\(.pipette.attempts)"' "$contact_log" | sort
}

# detailed COUNT: the same, with where they came in, and what answered.
detailed () {
    wait_until has_records "$1"
    jq -r '"\(.network.name // "-")/\(.network.vlan.id // "-") " +
        "\(.network.transport // .network.type) " +
        "\(.source.ip) (\(.source.nat.ip // "-")) -> " +
        "\(.destination.ip):\(.destination.port // "") " +
        "(\(.destination.nat.ip // "-")) " +
        "\(.pipette.answer) x\(.pipette.attempts)"' "$contact_log" | sort
}

# is_whole FILE...: each line is a record.
is_whole () {
    ! cat "$@" | jq -R 'fromjson? // "broken" | select(. == "broken")' |
        grep -q .
}

# pairs_in FILE...: how many different pairs of target and port there are.
pairs_in () {
    cat "$@" | jq -r '"\(.destination.ip) \(.destination.port)"' | sort -u |
        wc -l
}

# send FRAME...: frames into the uplink, whatever the switch is like.
send () {
    "$here/send-frames.py" $up1 "$@" >"$SANDBOX/sent"
}

# send_last: a contact behind all others.
send_last () {
    send src=192.168.2.250,dport=65000
    wait_until grep -q '"port":65000' "$contact_log"
}

# counted WORDS: the number in front of them in the status.
counted () {
    agentctl status | sed -n "s/^  contacts: .*, \\([0-9]*\\) $1.*/\\1/p"
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

# start_journald: the real one, in the sandbox, with /dev/log; what the kernel
# logs and audits is not its business.  Without one, the test is skipped.
start_journald () {
    test -x /lib/systemd/systemd-journald || exit 77
    mkdir -p /run/systemd/journal /run/systemd/journald.conf.d /run/log/journal
    printf '[Journal]\nStorage=volatile\nAudit=\nReadKMsg=no\n' \
        >/run/systemd/journald.conf.d/sandbox.conf
    # The sandbox's /sys is without it.
    mount -t cgroup2 cgroup2 /sys/fs/cgroup || exit 77
    mkdir /run/dev
    mount --rbind /dev /run/dev
    mount -t tmpfs tmpfs /dev
    ln -s /run/dev/* /dev/
    ln -sf /run/systemd/journal/dev-log /dev/log
    /lib/systemd/systemd-journald >"$SANDBOX/journald.log" 2>&1 &
    wait_until test -S /run/systemd/journal/dev-log
}

# journal_of MATCH...: the messages, a line each.
journal_of () {
    journalctl --directory=/run/log/journal --quiet -o cat "$@"
}

# journal_has COUNT MATCH...
journal_has () {
    journal_count=$1
    shift
    test "$(journal_of "$@" | wc -l)" -ge "$journal_count"
}
