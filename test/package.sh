#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# package.sh TARBALL DIR: builds the package from the tarball of "make dist",
# without its tests, twice at once: in DIR/one, and in DIR/the/other, where
# path, umask, time zone, language and home differ.  The packages are the same
# all the same: see package-testsuite.at.

set -e

# build DIR: leaves there what dpkg-buildpackage makes, and its log.
build () {
    mkdir -p "$1/source"
    tar -C "$1/source" --strip-components=1 -xzf "$tarball"
    if ! (cd "$1/source" && dpkg-buildpackage -us -uc -b) >"$1/log" 2>&1; then
        echo "package.sh: no package in $1:" >&2
        tail -n 20 "$1/log" >&2
        return 1
    fi
    rm -rf "$1/source"
}

tarball=$(realpath "$1")
dir=$2
rm -rf "$dir"
mkdir -p "$dir"
# Paths are for the compiler, not for a cache, to map.
CCACHE_DISABLE=1
DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)"
export CCACHE_DISABLE DEB_BUILD_OPTIONS
# These are for the make that builds the package's source, not for ours.
unset MAKEFLAGS MFLAGS MAKELEVEL DESTDIR

(umask 022; LC_ALL=C TZ=UTC build "$dir/one") &
one=$!
(umask 077; export LC_ALL=C.UTF-8 TZ=UTC-14 HOME=/nonexistent
 build "$dir/the/other") &
other=$!
rc=0
wait $one || rc=1
wait $other || rc=1
exit $rc
