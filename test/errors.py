#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ICMP errors, as clients and services see them.

errors.py asks SOURCE TARGET PORT
    Sends a datagram, of IPv4 or IPv6; prints what error comes of it, from whom,
    about whom.
errors.py sends SOURCE TARGET PORT BYTES
    Sends a datagram, and waits for nothing.
errors.py narrow ADDRESS PORT MTU
    Is a service on a link with that MTU: answers each datagram with "packet too
    big", or with "fragmentation needed".  Prints "ready".
errors.py flood INTERFACE MAC SOURCE TARGET COUNT
    Sends as many port unreachables as fast as they go, about datagrams of the
    target, whose MAC address it is.
errors.py record SOURCE TARGET PORT
    Opens a TCP connection with the IP option "record route", sends an echo
    request with it, and prints what is answered within a second each.
"""

import errno
import select
import socket
import struct
import sys

TIMEOUT = 5
IP_RECVERR = 11                 # <linux/in.h>
IPV6_RECVERR = 25               # <linux/in6.h>
EXTENDED = struct.Struct("IBBBBII")     # struct sock_extended_err
# A no-op to align it, and room for nine addresses.
RECORD_ROUTE = bytes([1, 7, 39, 4]) + bytes(36)
SOCKADDR = {                    # struct sockaddr_in, sockaddr_in6
    socket.AF_INET: struct.Struct("HH4s8x"),
    socket.AF_INET6: struct.Struct("HHI16sI"),
}
RECVERR = {
    socket.AF_INET: (socket.IPPROTO_IP, IP_RECVERR),
    socket.AF_INET6: (socket.IPPROTO_IPV6, IPV6_RECVERR),
}


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def error_of(sock):
    """Returns the ICMP error that the socket has, in words."""
    poll = select.poll()
    poll.register(sock, 0)
    if not poll.poll(TIMEOUT * 1000):
        return "no error"
    _, controls, _, about = sock.recvmsg(2000, 512, socket.MSG_ERRQUEUE)
    for level, kind, data in controls:
        if (level, kind) == RECVERR[sock.family]:
            number, _, icmp, code, _, info, _ = EXTENDED.unpack_from(data)
            sender = next(word for word in SOCKADDR[sock.family].unpack_from(
                data, EXTENDED.size) if isinstance(word, bytes))
            return "%s, ICMP %d/%d from %s about %s port %d%s" % (
                errno.errorcode[number], icmp, code,
                socket.inet_ntop(sock.family, sender), *about[:2],
                ", MTU %d" % info if number == errno.EMSGSIZE else "")
    return "no ICMP error"


def asks(source, target, port):
    with socket.socket(family(source), socket.SOCK_DGRAM) as sock:
        sock.setsockopt(*RECVERR[sock.family], 1)
        sock.bind((source, 0))
        sock.connect((target, int(port)))
        sock.send(b"is anybody there?")
        print(error_of(sock))


def sends(source, target, port, n):
    with socket.socket(family(source), socket.SOCK_DGRAM) as sock:
        sock.bind((source, 0))
        sock.sendto(bytes(int(n)), (target, int(port)))


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return struct.pack("!H", ~total & 0xffff)


def ip(proto, source, target, payload):
    header = struct.pack("!BBHHHBB2x4s4s", 0x45, 0, 20 + len(payload), 1, 0,
                         64, proto, socket.inet_aton(source),
                         socket.inet_aton(target))
    return header[:10] + checksum(header) + header[12:] + payload


def ip6(proto, source, target, payload):
    return struct.pack("!IHBB", 6 << 28, len(payload), proto, 64) + \
        socket.inet_pton(socket.AF_INET6, source) + \
        socket.inet_pton(socket.AF_INET6, target) + payload


def narrow(address, port, mtu):
    """Of ICMPv6, the kernel makes the checksum."""
    ipv6 = ":" in address
    header = ip6 if ipv6 else ip
    icmp = socket.IPPROTO_ICMPV6 if ipv6 else socket.IPPROTO_ICMP
    kind = (2, 0) if ipv6 else (3, 4)
    with socket.socket(family(address), socket.SOCK_DGRAM) as sock, \
            socket.socket(family(address), socket.SOCK_RAW, icmp) as raw:
        sock.bind((address, int(port)))
        raw.bind((address, 0))
        print("ready", flush=True)
        while True:
            data, (client, client_port, *_) = sock.recvfrom(2000)
            data += bytes(len(data) % 2)
            udp = struct.pack("!4H", client_port, int(port), 8 + len(data), 0)
            # Its checksum is that of a packet with a pseudo-header in front.
            pseudo = header(socket.IPPROTO_UDP, client, address, b"")
            pseudo = pseudo[-32:] if ipv6 else pseudo[-8:]
            pseudo += struct.pack("!HH", len(udp + data), socket.IPPROTO_UDP)
            udp = udp[:6] + checksum(pseudo + udp + data)
            about = header(socket.IPPROTO_UDP, client, address, udp + data)
            error = struct.pack("!BBHI", *kind, 0, int(mtu)) + about
            error = error[:2] + checksum(error) + error[4:]
            raw.sendto(error, (client, 0))


def flood(interface, mac, source, target, count):
    quoted = ip(socket.IPPROTO_UDP, target, source,
                struct.pack("!4H", 7, 1000, 8, 0))
    error = struct.pack("!BBHI", 3, 3, 0, 0) + quoted
    error = error[:2] + checksum(error) + error[4:]
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as sock:
        sock.bind((interface, 0))
        frame = (bytes.fromhex(mac.replace(":", "")) + sock.getsockname()[4]
                 + b"\x08\x00"
                 + ip(socket.IPPROTO_ICMP, source, target, error))
        for _ in range(int(count)):
            sock.send(frame)


def is_answered(kind, proto, source, send):
    """Returns what answers what 'send' does with the socket."""
    with socket.socket(socket.AF_INET, kind, proto) as sock:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, RECORD_ROUTE)
        sock.settimeout(1)
        sock.bind((source, 0))
        try:
            return send(sock) or "an answer"
        except OSError as error:
            return str(error)


def record(source, target, port):
    ping = struct.pack("!BBHHH", 8, 0, 0, 7, 1)
    ping = ping[:2] + checksum(ping) + ping[4:]

    def pings(sock):
        sock.sendto(ping, (target, 0))
        return sock.recv(2000).hex()

    print("TCP:", is_answered(socket.SOCK_STREAM, 0, source,
                              lambda sock: sock.connect((target, int(port)))))
    print("ping:", is_answered(socket.SOCK_RAW, socket.IPPROTO_ICMP, source,
                               pings))


if __name__ == "__main__":
    commands = {"asks": (asks, 3), "sends": (sends, 4), "narrow": (narrow, 3),
                "flood": (flood, 5), "record": (record, 3)}
    command, words = commands.get((sys.argv + [""])[1], (None, 0))
    if len(sys.argv) != 2 + words or not command:
        sys.exit(__doc__)
    command(*sys.argv[2:])
