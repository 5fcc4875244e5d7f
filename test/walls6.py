#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The walls of a known subnet of IPv6, fc01::/96 in fc04::1/64, as walls.py
has those of IPv4.

walls6.py SERVED UPLINK FAKE FOREIGN LOCAL
walls6.py trace SERVED
walls6.py hostile UPLINK
walls6.py firewall UPLINK

With "firewall", frames are sent that pass the switch, and that the host must
drop before any service sees them; then an echo request, which it must answer.
Prints how many the agent's table counts.
"""

import socket
import struct
import sys

sys.dont_write_bytecode = True
import wall_frames                      # noqa: E402
from wall_frames import (               # noqa: E402
    ACK, ALL_MACS, ARP, FRAGMENT, GRE, GROUP6_MAC, ICMP, ICMP6, IPV4, IPV6,
    LENGTH, LLDP, LLDP_MAC, MAC5, MAC77, MAC9, MORE, NO_MAC, ROUTER, SCTP,
    SERVER, STP_MAC, SYN, TCP, UDP, arp, mac, routed_in, routed_out,
    tags_and_macs_in, tags_and_macs_out)

IN5, IN9, AT77, AT78 = "fc01::5", "fc01::9", "fc01::77", "fc01::78"
FAKE, ROUTED, NOBODY = "fc04::1", "2a00:9::5", "2a00:9::9"
PAIR = "fc04::5:0:77"
LAB = wall_frames.Lab(IPV6, IN5, IN9, AT77, AT78, FAKE, PAIR, ROUTED, NOBODY)
ask, new, answer = LAB.ask, LAB.new, LAB.answer
reaches_fake, reaches_uplink = LAB.reaches_fake, LAB.reaches_uplink

# RFC 8200: extension headers, each of 8 bytes but for the number of the next.
PADDING = bytes([1, 4, 0, 0, 0, 0])
HOP_BY_HOP, ROUTING, DESTINATION, AUTHENTICATION = 0, 43, 60, 51
HBH = HOP_BY_HOP, bytes([0]) + PADDING
JUMBO = HOP_BY_HOP, struct.pack("!BBBI", 0, 0xc2, 4, 70000)     # RFC 2675.
MLD_ALERT = HOP_BY_HOP, bytes([0, 5, 2, 0, 0, 1, 0])            # RFC 2711.
DST = DESTINATION, bytes([0]) + PADDING
AH = AUTHENTICATION, struct.pack("!BHIII", 2, 0, 1, 1, 1)       # RFC 4302.
RH_DONE = ROUTING, bytes([0, 4, 0, 0, 0, 0, 0])
RH_LEFT = ROUTING, bytes([2, 0, 1, 0, 0, 0, 0]) + socket.inet_pton(
    socket.AF_INET6, "fc01::79")
ATOMIC = FRAGMENT, bytes([0, 0, 0, 0, 0, 0, 1])
ESP, NONE_NEXT, OSPF, MOBILITY, HIP, SHIM6, TEST1 = (50, 59, 89, 135, 139, 140,
                                                     253)

PING, PONG = 128, 129
UNREACHABLE, TOO_BIG, TIME_EXCEEDED, BAD_PARAMETER = 1, 2, 3, 4
MLD_QUERY, MLD_REPORT, MLD_DONE, MLD2_REPORT = 130, 131, 132, 143
RS, RA, NS, NA, REDIRECT = 133, 134, 135, 136, 137
RENUMBERING, NODE_QUERY, INVERSE_NS = 138, 139, 141
# What is about the link or somebody's routes, and never a client's.
LINK_TYPES = (MLD_QUERY, MLD_REPORT, MLD_DONE, MLD2_REPORT, RS, RA, NS, NA,
              REDIRECT, RENUMBERING, NODE_QUERY, INVERSE_NS)
ERRORS = UNREACHABLE, TOO_BIG, TIME_EXCEEDED, BAD_PARAMETER


def icmp(kind, **changes):
    return {"proto": ICMP6, "flags": kind, **changes}


def nd(kind, target, link=None, **changes):
    """RFC 4861: target, and one option that has a MAC address."""
    data = socket.inet_pton(socket.AF_INET6, target)
    if link:
        data += bytes([1 if kind == NS else 2, 1]) + mac(link)
    return icmp(kind, data=data, hop=255, **changes)


def solicit(target, **changes):
    """As a neighbour asks."""
    packed = socket.inet_pton(socket.AF_INET6, target)
    group = socket.inet_pton(socket.AF_INET6, "ff02::1:ff00:0")[:13] + \
        packed[13:]
    return {"eth_dst": "33:33:ff:" + packed[13:].hex(":"),
            "dst": socket.inet_ntop(socket.AF_INET6, group),
            **nd(NS, target, MAC5), **changes}


# Who is known from now on: clients ::5 and ::9, target ::77.
TO77 = {"eth_dst": MAC77, "dst": AT77}
FROM_ROUTED = {"eth_src": ROUTER, "src": ROUTED}
WELCOME = [
    ("client", ask(**TO77), reaches_fake(PAIR)),
    ("client, TCP", ask(**TO77, proto=TCP), reaches_fake(PAIR, proto=TCP)),
    ("client, hop limit 1", ask(**TO77, hop=1), reaches_fake(PAIR, hop=1)),
    ("another client", ask(**TO77, src=IN9, eth_src=MAC9),
     reaches_fake("fc04::9:0:77")),
    ("client with high bits", ask(**TO77, src="fc01::8000:5"),
     reaches_fake("fc04::8000:5:0:77")),
    ("first fragment", ask(**TO77, off=MORE), reaches_fake(PAIR, off=MORE)),
    ("fragment between", ask(**TO77, off=MORE | 1),
     reaches_fake(PAIR, off=MORE | 1)),
    ("last fragment", ask(**TO77, off=2), reaches_fake(PAIR, off=2)),
    ("first fragment, TCP", ask(**TO77, off=MORE, proto=TCP),
     reaches_fake(PAIR, off=MORE, proto=TCP)),
]
WELCOME_ROUTED = [
    ("routed client", ask(**TO77, **FROM_ROUTED), reaches_fake(ROUTED)),
    ("routed client, TCP", ask(**TO77, **FROM_ROUTED, proto=TCP),
     reaches_fake(ROUTED, proto=TCP)),
]
# Of no client, and of no target.
NOBODYS = [
    ("the fake address", FAKE),
    ("a pair's address", "fc04::5:0:78"),
    ("the fake network", "fc04::"),
    ("the last fake address", "fc04::ffff:ffff:ffff:ffff"),
    ("the loopback address", "::1"),
    ("the unspecified address", "::"),
    ("a mapped address", "::ffff:192.168.2.5"),
    ("a compatible address", "::192.168.2.5"),
    ("a link-local address", "fe80::5"),
    ("a site-local address", "fec0::5"),
    ("a multicast address of the link", "ff02::5"),
    ("a global multicast address", "ff0e::5"),
    ("the subnet's routers", "fc01::"),
    ("the subnet's last address", "fc01::ffff:ffff"),
]
HOSTILE_IN = [
    *tags_and_macs_in(LAB),
    # Sources.
    *(("from " + name, ask(src=address)) for name, address in NOBODYS),
    ("from a documentation address", ask(src="2001:db8::5")),
    ("from the other documentation addresses", ask(src="3fff::5")),
    ("from the target", ask(src=AT78)),
    ("from the target, TCP", ask(src=AT78, proto=TCP, sport=7)),
    # Targets.
    *(("to " + name, ask(dst=address)) for name, address in NOBODYS),
    ("to the next subnet", ask(dst="fc01::1:0:77")),
    ("to the subnet before", ask(dst="fc00:ffff::77")),
    ("to a routed client", ask(dst=ROUTED)),
    ("to all nodes", ask(dst="ff02::1", eth_dst=GROUP6_MAC)),
    ("to a target's group", ask(dst="ff02::1:ff00:78",
                                eth_dst="33:33:ff:00:00:78")),
    # Protocols.
    ("pong", ask(**icmp(PONG))),
    *(("protocol %d" % proto, ask(proto=proto))
      for proto in (ICMP, 2, 4, 41, GRE, ESP, NONE_NEXT, OSPF, SCTP, MOBILITY,
                    HIP, SHIM6, TEST1, 255)),
    ("GRE, first fragment", ask(proto=GRE, off=MORE)),
    ("ICMP of IPv4, first fragment", ask(proto=ICMP, off=MORE)),
    # Extension headers before what is not wanted.
    ("GRE behind options", ask(proto=GRE, ext=[HBH, DST])),
    ("TCP without a header behind options", ask(proto=TCP, ext=[DST],
                                                short=0)),
    # Short ones, and lengths that are wrong.
    ("frame ends in the IP header", ask(cut=30)),
    ("frame ends behind the IP header", ask(cut=40)),
    ("IP length beyond the frame", ask(length=200)),
    ("IP length 0", ask(length=0)),
    ("IP length of a part of the UDP header", ask(length=4)),
    ("jumbogram", ask(ext=[JUMBO], length=0)),
    ("jumbogram, TCP", ask(proto=TCP, ext=[JUMBO], length=0)),
    ("options longer than the packet", ask(ext=[
        (HOP_BY_HOP, bytes([200]) + PADDING)])),
    ("half a fragment header", ask(ext=[ATOMIC], cut=44)),
    ("TCP header of 8 bytes", ask(proto=TCP, short=8)),
    ("TCP header of 3 bytes", ask(proto=TCP, short=3)),
    ("TCP header that is missing", ask(proto=TCP, short=0)),
    ("UDP header of 4 bytes", ask(short=4)),
    ("UDP header that is missing", ask(short=0)),
    ("UDP, ports 0", ask(sport=0, dport=0)),
    # Neighbour and router discovery, groups.
    ("solicitation", ask(**solicit(AT78))),
    ("solicitation of the fake address", ask(**solicit(FAKE))),
    ("solicitation from a link-local address",
     ask(**solicit(AT78), src="fe80::5")),
    ("solicitation, unicast", ask(**nd(NS, AT78, MAC5))),
    ("solicitation, hop limit 254", ask(**{**solicit(AT78), "hop": 254})),
    ("address detection", ask(**{**solicit(AT78), **nd(NS, AT78)}, src="::")),
    ("advertisement to all", ask(**nd(NA, AT77, MAC5), dst="ff02::1",
                                 eth_dst=GROUP6_MAC)),
    ("advertisement: the fake host's neighbour moved",
     ask(**nd(NA, "fc04::2", MAC5), dst=FAKE, eth_dst=SERVER)),
    ("advertisement: a pair moved",
     ask(**nd(NA, PAIR, MAC5), dst=FAKE, eth_dst=SERVER)),
    ("router advertisement", ask(**icmp(RA, hop=255), src="fe80::fe",
                                 dst="ff02::1", eth_dst=GROUP6_MAC)),
    ("router solicitation", ask(**icmp(RS, hop=255), src="fe80::5",
                                dst="ff02::2", eth_dst="33:33:00:00:00:02")),
    ("redirect of a router", ask(**nd(REDIRECT, AT78), src="fe80::fe")),
    ("MLD query", ask(**icmp(MLD_QUERY, hop=1, ext=[MLD_ALERT]),
                      src="fe80::fe", dst="ff02::1", eth_dst=GROUP6_MAC)),
    ("DHCPv6", ask(src="fe80::5", dst="ff02::1:2", sport=546, dport=547,
                   eth_dst="33:33:00:01:00:02")),
    ("mDNS", ask(dst="ff02::fb", sport=5353, dport=5353,
                 eth_dst="33:33:00:00:00:fb")),
    *(("ICMPv6 type %d to a target" % kind, ask(**TO77, **icmp(kind, hop=255)))
      for kind in LINK_TYPES),
    # No IPv6.
    ("IPv4", ask(kind=IPV4, src="192.168.2.5", dst="192.168.2.78")),
    ("IPv6 as IPv4", ask(kind=IPV4, body=bytes([0x60]) + bytes(60))),
    ("ARP request", ask(eth_dst=ALL_MACS, kind=ARP, body=arp(
        1, MAC5, "192.168.2.5", NO_MAC, "192.168.2.78"))),
    ("LLDP", ask(kind=LLDP, body=b"", eth_dst=LLDP_MAC)),
    ("STP", ask(kind=LENGTH, body=b"\x42\x42\x03", eth_dst=STP_MAC)),
    ("MPLS", ask(kind=0x8847, body=bytes(4))),
    # Routed clients: only what begins a connection, or goes on with one.
    *routed_in(LAB),
    ("routed: to the subnet's routers", new(dst="fc01::")),
    ("routed: ICMP error of its connection",
     ask(**TO77, **FROM_ROUTED, **icmp(UNREACHABLE))),
    ("routed: redirect", new(**nd(REDIRECT, AT77))),
]
# As long as nobody wants ICMP.
PINGS_IN = [
    ("ping", ask(**icmp(PING))),
    ("routed: ping", new(**icmp(PING))),
]
# Where it is wanted: requests, and what may be part of one.
WELCOME_ICMP = [
    ("ping", ask(**TO77, **icmp(PING)), reaches_fake(PAIR, **icmp(PING))),
    ("ping, first fragment", ask(**TO77, **icmp(PING, off=MORE)),
     reaches_fake(PAIR, **icmp(PING, off=MORE))),
    ("ping, last fragment", ask(**TO77, **icmp(PING, off=2)),
     reaches_fake(PAIR, **icmp(PING, off=2))),
]
WELCOME_ICMP_ROUTED = [
    ("routed: ping", ask(**TO77, **FROM_ROUTED, **icmp(PING)),
     reaches_fake(ROUTED, **icmp(PING))),
]
HOSTILE_ICMP_IN = [
    *(("ICMPv6 type %d" % kind, ask(**TO77, **icmp(kind)))
      for kind in (*ERRORS, REDIRECT, NODE_QUERY, INVERSE_NS, 0, 200)),
    *(("ICMPv6 type %d, first fragment" % kind,
       ask(**TO77, **icmp(kind, off=MORE)))
      for kind in (*ERRORS, PONG, NS, REDIRECT)),
    ("ping without a type", ask(**TO77, **icmp(PING, short=0))),
    ("ping of 4 bytes", ask(**TO77, **icmp(PING, short=4))),
    ("ping from the fake address", ask(**icmp(PING), src=FAKE)),
    ("ping to all nodes", ask(**icmp(PING), dst="ff02::1",
                              eth_dst=GROUP6_MAC)),
    ("ping to the subnet's routers", ask(**icmp(PING), dst="fc01::")),
    ("routed: redirect, first fragment", new(**icmp(REDIRECT, off=MORE))),
    ("routed: pong, first fragment", new(**icmp(PONG, off=MORE))),
]
ANSWERS = [
    ("answer", answer(), reaches_uplink(AT77, IN5, MAC5)),
    ("answer, TCP", answer(proto=TCP, flags=SYN | ACK, ack=2),
     reaches_uplink(AT77, IN5, MAC5, proto=TCP, flags=SYN | ACK, ack=2)),
    ("answer to another client", answer(dst="fc04::9:0:77"),
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
HOSTILE_OUT = [
    *tags_and_macs_out(LAB),
    # Sources.
    *(("from %s, out" % name, answer(src=address))
      for name, address in NOBODYS if address != FAKE),
    ("from another fake address", answer(src="fc04::2")),
    ("from the target's real address", answer(src=AT77)),
    ("real addresses on both sides", answer(src=AT77, dst=IN5)),
    ("from a strange address", answer(src="2a00::1")),
    ("DHCPv6, out", answer(src="fe80::1", dst="ff02::1:2", sport=546,
                           dport=547, eth_dst="33:33:00:01:00:02")),
    # Clients and targets.
    *(("to %s, out" % name, answer(dst=address)) for name, address in NOBODYS),
    ("to an unknown client", answer(dst="fc04::6:0:77")),
    ("to an unknown client, TCP", answer(dst="fc04::6:0:77", proto=TCP)),
    ("to client 0", answer(dst="fc04::77")),
    ("to the last client", answer(dst="fc04::ffff:ffff:0:77")),
    ("as an unknown target", answer(dst="fc04::5:0:78")),
    ("as target 0", answer(dst="fc04::5:0:0")),
    ("as the last target", answer(dst="fc04::5:ffff:ffff")),
    ("as a client", answer(dst="fc04::9:0:5")),
    ("client and target exchanged", answer(dst="fc04::77:0:5")),
    ("to its neighbour", answer(dst="fc04::2")),
    ("to a client's real address", answer(dst=IN5)),
    ("to a target's real address", answer(dst=AT77)),
    ("to a group by its MAC, out", answer(dst="ff02::fb",
                                          eth_dst="33:33:00:00:00:fb")),
    # Protocols.
    ("ping, out", answer(**icmp(PING))),
    *(("ICMPv6 error %d, out" % kind, answer(**icmp(kind)))
      for kind in ERRORS),
    *(("protocol %d, out" % proto, answer(proto=proto))
      for proto in (ICMP, 2, 4, 41, GRE, ESP, NONE_NEXT, SCTP, TEST1)),
    ("GRE behind options, out", answer(proto=GRE, ext=[HBH])),
    # Short ones, and lengths that are wrong.
    ("frame ends in the IP header, out", answer(cut=30)),
    ("IP length beyond the frame, out", answer(length=200)),
    ("jumbogram, out", answer(ext=[JUMBO], length=0)),
    # Neighbour and router discovery, groups.
    ("solicitation, out", answer(**solicit(PAIR))),
    ("solicitation of a client, out", answer(**solicit(IN5))),
    ("solicitation of its neighbour, out", answer(**nd(NS, "fc04::2",
                                                       SERVER))),
    ("address detection, out", answer(**{**solicit(FAKE), **nd(NS, FAKE)},
                                      src="::")),
    ("advertisement to all, out", answer(**nd(NA, AT77, SERVER),
                                         dst="ff02::1", eth_dst=GROUP6_MAC)),
    ("advertisement: it has the target's address",
     answer(**nd(NA, AT77, SERVER), src=AT77, dst=IN5, eth_dst=MAC5)),
    ("router solicitation, out", answer(
        **icmp(RS, hop=255), src="fe80::1", dst="ff02::2",
        eth_dst="33:33:00:00:00:02")),
    ("router advertisement, out", answer(
        **icmp(RA, hop=255), src="fe80::1", dst="ff02::1",
        eth_dst=GROUP6_MAC)),
    ("MLD report, out", answer(
        **icmp(MLD2_REPORT, hop=1, ext=[MLD_ALERT]), src="::",
        dst="ff02::16", eth_dst="33:33:00:00:00:16")),
    *(("ICMPv6 type %d to a client, out" % kind,
       answer(**icmp(kind, hop=255))) for kind in LINK_TYPES),
    # No IPv6.
    ("IPv4, out", answer(kind=IPV4, src="10.10.0.1", dst="10.10.5.77")),
    ("ARP request, out", answer(eth_dst=ALL_MACS, kind=ARP, body=arp(
        1, SERVER, "10.10.0.1", NO_MAC, "10.10.5.77"))),
    ("LLDP, out", answer(kind=LLDP, body=b"", eth_dst=LLDP_MAC)),
    ("STP, out", answer(kind=LENGTH, body=b"\x42\x42\x03", eth_dst=STP_MAC)),
    ("ethernet type 0x88b5, out", answer(kind=0x88b5, body=b"")),
    # Routed clients: answers of their connections only.
    *routed_out(LAB),
    ("routed: port unreachable", answer(dst=ROUTED, **icmp(UNREACHABLE))),
    ("routed: from the target's address", answer(dst=ROUTED, src=AT77)),
    ("routed: last fragment of nothing, out", answer(dst=ROUTED, off=9)),
]
PONGS_OUT = [
    ("pong, out", answer(**icmp(PONG))),
]
ANSWERS_ICMP = [
    ("pong", answer(**icmp(PONG)),
     reaches_uplink(AT77, IN5, MAC5, **icmp(PONG))),
    ("pong, first fragment", answer(**icmp(PONG, off=MORE)),
     reaches_uplink(AT77, IN5, MAC5, **icmp(PONG, off=MORE))),
    ("pong, last fragment", answer(**icmp(PONG, off=2)),
     reaches_uplink(AT77, IN5, MAC5, **icmp(PONG, off=2))),
]
ANSWERS_ICMP_ROUTED = [
    ("pong to a routed client", answer(dst=ROUTED, **icmp(PONG)),
     reaches_uplink(AT77, ROUTED, ROUTER, **icmp(PONG))),
]
HOSTILE_ICMP_OUT = [
    *(("ICMPv6 type %d, first fragment, out" % kind,
       answer(**icmp(kind, off=MORE)))
      for kind in (*ERRORS, PING, NS, REDIRECT)),
    ("pong to nobody", answer(**icmp(PONG), dst="fc04::6:0:77")),
    ("pong as an unknown target", answer(**icmp(PONG), dst="fc04::5:0:78")),
    ("routed: pong that nobody asked for", answer(**icmp(PONG), dst=NOBODY)),
]

ROWS = wall_frames.Rows(
    LAB, WELCOME, WELCOME_ROUTED, HOSTILE_IN, PINGS_IN, WELCOME_ICMP,
    WELCOME_ICMP_ROUTED, HOSTILE_ICMP_IN, ANSWERS, ANSWERS_ROUTED, HOSTILE_OUT,
    PONGS_OUT, ANSWERS_ICMP, ANSWERS_ICMP_ROUTED, HOSTILE_ICMP_OUT)

# Behind the switch: the agent's table counts these,
COUNTED = [
    ask(**TO77, **words)
    for words in (
        {"ext": [HBH]}, {"ext": [HBH], "proto": TCP}, {"ext": [DST]},
        {"ext": [DST], "proto": TCP}, {"ext": [RH_DONE]},
        {"ext": [RH_LEFT]}, {"ext": [HBH, DST, RH_DONE]}, {"ext": [ATOMIC]},
        {"ext": [ATOMIC], "proto": TCP}, {"ext": [HBH], "off": MORE},
        {"ext": [DST], **icmp(PING)}, {"ext": [ATOMIC], **icmp(PING)},
        {"ext": [AH]}, {"ext": [AH, DST], "proto": TCP})
] + [ask(**TO77, **FROM_ROUTED, ext=[HBH]), ask(**TO77, **FROM_ROUTED,
                                                ext=[DST], proto=TCP)]
# and the kernel drops these: fragments that overlap (RFC 5722), and a version
# that is IPv4's.
DROPPED = [ask(**TO77, off=MORE, data=bytes(6)),
           ask(**TO77, off=MORE | 2, data=bytes(6)), ask(**TO77, off=3),
           ask(**TO77, head=0x45)]


def send_to_firewall(interface):
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as sock:
        sock.bind((interface, 0))
        for i, words in enumerate(COUNTED):
            sock.send(wall_frames.frame(i, **words))
        for words in DROPPED:
            sock.send(wall_frames.frame(len(COUNTED), **words))
        sock.send(wall_frames.frame(len(COUNTED), **ask(**TO77, **icmp(PING))))
    print(len(COUNTED))


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "firewall":
        send_to_firewall(sys.argv[2])
    else:
        wall_frames.main(ROWS, sys.argv, __doc__)
