# SPDX-License-Identifier: Apache-2.0
#
# sandbox package-life.sh DEB: installs, removes and purges the package in a
# copy of this machine's files, an overlay that is gone when the sandbox ends.
# Skips, status 77, if there are none.

deb=$1
copy=$SANDBOX/copy
conf=/etc/pipette-agent/copro0.conf
kept=/var/lib/pipette-agent

fail () {
    echo "package-life: $*" >&2
    exit 1
}

in_copy () {
    chroot "$copy" "$@"
}

mkdir "$SANDBOX/upper" "$SANDBOX/work" "$copy"
layers=lowerdir=/,upperdir=$SANDBOX/upper,workdir=$SANDBOX/work
mount -t overlay -o "$layers" overlay "$copy" || { echo "no overlay of /"; exit 77; }
for dir in proc sys dev run; do
    mount --bind /$dir "$copy/$dir"
done
mkdir -p "$copy/root"
cp "$deb" "$copy/root/pipette-agent.deb"
export DEBIAN_FRONTEND=noninteractive

# As shipped, it has made nothing.
in_copy dpkg -i /root/pipette-agent.deb
in_copy dpkg -P pipette-agent
test ! -e "$copy$conf" || fail "purge left $conf"
test ! -e "$copy$kept" || fail "removal kept the program for nothing"

in_copy dpkg -i /root/pipette-agent.deb
sed -i -e 's/^#uplink =.*/uplink = up0/' \
    -e 's/^#datapath-type =.*/datapath-type = netdev/' \
    -e 's/^#real-subnet/real-subnet/' "$copy$conf"
in_copy pipette-agent --config $conf --once
ip rule | grep -F 'from 10.10.0.1'
# Another one, whose file is gone.
add_other
in_copy pipette-agent --bridge copro1 --uplink other --fake-port fake1 \
    --fake-address 10.11.0.1/16 --real-subnet 192.168.3.0/24 \
    --datapath-type netdev --once
ip rule | grep -F 'from 10.11.0.1'
test "$(nft list tables | grep -c ' inet pipette-copro[01]')" = 2
flows=$(ovs-ofctl -OOpenFlow14 dump-flows --no-stats copro0)

# As its timer leaves it.
prom=$copy/var/lib/prometheus/node-exporter
wants=$copy/etc/systemd/system/timers.target.wants
mkdir -p "$prom" "$wants"
touch "$prom/pipette-agent-copro0.prom" "$prom/other.prom"
ln -s /lib/systemd/system/pipette-agent-metrics@.timer \
    "$wants/pipette-agent-metrics@copro0.timer"

# Removal leaves the bridge, and says so; coming back forgets that it was away.
in_copy dpkg -r pipette-agent >"$SANDBOX/said"
cat "$SANDBOX/said"
for bridge in copro0 copro1; do
    grep -q "bridge $bridge keeps forwarding, but is no longer reconciled" \
        "$SANDBOX/said" ||
        fail "removal is silent about $bridge"
done
test ! -e "$copy/usr/sbin/pipette-agent" || fail "the program is still there"
test ! -e "$prom/pipette-agent-copro0.prom" && test -e "$prom/other.prom" ||
    fail "removal left old metrics, or took others"
test "$(ovs-ofctl -OOpenFlow14 dump-flows --no-stats copro0)" = "$flows" ||
    fail "removal changed the flows"
in_copy dpkg -i /root/pipette-agent.deb
test ! -e "$copy$kept" || fail "the kept program stays"
grep -q '^uplink = up0' "$copy$conf" || fail "the configuration is lost"

# Purged when the libraries are gone, too.
in_copy dpkg -r pipette-agent
rm -f "$copy"/lib/*/libinih* "$copy"/lib/*/libnl-* "$copy"/usr/lib/*/libnl-*
in_copy dpkg -P pipette-agent
for bridge in copro0 copro1; do
    ! ovs-vsctl br-exists $bridge || fail "purge left bridge $bridge"
done
for port in ovsfake0 fake1; do
    ! ip link show dev $port 2>/dev/null || fail "purge left $port"
done
! ip rule | grep '^11' || fail "purge left a rule"
! ip route show table all | grep 'proto 112' || fail "purge left a route"
! nft list tables | grep pipette || fail "purge left an nftables table"
test ! -e "$copy$kept" || fail "purge left $kept"
test ! -L "$wants/pipette-agent-metrics@copro0.timer" ||
    fail "purge left an enabled timer"
test ! -e "$copy/etc/pipette-agent" || fail "purge left /etc/pipette-agent"
