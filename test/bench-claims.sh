# SPDX-License-Identifier: Apache-2.0
#
# The benchmark of claimed addresses, beside farpd(8) on the same link, if that
# is installed (its package is none of ours to install: it may start a daemon
# that answers for all addresses of the machine's own network).

CLAIMS_SECONDS=5
CLAIMS_RATE=50000
CLAIMS_SOLICITATIONS=12000
CLAIMS_HOSTS=192.168.2.100-149
: "${CLAIMS_CHURN_SECONDS:=60}"

# scan: what nmap says of the subnet, "254 hosts up) scanned in 1.3 seconds".
scan () {
    client 1 nmap -n -sn 192.168.2.0/24 | sed -n 's/^Nmap done: .*(//p'
}

# scan_field FIELD FILE
scan_field () {
    if test "$1" = hosts; then
        sed 's/ hosts up.*//' "$2"
    else
        sed 's/.*scanned in \([0-9.]*\) .*/\1/' "$2"
    fi
}

# answered COMMAND...: requests a second, by an interface of this command's;
# those of the family of "asker".
answered () {
    "$@" $asker $claims_asked $CLAIMS_SECONDS $claims_rate |
        sed 's/.*answers, \([0-9]*\) a second/\1/'
}

answered_client () {
    answered client 1 $neighbours rate eth0
}

bench_claims_peer () {
    : >"$SANDBOX/scan-peer"
    peer_rate=
    if command -v farpd >/dev/null; then
        add_host honey 192.168.2.200 02:00:00:00:00:c8
        start_to "$SANDBOX/farpd.log" ip netns exec honey \
            farpd -d -i eth0 192.168.2.0/24
        farpd=$!
        sleep 1
        scan >"$SANDBOX/scan-peer"
        peer_rate=$(answered_client)
        kill $farpd
        ip link del sw-honey
        ovs-vsctl --if-exists del-port sw0 sw-honey
    fi
}

# bench_solicitations: the last, as it leaves IPv4.
bench_solicitations () {
    end_agent
    remove_switch
    claim_ipv6
    claims_asked=fc01::96-f9 claims_rate=$CLAIMS_SOLICITATIONS
    start_claims
    wait_until all_asked
    nd_rate=$(answered $neighbours rate up1.2)
    end_agent
}

bench_claims () {
    . "$here/claims-lib.sh"
    claims_asked=192.168.2.150-249 claims_rate=$CLAIMS_RATE
    start_claims
    wait_until all_asked
    # The switch, a bridge of the same ovs-vswitchd, takes no part.
    wire_rate=$(answered $neighbours rate up1.2)
    end_agent
    make_switch
    bench_claims_peer
    start_claims
    wait_until all_asked
    scan >"$SANDBOX/scan-own"
    own_rate=$(answered_client)
    $neighbours take eth0 client1 client2 192.168.2.5 $CLAIMS_HOSTS \
        >"$SANDBOX/take" 2>"$SANDBOX/take-last"
    end_agent
    start_claims --claim-hold 60
    $neighbours churn eth0 client1 client2 192.168.2.5 192.168.2.10-249 \
        "$CLAIMS_CHURN_SECONDS" >"$SANDBOX/churn"
    bench_solicitations

    table_head "" claims farpd "" ratio "" goal
    own_row "dark addresses, of 256, that nmap -sn sees" \
        "$(scan_field hosts "$SANDBOX/scan-own")" \
        "$(scan_field hosts "$SANDBOX/scan-peer")" "254"
    own_row "    in so many seconds" \
        "$(scan_field seconds "$SANDBOX/scan-own")" \
        "$(scan_field seconds "$SANDBOX/scan-peer")" "< 3"
    own_row "ARP requests answered a second, of $CLAIMS_RATE" "$wire_rate" \
        "" ">= 20000"
    own_row "    with a switch of the same Open vSwitch between" \
        "$own_rate" "$peer_rate" ""
    own_row "neighbour solicitations answered a second" "$nd_rate" \
        "" "$CLAIMS_SOLICITATIONS"
    own_row "hosts that come: answers 50 ms later, of 50" \
        "$(sed 's/ of.*//' "$SANDBOX/take")" "" "0"
    own_row "    last answer after the first frame, ms" \
        "$(sed 's/.*after \(.*\) ms/\1/' "$SANDBOX/take-last")" "" ""
    own_row "hosts come and go for $CLAIMS_CHURN_SECONDS s: wrong answers" \
        "$(sed 's/.*, \([0-9]*\) wrong.*/\1/' "$SANDBOX/churn")" "" "0"
}
