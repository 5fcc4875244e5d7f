#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The walls of the flow set for a known real subnet, with real frames.

walls.py SERVED UPLINK FAKE FOREIGN LOCAL
walls.py trace SERVED
walls.py hostile UPLINK

Sends each frame of the table below into a port of the bridge, and looks what
comes out of all ports: SERVED is "any" or "subnet", as --clients, ",icmp" if
--protocols has it, and ",untagged" if --vlan is; the others are the interfaces
to reach the bridge's ports by.  Prints a line for each frame that comes out and
must not, is missing, or looks otherwise than it must; and the number of frames
that were sent into each port.

Each frame carries its case's number, whoever rewrites it.  Frames without one
are the fake host's own, say a RST, and mean nothing: they need one of ours
that got through before, which is reported.

With "hostile", frames that must be dropped are sent, and that is all.  With
"trace", no frame is sent: ofproto/trace of Open vSwitch says what would
become of it.  What it is rewritten to is not looked at.
"""

import socket
import struct
import sys

sys.dont_write_bytecode = True
import wall_frames                      # noqa: E402
from wall_frames import (               # noqa: E402
    ACK, ALL_MACS, ARP, C_TAG, GRE, GROUP4_MAC, GROUP6_MAC, ICMP, IPV4, IPV6,
    LENGTH, LLDP, LLDP_MAC, MAC5, MAC77, MAC9, MORE, NO_MAC, ROUTER, RST, SCTP,
    SERVER, STP_MAC, SYN, S_TAG, TCP, UDP, FAKE_CLIENT, arp, routed_in,
    routed_out, tags_and_macs_in, tags_and_macs_out)

IN5, IN9, AT77, AT78 = ("192.168.2.5", "192.168.2.9", "192.168.2.77",
                        "192.168.2.78")
FAKE, ROUTED, NOBODY = "10.10.0.1", "172.16.9.5", "172.16.9.9"
LAB = wall_frames.Lab(IPV4, IN5, IN9, AT77, AT78, FAKE, "10.10.5.77", ROUTED,
                      NOBODY)
ask, new, answer = LAB.ask, LAB.new, LAB.answer
reaches_fake, reaches_uplink = LAB.reaches_fake, LAB.reaches_uplink


def arp_in(eth_dst, *words, **changes):
    return ask(eth_dst=eth_dst, kind=ARP, body=arp(*words), **changes)


def arp_out(eth_dst, *words, **changes):
    return answer(eth_dst=eth_dst, kind=ARP, body=arp(*words), **changes)


def ip6(proto, dst):
    return struct.pack("!IHBB", 6 << 28, 10, proto, 64) + b"".join(
        socket.inet_pton(socket.AF_INET6, a) for a in ("fe80::1", dst))


# Who is known from now on: clients .5 and .9, target .77.
TO77 = {"eth_dst": MAC77, "dst": AT77}
FROM_ROUTED = {"eth_src": ROUTER, "src": ROUTED}
WELCOME = [
    ("client", ask(**TO77), reaches_fake("10.10.5.77")),
    ("client, TCP", ask(**TO77, proto=TCP),
     reaches_fake("10.10.5.77", proto=TCP)),
    ("client with all priority bits", ask(**TO77, tags=[(C_TAG, 0xf002)]),
     reaches_fake("10.10.5.77")),
    # To OpenFlow, an S-tag is a tag like another.
    ("client with an S-tag", ask(**TO77, tags=[(S_TAG, 2)]),
     reaches_fake("10.10.5.77")),
    ("another client", ask(**TO77, src=IN9, eth_src=MAC9),
     reaches_fake("10.10.9.77")),
    ("first fragment", ask(**TO77, off=MORE),
     reaches_fake("10.10.5.77", off=MORE)),
    ("fragment between", ask(**TO77, off=MORE | 1),
     reaches_fake("10.10.5.77", off=MORE | 1)),
    ("last fragment", ask(**TO77, off=2),
     reaches_fake("10.10.5.77", off=2)),
    ("first fragment, TCP", ask(**TO77, off=MORE, proto=TCP),
     reaches_fake("10.10.5.77", off=MORE, proto=TCP)),
]
WELCOME_ROUTED = [
    ("routed client", ask(**TO77, **FROM_ROUTED), reaches_fake(ROUTED)),
    ("routed client, TCP", ask(**TO77, **FROM_ROUTED, proto=TCP),
     reaches_fake(ROUTED, proto=TCP)),
]
HOSTILE_IN = [
    *tags_and_macs_in(LAB),
    # Sources.
    ("from the fake address", ask(src=FAKE)),
    ("from a pair's address", ask(src="10.10.5.78")),
    ("from the fake network", ask(src="10.10.0.0")),
    ("from the fake broadcast", ask(src="10.10.255.255")),
    ("from 127.0.0.1", ask(src="127.0.0.1")),
    ("from 0.0.0.0", ask(src="0.0.0.0")),
    ("from a multicast address", ask(src="224.0.0.5")),
    ("from a class E address", ask(src="240.0.0.5")),
    ("from the broadcast address", ask(src="255.255.255.255")),
    ("from the subnet's network", ask(src="192.168.2.0")),
    ("from the subnet's broadcast", ask(src="192.168.2.255")),
    ("from the target", ask(src=AT78)),
    ("from the target, TCP", ask(src=AT78, proto=TCP, sport=7)),
    # Targets.
    ("to the next subnet", ask(dst="192.168.3.77")),
    ("to the subnet before", ask(dst="192.168.1.77")),
    ("to the fake address", ask(dst=FAKE)),
    ("to a pair's address", ask(dst="10.10.5.77")),
    ("to a routed client", ask(dst=ROUTED)),
    ("to 127.0.0.1", ask(dst="127.0.0.1")),
    ("to 0.0.0.0", ask(dst="0.0.0.0")),
    ("to a multicast address", ask(dst="224.0.0.5", eth_dst=GROUP4_MAC)),
    ("to a multicast address by a host's MAC", ask(dst="224.0.0.5")),
    ("to the broadcast address", ask(dst="255.255.255.255",
                                     eth_dst=ALL_MACS)),
    ("to the broadcast address by a host's MAC", ask(dst="255.255.255.255")),
    ("to the subnet's network", ask(dst="192.168.2.0")),
    ("to the subnet's broadcast", ask(dst="192.168.2.255")),
    # Protocols.
    ("pong", ask(proto=ICMP, flags=0)),
    ("SCTP", ask(proto=SCTP)),
    ("GRE", ask(proto=GRE)),
    ("IGMP", ask(proto=2)),
    ("IP in IP", ask(proto=4)),
    ("ESP", ask(proto=50)),
    ("GRE, first fragment", ask(proto=GRE, off=MORE)),
    # Short ones.
    ("frame ends in the IP header", ask(cut=16)),
    ("frame ends behind the IP header", ask(cut=20)),
    ("IP header of 16 bytes", ask(head=0x44)),
    ("IP header longer than the packet", ask(head=0x4f, length=28)),
    ("IP length beyond the frame", ask(length=200)),
    ("IP length below the header", ask(length=12)),
    ("TCP header of 8 bytes", ask(proto=TCP, length=28)),
    ("TCP header of 3 bytes", ask(proto=TCP, length=23)),
    ("TCP header that is missing", ask(proto=TCP, length=20)),
    ("UDP header of 4 bytes", ask(length=24)),
    ("UDP header that is missing", ask(length=20)),
    ("UDP, ports 0", ask(sport=0, dport=0)),
    # No IPv4.
    ("ARP request", arp_in(ALL_MACS, 1, MAC5, IN5, NO_MAC, AT78)),
    ("ARP request for the fake address",
     arp_in(ALL_MACS, 1, MAC5, IN5, NO_MAC, FAKE)),
    ("ARP request, gratuitous", arp_in(ALL_MACS, 1, MAC5, AT77, NO_MAC, AT77)),
    ("ARP reply, gratuitous", arp_in(ALL_MACS, 2, MAC5, AT77, ALL_MACS, AT77)),
    ("ARP reply: the fake host's neighbour moved",
     arp_in(SERVER, 2, MAC5, "10.10.0.2", SERVER, FAKE)),
    ("ARP reply: a pair moved",
     arp_in(SERVER, 2, MAC5, "10.10.5.77", SERVER, FAKE)),
    ("ARP request of the fake host's address",
     arp_in(SERVER, 1, MAC5, FAKE, NO_MAC, FAKE)),
    ("ARP, untagged", arp_in(ALL_MACS, 1, MAC5, IN5, NO_MAC, AT78, tags=[])),
    ("IPv6", ask(kind=IPV6, body=ip6(UDP, "fe80::2"))),
    ("IPv6 neighbour", ask(kind=IPV6, body=ip6(58, "ff02::1"),
                           eth_dst=GROUP6_MAC)),
    ("LLDP", ask(kind=LLDP, body=b"", eth_dst=LLDP_MAC)),
    ("LLDP, untagged", ask(kind=LLDP, body=b"", eth_dst=LLDP_MAC, tags=[])),
    ("STP", ask(kind=LENGTH, body=b"\x42\x42\x03", eth_dst=STP_MAC)),
    ("STP, untagged", ask(kind=LENGTH, body=b"\x42\x42\x03", eth_dst=STP_MAC,
                          tags=[])),
    ("MPLS", ask(kind=0x8847, body=bytes(4))),
    # Routed clients: only what begins a connection, or goes on with one.
    *routed_in(LAB),
    ("routed: to the subnet's broadcast", new(dst="192.168.2.255")),
    ("routed: ICMP error of its connection",
     ask(**TO77, **FROM_ROUTED, proto=ICMP, flags=3)),
]
# As long as nobody wants ICMP.
PINGS_IN = [
    ("ping", ask(proto=ICMP, flags=8)),
    ("ICMP, later fragment", ask(proto=ICMP, off=2)),
    ("routed: ping", new(proto=ICMP, flags=8)),
]
# Where it is wanted: requests, and what may be part of one.
WELCOME_ICMP = [
    ("ping", ask(**TO77, proto=ICMP, flags=8),
     reaches_fake("10.10.5.77", proto=ICMP, flags=8)),
    ("ping, first fragment", ask(**TO77, proto=ICMP, flags=8, off=MORE),
     reaches_fake("10.10.5.77", proto=ICMP, flags=8, off=MORE)),
    ("ping, last fragment", ask(**TO77, proto=ICMP, off=2),
     reaches_fake("10.10.5.77", proto=ICMP, off=2)),
]
WELCOME_ICMP_ROUTED = [
    ("routed: ping", ask(**TO77, **FROM_ROUTED, proto=ICMP, flags=8),
     reaches_fake(ROUTED, proto=ICMP, flags=8)),
]
REDIRECT, UNREACHABLE, TIME_EXCEEDED, TIMESTAMP, MASK = 5, 3, 11, 13, 17
HOSTILE_ICMP_IN = [
    *(("ICMP type %d" % kind, ask(**TO77, proto=ICMP, flags=kind))
      for kind in (UNREACHABLE, REDIRECT, TIME_EXCEEDED, TIMESTAMP, MASK)),
    *(("ICMP type %d, first fragment" % kind,
       ask(**TO77, proto=ICMP, flags=kind, off=MORE))
      for kind in (0, UNREACHABLE, REDIRECT, TIME_EXCEEDED, TIMESTAMP, MASK)),
    ("ping without a type", ask(**TO77, proto=ICMP, flags=8, length=20)),
    ("ping of 4 bytes", ask(**TO77, proto=ICMP, flags=8, length=24)),
    ("ping from the fake address", ask(proto=ICMP, flags=8, src=FAKE)),
    ("ping to the subnet's broadcast",
     ask(proto=ICMP, flags=8, dst="192.168.2.255")),
    ("routed: redirect", new(proto=ICMP, flags=REDIRECT)),
    ("routed: redirect, first fragment",
     new(proto=ICMP, flags=REDIRECT, off=MORE)),
    ("routed: pong, first fragment", new(proto=ICMP, off=MORE, flags=0)),
]
ANSWERS = [
    ("answer", answer(), reaches_uplink(AT77, IN5, MAC5)),
    ("answer, TCP", answer(proto=TCP, flags=SYN | ACK, ack=2),
     reaches_uplink(AT77, IN5, MAC5, proto=TCP, flags=SYN | ACK, ack=2)),
    ("answer to another client", answer(dst="10.10.9.77"),
     reaches_uplink(AT77, IN9, MAC9)),
    ("answer, first fragment", answer(off=MORE),
     reaches_uplink(AT77, IN5, MAC5, off=MORE)),
    ("answer, last fragment", answer(off=2),
     reaches_uplink(AT77, IN5, MAC5, off=2)),
]
ANSWERS_ROUTED = [
    ("answer to a routed client", answer(dst=ROUTED),
     reaches_uplink(AT77, ROUTED, ROUTER)),
]
TO_ROUTED = {"dst": ROUTED}
HOSTILE_OUT = [
    *tags_and_macs_out(LAB),
    # Sources.
    ("from another fake address", answer(src="10.10.0.2")),
    ("from a pair's address, out", answer(src="10.10.5.77")),
    ("from the target's real address", answer(src=AT77)),
    ("real addresses on both sides", answer(src=AT77, dst=IN5)),
    ("from a strange address", answer(src="192.0.2.1")),
    ("from 127.0.0.1, out", answer(src="127.0.0.1")),
    ("from 0.0.0.0, out", answer(src="0.0.0.0")),
    ("DHCP", answer(src="0.0.0.0", dst="255.255.255.255", sport=68, dport=67,
                    eth_dst=ALL_MACS)),
    ("from the broadcast address, out", answer(src="255.255.255.255")),
    # Clients and targets.
    ("to an unknown client", answer(dst="10.10.6.77")),
    ("to an unknown client, TCP", answer(dst="10.10.6.77", proto=TCP)),
    ("to client 0", answer(dst="10.10.0.77")),
    ("to client 255", answer(dst="10.10.255.77")),
    ("as an unknown target", answer(dst="10.10.5.78")),
    ("as an unknown target, TCP RST", answer(dst="10.10.5.78", proto=TCP,
                                             flags=RST)),
    ("as target 0", answer(dst="10.10.5.0")),
    ("as target 255", answer(dst="10.10.5.255")),
    ("as a client", answer(dst="10.10.9.5")),
    ("client and target exchanged", answer(dst="10.10.77.5")),
    ("to its neighbour", answer(dst="10.10.0.2")),
    ("to the fake network", answer(dst="10.10.0.0")),
    ("to the fake broadcast", answer(dst="10.10.255.255")),
    ("to itself", answer(dst=FAKE)),
    ("to a client's real address", answer(dst=IN5)),
    ("to a target's real address", answer(dst=AT77)),
    ("to a subnet's broadcast", answer(dst="192.168.2.255")),
    ("to all", answer(dst="255.255.255.255")),
    ("to all, by broadcast", answer(dst="255.255.255.255",
                                    eth_dst=ALL_MACS)),
    ("to a multicast address, out", answer(dst="224.0.0.251")),
    ("to a multicast address and MAC, out",
     answer(dst="224.0.0.251", eth_dst="01:00:5e:00:00:fb")),
    ("to 127.0.0.1, out", answer(dst="127.0.0.1")),
    ("to 0.0.0.0, out", answer(dst="0.0.0.0")),
    # Protocols.
    ("ping, out", answer(proto=ICMP, flags=8)),
    ("port unreachable, out", answer(proto=ICMP, flags=3)),
    ("GRE, out", answer(proto=GRE)),
    ("SCTP, out", answer(proto=SCTP)),
    ("IGMP, out", answer(proto=2)),
    ("ESP, last fragment, out", answer(proto=50, off=2)),
    # Short ones.
    ("frame ends in the IP header, out", answer(cut=16)),
    ("IP header of 16 bytes, out", answer(head=0x44)),
    ("IP length beyond the frame, out", answer(length=200)),
    # No IPv4.
    ("ARP request, out", arp_out(ALL_MACS, 1, SERVER, FAKE, NO_MAC,
                                 "10.10.5.77")),
    ("ARP request for a client, out",
     arp_out(ALL_MACS, 1, SERVER, AT77, NO_MAC, IN5)),
    ("ARP request, gratuitous, out",
     arp_out(ALL_MACS, 1, SERVER, AT77, NO_MAC, AT77)),
    ("ARP reply, gratuitous, out",
     arp_out(ALL_MACS, 2, SERVER, AT77, ALL_MACS, AT77)),
    ("ARP reply: it has the target's address",
     arp_out(MAC5, 2, SERVER, AT77, MAC5, IN5)),
    ("ARP reply to a client's fake MAC",
     arp_out(FAKE_CLIENT, 2, SERVER, AT77, MAC5, IN5)),
    ("ARP, tagged, out", arp_out(ALL_MACS, 2, SERVER, AT77, MAC5, IN5,
                                 tags=[(C_TAG, 2)])),
    ("IPv6, out", answer(kind=IPV6, body=ip6(UDP, "fe80::2"))),
    ("IPv6 neighbour, out", answer(kind=IPV6, body=ip6(58, "ff02::1"),
                                   eth_dst=GROUP6_MAC)),
    ("LLDP, out", answer(kind=LLDP, body=b"", eth_dst=LLDP_MAC)),
    ("STP, out", answer(kind=LENGTH, body=b"\x42\x42\x03", eth_dst=STP_MAC)),
    ("ethernet type 0x88b5, out", answer(kind=0x88b5, body=b"")),
    # Routed clients: answers of their connections only.
    *routed_out(LAB),
    ("routed: port unreachable", answer(**TO_ROUTED, proto=ICMP, flags=3)),
    ("routed: tagged by the fake host", answer(**TO_ROUTED,
                                               tags=[(C_TAG, 2)])),
    ("routed: from the target's address", answer(**TO_ROUTED, src=AT77)),
    ("routed: last fragment of nothing, out", answer(**TO_ROUTED, off=9)),
]
PONGS_OUT = [
    ("pong, out", answer(proto=ICMP, flags=0)),
]
ANSWERS_ICMP = [
    ("pong", answer(proto=ICMP, flags=0),
     reaches_uplink(AT77, IN5, MAC5, proto=ICMP, flags=0)),
    ("pong, first fragment", answer(proto=ICMP, flags=0, off=MORE),
     reaches_uplink(AT77, IN5, MAC5, proto=ICMP, flags=0, off=MORE)),
    ("pong, last fragment", answer(proto=ICMP, off=2),
     reaches_uplink(AT77, IN5, MAC5, proto=ICMP, off=2)),
]
ANSWERS_ICMP_ROUTED = [
    ("pong to a routed client", answer(**TO_ROUTED, proto=ICMP, flags=0),
     reaches_uplink(AT77, ROUTED, ROUTER, proto=ICMP, flags=0)),
]
HOSTILE_ICMP_OUT = [
    *(("ICMP type %d, first fragment, out" % kind,
       answer(proto=ICMP, flags=kind, off=MORE))
      for kind in (8, UNREACHABLE, REDIRECT, TIME_EXCEEDED)),
    ("redirect, out", answer(proto=ICMP, flags=REDIRECT)),
    ("pong to nobody", answer(proto=ICMP, flags=0, dst="10.10.6.77")),
    ("pong as an unknown target",
     answer(proto=ICMP, flags=0, dst="10.10.5.78")),
    ("routed: pong that nobody asked for",
     answer(proto=ICMP, flags=0, dst=NOBODY)),
]

ROWS = wall_frames.Rows(
    LAB, WELCOME, WELCOME_ROUTED, HOSTILE_IN, PINGS_IN, WELCOME_ICMP,
    WELCOME_ICMP_ROUTED, HOSTILE_ICMP_IN, ANSWERS, ANSWERS_ROUTED, HOSTILE_OUT,
    PONGS_OUT, ANSWERS_ICMP, ANSWERS_ICMP_ROUTED, HOSTILE_ICMP_OUT)


if __name__ == "__main__":
    wall_frames.main(ROWS, sys.argv, __doc__)
