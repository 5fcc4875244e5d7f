#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ARP, frame by frame, for tests of claimed addresses.  Each command uses the
MAC address of the interface.

arp.py ask INTERFACE SOURCE TARGETS [SECONDS]
    Asks for each of the targets ("192.168.2.1-16") from the source, and prints
    who answered within so many seconds: "192.168.2.7-9 MAC", where the MAC
    address of one that has its own by its address is "OUI".
arp.py probe INTERFACE ADDRESS
    Asks three times if somebody has the address, as RFC 5227 has it, with 0.2 s
    between, and prints "free" or "conflict with MAC".
arp.py say INTERFACE ADDRESS
    Announces that the address is that of this host (RFC 5227: twice the same).
arp.py own INTERFACE ADDRESS...
    Answers for the addresses, until it is killed.  Prints "ready", and a line
    for each request for them.
arp.py watch INTERFACE [OUI]
    Prints a line for each ARP packet that the interface receives: "request
    SENDER TARGET MAC", or "reply".  With the OUI, only those from its MAC
    addresses.
arp.py take INTERFACE ASKER OWNER SOURCE TARGETS
    For each target in turn: asks for it from the source, in the network
    namespace ASKER, every millisecond, until a dark address answers; then the
    namespace OWNER probes it, as a host that is about to take it.  Prints for
    how many targets a dark address answered a request that was sent 50 ms
    after the probe or later, and, on standard error, how long after the probe
    the last was sent that was answered: frames of different ports may overtake
    each other.
arp.py churn INTERFACE ASKER OWNER SOURCE TARGETS SECONDS [LIFE]
    For so many seconds, hosts with the targets' addresses come to the namespace
    OWNER, and go, each after LIFE [30] seconds at most.  They probe, announce
    themselves, and then only answer.  The namespace ASKER asks for all, from
    the source, ten a second.  Prints how many hosts came, how often one that
    was there was asked for, how many of these answers came from a dark address,
    and how many dark addresses answered at the end.
arp.py rate INTERFACE[.VLAN] SOURCE TARGETS SECONDS RATE
    Asks for the targets in turn, so many times a second, and prints how many
    requests it sent, and how many answers came.  With a VLAN, by tagged frames.
