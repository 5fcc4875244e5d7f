#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ARP and neighbour discovery, frame by frame, for tests of claimed addresses:
the family is that of the addresses.  Each command uses the MAC address of the
interface.

neighbours.py ask INTERFACE SOURCE TARGETS [SECONDS]
    Asks for each of the targets ("192.168.2.1-16", "fc01::1-1f") from the
    source, and prints who answered within so many seconds: "192.168.2.7-9
    MAC", where the MAC address of one that has its own by its address is "OUI".
    Hosts of IPv6 say that they override caches, proxies do not.
neighbours.py probe INTERFACE ADDRESS
    Asks three times if somebody has the address, as RFC 5227 and RFC 4862 have
    it, with 0.2 s between, and prints "free" or "conflict with MAC".
neighbours.py say INTERFACE ADDRESS
    Announces that the address is that of this host (RFC 5227: twice the same;
    RFC 4861 section 7.2.6: an unsolicited advertisement).
neighbours.py own INTERFACE ADDRESS...
    Answers for the addresses, until it is killed.  Prints "ready", and a line
    for each request for them.
neighbours.py watch INTERFACE [OUI [FAMILY]]
    Prints a line for each packet of ARP, or with family 6 of neighbour
    discovery, that the interface receives: "request SENDER TARGET MAC", or
    "reply".  With the OUI, only those from its MAC addresses.
neighbours.py take INTERFACE ASKER OWNER SOURCE TARGETS
    For each target in turn: asks for it from the source, in the network
    namespace ASKER, every millisecond, until a dark address answers; then the
    namespace OWNER probes it, as a host that is about to take it.  Prints for
    how many targets a dark address answered a request that was sent 50 ms
    after the probe or later, and, on standard error, how long after the probe
    the last was sent that was answered: frames of different ports may overtake
    each other.
neighbours.py churn INTERFACE ASKER OWNER SOURCE TARGETS SECONDS [LIFE]
    For so many seconds, hosts with the targets' addresses come to the namespace
    OWNER, and go, each after LIFE [30] seconds at most.  They probe, announce
    themselves, and then only answer.  The namespace ASKER asks for all, from
    the source, ten a second.  Prints how many hosts came, how often one that
    was there was asked for, how many of these answers came from a dark address,
    and how many dark addresses answered at the end.
neighbours.py rate INTERFACE[.VLAN] SOURCE TARGETS SECONDS RATE
    Asks for the targets in turn, so many times a second, and prints how many
    requests it sent, and how many answers came.  With a VLAN, by tagged frames.
neighbours.py question MAC SOURCE TARGET [VLAN [OPTIONS [HEADER]]]
    Prints a request, or a solicitation, of the MAC address as hex digits; with
    other options than that of the MAC address, or an extension header before
    it, of the protocol of the first two digits, which are hex digits, too.
neighbours.py answers FILE MAC FAMILY
    Prints who answered those, by the file of tcpdump(8), whom, and on which
    VLAN, and how many bytes of other options there are; FAMILY is 4 or 6.
