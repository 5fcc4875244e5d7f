#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What is around an appliance, at each boot: the device of the uplink, up0, and
# behind it the switch and its clients, as in test/sandbox, but on the kernel
# datapath, and with a host "stranger" whose frames come untagged.  Each client
# is also the router of another, 172.16.*.5.

set -e
here=/run/job SANDBOX=/run
. $here/sandbox-lib.sh

# Else udev gives a device another MAC address, before or after it has made its
# link-local address of the former.
ip link add up0 address 02:00:00:00:00:aa type veth \
    peer name up1 address 02:00:00:00:00:ab
ip link set up0 up
ip link set up1 up
add_client client1 192.168.2.5 02:00:00:00:00:05
add_client client2 192.168.2.9 02:00:00:00:00:09
add_client stranger 192.168.2.99 02:00:00:00:00:99
ip -n client1 addr add 172.16.9.5/32 dev eth0
ip -n client2 addr add 172.16.8.5/32 dev eth0
for ns in client1 client2 stranger; do
    ip netns exec $ns ethtool -K eth0 tx on >/dev/null
done

. $here/lab-switch.sh
