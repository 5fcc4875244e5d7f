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

import collections
import re
import select
import socket
import struct
import subprocess
import sys
import time

TIMEOUT = 20            # Seconds until a test gives up.
AGAIN = 1               # Until a barrier is sent again.
AT_ONCE = 16            # Well below what Open vSwitch's sockets hold.
BARRIER = 900           # The first number that is no case's.
FIRST_ID = 0x5700       # IP identification of case 0.

ETH_P_ALL = 3
SOL_PACKET = 263
PACKET_AUXDATA = 8
PACKET_OUTGOING = 4
TP_STATUS_VLAN_VALID = 0x10
AUXDATA = struct.Struct("IIIHHHH")

C_TAG, S_TAG = 0x8100, 0x88a8
IPV4, ARP, IPV6, LLDP = 0x0800, 0x0806, 0x86dd, 0x88cc
LENGTH = 0x26           # IEEE 802.3: less than 0x600 is no type.
ICMP, TCP, UDP, GRE, SCTP = 1, 6, 17, 47, 132
FIN, SYN, RST, ACK = 1, 2, 4, 16
MORE = 0x2000           # Fragments follow.

SERVER, FAKE_CLIENT = "0e:00:00:00:00:66", "0e:00:00:00:00:67"
MAC5, MAC9, ROUTER = ("02:00:00:00:00:05", "02:00:00:00:00:09",
                      "02:00:00:00:00:fe")
MAC77, MAC78 = "0e:00:c0:a8:02:4d", "0e:00:c0:a8:02:4e"
NO_MAC, ALL_MACS = "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"
STP_MAC, LLDP_MAC = "01:80:c2:00:00:00", "01:80:c2:00:00:0e"
GROUP4_MAC, GROUP6_MAC = "01:00:5e:00:00:05", "33:33:00:00:00:01"
IN5, IN9, AT77, AT78 = ("192.168.2.5", "192.168.2.9", "192.168.2.77",
                        "192.168.2.78")
FAKE, ROUTED, NOBODY = "10.10.0.1", "172.16.9.5", "172.16.9.9"


# Frames.  They are described by the arguments of frame().

def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def layer4(proto, pseudo, sport, dport, flags, ack, data):
    if proto == UDP:
        at, header = 6, struct.pack("!HHHH", sport, dport, 8 + len(data), 0)
    elif proto == TCP:
        at, header = 16, struct.pack("!HHIIBBHHH", sport, dport, 1, ack,
                                     0x50, flags, 8192, 0, 0)
    elif proto == ICMP:
        at, header = 2, struct.pack("!BBHHH", flags, 0, 0, 1, 1)
    else:
        return data
    message = bytearray(header + data)
    if proto == ICMP:
        pseudo = b""
    else:
        pseudo += struct.pack("!H", len(message))
    struct.pack_into("!H", message, at, checksum(pseudo + message))
    return bytes(message)


def frame(number, eth_src, eth_dst, src=None, dst=None, tags=(), kind=IPV4,
          proto=UDP, sport=1000, dport=7, flags=SYN, ack=0, off=0,
          body=None, length=None, cut=None, head=0x45):
    """Returns the bytes of case 'number'.  'body' replaces what follows the
    type; the IP packet says to be 'length' long, and is cut to 'cut'."""
    mark = b"<wall %03d>" % number
    start = mac(eth_dst) + mac(eth_src) + b"".join(
        struct.pack("!HH", *tag) for tag in tags) + struct.pack("!H", kind)
    if body is not None:
        return start + body + mark
    src, dst = socket.inet_aton(src), socket.inet_aton(dst)
    if off & 0x1fff:        # A later fragment.
        # Open vSwitch's userspace datapath takes zeros for no checksum.
        packet = bytes(8) + mark
    else:
        packet = layer4(proto, src + dst + bytes([0, proto]), sport, dport,
                        flags, ack, mark)
    packet = packet[:length and length - 20]
    header = bytearray(struct.pack(
        "!BBHHHBBH4s4s", head, 0, length or 20 + len(packet),
        FIRST_ID + number, off, 64, proto, 0, src, dst))
    struct.pack_into("!H", header, 10, checksum(bytes(header)))
    return start + (bytes(header) + packet)[:cut]