"""

import ctypes
import random
import select
import socket
import struct
import sys
import time

ETH_P_ARP, ETH_P_IPV6 = 0x0806, 0x86dd
ETH_P_8021Q = 0x8100
BROADCAST = b"\xff" * 6
REQUEST, REPLY = 1, 2
SO_RCVBUFFORCE = 33
SOL_PACKET, PACKET_IGNORE_OUTGOING = 263, 23


def put_line(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class Arp:
    """How IPv4 asks.  A packet is (operation, sender's MAC, sender, target)."""
    family = socket.AF_INET
    ethertype = ETH_P_ARP
    nobody = bytes(4)
    later = socket.inet_aton("198.51.100.1")

    @staticmethod
    def frame(own, op, sender, target, to=BROADCAST, target_mac=bytes(6)):
        return (to + own + struct.pack("!HHHBBH", ETH_P_ARP, 1, 0x0800, 6, 4,
                                       op)
                + own + sender + target_mac + target)

    @staticmethod
    def parse(frame):
        if len(frame) < 42:
            return None
        op, = struct.unpack_from("!H", frame, 20)
        return op, frame[22:28], frame[28:32], frame[38:42]

    @staticmethod
    def is_reply(frame):
        return frame[20:22] == b"\0\2"

    @classmethod
    def announcement(cls, own, address):
        return cls.frame(own, REQUEST, address, address)

    @staticmethod
    def overrides(frame):
        return False

    @staticmethod
    def is_right_reply(own, frame, source):
        """Unicast to who asked, and the same in ARP and Ethernet."""
        return (frame[0:6] == own and frame[6:12] == frame[22:28]
                and frame[32:38] == own and frame[38:42] == source)


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


class Nd:
    """The same of IPv6: solicitations and advertisements."""
    family = socket.AF_INET6
    ethertype = ETH_P_IPV6
    nobody = bytes(16)
    later = socket.inet_pton(socket.AF_INET6, "2001:db8::1")
    all_nodes = socket.inet_pton(socket.AF_INET6, "ff02::1")
    group = socket.inet_pton(socket.AF_INET6, "ff02::1:ff00:0")[:13]
    types = {135: REQUEST, 136: REPLY}
    SOLICITED, OVERRIDE = 0x40000000, 0x20000000

    @classmethod
    def message(cls, own, to, source, destination, kind, flags, target,
                option=b""):
        if destination[0] == 0xff:
            to = b"\x33\x33" + destination[-4:]
        body = struct.pack("!BBHI", kind, 0, 0, flags) + target + option
        pseudo = source + destination + struct.pack("!II", len(body), 58)
        body = (body[:2] + struct.pack("!H", 0xffff ^ checksum(pseudo + body))
                + body[4:])
        return (to + own + struct.pack("!HIHBB", ETH_P_IPV6, 6 << 28,
                                       len(body), 58, 255)
                + source + destination + body)

    @classmethod
    def frame(cls, own, op, sender, target, to=BROADCAST, target_mac=None):
        if op == REQUEST:
            option = b"" if sender == cls.nobody else b"\1\1" + own
            destination = (cls.group + target[-3:] if to == BROADCAST
                           else target)
            return cls.message(own, to, sender, destination, 135, 0, target,
                               option)
        asked_by_nobody = target == cls.nobody
        return cls.message(own, to, sender,
                           cls.all_nodes if asked_by_nobody else target, 136,
                           cls.OVERRIDE | (0 if asked_by_nobody
                                           else cls.SOLICITED),
                           sender, b"\2\1" + own)

    @classmethod
    def parse(cls, frame):
        if (len(frame) < 78 or frame[12:14] != b"\x86\xdd"
                or frame[20] != 58 or frame[54] not in cls.types):
            return None
        op = cls.types[frame[54]]
        option = frame[80:86] if len(frame) >= 86 else frame[6:12]
        if op == REQUEST:
            return op, option, frame[22:38], frame[62:78]
        return op, option, frame[62:78], frame[38:54]

    @staticmethod
    def is_reply(frame):
        return frame[20:21] == b"\x3a" and frame[54:55] == b"\x88"

    @classmethod
    def announcement(cls, own, address):
        return cls.frame(own, REPLY, address, cls.nobody)

    @staticmethod
    def overrides(frame):
        return bool(frame[58] & 0x20)

    @classmethod
    def is_right_reply(cls, own, frame, source):
        """Unicast to who asked, the same in all places, and solicited; the
        checksum is right."""
        body = frame[54:]
        pseudo = frame[22:54] + struct.pack("!II", len(body), 58)
        return (frame[18:20] == struct.pack("!H", len(body))
                and frame[0:6] == own and frame[38:54] == source
                and frame[22:38] == frame[62:78] and frame[21] == 255
                and frame[78:80] == b"\2\1" and frame[80:86] == frame[6:12]
                and frame[58] | 0x20 == 0x60 and frame[59:62] == bytes(3)
                and checksum(pseudo + body) == 0xffff)


def protocol_of(text):
    return Nd if ":" in text else Arp


class Port:
    def __init__(self, interface, protocol):
        self.protocol = protocol
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                  socket.htons(protocol.ethertype))
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 23)
        self.sock.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        self.sock.bind((interface, protocol.ethertype))
        self.mac = self.sock.getsockname()[4]

    def frame(self, *args, **kwargs):
        return self.protocol.frame(self.mac, *args, **kwargs)

    def send(self, *args, **kwargs):
        self.sock.send(self.frame(*args, **kwargs))

    def announce(self, address):
        self.sock.send(self.protocol.announcement(self.mac, address))

    def receive(self, end):
        """Returns (op, sender's MAC, sender, target, frame), or None if none
        came in time."""
        while True:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.sock], [], [], left)[0]:
                return None
            frame = self.sock.recv(2048)
            packet = self.protocol.parse(frame)
            if packet:
                return packet + (frame,)


