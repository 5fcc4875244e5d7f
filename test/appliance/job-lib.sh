# SPDX-License-Identifier: Apache-2.0
#
# What the jobs of the emulated machine can call, besides the functions of
# test/sandbox-lib.sh.

unit=pipette-agent@copro0
conf=/etc/pipette-agent/copro0.conf
checks=0

# check NAME COMMAND...: runs it with "set -e" and says how it ended, and why
# it failed: the last thing it printed, and the log.
check () {
    check_name=$1
    shift
    checks=$((checks + 1))
    check_log=$(printf '%s/%s-%02d.log' $results "$boot" $checks)
    echo "$check_name" >"$check_log"
    if test "$(uptime_seconds)" -ge "$seconds"; then
        check_why="no time is left"
    else
        (set -ex; "$@") >>"$check_log" 2>&1
        if test $? = 0; then
            printf 'ok\t%s\n' "$check_name" >&3
            return
        fi
        check_why=$(grep -v '^+* \(return\|exit\)' "$check_log" | tail -n 1)
        switch_state >"${check_log%.log}.switch" 2>&1
    fi
    printf 'FAILED\t%s\t%s; %s\n' "$check_name" "$check_why" \
        "${check_log##*/}" >&3
    return 1
}

# need NAME COMMAND...: without it, nothing that follows makes sense.  Not with
# "||": before that, "set -e" is nothing, in what check runs, too.
need () {
    check "$@"
    test $? = 0 || end
}

uptime_seconds () {
    sed 's/\..*//' /proc/uptime
}

# wait_until COMMAND...: as in a sandbox, but a slow machine has more time.
wait_until () {
    wait_until_end=$(($(date +%s) + 60))
    until quiet "$@"; do
        if test "$(date +%s)" -ge $wait_until_end; then
            echo "waited in vain: $*" >&2
            return 1
        fi
        sleep 0.3
    done
}

# equal WHAT EXPECTED FOUND
equal () {
    test "$2" = "$3" || { echo "$1: expected '$2', found '$3'"; return 1; }
}

# none WHAT TEXT: the text must be empty.
none () {
    test -z "$2" || { echo "$1: $2"; return 1; }
}

# Packets, on all interfaces of the machine itself.

start_capture () {
    tcpdump -Z root -i any -s 160 -U -n -w $results/packets-$boot.pcap \
        >$results/tcpdump.log 2>&1 &
    capture=$!
}

stop_capture () {
    kill $capture
    wait $capture
}

# watch_uplink is of test/sandbox-lib.sh.  What it writes is there at once.
uplink_is_clean () {
    uplink_is_watched
    check_uplink
}

# The agent.

agentctl () {
    ovs-appctl -t /run/pipette-agent/copro0.ctl "$@"
}

main_pid () {
    systemctl show -P MainPID $unit
}

# set_key KEY VALUE: in the configuration, which has a line for each key.
set_key () {
    sed -i "s|^#*$1 = .*|$1 = $2|" $conf
    grep -qx "$1 = $2" $conf
}

# second COMMAND...: of the agent of instance "second".
second () {
    ovs-appctl -t /run/pipette-agent/second.ctl "$@"
}

second_is_ready () {
    status=$(second status) && says_ready "$status"
}

# replaced PID: another process is the agent now, and all is right.
replaced () {
    now_pid=$(main_pid)
    test "$now_pid" != 0 && test "$now_pid" != "$1" && is_ready
}

apt_get () {
    DEBIAN_FRONTEND=noninteractive apt-get -y -q \
        -o APT::Sandbox::User=root "$@"
}

# journal_is_quiet [REGEX]: since it was called last, nothing in the journal is a
# warning of the agent, or systemd's complaint about its unit, but for lines
# that match.
journal_is_quiet () {
    journalctl --sync
    none "in the journal" "$({
        warnings unit -u $unit
        warnings systemd -t systemd | grep pipette
    } | grep -v "${1:-^$}")"
}

