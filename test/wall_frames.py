# SPDX-License-Identifier: Apache-2.0
"""What walls.py and walls6.py share: frames, how they are sent, and what must
come out; see walls.py."""

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
FIRST_ID = 0x5700       # IP identification, or flow label, of case 0.

ETH_P_ALL = 3
SOL_PACKET = 263
PACKET_AUXDATA = 8
PACKET_OUTGOING = 4
TP_STATUS_VLAN_VALID = 0x10
AUXDATA = struct.Struct("IIIHHHH")

C_TAG, S_TAG = 0x8100, 0x88a8
IPV4, ARP, IPV6, LLDP = 0x0800, 0x0806, 0x86dd, 0x88cc
LENGTH = 0x26           # IEEE 802.3: less than 0x600 is no type.
ICMP, TCP, UDP, GRE, ICMP6, SCTP = 1, 6, 17, 47, 58, 132
FRAGMENT = 44           # A header of IPv6.
FIN, SYN, RST, ACK = 1, 2, 4, 16
MORE = 0x2000           # Fragments follow.

SERVER, FAKE_CLIENT = "0e:00:00:00:00:66", "0e:00:00:00:00:67"
MAC5, MAC9, ROUTER = ("02:00:00:00:00:05", "02:00:00:00:00:09",
                      "02:00:00:00:00:fe")
MAC77, MAC78 = "0e:00:c0:a8:02:4d", "0e:00:c0:a8:02:4e"
NO_MAC, ALL_MACS = "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"
STP_MAC, LLDP_MAC = "01:80:c2:00:00:00", "01:80:c2:00:00:0e"
GROUP4_MAC, GROUP6_MAC = "01:00:5e:00:00:05", "33:33:00:00:00:01"


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
    elif proto in (ICMP, ICMP6):
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
          body=None, **words):
    """Returns the bytes of case 'number'.  'body' replaces what follows the
    type; the other words are those of packet4() or packet6()."""
    mark = b"<wall %03d>" % number
    start = mac(eth_dst) + mac(eth_src) + b"".join(
        struct.pack("!HH", *tag) for tag in tags) + struct.pack("!H", kind)
    if body is not None:
        return start + body + mark
    packet = packet6 if kind == IPV6 else packet4
    return start + packet(number, mark, src, dst, **words)


def packet4(number, mark, src, dst, proto=UDP, sport=1000, dport=7, flags=SYN,
            ack=0, off=0, length=None, cut=None, head=0x45):
    """The IP packet says to be 'length' long, and is cut to 'cut'."""
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
    return (bytes(header) + packet)[:cut]


def packet6(number, mark, src, dst, proto=UDP, sport=1000, dport=7, flags=SYN,
            ack=0, off=None, ext=(), data=b"", hop=64, short=None, length=None,
            cut=None, head=0x60):
    """As packet4(), where 'length' is what the header says, and 'short' what
    there is behind all headers.  'ext' are extension headers, (number, bytes
    behind the number of the next); 'off' adds one for a fragment.  'data'
    stands before the mark."""
    src, dst = (socket.inet_pton(socket.AF_INET6, a) for a in (src, dst))
    if off is not None:
        ext = [*ext, (FRAGMENT, struct.pack(
            "!BHI", 0, (off & 0x1fff) << 3 | bool(off & MORE),
            FIRST_ID + number))]
    if off and off & 0x1fff:
        packet = bytes(8) + data + mark
    else:
        packet = layer4(proto, src + dst + bytes([0, proto]), sport, dport,
                        flags, ack, data + mark)
    packet = packet[:short]
    kind = proto
    for kind_before, rest in reversed(ext):
        packet = bytes([kind]) + rest + packet
        kind = kind_before
    return (struct.pack("!BBHHBB", head, 0, FIRST_ID + number,
                        len(packet) if length is None else length, kind, hop)
            + src + dst + packet)[:cut]


def arp(op, sha, spa, tha, tpa):
    return struct.pack("!HHBBH", 1, IPV4, 6, 4, op) + b"".join(
        (mac(sha), socket.inet_aton(spa), mac(tha), socket.inet_aton(tpa)))


# Where frames come from and get out.
PORTS = "uplink", "fake", "foreign", "local"
OFPORTS = {"uplink": "1", "fake": "2", "foreign": "3", "local": "LOCAL"}


