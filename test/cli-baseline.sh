#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What pipette-agent does, by the usual tools: the benchmark compares with it.
#
# cli-baseline.sh UPLINK FLOWS: FLOWS as pipette-agent --print-flows prints them.

set -e

ovs-vsctl add-br copro0 \
    -- set bridge copro0 fail_mode=secure datapath_type=netdev \
    -- add-port copro0 "$1" trunks=2 vlan_mode=trunk \
    -- set interface "$1" ofport_request=1 \
    -- add-port copro0 ovsfake0 \
    -- set interface ovsfake0 type=internal ofport_request=2
ip link set ovsfake0 addrgenmode none
ip link set "$1" addrgenmode none
ip link set ovsfake0 address 0e:00:00:00:00:66
ip addr add 10.10.0.1/16 dev ovsfake0
ip link set ovsfake0 up
ip link set "$1" up
ovs-ofctl -OOpenFlow14 --bundle add-flows copro0 "$2"
