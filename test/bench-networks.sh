# SPDX-License-Identifier: Apache-2.0
#
# The benchmark of many networks on one bridge.

NETWORKS=200
NETWORKS_ROUNDS=15

# networks COUNT: a configuration.  Each network has a VLAN, a fake prefix and
# a real subnet of its own, on one fake port.
networks () {
    awk -v n="$1" 'BEGIN {
        for (i = 1; i <= n; i++) {
            printf "[network net%d]\nvlan = %d\n", i, i + 1
            printf "fake-address = 10.%d.0.1/16\n", i
            printf "real-subnet = 172.16.%d.0/24\n", i
        }
    }'
}

# rss_mb COUNT: of an agent with so many.
rss_mb () {
    start_agent --config "$SANDBOX/$1.conf"
    wait_until is_ready
    awk '/VmRSS/ { printf "%.1f", $2 / 1024 }' \
        "/proc/$(cat /run/openvswitch/pipette-agent.pid)/status"
    end_agent
}

bench_networks () {
    for count in 1 $NETWORKS; do
        networks $count >"$SANDBOX/$count.conf"
    done
    for round in $(seq $NETWORKS_ROUNDS); do
        for count in 1 $NETWORKS; do
            time_us "$SANDBOX/networks-$count" agent \
                --config "$SANDBOX/$count.conf" --once -vconsole:off \
                -vsyslog:off
            agent --config "$SANDBOX/$count.conf" --remove -vconsole:off \
                >/dev/null
        done
    done
    one=$(median <"$SANDBOX/networks-1")
    many=$(median <"$SANDBOX/networks-$NETWORKS")

    table_head "" $NETWORKS one "" ratio "" goal
    own_row "networks, from nothing to installed, ms" \
        "$(ratio "$many" 1000)" "$(ratio "$one" 1000)" "<= 10"
    own_row "networks, resident memory, MB" "$(rss_mb $NETWORKS)" \
        "$(rss_mb 1)" "< 16 MB"
}