def parse(text):
    return socket.inet_pton(protocol_of(text).family, text)


def to_text(address):
    return socket.inet_ntop(socket.AF_INET if len(address) == 4
                            else socket.AF_INET6, address)


def addresses(spec):
    """Those from the first to the last, of which the text has what follows the
    last separator."""
    separator, base = (":", 16) if ":" in spec else (".", 10)
    first, _, last = spec.partition("-")
    first = number(parse(first))
    if last:
        head = spec.partition("-")[0].rpartition(separator)[0]
        last = number(parse(head + separator + last))
    size = 16 if base == 16 else 4
    return [n.to_bytes(size, "big") for n in range(first, (last or first) + 1)]


def mac_text(mac):
    return ":".join("%02x" % byte for byte in mac)


def describe(mac, address):
    return (mac_text(mac[:3]) if mac[3:] == address[-3:] else mac_text(mac))


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
        last = "" if begin == address else "-" + (
            "%d" % address[3] if len(address) == 4
            else to_text(address).rpartition(":")[2])
        put_line("%s%s %s" % (to_text(begin), last, words))
        begin = None


def ask(interface, source, targets, seconds="1"):
    port = Port(interface, protocol_of(source))
    source = parse(source)
    found = {}
    for target in addresses(targets):
        port.send(REQUEST, source, target)
    end = time.monotonic() + float(seconds)
    while True:
        packet = port.receive(end)
        if not packet:
            break
        op, mac, sender, target, frame = packet
        # Hosts announce their link-local addresses, too.
        if op == REPLY and sender[0] != 0xfe:
            words = describe(mac, sender)
            if not port.protocol.is_right_reply(port.mac, frame, source):
                words += " wrong"
            if port.protocol.overrides(frame):
                words += " overrides"
            if sender in found:
                words += " and " + found[sender]
            found[sender] = words
    put_ranges(found)


def probe(interface, address):
    port = Port(interface, protocol_of(address))
    nobody = port.protocol.nobody
    address = parse(address)
    for _ in range(3):
        port.send(REQUEST, nobody, address)
        end = time.monotonic() + 0.2
        while True:
            packet = port.receive(end)
            if not packet:
                break
            op, mac, sender, target, _ = packet
            if sender == address or (op == REQUEST and sender == nobody
                                     and target == address):
                print("conflict with %s" % mac_text(mac))
                return
    print("free")


def say(interface, address):
    Port(interface, protocol_of(address)).announce(parse(address))


def own(interface, *owned):
    port = Port(interface, protocol_of(owned[0]))
    owned = {a for spec in owned for a in addresses(spec)}
    put_line("ready")
    while True:
        op, mac, sender, target, frame = port.receive(time.monotonic() + 1e6)
        if op == REQUEST and target in owned:
            port.send(REPLY, target, sender, to=frame[6:12], target_mac=mac)
            put_line("%s asked for %s" % (to_text(sender), to_text(target)))


def watch(interface, oui="", family="4"):
    port = Port(interface, Nd if family == "6" else Arp)
    put_line("ready")
    while True:
        op, mac, sender, target, frame = port.receive(time.monotonic() + 1e6)
        if mac_text(mac).startswith(oui):
            put_line("%s %s %s %s" % ("reply" if op == REPLY else "request",
                                      to_text(sender), to_text(target),
                                      mac_text(mac)))


