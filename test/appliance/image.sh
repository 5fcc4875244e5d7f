#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# image.sh CACHE PACKAGE...: prints the name of a directory in CACHE that has
# Debian 12 with these packages, to boot in qemu, and makes it if need be:
#
#   root.img  the root file system, ext4
#   vmlinuz   Debian's kernel for clouds; its modules are in root.img
#   initrd    which boots root.img as ./init has it
#
# Needs root, and the package lists of an apt that has Debian 12.

set -e

here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
cache=$(realpath "$1")
shift
packages=$(printf '%s\n' "$@" | LC_ALL=C sort -u)

die () {
    echo "image.sh: $*" >&2
    exit 1
}

# What boots before the root file system is there.
initrd_modules='virtio_pci virtio_blk'

# Exactly the kernel that Debian has now.
kernel=$(apt-cache depends --important linux-image-cloud-amd64 |
    sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p')
kernel_version=$(apt-cache show --no-all-versions "$kernel" |
    sed -n 's/^Version: //p')

key=$({ echo "$packages"; echo "$kernel $kernel_version"
        cat "$0" "$here/init"; } | sha256sum | cut -c1-16)
image=$cache/$key
if test -e "$image/root.img"; then
    touch "$image"
    echo "$image"
    exit 0
fi

# What nobody wanted for a week goes; other files of whoever named the directory
# stay.
find "$cache" -mindepth 1 -maxdepth 1 -mtime +7 -type d -regextype egrep \
    -regex '.*/([0-9a-f]{16}|making\.[^/]*)' -exec rm -rf {} +

# Others may want the same at the same time; what is whole gets its name.
work=$(mktemp -d "$cache/making.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
log=$work/log

fail () {
    tail -n 20 "$log" >&2
    die "$*"
}

sources () {
    apt-get indextargets 'Identifier: Packages' 'Origin: Debian' \
        'Component: main' --format \
        'deb $(SITE) $(RELEASE) $(COMPONENT)' |
        grep ' bookworm'
}

# The root file system, but for the modules.
root=$work/root
mkdir "$root"
# shellcheck disable=SC2086
sources | mmdebstrap --variant=apt --mode=root --format=directory \
    --include="$(echo $packages | tr ' ' ,)" bookworm "$root" - \
    >"$log" 2>&1 || fail "mmdebstrap failed"

echo appliance >"$root/etc/hostname"
printf '127.0.0.1\tlocalhost\n127.0.1.1\tappliance\n' >"$root/etc/hosts"
# Each boot is one of the same machine, whose journal stays.
echo 5d1f8b6a4a3e4d0c9c7b2e6f1a0d9e8b >"$root/etc/machine-id"
mkdir -p "$root/var/log/journal"
# No network, no clock to trust: nothing of Debian's own accord.
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \
        e2scrub_all.timer fstrim.timer systemd-timesyncd.service \
        serial-getty@ttyS0.service proc-sys-fs-binfmt_misc.automount \
        podman.socket podman.service podman-restart.service \
        podman-auto-update.service podman-auto-update.timer; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
done

# The kernel.
(cd "$work" && chmod 755 . && apt-get download "$kernel") >>"$log" 2>&1 ||
    fail "no kernel"
dpkg-deb -x "$work/$kernel"_*.deb "$work/kernel"
version=${kernel#linux-image-}
cp "$work/kernel/boot/vmlinuz-$version" "$work/vmlinuz"
cp -R "$work/kernel/lib/modules" "$root/usr/lib/"
depmod -b "$root" "$version"

# The initrd.
first=$work/first
mkdir -p "$first/bin" "$first/modules"
cp "$(command -v busybox)" "$first/bin/"
cp "$here/init" "$first/init"
chmod 755 "$first/init"
# shellcheck disable=SC2086
modprobe -d "$root" -S "$version" -a --show-depends $initrd_modules |
    sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++' >"$work/modules"
n=100
while read -r module; do
    n=$((n + 1))
    cp "$module" "$first/modules/$n-$(basename "$module")"
done <"$work/modules"
(cd "$first" && find . | busybox cpio -o -H newc 2>>"$log" | gzip) \
    >"$work/initrd"

# So large that a test has room; what is empty takes none here.
truncate -s 2G "$work/root.img"
mke2fs -q -t ext4 -O ^has_journal -d "$root" "$work/root.img" >>"$log" 2>&1 ||
    fail "mke2fs failed"

rm -rf "$root" "$first" "$work/kernel" "$work"/*.deb "$work/modules"
mkdir -p "$image"
mv "$work/vmlinuz" "$work/initrd" "$log" "$image"
mv "$work/root.img" "$image"
echo "$image"