"""

import ctypes
import random
import select
import socket
import struct
import sys
import time

ETH_P_ARP = 0x0806
ETH_P_8021Q = 0x8100
BROADCAST = b"\xff" * 6
NOBODY = bytes(4)
LATER = socket.inet_aton("198.51.100.1")
REQUEST, REPLY = 1, 2
SO_RCVBUFFORCE = 33
SOL_PACKET, PACKET_IGNORE_OUTGOING = 263, 23


def put_line(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class Port:
    def __init__(self, interface):
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                  socket.htons(ETH_P_ARP))
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 23)
        self.sock.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        self.sock.bind((interface, ETH_P_ARP))
        self.mac = self.sock.getsockname()[4]

    def frame(self, op, sender, target, to=BROADCAST, target_mac=bytes(6)):
        return (to + self.mac + struct.pack("!HHHBBH", ETH_P_ARP, 1, 0x0800,
                                            6, 4, op)
                + self.mac + sender + target_mac + target)

    def send(self, *args, **kwargs):
        self.sock.send(self.frame(*args, **kwargs))

    def receive(self, end):
        """Returns (op, sender's MAC, sender, target, frame), or None if none
        came in time."""
        while True:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.sock], [], [], left)[0]:
                return None
            frame = self.sock.recv(2048)
            if len(frame) < 42:
                continue
            op, = struct.unpack_from("!H", frame, 20)
            return op, frame[22:28], frame[28:32], frame[38:42], frame


def addresses(spec):
    network, _, last_bytes = spec.rpartition(".")
    first, _, last = last_bytes.partition("-")
    return [socket.inet_aton("%s.%d" % (network, byte))
            for byte in range(int(first), int(last or first) + 1)]


def mac_text(mac):
    return ":".join("%02x" % byte for byte in mac)


def describe(mac, address):
    return (mac_text(mac[:3]) if mac[3:] == address[1:] else mac_text(mac))


def number(address):
    return int.from_bytes(address, "big")


def put_ranges(found):
    """'found' maps addresses to words."""
    begin = None
    items = sorted(found.items())
    for i, (address, words) in enumerate(items):
        begin = begin or address
        following = items[i + 1] if i + 1 < len(items) else None
        if following and (number(following[0]) == number(address) + 1
                          and following[1] == words):
            continue
        last = "" if begin == address else "-%d" % address[3]
        put_line("%s%s %s" % (socket.inet_ntoa(begin), last, words))
        begin = None


def check_reply(port, frame, source):
    """Unicast to who asked, and the same in ARP and Ethernet."""
    return (frame[0:6] == port.mac and frame[6:12] == frame[22:28]
            and frame[32:38] == port.mac and frame[38:42] == source)


def ask(interface, source, targets, seconds="1"):
    port = Port(interface)
    source = socket.inet_aton(source)
    found = {}
    for target in addresses(targets):
        port.send(REQUEST, source, target)
    end = time.monotonic() + float(seconds)
    while True:
        packet = port.receive(end)
        if not packet:
            break
        op, mac, sender, target, frame = packet
        if op == REPLY:
            words = describe(mac, sender)
            if not check_reply(port, frame, source):
                words += " wrong"
            if sender in found:
                words += " and " + found[sender]
            found[sender] = words
    put_ranges(found)


def probe(interface, address):
    port = Port(interface)
    address = socket.inet_aton(address)
    for _ in range(3):
        port.send(REQUEST, NOBODY, address)
        end = time.monotonic() + 0.2
        while True:
            packet = port.receive(end)
            if not packet:
                break
            op, mac, sender, target, _ = packet
            if sender == address or (op == REQUEST and sender == NOBODY
                                     and target == address):
                print("conflict with %s" % mac_text(mac))
                return
    print("free")


def say(interface, address):
    address = socket.inet_aton(address)
    Port(interface).send(REQUEST, address, address)


def own(interface, *owned):
    port = Port(interface)
    owned = {a for spec in owned for a in addresses(spec)}
    put_line("ready")
    while True:
        op, mac, sender, target, frame = port.receive(time.monotonic() + 1e6)
        if op == REQUEST and target in owned:
            port.send(REPLY, target, sender, to=frame[6:12], target_mac=mac)
            put_line("%s asked for %s" % (socket.inet_ntoa(sender),
                                          socket.inet_ntoa(target)))


def watch(interface, oui=""):
    port = Port(interface)
    put_line("ready")
    while True:
        op, mac, sender, target, frame = port.receive(time.monotonic() + 1e6)
        if mac_text(mac).startswith(oui):
            put_line("%s %s %s %s" % ("reply" if op == REPLY else "request",
                                      socket.inet_ntoa(sender),
                                      socket.inet_ntoa(target),
                                      mac_text(mac)))


def port_in(namespace, interface):
    """In a network namespace of "ip netns"."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/self/ns/net") as own, \
            open("/run/netns/" + namespace) as other:
        libc.setns(other.fileno(), 0)
        try:
            return Port(interface)
        finally:
            libc.setns(own.fileno(), 0)


def take_one(asker, owner, source, target):
    """Returns the seconds from the probe to the last request that a dark
    address answered, None if there was none.  What is sent after the probe has
    another source, so that answers tell what they are to."""
    sent = []                   # Times of requests that wait for an answer.
    probed = last = None
    end = time.monotonic() + 5
    while time.monotonic() < end:
        now = time.monotonic()
        sent.append(now)
        asker.send(REQUEST, LATER if probed else source, target)
        packet = asker.receive(now + 0.001)
        while packet:
            op, mac, sender, to, _ = packet
            if op == REPLY and sender == target and mac != owner.mac:
                if not probed:
                    probed = time.monotonic()
                    end = probed + 0.2
                    owner.send(REQUEST, NOBODY, target)
                    sent = []
                elif to == LATER:
                    # In order: this is to the first that was not answered.
                    last = sent.pop(0) - probed
            packet = asker.receive(time.monotonic() + 0.0001)
    if not probed:
        raise SystemExit("%s is not dark" % socket.inet_ntoa(target))
    return last


def take(interface, asker, owner, source, targets):
    asker = port_in(asker, interface)
    owner = port_in(owner, interface)
    found = [take_one(asker, owner, socket.inet_aton(source), target)
             for target in addresses(targets)]
    late = [seconds for seconds in found if seconds is not None]
    print("%d of %d" % (sum(s >= 0.05 for s in late), len(found)))
    print("%d after the probe, the last after %.1f ms" % (
        len(late), 1000 * max(late, default=0)), file=sys.stderr)


