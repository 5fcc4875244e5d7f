#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# run.sh --can: succeeds if this machine can do that, else says why not.
# run.sh WORK DEB: boots an appliance, Debian 12 with its own kernel, in qemu,
# installs the package there and looks whether it does what it is for.  A line
# for each thing looked at: "N: NAME  ok", or FAILED, or skipped.
#
# The machine boots twice.  What it does is in job.sh and what that reads.
#
# WORK is a directory; in WORK/results is what to look at when a check fails:
# a log for each, the journal, what went over the wires, consoles.
#
# Environment: APPLIANCE_CACHE, the directory of images; otherwise they are in
# WORK.  APPLIANCE_SECONDS: after so many of a boot, no check is started.

set -e

here=$(cd "$(dirname "$0")" && pwd)
work=$1
deb=$2
: "${APPLIANCE_CACHE:=$work/images}"
: "${APPLIANCE_SECONDS:=600}"

# Test programs and the appliance's own.
packages='systemd-sysv udev kmod dbus iproute2 openvswitch-switch python3
    ethtool tcpdump podman netavark iptables'

skip () {
    echo "  1: appliance  skipped ($*)"
    exit 1
}

test "$(dpkg --print-architecture 2>/dev/null)" = amd64 ||
    skip "its image is for Debian, amd64"
test "$(id -u)" = 0 || skip "not root"
for program in qemu-system-x86_64 mmdebstrap busybox mke2fs depmod; do
    command -v $program >/dev/null || skip "$program is missing"
done
apt-cache show linux-image-cloud-amd64 >/dev/null 2>&1 ||
    skip "apt has no list of Debian's packages: apt-get update"
test "$1" != --can || exit 0

mkdir -p "$work"
work=$(cd "$work" && pwd)
results=$work/results
rm -rf "$results" "$work/job"
mkdir "$results" "$work/job"
trap 'rm -rf "$work/disk.img" "$work/job" "$work/job.tar" "$work/out.tar" \
    "$work/serial"' EXIT
trap 'exit 1' HUP INT TERM

# depends DEB: the names of what it needs.
depends () {
    dpkg-deb -f "$1" Depends | tr , '\n' |
        sed 's/|.*//; s/(.*//; s/[[:space:]]//g; /^$/d'
}

# The image, and a disk that may be written to.
# shellcheck disable=SC2046,SC2086
image=$(sh "$here/image.sh" "$APPLIANCE_CACHE" $packages $(depends "$deb"))
cp --sparse=always "$image/root.img" "$work/disk.img"

# The job: the package, the same as a later version, and the programs.
cp "$deb" "$work/job/pipette-agent.deb"
dpkg-deb -R "$deb" "$work/job/newer"
sed -i 's/^Version: .*/&+newer/' "$work/job/newer/DEBIAN/control"
dpkg-deb -b --root-owner-group "$work/job/newer" \
    "$work/job/pipette-agent-newer.deb" >/dev/null
rm -r "$work/job/newer"
cp "$here"/*.sh "$here"/*.service "$here/../sandbox-lib.sh" \
    "$here/../docker-lib.sh" "$here"/../*.py "$here/../../debian/tests/smoke" \
    "$work/job"
chmod +x "$work"/job/*.sh "$work"/job/*.py
tar -C "$work/job" -cf "$work/job.tar" .

# KVM only where it is the processor's own: otherwise /dev/kvm may be there and
# yet not run a usual kernel.
if test -w /dev/kvm && grep -qE '^flags.* (svm|vmx)( |$)' /proc/cpuinfo &&
        test ! -e /sys/module/kvm_pvm; then
    how='-accel kvm -cpu host'
else
    how='-accel tcg,thread=multi,tb-size=128 -cpu qemu64'
fi

# What the kernel, systemd and the job are told.
words="console=ttyS0 panic=-1 quiet"
words="$words systemd.wants=lab.service systemd.wants=job.service"
words="$words appliance.seconds=$APPLIANCE_SECONDS"
# At first there is no address that services could listen on.
services=

# end_of PID: the machine has a minute to go off when its job has ended.  An
# emulated one sometimes hangs there; then its plug is pulled.
end_of () {
    while kill -0 "$1" 2>/dev/null; do
        sleep 1
        if grep -q '^end' "$work/serial"; then
            timeout 60 tail --pid="$1" -f /dev/null || kill "$1"
            return
        fi
    done
}

# boot NUMBER: prints what the job says.
boot () {
    rm -f "$work/out.tar"
    truncate -s 256M "$work/out.tar"
    : >"$work/serial"
    # shellcheck disable=SC2086
    timeout -k 10 $((APPLIANCE_SECONDS + 200)) qemu-system-x86_64 $how \
        -machine q35 -smp 2 -m 512 -nodefaults -no-user-config -no-reboot \
        -display none -kernel "$image/vmlinuz" -initrd "$image/initrd" \
        -append "$words appliance.boot=$1 $services" \
        -drive "if=virtio,format=raw,cache=unsafe,file=$work/disk.img" \
        -drive "if=virtio,format=raw,readonly=on,file=$work/job.tar" \
        -drive "if=virtio,format=raw,cache=unsafe,file=$work/out.tar" \
        -serial "file:$results/console-$1" -serial "file:$work/serial" \
        </dev/null &
    machine=$!
    end_of $machine &
    tail --pid=$machine -n +1 -f "$work/serial" |
        sed -u 's/\r$//' | tee -a "$results/said"
    tar -C "$results" -xf "$work/out.tar" 2>/dev/null || :
    grep -q "^end.boot $1" "$results/said"
}

# as_results: reads what the jobs say, and prints it with numbers, as a
# testsuite does, and at the end the logs of what failed.  Fails if anything
# did.
as_results () {
    tab=$(printf '\t')
    n=0 failed=0 ends=0 logs=
    while IFS=$tab read -r result name why; do
        case $result in
            ok)
                n=$((n + 1))
                printf '%3d: %-66s ok\n' $n "$name"
                ;;
            FAILED)
                n=$((n + 1)) failed=1 logs="$logs $results/${why##*; }"
                printf '%3d: %-66s FAILED (%s)\n' $n "$name" "$why"
                ;;
            end)
                ends=$((ends + 1))
                ;;
        esac
    done
    if test $ends != 2; then
        failed=1
        printf '%3d: %-66s FAILED (see the consoles)\n' $((n + 1)) \
            "the machine comes to the end of both boots"
    fi
    # shellcheck disable=SC2086
    test -z "$logs" || tail -v -n 10 $logs
    test $failed = 0
}

# boots: both; leaves no machine behind.
boots () {
    machine=
    trap 'test -z "$machine" || kill $machine 2>/dev/null || :' EXIT
    trap 'exit 1' HUP INT TERM
    boot 1 || return
    services=systemd.wants=services.service
    boot 2
}

boots | as_results || {
    echo "appliance: $results has logs, journals, consoles, packets" >&2
    exit 1
}
