#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The services and the clients of tests, demo and benchmark.  Addresses are of
IPv4 or IPv6.

peer.py serve ADDRESS PORT
    TCP and UDP.  A TCP connection gets a line with the address that the
    service sees the client at, then an echo of all it sends.  A datagram is
    answered with the same line and the datagram.  Prints, of a connection that
    has ended, how many segments the service had to repeat.
peer.py http ADDRESS
    HTTP on port 80; the page says who asks.
peer.py tcp SOURCE TARGET PORT BYTES
    Connects, sends random bytes, compares the echo; prints who it was to the
    service, and the bytes in each direction.
peer.py udp SOURCE TARGET PORT BYTES
    The same with one datagram; SOURCE can have a port, 172.16.9.5:1000 or
    [fc02::5]:1000.
peer.py frag SOURCE TARGET PORT BYTES
    The same with zeros in the datagram where Open vSwitch's userspace datapath
    would change a later fragment of IPv4: bytes 6 and 7 of each.
peer.py zero SOURCE TARGET PORT
    Sends two datagrams: the checksum of one becomes 0 when the switch rewrites
    it, that of the other's answer when the switch does so back.  That is sent
    as 0xffff (RFC 768, RFC 8200), which IPv6 cannot do without.
peer.py hear ADDRESS PORT
peer.py talk SOURCE TARGET PORT
    The two ends of a TCP connection, on which nothing is said by itself: sends
    each line of the standard input, and prints each line that comes.
peer.py scan SOURCE SOURCE-PORT TARGETS PORT
    Connects to all targets from the same port, then sends 10 bytes on each
    connection and compares the echo.  Prints who it was to the service.
peer.py ping SOURCE TARGET BYTES
    Sends an ICMP or ICMPv6 echo request with random bytes, and compares the
    reply.
peer.py crowd FIRST COUNT TARGET PORT TIMEOUT
    So many clients, with the addresses from that one on, one after the other:
    each sends one datagram.  Prints how many were answered in so many seconds,
    each as the address that it has; and how long the slowest took.
peer.py poke SOURCE TARGET
    Sends one datagram, and does not wait for an answer.
peer.py sniff INTERFACE ADDRESS
    Prints a line for each IP packet that comes from the address.
peer.py frames INTERFACE
    Prints a line for each frame that the interface receives: its bytes.
peer.py advertise INTERFACE PREFIX
    Sends an IPv6 router advertisement for the /64 prefix.
peer.py fight INTERFACE SECONDS
    Changes the interface's MAC address 1,000 times a second.
peer.py accepts SOCKET
    Prints "ready", waits until the unix socket was made anew and accepts a
    connection, looks each millisecond, and prints when that was: milliseconds
    since the epoch.
peer.py manager SOCKET
    Prints what sd_notify(3) would tell a service manager, a line a message.
peer.py ask SOCKET PID REQUEST...
    Sends several requests, "METHOD[,PARAMETER]...", to the control socket of a
    daemon while that is stopped, and prints what it then answers.
peer.py many SOURCES TARGETS PORT [AT_ONCE]
    All pairs of addresses at once, or so many, TCP and UDP: sends 1,000 bytes,
    compares the echo, and what the service saw with the pair:
    10.10.CLIENT.TARGET, or fc04::CLIENT:TARGET with 32 bits each.
    SOURCES and TARGETS are "192.168.2.1-16" or "fc01::1-1f".  Prints the number
    of pairs.
"""

import concurrent.futures
import fcntl
import http.server
import ipaddress
import json
import os
import signal
import socket
import socketserver
import struct
import sys
import threading
import time

TIMEOUT = 10        # Seconds until a test gives up.
MTU = 1500
IP_HEADER = 20
UDP_HEADER = 8
ETH_P_IP, ETH_P_IPV6 = 0x0800, 0x86dd
ETH_P_ALL = 0x0003
SIOCSIFHWADDR = 0x8924
ARPHRD_ETHER = 1
SO_RCVBUFFORCE = 33         # <asm-generic/socket.h>; any size, for root.
TCPI_TOTAL_RETRANS = 100    # In struct tcp_info of <linux/tcp.h>.
TCPI_DSACK_DUPS = 216
BACKLOG = 1024      # A short one makes connections wait for a second.

# The fake address and prefix, and how many bits of client and target.
FAKE = {4: (ipaddress.ip_interface("10.10.0.1/16"), 8),
        6: (ipaddress.ip_interface("fc04::1/64"), 32)}


def put_line(line):
    """Prints it whole, whatever other threads print: print() itself writes the
    newline apart."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def family(address):
    """Returns that of an address, as socket() has it."""
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def retransmissions(sock):
    """Returns the segments that this end of a TCP connection had to repeat:
    those of which the other end said that it had them (D-SACK, RFC 2883) were
    late, not lost."""
    info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO,
                           TCPI_DSACK_DUPS + 4)
    repeated, = struct.unpack_from("I", info, TCPI_TOTAL_RETRANS)
    late, = struct.unpack_from("I", info, TCPI_DSACK_DUPS)
    return max(repeated - late, 0)


