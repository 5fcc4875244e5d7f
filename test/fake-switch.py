#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A switch that behaves as no switch should, for one connection after another.

fake-switch.py SOCKET LOG MODE

Speaks as much OpenFlow 1.4 as the agent needs, logs each request to LOG, a
line each, and does in MODE:

    good        what a switch does
    refuse-add  refuses the third message that is added to a bundle
    refuse-open refuses to open a bundle
    refuse-monitor refuses flow monitors
    refuse-config refuses to set its configuration
    refuse-meter has no meters, and refuses flows that use one
    garbage     sends random bytes after its hello
    liar        sends replies and errors that nobody asked for, and a flow
                dump that ends in the middle
    mute        answers to echo requests only
    hangup      closes each connection at the first request
    foreign     has 5 flows of others, and closes the first connection when
                it is to count all flows
    list-garbage, list-endless, list-refuse, list-hangup
                a good one until it is to dump all flows: then it sends one
                and garbage; no end of them; an error; one of two parts, and
                hangs up
"""

import os
import random
import socket
import struct
import sys
import time

VERSION = 5
HELLO, ERROR, ECHO_REQUEST, ECHO_REPLY = 0, 1, 2, 3
MULTIPART_REQUEST, MULTIPART_REPLY = 18, 19
GET_CONFIG_REQUEST, GET_CONFIG_REPLY, SET_CONFIG = 7, 8, 9
BARRIER_REQUEST, BARRIER_REPLY = 20, 21
METER_MOD = 29
BUNDLE_CONTROL, BUNDLE_ADD = 33, 34
MP_FLOW, MP_AGGREGATE, MP_TABLE = 1, 2, 3
MP_METER, MP_METER_CONFIG, MP_FLOW_MONITOR = 9, 10, 16
METER_INSTRUCTION = struct.pack("!HHI", 6, 8, 28777)
BUNDLE_TYPES = {0: "open", 2: "close", 4: "commit", 6: "discard"}


def message(kind, xid, body=b""):
    return struct.pack("!BBHI", VERSION, kind, 8 + len(body), xid) + body


def error(xid, request, kind=2, code=10):
    """OFPBAC_BAD_SET_ARGUMENT is type 2, code 15; this one is
    OFPBAC_MATCH_INCONSISTENT."""
    return message(ERROR, xid, struct.pack("!HH", kind, code) + request[:64])


class Switch:
    def __init__(self, sock, log, mode, reconnected):
        self.sock, self.log, self.mode = sock, log, mode
        self.reconnected = reconnected
        self.added = 0

    def receive(self, n):
        data = b""
        while len(data) < n:
            part = self.sock.recv(n - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def say(self, word):
        self.log.write(word + "\n")
        self.log.flush()

    def lie(self, xid):
        flow = struct.pack("!HBx", 80, 0) + bytes(8)
        for lie in (
                message(BARRIER_REPLY, xid),
                message(BARRIER_REPLY, 12345),
                message(BUNDLE_CONTROL, xid, struct.pack("!IHH", 1, 5, 3)),
                error(12345, message(BUNDLE_ADD, 12345)),
                message(ERROR, 12346, struct.pack("!HH", 4711, 4711)),
                message(99, xid, b"what"),
                message(MULTIPART_REPLY, 12345,
                        struct.pack("!HHI", MP_FLOW, 0, 0)),
                message(MULTIPART_REPLY, xid,
                        struct.pack("!HHI", MP_FLOW_MONITOR, 0, 0)
                        + struct.pack("!HH", 64, 1)),
                message(MULTIPART_REPLY, xid,
                        struct.pack("!HHI", MP_FLOW, 0, 0) + flow)):
            self.sock.send(lie)

    def multipart(self, xid, body, request):
        kind = struct.unpack("!H", body[:2])[0]
        self.say({MP_FLOW: "dump", MP_AGGREGATE: "count",
                  MP_TABLE: "tables", MP_METER: "limited",
                  MP_METER_CONFIG: "meters",
                  MP_FLOW_MONITOR: "monitor"}[kind])
        if self.mode == "liar" and kind == MP_FLOW:
            self.lie(xid)
        elif (self.mode.startswith("list-") and kind == MP_FLOW
              and body[32:40] == bytes(8)):
            self.list(xid, request)
        elif self.mode == "refuse-monitor" and kind == MP_FLOW_MONITOR:
            self.sock.send(error(xid, request))
        else:
            self.sock.send(message(MULTIPART_REPLY, xid,
                                   struct.pack("!HHI", kind, 0, 0)
                                   + (self.count(body)
                                      if kind == MP_AGGREGATE else b"")))

    def list(self, xid, request):
        """All flows: many messages, in the endless case until the agent has
        had enough time."""
        flow = (struct.pack("!HBxIIHHHHH2xQQQ", 56, 7, 9, 0, 1, 0, 0, 0, 0,
                            0x55, 0, 0)
                + struct.pack("!HH4x", 1, 4))
        head = struct.pack("!HHI", MP_FLOW, 1, 0)
        part = message(MULTIPART_REPLY, xid, head + flow * 1000)
        if self.mode == "list-refuse":
            self.sock.send(error(xid, request))
            return
        if self.mode == "list-garbage":
            part = message(MULTIPART_REPLY, xid, head + flow + b"garbage")
        self.sock.sendall(part)
        if self.mode == "list-hangup":
            raise EOFError
        if self.mode == "list-endless":
            for _ in range(1000):
                self.sock.sendall(part)
                time.sleep(0.008)

    def count(self, body):
        """All flows are those without a cookie mask."""
        n = 0
        if self.mode == "foreign" and body[32:40] == bytes(8):
            self.say("all")
            if not self.reconnected:
                raise EOFError
            n = 5
        return struct.pack("!QQI4x", 0, 0, n)

    def bundle_control(self, xid, request):
        bundle, kind, flags = struct.unpack("!IHH", request[8:16])
        self.say(BUNDLE_TYPES[kind])
        if self.mode == "refuse-open" and BUNDLE_TYPES[kind] == "open":
            # OFPBFC_OUT_OF_BUNDLES
            self.sock.send(error(xid, request, 17, 11))
        else:
            self.sock.send(message(BUNDLE_CONTROL, xid, struct.pack(
                "!IHH", bundle, kind + 1, flags)))

    def bundle_add(self, xid, request):
        self.say("add")
        self.added += 1
        if self.mode == "refuse-open":
            self.sock.send(error(xid, request, 17, 2))  # OFPBFC_BAD_ID
        elif self.mode == "refuse-add" and self.added == 3:
            self.sock.send(error(xid, request))
        elif self.mode == "refuse-meter" and METER_INSTRUCTION in request:
            self.say("bad add")
            self.sock.send(error(xid, request, 12, 2))  # INVALID_METER

    def meter_mod(self, xid, request):
        self.say("meter")
        if self.mode == "refuse-meter":
            self.sock.send(error(xid, request, 12, 10))  # OUT_OF_METERS

    def run(self):
        self.sock.send(message(HELLO, 1))
        self.receive(struct.unpack("!BBHI", self.receive(8))[2] - 8)
        if self.mode == "garbage":
            self.sock.send(bytes(random.randrange(256) for _ in range(4096)))
        while True:
            header = self.receive(8)
            _, kind, length, xid = struct.unpack("!BBHI", header)
            body = self.receive(length - 8)
            if self.mode == "hangup":
                return
            if kind == ECHO_REQUEST:
                self.sock.send(message(ECHO_REPLY, xid, body))
            elif self.mode == "mute":
                pass
            elif kind == MULTIPART_REQUEST:
                self.multipart(xid, body, header + body)
            elif kind == BUNDLE_CONTROL:
                self.bundle_control(xid, header + body)
            elif kind == BUNDLE_ADD:
                self.bundle_add(xid, header + body)
            elif kind == METER_MOD:
                self.meter_mod(xid, header + body)
            elif kind == GET_CONFIG_REQUEST:
                self.say("config")
                self.sock.send(message(GET_CONFIG_REPLY, xid, bytes(4)))
            elif kind == SET_CONFIG:
                self.say("set-config")
                if self.mode == "refuse-config":
                    self.sock.send(error(xid, header + body))
            elif kind == BARRIER_REQUEST:
                self.say("barrier")
                self.sock.send(message(BARRIER_REPLY, xid))


def main(argv):
    random.seed(1)
    path, log_file, mode = argv[1:]
    server = socket.socket(socket.AF_UNIX)
    server.bind(path + ".tmp")
    server.listen(5)
    os.rename(path + ".tmp", path)      # There when it can be connected to.
    reconnected = False
    with open(log_file, "w") as log:
        while True:
            sock, _ = server.accept()
            log.write("connection\n")
            log.flush()
            with sock:
                try:
                    Switch(sock, log, mode, reconnected).run()
                except (EOFError, OSError):
                    pass
            reconnected = True


if __name__ == "__main__":
    main(sys.argv)
