#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Frames that no IP stack sends, or of clients that there are not.

send-frames.py INTERFACE [RATE] FRAME...

Sends each frame out of the interface, so many a second at most.  A frame is
KEY=VALUE[,KEY=VALUE]..., and what it says replaces this:

    vlan=2              0 for no tag
    outer=0             VLAN of a service tag in front, 0 for none
    src=192.168.2.5     "random" for one of 100.0.0.0/8
    dst=192.168.2.77
    proto=tcp           tcp, udp, icmp, arp, or a number
    sport=4000 dport=7
    flags=syn           of TCP: any of syn+ack+rst+fin, or none
    type=8              of ICMP, or the operation of ARP
    off=0 more=0        of a fragment: where it is, in units of eight bytes,
                        and if others follow
    count=1             so many of it

dst and dport can be ranges, 192.168.2.1-254 and 1-40: for one after the other.
Prints the number of frames.
"""

import itertools
import random
import socket
import struct
import sys
import time

SERVICE_TAG, TAG, IPV4, ARP = 0x88a8, 0x8100, 0x0800, 0x0806
PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17}
FLAGS = {"none": 0, "fin": 1, "syn": 2, "rst": 4, "ack": 16}
BROADCAST = b"\xff" * 6

DEFAULTS = {
    "vlan": "2", "outer": "0", "src": "192.168.2.5", "dst": "192.168.2.77",
    "proto": "tcp", "sport": "4000", "dport": "7", "flags": "syn",
    "type": "8", "off": "0", "more": "0", "count": "1",
}


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def message(f, src, dst, dport):
    """Returns what follows the IP header."""
    sport = int(f["sport"])
    pseudo = src + dst
    if f["proto"] == "tcp":
        flags = sum(FLAGS[word] for word in f["flags"].split("+"))
        at, body = 16, struct.pack("!HHIIBBHHH", sport, dport, 1, 0, 5 << 4,
                                   flags, 8192, 0, 0)
        pseudo += struct.pack("!HH", PROTOCOLS["tcp"], len(body))
    elif f["proto"] == "udp":
        at, body = 6, struct.pack("!HHHH16x", sport, dport, 24, 0)
        pseudo += struct.pack("!HH", PROTOCOLS["udp"], len(body))
    elif f["proto"] == "icmp":
        at, body = 2, struct.pack("!BBHHH16x", int(f["type"]), 0, 0, 1, 1)
        pseudo = b""
    else:
        return bytes(24)
    total = checksum(pseudo + body)
    return body[:at] + struct.pack("!H", total) + body[at + 2:]


def ipv4(f, src, dst, dport):
    body = message(f, src, dst, dport)
    if f["off"] != "0":
        body = bytes(24)
    proto = PROTOCOLS.get(f["proto"]) or int(f["proto"])
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 7,
                         int(f["off"]) | int(f["more"]) << 13, 64, proto, 0,
                         src, dst)
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] \
        + body


def frame(f, dst, dport):
    """'f' has all keys."""
    src = (b"\x64" + random.randbytes(3) if f["src"] == "random"
           else socket.inet_aton(f["src"]))
    dst = socket.inet_aton(dst)
    src_mac = b"\2\0" + src
    start = b"\x0e\0" + dst + src_mac
    tags = b""
    if f["outer"] != "0":
        tags += struct.pack("!HH", SERVICE_TAG, int(f["outer"]))
    if f["vlan"] != "0":
        tags += struct.pack("!HH", TAG, int(f["vlan"]))
    if f["proto"] == "arp":
        return (BROADCAST + src_mac + tags
                + struct.pack("!HHHBBH", ARP, 1, IPV4, 6, 4, int(f["type"]))
                + src_mac + src + bytes(6) + dst)
    return start + tags + struct.pack("!H", IPV4) + ipv4(f, src, dst, dport)


def numbers(spec):
    first, _, last = spec.partition("-")
    return range(int(first), int(last or first) + 1)


def frames(words):
    """Yields what the words describe."""
    f = dict(DEFAULTS)
    for word in words.split(","):
        key, _, value = word.partition("=")
        if key not in f:
            sys.exit("%s: no such key" % key)
        f[key] = value
    network, _, last_bytes = f["dst"].rpartition(".")
    for _ in range(int(f["count"])):
        for byte, port in itertools.product(numbers(last_bytes),
                                            numbers(f["dport"])):
            yield frame(f, "%s.%d" % (network, byte), port)


def main(argv):
    if len(argv) < 3:
        sys.exit(__doc__)
    interface, args = argv[1], argv[2:]
    rate = int(args.pop(0)) if args[0].isdigit() else 0
    sent, start = 0, time.monotonic()
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as sock:
        sock.bind((interface, 0))
        for words in args:
            for data in frames(words):
                if rate and sent % 8 == 0:
                    time.sleep(max(0, start + sent / rate - time.monotonic()))
                sock.send(data)
                sent += 1
    print(sent)


if __name__ == "__main__":
    main(sys.argv)
