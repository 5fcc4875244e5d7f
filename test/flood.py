#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A flood from clients that there are not.

flood.py INTERFACE PACKETS [READER [RATE]]

Sends so many frames into the real subnet 192.168.2.0/24, VLAN 2: from random
addresses, each fourth of the subnet, and random MAC addresses, to random
targets; half of them datagrams, of the others three of four TCP SYNs.  As fast
as they go; or, with READER, the interface where they arrive, as fast as they
are taken there, so that not one is lost on the way, but no more than RATE a
second.  Prints how many seconds it took.
"""

import random
import socket
import struct
import sys
import time

AT_ONCE = 32
WAITING = 32 << 10          # Bytes that READER's sockets may have waiting.
SUBNET = 0xc0a80200
TCP, UDP = 6, 17
SYN, ACK = 2, 16
TCP_HEADER = struct.Struct("!HHIIBBHHH")
UDP_HEADER = struct.Struct("!HHHH")
HEADERS = struct.Struct("!HIHIHHHBBHHHBBHII")


def checksum(*words):
    total = sum(words)
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def tcp(source, target, port, flags):
    words = [port, 7, 1, 0, 5 << 4, flags, 8192]
    total = checksum(source, target, TCP, TCP_HEADER.size, port, 7, 1,
                     5 << 12 | flags, 8192)
    return TCP_HEADER.pack(*words, total, 0)


def frame(rng, n):
    """Returns the bytes of the n-th."""
    bits = rng.getrandbits(96)
    target = SUBNET | 1 + bits % 254
    source = bits >> 32 & 0xffffffff
    port = 1024 + (bits >> 8 & 0x7fff)
    if n % 4 == 0:
        source = SUBNET | 1 + source % 254
    if n % 2:
        proto = TCP
        rest = tcp(source, target, port, ACK if n % 8 == 1 else SYN)
    else:
        proto = UDP
        rest = UDP_HEADER.pack(port, 7, UDP_HEADER.size, 0)
    length = 20 + len(rest)
    return HEADERS.pack(
        0x0e00, target, 0x0200, bits >> 64, 0x8100, 2, 0x0800,
        0x45, 0, length, 0, 0, 64, proto,
        checksum(0x4500, length, 64 << 8 | proto, source, target),
        source, target) + rest


def waiting(index):
    """Returns how many bytes wait for who reads from the interface."""
    with open("/proc/net/packet") as table:
        rows = [line.split() for line in table][1:]
    return sum(int(row[6]) for row in rows if int(row[4]) == index)


def main(argv):
    if not 3 <= len(argv) <= 5:
        sys.exit(__doc__)
    index = socket.if_nametoindex(argv[3]) if len(argv) > 3 else None
    interval = 1 / float(argv[4]) if len(argv) > 4 else 0
    rng = random.Random()
    start = time.monotonic()
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as sock:
        sock.bind((argv[1], 0))
        for n in range(int(argv[2])):
            if index and n % AT_ONCE == 0:
                time.sleep(max(0, start + n * interval - time.monotonic()))
                while waiting(index) > WAITING:
                    time.sleep(0.0005)
            sock.send(frame(rng, n))
    print("%.1f" % (time.monotonic() - start))


if __name__ == "__main__":
    main(sys.argv)
