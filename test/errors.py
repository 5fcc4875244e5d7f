#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ICMP errors, as clients and services see them.

errors.py asks SOURCE TARGET PORT
    Sends a datagram; prints what error comes of it, from whom, about whom.
"""

import errno
import select
import socket
import struct
import sys

TIMEOUT = 5
IP_RECVERR = 11                 # <linux/in.h>
EXTENDED = struct.Struct("IBBBBII")     # struct sock_extended_err
SOCKADDR = struct.Struct("HH4s8x")      # struct sockaddr_in


def error_of(sock):
    """Returns the ICMP error that the socket has, in words."""
    poll = select.poll()
    poll.register(sock, 0)
    if not poll.poll(TIMEOUT * 1000):
        return "no error"
    _, controls, _, about = sock.recvmsg(2000, 512, socket.MSG_ERRQUEUE)
    for level, kind, data in controls:
        if (level, kind) == (socket.IPPROTO_IP, IP_RECVERR):
            number, _, icmp, code, *_ = EXTENDED.unpack_from(data)
            _, _, sender = SOCKADDR.unpack_from(data, EXTENDED.size)
            return "%s, ICMP %d/%d from %s about %s:%d" % (
                errno.errorcode[number], icmp, code,
                socket.inet_ntoa(sender), *about)
    return "no ICMP error"


def asks(source, target, port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
        sock.bind((source, 0))
        sock.connect((target, int(port)))
        sock.send(b"is anybody there?")
        print(error_of(sock))


if __name__ == "__main__":
    if len(sys.argv) != 5 or sys.argv[1] != "asks":
        sys.exit(__doc__)
    asks(*sys.argv[2:])