class Churn:
    """Hosts that come and go."""

    def __init__(self, asker, owner, source, targets, life):
        self.asker, self.owner, self.source = asker, owner, source
        self.targets, self.life = targets, life
        self.hosts = {}         # Address to the times of coming and going.
        self.came = self.answers = 0
        self.wrong = []
        self.dark = set()       # That answered, since they are nobody's.

    def come(self, now):
        address = random.choice(self.targets)
        if address in self.hosts or len(self.hosts) >= len(self.targets) / 2:
            return
        for sender in NOBODY, NOBODY, NOBODY, address, address:
            self.owner.send(REQUEST, sender, address)
        self.hosts[address] = (now, now + random.uniform(1, self.life))
        self.came += 1
        self.dark.discard(address)

    def go(self, now):
        for address, (_, end) in list(self.hosts.items()):
            if now >= end:
                del self.hosts[address]

    def answer(self):
        packet = self.owner.receive(time.monotonic() + 0.001)
        while packet:
            op, mac, sender, target, frame = packet
            if op == REQUEST and target in self.hosts:
                self.owner.send(REPLY, target, sender, to=frame[6:12],
                                target_mac=mac)
            packet = self.owner.receive(time.monotonic() + 0.0001)

    def hear(self):
        packet = self.asker.receive(time.monotonic() + 0.001)
        while packet:
            op, mac, sender, _, _ = packet
            if op == REPLY:
                self.take(mac, sender, time.monotonic())
            packet = self.asker.receive(time.monotonic() + 0.0001)

    def take(self, mac, sender, now):
        host = self.hosts.get(sender)
        if mac == self.owner.mac:
            self.answers += 1
        elif host and now > host[0] + 0.1:
            self.answers += 1
            self.wrong.append("%s, which came %.1f s ago" % (
                socket.inet_ntoa(sender), now - host[0]))
        elif not host:
            self.dark.add(sender)

    def run(self, seconds):
        end = time.monotonic() + seconds
        next_ask = next_come = 0
        while time.monotonic() < end:
            now = time.monotonic()
            self.go(now)
            if now >= next_come:
                next_come = now + self.life / len(self.targets)
                self.come(now)
            if now >= next_ask:
                next_ask = now + 0.1
                self.asker.send(REQUEST, self.source,
                                random.choice(self.targets))
            self.answer()
            self.hear()
            time.sleep(0.005)


def churn(interface, asker, owner, source, targets, seconds, life="30"):
    random.seed(1)
    c = Churn(port_in(asker, interface), port_in(owner, interface),
              socket.inet_aton(source), addresses(targets), float(life))
    c.run(float(seconds))
    print("%d hosts, asked for %d times, %d wrong answers; %d dark" % (
        c.came, c.answers, len(c.wrong), len(c.dark)))
    for line in c.wrong:
        print("wrong: " + line, file=sys.stderr)


def tagged(frame, vlan):
    return (frame[:12] + struct.pack("!HH", ETH_P_8021Q, int(vlan)) + frame[12:]
            if vlan else frame)


def rate(interface, source, targets, seconds, per_second):
    interface, _, vlan = interface.partition(".")
    port = Port(interface)
    source = socket.inet_aton(source)
    frames = [tagged(port.frame(REQUEST, source, target), vlan)
              for target in addresses(targets)]
    port.sock.setblocking(False)
    sent = answers = 0
    start = time.monotonic()
    end = start + float(seconds)
    while True:
        now = time.monotonic()
        if now >= end + 0.5:
            break
        due = int((min(now, end) - start) * int(per_second))
        try:
            while sent < due:
                port.sock.send(frames[sent % len(frames)])
                sent += 1
        except BlockingIOError:
            pass
        try:
            while True:
                answers += port.sock.recv(2048)[20:22] == b"\0\2"
        except BlockingIOError:
            pass
    print("%d requests, %d answers, %.0f a second" % (
        sent, answers, answers / float(seconds)))


def main(argv):
    commands = {"ask": ask, "probe": probe, "say": say, "own": own,
                "watch": watch, "take": take, "churn": churn,
                "rate": rate}
    try:
        command, args = commands[argv[1]], argv[2:]
    except (IndexError, KeyError):
        sys.exit(__doc__)
    command(*args)


if __name__ == "__main__":
    main(sys.argv)
