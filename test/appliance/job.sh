#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What the emulated machine does at each boot, as root, by job.service.  It
# says on the second serial line what it found, and leaves files in
# /run/results, which go to the third disk.

export LC_ALL=C HOME=/root
here=/run/job
results=/run/results
mkdir -p $results
SANDBOX=$results SANDBOX_WATCH=yes
exec 3>/dev/ttyS1

. $here/sandbox-lib.sh
. $here/job-lib.sh

# word NAME: of the kernel's command line.
word () {
    sed "s/.*appliance\.$1=\([0-9]*\).*/\1/" /proc/cmdline
}

boot=$(word boot)
seconds=$(word seconds)

# end: hands over what there is.
end () {
    stop_capture
    journalctl -b -o short-monotonic --no-pager >"$results/journal-$boot"
    ip -o link show >"$results/links-$boot"
    cp /var/log/openvswitch/ovs-vswitchd.log "$results/ovs-vswitchd-$boot.log"
    tar -C $results -cf /dev/vdc .
    sync
    printf 'end\tboot %s\n' "$boot" >&3
    systemctl reboot
    exit
}

start_capture
. "$here/boot-$boot.sh"
end