class TCPEcho(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self):
        self.wfile.write(b"%s\n" % self.client_address[0].encode())
        while True:
            data = self.request.recv(65536)
            if not data:
                break
            self.request.sendall(data)
        put_line("%s port %d ended, %d repeated" % (
            *self.client_address[:2], retransmissions(self.request)))


class UDPEcho(socketserver.BaseRequestHandler):
    def handle(self):
        data, sock = self.request
        line = b"%s\n" % self.client_address[0].encode()
        sock.sendto(line + data, self.client_address)


class OfFamily:
    """A server of its address's family."""

    def __init__(self, address, handler):
        self.address_family = family(address[0])
        super().__init__(address, handler)


class TCPServer(OfFamily, socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = BACKLOG


class UDPServer(OfFamily, socketserver.UDPServer):
    max_packet_size = 65507

    def server_bind(self):
        # Many first datagrams at once: none is to be lost here.
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 22)
        super().server_bind()


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        page = b"hello, %s\n" % self.client_address[0].encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *args):
        put_line("%s asked for http://%s%s" % (
            self.client_address[0], self.headers.get("Host"), self.path))


class HTTPServer(OfFamily, http.server.ThreadingHTTPServer):
    request_queue_size = BACKLOG


def serve(address, port):
    tcp = TCPServer((address, int(port)), TCPEcho)
    udp = UDPServer((address, int(port)), UDPEcho)
    threading.Thread(target=udp.serve_forever, daemon=True).start()
    put_line("ready")
    tcp.serve_forever()


def serve_http(address):
    server = HTTPServer((address, 80), Page)
    put_line("ready")
    server.serve_forever()


def read_line(sock):
    line = b""
    while not line.endswith(b"\n"):
        byte = sock.recv(1)
        if not byte:
            raise EOFError("connection closed in the first line")
        line += byte
    return line.decode().strip()


def tcp_exchange(source, target, port, data):
    """Returns who the service says we are; raises if the echo differs."""
    with socket.create_connection((target, port), TIMEOUT,
                                  (source, 0)) as sock:
        seen = read_line(sock)
        sender = threading.Thread(target=sock.sendall, args=(data,))
        sender.start()
        echo = bytearray()
        while len(echo) < len(data):
            received = sock.recv(1 << 20)
            if not received:
                break
            echo += received
        sender.join()
    if echo != data:
        raise ValueError("echo differs from what was sent")
    return seen


def hear(address, port):
    with socket.create_server((address, int(port)),
                              family=family(address)) as server:
        put_line("ready")
        converse(server.accept()[0])


def talk(source, target, port):
    with socket.create_connection((target, int(port)), TIMEOUT,
                                  (source, 0)) as sock:
        sock.settimeout(None)
        converse(sock)


def converse(sock):
    def say():
        for line in sys.stdin.buffer:
            sock.sendall(line)

    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    put_line("connected")
    threading.Thread(target=say, daemon=True).start()
    for line in sock.makefile("rb"):
        put_line(line.decode().strip())


def scan(source, source_port, targets, port):
    socks = [socket.socket(family(source)) for _ in addresses(targets)]
    for sock, target in zip(socks, addresses(targets)):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.settimeout(TIMEOUT)
        sock.bind((source, int(source_port)))
        sock.connect((target, int(port)))
    for sock in socks:
        seen = read_line(sock)
        data = os.urandom(10)
        sock.sendall(data)
        if sock.recv(len(data), socket.MSG_WAITALL) != data:
            raise ValueError("echo differs from what was sent")
        print("%s is %s" % (sock.getpeername()[0], seen))


def split_port(source):
    """Returns the address and the port, 0 if there is none, of
    "172.16.9.5:1000" or "[fc02::5]:1000"."""
    address, _, port = source.rpartition(":")
    if address.startswith("["):
        return address.strip("[]"), int(port)
    if address and family(address) == socket.AF_INET:
        return address, int(port)
    return source, 0


def udp_exchange(source, target, port, data, timeout=TIMEOUT):
    with socket.socket(family(target), socket.SOCK_DGRAM) as sock:
        sock.settimeout(timeout)
        sock.bind(split_port(source))
        sock.connect((target, port))
        sock.send(data)
        seen, _, echo = sock.recv(65535).partition(b"\n")
    if echo != data:
        raise ValueError("echo differs from what was sent")
    return seen.decode()