# The lab: clients .5 and .9 and targets .77 and .78, in one family.
class Lab(collections.namedtuple("Lab", """kind in5 in9 at77 at78 fake pair
                                            routed nobody""")):
    """'pair' is .5 asking for .77."""

    def ask(self, **changes):
        """What a client sends, changed: a datagram of .5 to .78."""
        return {"eth_src": MAC5, "eth_dst": MAC78, "tags": [(C_TAG, 2)],
                "src": self.in5, "dst": self.at78, "kind": self.kind,
                **changes}

    def new(self, **changes):
        """What a routed client sends whom nobody knows, changed."""
        return self.ask(**{"eth_src": ROUTER, "src": self.nobody,
                           "eth_dst": MAC77, "dst": self.at77, **changes})

    def answer(self, **changes):
        """What the fake host sends, changed: a datagram as .77 to .5."""
        return {"eth_src": SERVER, "eth_dst": FAKE_CLIENT, "src": self.fake,
                "dst": self.pair, "sport": 7, "dport": 1000,
                "kind": self.kind, **changes}

    def reaches_fake(self, src, **changes):
        return "fake", {"eth_src": FAKE_CLIENT, "eth_dst": SERVER, "src": src,
                        "dst": self.fake, "kind": self.kind, **changes}

    def reaches_uplink(self, src, dst, eth_dst, **changes):
        return "uplink", {"eth_src": MAC77, "eth_dst": eth_dst, "src": src,
                          "dst": dst, "tags": [(C_TAG, 2)], "sport": 7,
                          "dport": 1000, "kind": self.kind, **changes}


# A name, the port, the frame, and what must come out, where: mostly nothing.
Case = collections.namedtuple("Case", "name port frame out", defaults=[None])


# All rows of a family: a name, the words of a frame, and what must come out of
# where, if anything.  Those of "icmp" are for who wants it, "pings_in" and
# "pongs_out" for who does not.
Rows = collections.namedtuple("Rows", """lab welcome welcome_routed hostile_in
    pings_in welcome_icmp welcome_icmp_routed hostile_icmp_in answers
    answers_routed hostile_out pongs_out answers_icmp answers_icmp_routed
    hostile_icmp_out""")


# Walls that are the same in both families.

def tags_and_macs_in(lab):
    ask = lab.ask
    to77 = {"eth_dst": MAC77, "dst": lab.at77}
    return [
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
        ("poison: .5 has MAC zero", ask(**to77, eth_src=NO_MAC)),
        ("poison: .77 has MAC zero", ask(eth_dst=NO_MAC, dst=lab.at77)),
        ("poison: .5 has the broadcast MAC", ask(**to77, eth_src=ALL_MACS)),
        ("poison: .5 has the server's MAC", ask(**to77, eth_src=SERVER)),
        ("poison: .77 has a multicast MAC", ask(eth_dst=GROUP4_MAC,
                                                dst=lab.at77)),
    ]


def tags_and_macs_out(lab):
    answer = lab.answer
    return [
        # Tags.
        ("VLAN 2 by the fake host", answer(tags=[(C_TAG, 2)])),
        ("VLAN 3 by the fake host", answer(tags=[(C_TAG, 3)])),
        ("VLAN 0 by the fake host", answer(tags=[(C_TAG, 0)])),
        ("VLAN 0, priority 5, by the fake host",
         answer(tags=[(C_TAG, 0xa000)])),
        ("S-tag by the fake host", answer(tags=[(S_TAG, 2)])),
        ("two tags by the fake host", answer(tags=[(C_TAG, 2), (C_TAG, 2)])),
        ("S-tag and tag by the fake host",
         answer(tags=[(S_TAG, 2), (C_TAG, 2)])),
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
    ]


def routed_in(lab):
    new = lab.new
    return [
        ("routed: SYN+ACK", new(proto=TCP, sport=1001, flags=SYN | ACK)),
        ("routed: SYN+FIN", new(proto=TCP, sport=1002, flags=SYN | FIN)),
        ("routed: SYN+RST", new(proto=TCP, sport=1003, flags=SYN | RST)),
        ("routed: no flags", new(proto=TCP, sport=1004, flags=0)),
        ("routed: FIN", new(proto=TCP, sport=1005, flags=FIN)),
        ("routed: last fragment of nothing", new(off=9)),
        ("routed: untagged", new(tags=[])),
        ("routed: from the server's MAC", new(eth_src=SERVER)),
        ("routed: to a routed client", new(dst=lab.routed)),
    ]


