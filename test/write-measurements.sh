#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# write-measurements.sh NAME DOCUMENT <TABLE: puts a table that a program has
# printed into a document, between the lines that begin and end part NAME, with
# what it was measured on.

set -e

name=$1
document=$2

# version PACKAGE
version () {
    dpkg-query -W -f '${Version}' "$1" 2>/dev/null || echo unknown
}

machine () {
    cpu=$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)
    echo "$(date -u +%Y-%m-%d), $(nproc) CPUs (${cpu:-unknown})," \
        "Linux $(uname -r | cut -d- -f1), openvswitch-switch" \
        "$(version openvswitch-switch), userspace datapath."
}

table=$(cat)
test -w "$document" || { echo "$document is not written" >&2; exit 0; }
machine=$(machine) table=$table awk -v name="$name" '
    $0 == "<!-- begin " name " -->" {
        print
        print ENVIRON["machine"] "\n\n```\n" ENVIRON["table"] "\n```"
        inside = 1
    }
    $0 == "<!-- end " name " -->" { inside = 0 }
    !inside && $0 != "<!-- begin " name " -->" { print }
' "$document" >"$document.new"
cat "$document.new" >"$document"
rm "$document.new"
