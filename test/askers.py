#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Clients of a control socket that ovs-appctl is not.

askers.py SOCKET hangup COMMAND...  sends the command and hangs up
askers.py SOCKET many N COMMAND...  sends it on N connections at once, then
                                    prints how many got each of the replies
askers.py SOCKET unread COMMAND...  sends many commands, without reading a
                                    reply, until the server cannot send, then
                                    hangs up
askers.py SOCKET late COMMAND...    the same, but then reads, and prints each
                                    error once
"""

import array
import collections
import fcntl
import json
import socket
import sys
import termios
import time

GROUPS = 80                     # More than fit into a socket.


def request(*words):
    return json.dumps({"method": words[0], "params": words[1:],
                       "id": 0}).encode()


def connect(path):
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(path)
    sock.settimeout(20)
    return sock


def replies(sock):
    """Yields each reply, with what is its error or its result."""
    text, decoder = "", json.JSONDecoder()
    while True:
        try:
            reply, end = decoder.raw_decode(text)
        except ValueError:
            data = sock.recv(65536).decode()
            if not data:
                return
            text += data
        else:
            text = text[end:].lstrip()
            yield reply


def many(path, n, words):
    socks = [connect(path) for _ in range(n)]
    for sock in socks:
        sock.sendall(request(*words))
    counts = collections.Counter()
    for sock in socks:
        reply = next(replies(sock))
        counts[reply["error"] or reply["result"]] += 1
    for reply, count in sorted(counts.items()):
        print(count, reply, end="")


def fill(sock, words):
    """Asks for replies of which one does not fit, with the command behind it,
    and waits until no more comes."""
    group = request("list-commands") * 8 + request(*words)
    sock.sendall(group * GROUPS)
    unread, before = array.array("i", [0]), -1
    while unread[0] != before:
        before = unread[0]
        time.sleep(0.5)
        fcntl.ioctl(sock, termios.FIONREAD, unread)


def main(path, what, *words):
    if what == "many":
        many(path, int(words[0]), words[1:])
        return
    with connect(path) as sock:
        if what == "hangup":
            sock.sendall(request(*words))
            return
        fill(sock, words)
        if what == "late":
            errors = set()
            for _, reply in zip(range(9 * GROUPS), replies(sock)):
                errors.add(reply["error"] or "")
            print("".join(sorted(errors)), end="")


if __name__ == "__main__":
    main(*sys.argv[1:])