def port_in(namespace, interface, protocol):
    """In a network namespace of "ip netns"."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/self/ns/net") as own, \
            open("/run/netns/" + namespace) as other:
        libc.setns(other.fileno(), 0)
        try:
            return Port(interface, protocol)
        finally:
            libc.setns(own.fileno(), 0)


def take_one(asker, owner, source, target):
    """Returns the seconds from the probe to the last request that a dark
    address answered, None if there was none.  What is sent after the probe has
    another source, so that answers tell what they are to."""
    later = asker.protocol.later
    sent = []                   # Times of requests that wait for an answer.
    probed = last = None
    end = time.monotonic() + 5
    while time.monotonic() < end:
        now = time.monotonic()
        sent.append(now)
        asker.send(REQUEST, later if probed else source, target)
        packet = asker.receive(now + 0.001)
        while packet:
            op, mac, sender, to, _ = packet
            if op == REPLY and sender == target and mac != owner.mac:
                if not probed:
                    probed = time.monotonic()
                    end = probed + 0.2
                    owner.send(REQUEST, owner.protocol.nobody, target)
                    sent = []
                elif to == later:
                    # In order: this is to the first that was not answered.
                    last = sent.pop(0) - probed
            packet = asker.receive(time.monotonic() + 0.0001)
    if not probed:
        raise SystemExit("%s is not dark" % to_text(target))
    return last


def take(interface, asker, owner, source, targets):
    asker = port_in(asker, interface, protocol_of(source))
    owner = port_in(owner, interface, protocol_of(source))
    found = [take_one(asker, owner, parse(source), target)
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
        for _ in range(3):
            self.owner.send(REQUEST, self.owner.protocol.nobody, address)
        for _ in range(2):
            self.owner.announce(address)
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
                to_text(sender), now - host[0]))
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
    protocol = protocol_of(source)
    c = Churn(port_in(asker, interface, protocol),
              port_in(owner, interface, protocol), parse(source),
              addresses(targets), float(life))
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
    protocol = protocol_of(source)
    port = Port(interface, protocol)
    source = parse(source)
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
                answers += protocol.is_reply(port.sock.recv(2048))
        except BlockingIOError:
            pass
    print("%d requests, %d answers, %.0f a second" % (
        sent, answers, answers / float(seconds)))


def question(mac, source, target, vlan="", options="", header=""):
    protocol = protocol_of(source)
    own = bytes.fromhex(mac.replace(":", ""))
    source, target = parse(source), parse(target)
    frame = protocol.frame(own, REQUEST, source, target)
    if options:
        frame = Nd.message(own, BROADCAST, source, Nd.group + target[-3:], 135,
                           0, target, bytes.fromhex(options))
    if header:
        header = bytes.fromhex(header)
        frame = (frame[:18] + struct.pack("!HB", len(frame) - 54
                                          + len(header) - 1, header[0])
                 + frame[21:54] + header[1:] + frame[54:])
    print(tagged(frame, vlan).hex())


def answers(name, mac, family):
    protocol = Nd if family == "6" else Arp
    own = bytes.fromhex(mac.replace(":", ""))
    with open(name, "rb") as f:
        data = f.read()
    at = 24
    while at + 16 <= len(data):
        length, = struct.unpack_from("=I", data, at + 8)
        frame = data[at + 16:at + 16 + length]
        at += 16 + length
        vlan = 0
        if frame[12:14] == struct.pack("!H", ETH_P_8021Q):
            vlan, = struct.unpack_from("!H", frame, 14)
            frame = frame[:12] + frame[16:]
        packet = protocol.parse(frame)
        if packet and packet[0] == REPLY and frame[:6] == own:
            right = protocol.is_right_reply(own, frame, packet[3])
            more = len(frame) - 86 if protocol is Nd else 0
            put_line("%s %s to %s on VLAN %d%s%s" % (
                to_text(packet[2]), mac_text(packet[1]), to_text(packet[3]),
                vlan, "" if right else " wrong",
                " with %d bytes more" % more if more else ""))


def main(argv):
    commands = {"ask": ask, "probe": probe, "say": say, "own": own,
                "watch": watch, "take": take, "churn": churn,
                "rate": rate, "question": question, "answers": answers}
    try:
        command, args = commands[argv[1]], argv[2:]
    except (IndexError, KeyError):
        sys.exit(__doc__)
    command(*args)


if __name__ == "__main__":
    main(sys.argv)