def ask(**changes):
    """What a client sends, changed: a datagram of .5 to .78."""
    return {"eth_src": MAC5, "eth_dst": MAC78, "tags": [(C_TAG, 2)],
            "src": IN5, "dst": AT78, **changes}


def new(**changes):
    """What a routed client sends whom nobody knows, changed."""
    return ask(**{"eth_src": ROUTER, "src": NOBODY, "eth_dst": MAC77,
                  "dst": AT77, **changes})


def answer(**changes):
    """What the fake host sends, changed: a datagram as .77 to .5."""
    return {"eth_src": SERVER, "eth_dst": FAKE_CLIENT, "src": FAKE,
            "dst": "10.10.5.77", "sport": 7, "dport": 1000, **changes}


def arp(op, sha, spa, tha, tpa):
    return struct.pack("!HHBBH", 1, IPV4, 6, 4, op) + b"".join(
        (mac(sha), socket.inet_aton(spa), mac(tha), socket.inet_aton(tpa)))


def arp_in(eth_dst, *words, **changes):
    return ask(eth_dst=eth_dst, kind=ARP, body=arp(*words), **changes)


def arp_out(eth_dst, *words, **changes):
    return answer(eth_dst=eth_dst, kind=ARP, body=arp(*words), **changes)


def ip6(proto, dst):
    return struct.pack("!IHBB", 6 << 28, 10, proto, 64) + b"".join(
        socket.inet_pton(socket.AF_INET6, a) for a in ("fe80::1", dst))


# Where frames come from and get out.
PORTS = "uplink", "fake", "foreign", "local"
OFPORTS = {"uplink": "1", "fake": "2", "foreign": "3", "local": "LOCAL"}


def reaches_fake(src, **changes):
    return "fake", {"eth_src": FAKE_CLIENT, "eth_dst": SERVER, "src": src,
                    "dst": FAKE, **changes}


def reaches_uplink(src, dst, eth_dst, **changes):
    return "uplink", {"eth_src": MAC77, "eth_dst": eth_dst, "src": src,
                      "dst": dst, "tags": [(C_TAG, 2)], "sport": 7,
                      "dport": 1000, **changes}