def routed_out(lab):
    answer = lab.answer
    to_routed = {"dst": lab.routed}
    return [
        ("routed: nobody's", answer(dst=lab.nobody)),
        ("routed: nobody's, SYN", answer(dst=lab.nobody, proto=TCP)),
        ("routed: nobody's, RST", answer(dst=lab.nobody, proto=TCP,
                                         flags=RST)),
        ("routed: nobody's, SYN+ACK", answer(dst=lab.nobody, proto=TCP,
                                                 flags=SYN | ACK, ack=2)),
        ("routed: RST of no connection",
         answer(**to_routed, proto=TCP, sport=8, flags=RST)),
        ("routed: SYN to a known client",
         answer(**to_routed, proto=TCP, sport=2000, dport=80)),
        ("routed: from another port", answer(**to_routed, sport=8)),
        ("routed: to another port", answer(**to_routed, dport=1001)),
    ]


def elsewhere(lab):
    to77 = {"eth_dst": MAC77, "dst": lab.at77}
    return [
        ("as a client", lab.ask(**to77)),
        ("as a client, untagged", lab.ask(**to77, tags=[])),
        ("as a routed client", lab.ask(**to77, eth_src=ROUTER,
                                       src=lab.routed)),
        ("as the fake host", lab.answer()),
        ("ARP", lab.ask(eth_dst=ALL_MACS, kind=ARP, tags=[],
                        body=arp(1, MAC5, "192.168.2.5", NO_MAC,
                                 "10.10.0.1"))),
        ("LLDP", lab.ask(kind=LLDP, body=b"", eth_dst=LLDP_MAC, tags=[])),
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


def table(rows, served):
    """Returns the cases in the order in which they are sent."""
    served, *untagged = served.split(",untagged")
    if untagged:
        return list(map(on_access_port, table(rows, served)))

    def of(port, some, passes=True):
        return [Case(name, port, words, *(out if passes else ()))
                for name, words, *out in some]

    clients, *icmp = served.split(",")
    routed = clients == "any"
    if icmp:
        icmp_in = [*of("uplink", rows.welcome_icmp),
                   *of("uplink", rows.welcome_icmp_routed, routed),
                   *of("uplink", rows.hostile_icmp_in)]
        icmp_out = [*of("fake", rows.answers_icmp),
                    *of("fake", rows.answers_icmp_routed, routed),
                    *of("fake", rows.hostile_icmp_out)]
    else:
        icmp_in, icmp_out = (of("uplink", rows.pings_in),
                             of("fake", rows.pongs_out))
    return [*of("uplink", rows.welcome),
            *of("uplink", rows.welcome_routed, routed),
            *of("uplink", rows.hostile_in), *icmp_in,
            *of("fake", rows.answers),
            *of("fake", rows.answers_routed, routed),
            *of("fake", rows.hostile_out), *icmp_out,
            *of("foreign", elsewhere(rows.lab)),
            *of("local", elsewhere(rows.lab))]


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
    # Too short for a mark, but perhaps not for an identification or a label.
    ip = data[18:] if data[12:14] == b"\x81\x00" else data[14:]
    at = {0x45: 4, 0x44: 4, 0x60: 2}.get(ip[0] if ip else 0)
    if at and len(ip) >= 6:
        number = struct.unpack("!H", ip[at:at + 2])[0] - FIRST_ID
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


def send_all(ports, lab, cases):
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
            barrier(ports, number + 1, "fake", lab.answer(), "uplink")
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


def sent(lab, cases, interfaces):
    """Returns what is wrong."""
    ports = Ports(interfaces)
    try:
        send_all(ports, lab, cases)
        wrong = []
    except TimeoutError as error:
        wrong = [str(error)]
    return wrong + list(complaints(cases, ports.came))


def send_hostile(rows, interface):
    """Those from the uplink that must be dropped, each from a port of its own,
    if it has any.  Prints the ports, and what they are."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as sock:
        sock.bind((interface, 0))
        for i, case in enumerate(rows.hostile_in + rows.pings_in
                                 + rows.hostile_icmp_in):
            name, args = case[0], dict(case[1])
            if args.get("sport") != 0 and "body" not in args:
                args["sport"] = 20000 + i
            sock.send(frame(i, **args))
            print(args.get("sport", 20000 + i), name)


def main(rows, argv, usage):
    if len(argv) == 3 and argv[1] == "hostile":
        send_hostile(rows, argv[2])
        return
    if len(argv) == 3 and argv[1] == "trace":
        cases = table(rows, argv[2])
        wrong = list(traced(cases))
    elif len(argv) == 2 + len(PORTS):
        cases = table(rows, argv[1])
        wrong = sent(rows.lab, cases, argv[2:])
    else:
        sys.exit(usage)
    print("\n".join(wrong + ["%s: %d to drop, %d to pass" % (
        port, sum(c.port == port and not c.out for c in cases),
        sum(c.port == port and bool(c.out) for c in cases))
        for port in PORTS]))
    sys.exit(bool(wrong))
