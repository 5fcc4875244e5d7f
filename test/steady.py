#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A steady conversation, to tell for how long traffic was away.

steady.py SOURCE TARGET PORT

A TCP connection to "peer.py serve", and datagrams of the same pair: on each, a
number every 5 ms, which comes back.  TCP waits ever longer until it tries
again, so how long the way was broken is what the datagrams tell.

Prints "ready" after some echoes of each, and then "UDP back at T after N ms"
when echoes return after a silence.  T is milliseconds since the epoch.  On
SIGUSR1 it prints how many echoes there were.  On SIGTERM it sends no more,
waits until TCP has all of its echoes, and prints what can be said of it all:
the longest silence, the segments that this end of the connection repeated, the
datagrams that had no echo.  Fails if a byte of the echo is wrong, or the
connection is lost.
"""

import select
import signal
import socket
import struct
import sys
import time

sys.dont_write_bytecode = True
import peer                         # noqa: E402

PERIOD = 0.005
STEADY = 40                         # Echoes until it is.
SILENCE = 0.05                      # Less can be the scheduler's doing.
LAST_DATAGRAM = 1                   # Seconds until one counts as lost.
LAST_ECHO = 90                      # TCP may be in its longest pause.
NUMBER = struct.Struct("!Q")


class Echoes:
    """When echoes came."""

    def __init__(self, name):
        self.name = name
        self.last = None
        self.away = 0
        self.sent = self.echoed = 0

    def came(self):
        now = time.time()
        if self.last is not None:
            silence = now - self.last
            self.away = max(self.away, silence)
            if silence > SILENCE:
                print("%s back at %d after %d ms" % (
                    self.name, now * 1000, silence * 1000), flush=True)
        self.last = now

    def __str__(self):
        return "%s away %d ms" % (self.name, self.away * 1000)


class Connection(Echoes):
    def __init__(self, source, target, port):
        super().__init__("TCP")
        self.sock = socket.create_connection((target, port), peer.TIMEOUT,
                                             (source, 0))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer.read_line(self.sock)
        self.sock.setblocking(False)
        self.unsent = self.received = b""

    def send(self):
        self.unsent += NUMBER.pack(self.sent)
        self.sent += 1
        try:
            self.unsent = self.unsent[self.sock.send(self.unsent):]
        except BlockingIOError:
            pass                    # Its buffer is full: an outage.

    def receive(self):
        data = self.sock.recv(65536)
        if not data:
            raise EOFError("the service closed the connection")
        self.came()
        self.received += data
        whole = len(self.received) // NUMBER.size * NUMBER.size
        for number, in NUMBER.iter_unpack(self.received[:whole]):
            if number != self.echoed:
                raise ValueError("echo %d where %d was due" % (
                    number, self.echoed))
            self.echoed += 1
        self.received = self.received[whole:]

    def is_complete(self):
        return self.echoed == self.sent

    def __str__(self):
        return "%s, %d repeated" % (super().__str__(),
                                    peer.retransmissions(self.sock))


class Datagrams(Echoes):
    def __init__(self, source, target, port):
        super().__init__("UDP")
        self.sock = socket.socket(peer.family(source), socket.SOCK_DGRAM)
        self.sock.bind((source, 0))
        self.sock.connect((target, port))
        self.sock.setblocking(False)
        self.due = set()

    def send(self):
        self.due.add(self.sent)
        try:
            self.sock.send(NUMBER.pack(self.sent))
        except OSError:
            pass                    # Has no echo, so it is counted.
        self.sent += 1

    def receive(self):
        try:
            echo = self.sock.recv(65535).partition(b"\n")[2]
        except ConnectionRefusedError:
            return
        self.came()
        self.echoed += 1
        self.due.discard(NUMBER.unpack(echo)[0])

    def is_complete(self):
        return not self.due

    def __str__(self):
        return "%s, %d of %d lost" % (super().__str__(), len(self.due),
                                      self.sent)


def receive(ways, seconds):
    for sock in select.select([way.sock for way in ways], [], [],
                              max(0, seconds))[0]:
        next(way for way in ways if way.sock is sock).receive()


def converse(ways, stop, asked):
    """Until 'stop' has something in it; 'asked' is who wants figures."""
    ready = False
    due = time.monotonic()
    while not stop:
        if time.monotonic() >= due:
            for way in ways:
                way.send()
            due = max(due + PERIOD, time.monotonic() - PERIOD)
        receive(ways, due - time.monotonic())
        while asked:
            asked.pop()
            print("; ".join("%s %d echoes" % (way.name, way.echoed)
                            for way in ways), flush=True)
        if not ready and all(way.echoed >= STEADY for way in ways):
            ready = True
            print("ready", flush=True)


def finish(way, seconds):
    end = time.monotonic() + seconds
    while not way.is_complete() and time.monotonic() < end:
        receive([way], end - time.monotonic())


def main(argv):
    if len(argv) != 4:
        sys.exit(__doc__)
    source, target, port = argv[1], argv[2], int(argv[3])
    stop, asked = [], []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(True))
    signal.signal(signal.SIGUSR1, lambda *_: asked.append(True))
    try:
        connection = Connection(source, target, port)
        datagrams = Datagrams(source, target, port)
        converse([connection, datagrams], stop, asked)
        finish(datagrams, LAST_DATAGRAM)
        finish(connection, LAST_ECHO)
        if not connection.is_complete():
            raise EOFError("no echo of the last %d numbers" % (
                connection.sent - connection.echoed))
    except (OSError, ValueError, EOFError) as error:
        sys.exit("steady.py: %s" % error)
    print("%s; %s" % (connection, datagrams))


if __name__ == "__main__":
    main(sys.argv)