# A name, the port, the frame, and what must come out, where: mostly nothing.
Case = collections.namedtuple("Case", "name port frame out", defaults=[None])

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
    # Tags.
    ("untagged", ask(tags=[])),
    ("untagged TCP", ask(tags=[], proto=TCP)),
    ("VLAN 3", ask(tags=[(C_TAG, 3)])),
    ("VLAN 4095", ask(tags=[(C_TAG, 4095)])),
    ("priority-tagged", ask(tags=[(C_TAG, 0)])),
    ("priority-tagged, priority 5", ask(tags=[(C_TAG, 0xa000)])),
    ("tagged twice", ask(tags=[(C_TAG, 2), (C_TAG, 2)])),
    ("tagged twice, inner VLAN 3", ask(tags=[(C_TAG, 2), (C_TAG, 3)])),
    ("tagged twice, outer VLAN 3", ask(tags=[(C_TAG, 3), (C_TAG, 2)])),
    ("tagged twice, outer VLAN 0", ask(tags=[(C_TAG, 0), (C_TAG, 2)])),
    ("S-tag around the tag", ask(tags=[(S_TAG, 2), (C_TAG, 2)])),
    ("S-tag 3 around the tag", ask(tags=[(S_TAG, 3), (C_TAG, 2)])),
    ("S-tag in the tag", ask(tags=[(C_TAG, 2), (S_TAG, 2)])),
    ("tagged three times", ask(tags=[(C_TAG, 2)] * 3)),
    ("tag of type 0x9100", ask(tags=[(0x9100, 2)])),
    # MAC addresses.
    ("from the server's MAC", ask(eth_src=SERVER)),
    ("from the fake clients' MAC", ask(eth_src=FAKE_CLIENT)),
    ("from a multicast MAC", ask(eth_src="03:00:00:00:00:05")),
    ("from the broadcast MAC", ask(eth_src=ALL_MACS)),
    ("from MAC zero", ask(eth_src=NO_MAC)),
    ("to a multicast MAC", ask(eth_dst=GROUP4_MAC)),
    ("to the broadcast MAC", ask(eth_dst=ALL_MACS)),
    ("to MAC zero", ask(eth_dst=NO_MAC)),
    # Who is known must not get another MAC by what is dropped.
    ("poison: .5 has MAC zero", ask(**TO77, eth_src=NO_MAC)),
    ("poison: .77 has MAC zero", ask(eth_dst=NO_MAC, dst=AT77)),
    ("poison: .5 has the broadcast MAC", ask(**TO77, eth_src=ALL_MACS)),
    ("poison: .5 has the server's MAC", ask(**TO77, eth_src=SERVER)),
    ("poison: .77 has a multicast MAC", ask(eth_dst=GROUP4_MAC, dst=AT77)),
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
    ("routed: SYN+ACK", new(proto=TCP, sport=1001, flags=SYN | ACK)),
    ("routed: SYN+FIN", new(proto=TCP, sport=1002, flags=SYN | FIN)),
    ("routed: SYN+RST", new(proto=TCP, sport=1003, flags=SYN | RST)),
    ("routed: no flags", new(proto=TCP, sport=1004, flags=0)),
    ("routed: FIN", new(proto=TCP, sport=1005, flags=FIN)),
    ("routed: last fragment of nothing", new(off=9)),
    ("routed: untagged", new(tags=[])),
    ("routed: from the server's MAC", new(eth_src=SERVER)),
    ("routed: to a routed client", new(dst=ROUTED)),
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
    # Tags.
    ("VLAN 2 by the fake host", answer(tags=[(C_TAG, 2)])),
    ("VLAN 3 by the fake host", answer(tags=[(C_TAG, 3)])),
    ("VLAN 0 by the fake host", answer(tags=[(C_TAG, 0)])),
    ("VLAN 0, priority 5, by the fake host", answer(tags=[(C_TAG, 0xa000)])),
    ("S-tag by the fake host", answer(tags=[(S_TAG, 2)])),
    ("two tags by the fake host", answer(tags=[(C_TAG, 2), (C_TAG, 2)])),
    ("S-tag and tag by the fake host", answer(tags=[(S_TAG, 2), (C_TAG, 2)])),
    # MAC addresses.
    ("from the clients' MAC", answer(eth_src=FAKE_CLIENT)),
    ("from a strange MAC", answer(eth_src="0e:00:00:00:00:99")),
    ("from a real client's MAC", answer(eth_src=MAC5)),
    ("from the broadcast MAC, out", answer(eth_src=ALL_MACS)),
    ("from MAC zero, out", answer(eth_src=NO_MAC)),
    ("to the server's MAC", answer(eth_dst=SERVER)),
    ("to a real client's MAC", answer(eth_dst=MAC5)),
    ("to a strange MAC", answer(eth_dst="0e:00:00:00:00:99")),
    ("to the broadcast MAC, out", answer(eth_dst=ALL_MACS)),
    ("to a multicast MAC, out", answer(eth_dst=GROUP4_MAC)),
    ("to MAC zero, out", answer(eth_dst=NO_MAC)),
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
    ("routed: nobody's", answer(dst=NOBODY)),
    ("routed: nobody's, SYN", answer(dst=NOBODY, proto=TCP)),
    ("routed: nobody's, RST", answer(dst=NOBODY, proto=TCP, flags=RST)),
    ("routed: nobody's, SYN+ACK", answer(dst=NOBODY, proto=TCP,
                                         flags=SYN | ACK, ack=2)),
    ("routed: RST of no connection", answer(**TO_ROUTED, proto=TCP, sport=8,
                                            flags=RST)),
    ("routed: SYN to a known client", answer(**TO_ROUTED, proto=TCP,
                                             sport=2000, dport=80)),
    ("routed: from another port", answer(**TO_ROUTED, sport=8)),
    ("routed: to another port", answer(**TO_ROUTED, dport=1001)),
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
HOSTILE_ELSEWHERE = [
    ("as a client", ask(**TO77)),
    ("as a client, untagged", ask(**TO77, tags=[])),
    ("as a routed client", ask(**TO77, **FROM_ROUTED)),
    ("as the fake host", answer()),
    ("ARP", arp_in(ALL_MACS, 1, MAC5, IN5, NO_MAC, FAKE, tags=[])),
    ("LLDP", ask(kind=LLDP, body=b"", eth_dst=LLDP_MAC, tags=[])),
]


