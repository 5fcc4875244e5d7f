#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# fuzz.sh BUILDDIR SECONDS PROGRAM...: runs each fuzz target that long ("make
# fuzz").  It begins with the seeds and with what earlier runs found worth
# keeping, in BUILDDIR/corpus.  What goes wrong is kept in BUILDDIR/findings.

here=$(cd "$(dirname "$0")" && pwd)
cd "$1" || exit
seconds=$2
shift 2

# In the manner of the testsuites: whatever is wrong ends the process.
ASAN_OPTIONS=detect_leaks=1:$ASAN_OPTIONS
UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1:$UBSAN_OPTIONS
OVS_SYSLOG_METHOD=null
export ASAN_OPTIONS UBSAN_OPTIONS OVS_SYSLOG_METHOD

# run_target PROGRAM: runs target $name, returns the fuzzer's status.
run_target () {
    mkdir -p "corpus/$name" "findings/$name"
    set -- "./$1" "corpus/$name" "$here/fuzz-seeds/$name" -timeout=10 \
        -max_total_time="$seconds" -print_final_stats=1 \
        -artifact_prefix="findings/$name/"
    if test -e "$here/fuzz-$name.dict"; then
        set -- "$@" -dict="$here/fuzz-$name.dict"
    fi
    "$@"
}

status=0
for program; do
    name=${program##*/fuzz-}
    log=$name.log
    if run_target "$program" >"$log" 2>&1; then
        result='no findings'
    else
        result="a finding, see $PWD/$log and $PWD/findings/$name"
        grep -m 1 -e '^SUMMARY:' -e 'ERROR:' "$log"
        status=1
    fi
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    echo "fuzz-$name: ${executions:-no} executions, $result"
done
exit $status