def crowd(first, count, target, port, timeout):
    answered, slowest = 0, 0
    for number in range(int(count)):
        source = str(ipaddress.ip_address(first) + number)
        start = time.monotonic()
        try:
            seen = udp_exchange(source, target, int(port), os.urandom(100),
                                float(timeout))
        except TimeoutError:
            continue
        slowest = max(slowest, time.monotonic() - start)
        if seen != source:
            raise ValueError("%s is %s" % (source, seen))
        answered += 1
    print("%d answered" % answered)
    print("slowest: %.3f s" % slowest, file=sys.stderr)


def fragment_data(pair, n):
    """Random data, but for zeros where the fragments of the datagram or of its
    answer, which has a line before the data, would be changed."""
    data = bytearray(os.urandom(n))
    for before in 0, len(pair) + 1:
        for payload in range(MTU - IP_HEADER, n + before, MTU - IP_HEADER):
            at = payload + 6 - UDP_HEADER - before
            data[at:at + 2] = bytes(len(data[at:at + 2]))
    return bytes(data)


def frag_exchange(source, target, port, n):
    n = int(n)
    seen = udp_exchange(source, target, int(port),
                        fragment_data(pair(source, target), n))
    print("%s asked %s, was %s; %d bytes each way" % (source, target, seen, n))


def word_for_zero(source, target, sport, dport, before):
    """Returns two bytes which, behind 'before', an even number of bytes, give
    the datagram a checksum of 0."""
    n = UDP_HEADER + len(before) + 2
    return struct.pack("!H", checksum(
        socket.inet_pton(family(source), source)
        + socket.inet_pton(family(target), target)
        + struct.pack("!HHHHH", socket.IPPROTO_UDP, n, sport, dport, n)
        + before))


def zero(source, target, port):
    port, sport = int(port), 10000
    seen = pair(source, target)
    service = str(FAKE[ipaddress.ip_address(source).version][0].ip)
    line = seen.encode() + b"\n"
    pad = bytes(len(line) % 2)
    for data in (word_for_zero(seen, service, sport, port, b""),
                 pad + word_for_zero(target, source, port, sport, line + pad)):
        udp_exchange("[%s]:%d" % (source, sport), target, port, data)
    print("%s asked %s, was %s, with checksums of 0" % (source, target, seen))


def exchange(function, source, target, port, n):
    n = int(n)
    seen = function(source, target, int(port), os.urandom(n))
    print("%s asked %s, was %s; %d bytes each way" % (source, target, seen, n))


def addresses(spec):
    """Yields the addresses of "192.168.2.1-16" or "fc01::1-1f"."""
    form, base = ("%s:%x", 16) if ":" in spec else ("%s.%d", 10)
    network, _, numbers = spec.rpartition(form[2])
    first, _, last = numbers.partition("-")
    for number in range(int(first, base), int(last or first, base) + 1):
        yield form % (network, number)


def pair(source, target):
    """Returns who the service sees."""
    client, asked = map(ipaddress.ip_address, (source, target))
    fake, bits = FAKE[client.version]
    mask = (1 << bits) - 1
    return str(fake.network.network_address
               + ((int(client) & mask) << bits | int(asked) & mask))


def check_pair(source, target, port):
    expected = pair(source, target)
    for function in tcp_exchange, udp_exchange:
        seen = function(source, target, port, os.urandom(1000))
        if seen != expected:
            raise ValueError("%s asked %s: service saw %s, not %s" % (
                source, target, seen, expected))


def many(sources, targets, port, at_once=None):
    pairs = [(s, t) for s in addresses(sources) for t in addresses(targets)
             if s != t]
    workers = int(at_once or len(pairs))
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        for future in [pool.submit(check_pair, s, t, int(port))
                       for s, t in pairs]:
            future.result()
    print("%d pairs" % len(pairs))


def poke(source, target):
    with socket.socket(family(source), socket.SOCK_DGRAM) as sock:
        # With the zone of "fe80::1%eth0".
        sock.bind(socket.getaddrinfo(source, 0)[0][4])
        sock.sendto(b"poke", socket.getaddrinfo(target, 7)[0][4])


def sniff(interface, address):
    ip = socket.inet_pton(family(address), address)
    kind, at = (ETH_P_IP, 12) if len(ip) == 4 else (ETH_P_IPV6, 8)
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                       socket.htons(kind)) as sock:
        sock.bind((interface, kind))
        put_line("ready")
        while True:
            if sock.recv(65535)[at:at + len(ip)] == ip:
                put_line("packet")


