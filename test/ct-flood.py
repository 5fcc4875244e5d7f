#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A flood of connections from one routed client.

ct-flood.py INTERFACE CLIENT CONNECTIONS [RATE]

Opens so many TCP connections, each with a SYN only, into the real subnet
192.168.2.0/24: from the address CLIENT, to one target and source port after
the other, at most RATE a second.  Sends them untagged, from a client's own
network card.  Prints how many seconds it took.
"""

import ipaddress
import socket
import struct
import sys
import time

import flood

AT_ONCE = 32
ETHERNET = struct.Struct("!6s6sH")
IP_HEADER = struct.Struct("!BBHHHBBHII")


def frame(mac, client, n):
    """Returns the bytes of the n-th."""
    target = flood.SUBNET | 100 + n % 100
    segment = flood.tcp(client, target, 1024 + n // 100 % 64000, flood.SYN)
    length = IP_HEADER.size + len(segment)
    return ETHERNET.pack(
        bytes((0x0e, 0, 0xc0, 0xa8, 2, target & 0xff)), mac, 0x0800
    ) + IP_HEADER.pack(
        0x45, 0, length, 0, 0, 64, flood.TCP,
        flood.checksum(0x4500, length, 64 << 8 | flood.TCP, client, target),
        client, target) + segment


def main(argv):
    if not 4 <= len(argv) <= 5:
        sys.exit(__doc__)
    client = int(ipaddress.IPv4Address(argv[2]))
    interval = 1 / float(argv[4]) if len(argv) > 4 else 0
    start = time.monotonic()
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as sock:
        sock.bind((argv[1], 0))
        mac = sock.getsockname()[4]
        for n in range(int(argv[3])):
            if n % AT_ONCE == 0:
                time.sleep(max(0, start + n * interval - time.monotonic()))
            sock.send(frame(mac, client, n))
    print("%.1f" % (time.monotonic() - start))


if __name__ == "__main__":
    main(sys.argv)