def on_access_port(case):
    """Returns the case as it is if the uplink has no tags: who had the right one
    has none, and the other way round."""
    def change(words):
        tag = [(C_TAG, 2)]
        swapped = {str(tag): [], "[]": tag}
        tags = words.get("tags", [])
        return {**words, "tags": swapped.get(str(tags), tags)}

    out = case.out
    if case.port == "uplink":
        case = case._replace(frame=change(case.frame))
        if case.frame["tags"]:
            out = None
    elif out:
        out = out[0], {**out[1], "tags": []}
    return case._replace(out=out)


def table(served):
    """Returns the cases in the order in which they are sent."""
    served, *untagged = served.split(",untagged")
    if untagged:
        return list(map(on_access_port, table(served)))

    def of(port, rows, passes=True):
        return [Case(name, port, words, *(out if passes else ()))
                for name, words, *out in rows]

    clients, *icmp = served.split(",")
    routed = clients == "any"
    if icmp:
        icmp_in = [*of("uplink", WELCOME_ICMP),
                   *of("uplink", WELCOME_ICMP_ROUTED, routed),
                   *of("uplink", HOSTILE_ICMP_IN)]
        icmp_out = [*of("fake", ANSWERS_ICMP),
                    *of("fake", ANSWERS_ICMP_ROUTED, routed),
                    *of("fake", HOSTILE_ICMP_OUT)]
    else:
        icmp_in, icmp_out = of("uplink", PINGS_IN), of("fake", PONGS_OUT)
    return [*of("uplink", WELCOME), *of("uplink", WELCOME_ROUTED, routed),
            *of("uplink", HOSTILE_IN), *icmp_in,
            *of("fake", ANSWERS), *of("fake", ANSWERS_ROUTED, routed),
            *of("fake", HOSTILE_OUT), *icmp_out,
            *of("foreign", HOSTILE_ELSEWHERE),
            *of("local", HOSTILE_ELSEWHERE)]


class Ports:
    """The outer ends of the bridge's ports."""

    def __init__(self, interfaces):
        self.sockets = {}
        self.came = []          # (number, port, bytes)
        for port, interface in zip(PORTS, interfaces):
            sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            sock.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
            sock.bind((interface, ETH_P_ALL))
            self.sockets[port] = sock

    def send(self, port, data):
        self.sockets[port].send(data)

    def receive(self, port):
        """Returns a frame with its tag, which the kernel takes off; or nothing
        if this machine sent it there."""
        data, controls, _, sender = self.sockets[port].recvmsg(65535, 256)
        if sender[2] == PACKET_OUTGOING:
            return b""
        for level, kind, control in controls:
            if (level, kind) == (SOL_PACKET, PACKET_AUXDATA):
                status, *_, tci, tpid = AUXDATA.unpack(control[:AUXDATA.size])
                if status & TP_STATUS_VLAN_VALID:
                    data = data[:12] + struct.pack("!HH", tpid, tci) + \
                        data[12:]
        return data

    def wait(self, ready, again=lambda: None):
        """Collects frames until ready() is true of what came."""
        end = time.monotonic() + TIMEOUT
        while not ready():
            readable, _, _ = select.select(
                list(self.sockets.values()), [], [], AGAIN)
            if time.monotonic() > end:
                raise TimeoutError("a barrier did not come through")
            if not readable:
                again()
            for port, sock in self.sockets.items():
                if sock in readable:
                    data = self.receive(port)
                    self.came.append((number_of(data), port, data))

    def came_at(self, number):
        return {port for n, port, _ in self.came if n == number}


def number_of(data):
    """Returns the number of the case that a frame is of, or None."""
    mark = re.search(rb"<wall (\d{3})>", data)
    if mark:
        return int(mark[1])
    # Too short for a mark, but perhaps not for an identification.
    ip = data[18:] if data[12:14] == b"\x81\x00" else data[14:]
    if ip[:1] in (b"\x45", b"\x44") and len(ip) >= 6:
        number = struct.unpack("!H", ip[4:6])[0] - FIRST_ID
        if 0 <= number < BARRIER:
            return number
    return None


