# SPDX-License-Identifier: Apache-2.0
#
# The benchmark's new pairs.

SEARCH_ROUNDS=3
SEARCH_STEPS=5

# is_sustained SET COUNT RATE: nothing is lost, once in two times.
is_sustained () {
    for try in 1 2; do
        start_set "$1"
        open_pairs "$1" "$2" "$3" try
        end_set
        test "$lost" != 0 || return 0
    done
    return 1
}

# search SET COUNT LEAST: pairs a second at which so many are opened, from
# none, and nothing is lost; between the LEAST and sixteen times that, or "0".
# Each step halves what is between, as ratios.
search () {
    search_found=0 search_exponent=0 search_width=4
    for step in $(seq $SEARCH_STEPS); do
        search_width=$(awk "BEGIN { print $search_width / 2 }")
        search_next=$(awk "BEGIN { print $search_exponent + $search_width }")
        search_rate=$(awk "BEGIN { printf \"%.0f\", $3 * 2 ^ $search_next }")
        if is_sustained "$1" "$2" "$search_rate"; then
            search_found=$search_rate search_exponent=$search_next
        fi
    done
    echo "$search_found"
}

bench_new_pairs () {
    for round in $(seq $SEARCH_ROUNDS); do
        for set in published unlimited known known6; do
            search $set 10000 2000 >>"$SANDBOX/$set.10000"
        done
    done
    for set in unlimited known; do
        search $set $ALL_PAIRS 500 >"$SANDBOX/$set.all"
    done
    row "new pairs a second, to 10,000, --max-pairs 16384" \
        "$(median <"$SANDBOX/published.10000")" \
        "$(median <"$SANDBOX/known.10000")" "" "known/published" ">= 1.00"
    row "    --max-pairs 0" \
        "$(median <"$SANDBOX/unlimited.10000")" \
        "$(median <"$SANDBOX/known.10000")" "" "known/published" ">= 1.00"
    row "new pairs a second, to 64,516, --max-pairs 0" \
        "$(cat "$SANDBOX/unlimited.all")" "$(cat "$SANDBOX/known.all")" "" \
        "known/published" ">= 1.50"
    bench_ipv6_pairs
}

# fill_rate: 10,000 new pairs, 32 at once, as fast as they are answered: how many
# a second.
fill_rate () {
    start_set published
    filled=$(preferred pairs fill published up1 0 10000 32)
    end_set
    echo "$filled" | awk '{ printf "%.0f\n", $1 / $4 }'
}

# Another agent in the same run, if $PIPETTE_BEFORE names one: how much a change
# is worth.  The file is named pipette-agent, as the pidfile is named after it,
# and its status says "in sync".
bench_new_pairs_before () {
    test "$PIPETTE_BEFORE" || return 0
    for round in $(seq $SEARCH_ROUNDS); do
        fill_rate >>"$SANDBOX/after.fill"
        (PIPETTE_AGENT=$PIPETTE_BEFORE; fill_rate) >>"$SANDBOX/before.fill"
    done
    table_head "" after before "" ratio "" goal
    own_row "10,000 new pairs, 32 at once, a second" \
        "$(median <"$SANDBOX/after.fill")" \
        "$(median <"$SANDBOX/before.fill")" ">= 5.00"
    table_head "" published known plain ratio "" goal
}

# What there is after all pairs, 2,000 a second.
bench_all_pairs () {
    for set in unlimited known plain; do
        start_set $set
        open_pairs $set $ALL_PAIRS 2000
        n_learned >"$SANDBOX/$set.learned"
        switch_mb >"$SANDBOX/$set.mb"
        switch_cpu >"$SANDBOX/$set.cpu"
        echo "$lost" >"$SANDBOX/$set.lost"
        end_set
    done
    all_pairs_row "64,516 pairs, 2,000 a second: lost" lost ""
    all_pairs_row "    learned flows" learned "known/published"
    all_pairs_row "    ovs-vswitchd's memory, MB" mb "known/published"
    all_pairs_row "    ovs-vswitchd's CPU, seconds" cpu "known/published"
}

# all_pairs_row WORDS KIND RATIO
all_pairs_row () {
    row "$1" "$(cat "$SANDBOX/unlimited.$2")" "$(cat "$SANDBOX/known.$2")" \
        "$(cat "$SANDBOX/plain.$2")" "$3" ""
}