# warnings NAME MATCH...: those of this boot that were not yet read by NAME.
warnings () {
    warnings_cursor=$results/warnings-$1
    shift
    journalctl -b -q -p warning -o cat --cursor-file=$warnings_cursor "$@"
}

# Traffic: all of it is compared by test/peer.py.

# asks CLIENT KIND SOURCE TARGET BYTES SEEN [PORT]: the service must see that
# address.
asks () {
    answer=$(client "$1" $peer "$2" "$3" "$4" "${7:-7}" "$5")
    equal "who asked" "$3 asked $4, was $6; $5 bytes each way" "$answer"
}

# start_steady [PORT]: a conversation of client 1.
start_steady () {
    ip netns exec client1 $here/steady.py 192.168.2.5 192.168.2.77 "${1:-7}" \
        >$results/steady.log 2>&1 &
    steady_pid=$!
    trap 'kill $steady_pid 2>/dev/null' EXIT
    wait_until grep -q ready $results/steady.log
}

# end_steady: fails if the connection was lost or a byte was wrong.  Prints
# what steady.py says of it all.
end_steady () {
    trap - EXIT
    kill $steady_pid
    wait $steady_pid || { tail -n 1 $results/steady.log; return 1; }
    steady=$(tail -n 1 $results/steady.log)
    echo "$steady"
}

# end_steady_without_loss: fails also if the echo of a datagram did not come.
end_steady_without_loss () {
    end_steady
    echo "$steady" | grep -q ' 0 of [0-9]* lost'
}

services_listen () {
    wait_until sh -c "systemctl status services | grep ready"
}

# Megaflows.

# megaflows [PATTERN]: those of the kernel, of the agent's bridge, of IPv4 or
# that pattern.
megaflows () {
    ovs-appctl dpctl/dump-flows -m system@ovs-system |
        grep -E 'in_port\((up0|ovsfake0)\)' | grep "${1:-eth_type(0x0800)}"
}

# in_kernel [PATTERN]: of what was just forwarded, nothing went through
# userspace, and both ways some 100,000 bytes were forwarded by one megaflow.
in_kernel () {
    megaflows "$@" >$results/megaflows
    grep 'bytes:[0-9]\{6,\}.*dp:ovs.*actions:.*ovsfake0' $results/megaflows
    grep 'bytes:[0-9]\{6,\}.*dp:ovs.*actions:.*up0' $results/megaflows
    none "by userspace" "$(grep 'userspace(' $results/megaflows)"
}

# What the system looks like, without what changes by itself.

# rows TABLE COLUMNS
rows () {
    ovs-vsctl --format=csv --columns="$2" list "$1" | sort
}

# Each link with a carrier has its link-local address, which is not tentative.
links_settled () {
    ip -o link show up |
        sed -n '/LOOPBACK/d; s/^[0-9]*: \([^:@]*\).*LOWER_UP.*/\1/p' |
        sort >$results/links-up
    ip -o -6 addr show scope link -tentative | awk '{ print $2 }' | sort -u |
        diff $results/links-up -
}

machine_state () {
    ip -o link show | sed 's/^[0-9]*: //; s/ qlen.*//; s/link-netns.*//' | sort
    ip -o -d link show up0 | grep -o 'addrgenmode [a-z0-9]*'
    ip -o addr show | sed 's/^[0-9]*: //; s/valid_lft.*//' | sort
    ip rule
    ip -4 route show table all | sort
    rows Open_vSwitch external_ids,other_config
    rows bridge name,datapath_type,fail_mode,external_ids
    rows port name,tag,trunks,vlan_mode,external_ids
    rows interface name,type,error,external_ids
    getent passwd
    getent group
    ls /run
    # Logs, lists of packages, what is ours, and what boots leave.
    find / -xdev \( -path /var/log -o -path /var/cache -o -path /tmp \
        -o -path /var/tmp -o -path /var/lib/dpkg -o -path /var/lib/apt \
        -o -path /var/lib/systemd/timers -o -path /root \) -prune -o -print |
        sort
    find /etc -xdev -type f ! -path '/etc/openvswitch/*' \
        -exec md5sum {} + | sort -k2
}