def frames(interface):
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                       socket.htons(ETH_P_ALL)) as sock:
        sock.bind((interface, ETH_P_ALL))
        put_line("ready")
        while True:
            data, address = sock.recvfrom(65535)
            if address[2] != socket.PACKET_OUTGOING:
                put_line(data.hex())


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ping(source, target, n):
    """RFC 792; RFC 4443, where the kernel makes and compares the checksum, and
    gives us no IP header."""
    data = struct.pack("!HH", os.getpid() & 0xffff, 1) + os.urandom(int(n))

    def message(kind):
        return (struct.pack("!BBH", kind, 0, checksum(
            struct.pack("!BBH", kind, 0, 0) + data)) + data)

    def answers(packet):
        if proto == socket.IPPROTO_ICMPV6:
            return packet[:1] == bytes([reply]) and packet[4:] == data
        return packet[IP_HEADER:] == message(reply)

    request, reply, proto = (128, 129, socket.IPPROTO_ICMPV6) \
        if ":" in target else (8, 0, socket.IPPROTO_ICMP)
    with socket.socket(family(target), socket.SOCK_RAW, proto) as sock:
        sock.settimeout(TIMEOUT)
        sock.bind((source, 0))
        sock.sendto(message(request), (target, 0))
        while True:
            packet, sender = sock.recvfrom(65535)
            if sender[0] == target and answers(packet):
                break
    print("%s answered %s" % (target, source))


def advertise(interface, prefix):
    """RFC 4861 section 4.2."""
    source = socket.inet_pton(socket.AF_INET6, "fe80::1")
    target = socket.inet_pton(socket.AF_INET6, "ff02::1")
    option = struct.pack("!BBBBIII16s", 3, 4, 64, 0xc0, 3600, 1800, 0,
                         socket.inet_pton(socket.AF_INET6, prefix))
    head = struct.pack("!BB", 134, 0)
    tail = struct.pack("!BBHII", 64, 0, 1800, 0, 0) + option
    length = len(head) + 2 + len(tail)
    pseudo = source + target + struct.pack("!II", length, 58)
    message = head + struct.pack(
        "!H", checksum(pseudo + head + b"\0\0" + tail)) + tail
    frame = (bytes.fromhex("333300000001" "020000000001" "86dd")
             + struct.pack("!IHBB", 0x60000000, length, 58, 255)
             + source + target + message)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
        sock.bind((interface, 0))
        sock.send(frame)


def fight(interface, seconds):
    start = time.monotonic()
    with socket.socket() as sock:
        for n in range(int(seconds) * 1000):
            mac = struct.pack("!HI", 0x0200, n)
            fcntl.ioctl(sock, SIOCSIFHWADDR, struct.pack(
                "16sH6s8x", interface.encode(), ARPHRD_ETHER, mac))
            time.sleep(max(0, start + n / 1000 - time.monotonic()))


def accepts(path):
    former = os.stat(path).st_ino
    put_line("ready")
    end = time.monotonic() + TIMEOUT
    while True:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            try:
                if os.stat(path).st_ino != former:
                    sock.connect(path)
                    break
            except (FileNotFoundError, ConnectionRefusedError):
                pass
        if time.monotonic() >= end:
            raise TimeoutError("not made anew: %s" % path)
        time.sleep(0.001)
    print("%d" % (time.time() * 1000))


def manager(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(path)
        while True:
            put_line(sock.recv(65535).decode())


def ask(path, pid, *requests):
    """As ovs-appctl(8): JSON-RPC 1.0."""
    os.kill(int(pid), signal.SIGSTOP)
    socks = []
    for request in requests:
        method, *params = request.split(",")
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.settimeout(TIMEOUT)
        sock.connect(path)
        sock.sendall(json.dumps({"id": 0, "method": method,
                                 "params": params}).encode())
        socks.append(sock)
    os.kill(int(pid), signal.SIGCONT)
    for sock in socks:
        reply = b""
        while not reply.endswith(b"}"):
            received = sock.recv(65536)
            if not received:
                raise EOFError("no answer")
            reply += received
        print(json.loads(reply)["result"], end="")


def main(argv):
    commands = {
        "serve": serve,
        "http": serve_http,
        "tcp": lambda *args: exchange(tcp_exchange, *args),
        "udp": lambda *args: exchange(udp_exchange, *args),
        "frag": frag_exchange,
        "zero": zero,
        "hear": hear,
        "talk": talk,
        "ping": ping,
        "scan": scan,
        "crowd": crowd,
        "poke": poke,
        "sniff": sniff,
        "frames": frames,
        "advertise": advertise,
        "fight": fight,
        "accepts": accepts,
        "ask": ask,
        "many": many,
        "manager": manager,
    }
    try:
        command, args = commands[argv[1]], argv[2:]
    except (IndexError, KeyError):
        sys.exit(__doc__)
    try:
        command(*args)
    except (OSError, ValueError, EOFError) as error:
        sys.exit("peer.py %s: %s" % (" ".join(argv[1:]), error))


if __name__ == "__main__":
    main(sys.argv)