def barrier(ports, number, port, words, out):
    """Returns when a frame that must pass has: so all before it have been
    looked at."""
    def send():
        ports.send(port, frame(number, **words))

    send()
    ports.wait(lambda: out in ports.came_at(number), send)


def send_all(ports, cases):
    """Returns when what comes out is out, at all ports.  The first case is one
    that passes."""
    number = BARRIER
    for first in range(0, len(cases), AT_ONCE):
        chunk = cases[first:first + AT_ONCE]
        for i, case in enumerate(chunk, first):
            ports.send(case.port, frame(i, **case.frame))
        # The second one is for ports that Open vSwitch looked at before the
        # first one's.
        for _ in range(2):
            barrier(ports, number, "uplink", cases[0].frame, "fake")
            barrier(ports, number + 1, "fake", answer(), "uplink")
            number += 2
    # By the switch itself, so that no port is silent for another reason.
    subprocess.run(
        ["ovs-ofctl", "-OOpenFlow14", "packet-out", "copro0",
         "in_port=controller packet=%s actions=%s" % (
             frame(number, MAC5, MAC77, kind=0x88b5, body=b"").hex(),
             ",".join("output:" + p
                      for p in ("up0", "ovsfake0", "other0", "LOCAL")))],
        check=True)
    ports.wait(lambda: ports.came_at(number) == set(PORTS))


def complaints(cases, came):
    for i, case in enumerate(cases):
        outs = [(port, data) for n, port, data in came if n == i]
        name = "from %s: %s" % (case.port, case.name)
        expected = case.out and (case.out[0], frame(i, **case.out[1]))
        if expected and expected not in outs:
            yield "%s: not at %s: %s" % (name, expected[0], expected[1].hex())
        for port, data in outs:
            if (port, data) != expected:
                yield "%s: came out of %s: %s" % (name, port, data.hex())
        if len(outs) > 1:
            yield "%s: came out %d times" % (name, len(outs))


def trace(case, number):
    """Returns the port that the frame comes out of, None for none, otherwise
    all that Open vSwitch would do."""
    said = subprocess.run(
        ["ovs-appctl", "ofproto/trace", "copro0",
         "in_port=" + OFPORTS[case.port], frame(number, **case.frame).hex()],
        check=True, stdout=subprocess.PIPE, text=True).stdout
    actions = said.rpartition("Datapath actions: ")[2].strip()
    if actions.startswith("meter(") and "userspace(" in actions:
        return None             # For the agent, which takes none of these.
    return {"drop": None, OFPORTS["uplink"]: "uplink",
            OFPORTS["fake"]: "fake"}.get(actions.rpartition(",")[2], actions)


def traced(cases):
    """Yields what is wrong."""
    for i, case in enumerate(cases):
        expected = case.out and case.out[0]
        found = trace(case, i)
        if found != expected:
            yield "from %s: %s: %s, must be %s" % (case.port, case.name,
                                                   found, expected)


def sent(cases, interfaces):
    """Returns what is wrong."""
    ports = Ports(interfaces)
    try:
        send_all(ports, cases)
        wrong = []
    except TimeoutError as error:
        wrong = [str(error)]
    return wrong + list(complaints(cases, ports.came))


def send_hostile(interface):
    """Those from the uplink that must be dropped, each from a port of its own,
    if it has any.  Prints the ports, and what they are."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as sock:
        sock.bind((interface, 0))
        for i, case in enumerate(HOSTILE_IN + PINGS_IN + HOSTILE_ICMP_IN):
            name, args = case[0], dict(case[1])
            if args.get("sport") != 0:
                args["sport"] = 20000 + i
            sock.send(frame(i, **args))
            print(args["sport"], name)


def main(argv):
    if len(argv) == 3 and argv[1] == "hostile":
        send_hostile(argv[2])
        return
    if len(argv) == 3 and argv[1] == "trace":
        cases = table(argv[2])
        wrong = list(traced(cases))
    elif len(argv) == 2 + len(PORTS):
        cases = table(argv[1])
        wrong = sent(cases, argv[2:])
    else:
        sys.exit(__doc__)
    print("\n".join(wrong + ["%s: %d to drop, %d to pass" % (
        port, sum(c.port == port and not c.out for c in cases),
        sum(c.port == port and bool(c.out) for c in cases))
        for port in PORTS]))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main(sys.argv)
