#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How long connect() takes.

connects.py answer ADDRESS
    Accepts whatever comes; prints "ready".
connects.py ask CLIENT-NETWORK CLIENTS TARGET-NETWORK TARGETS
    Connects from each client to each target, one after the other, and then
    once more, before anything is forgotten; prints both times of each,
    microseconds.  A network is "192.168.2", a host a number.
"""

import gc
import socket
import struct
import sys
import time

PORT = 5000
BACKLOG = 4096      # A short one makes connections wait for a second.
RESET = struct.pack("ii", 1, 0)


def answer(address):
    with socket.socket() as sock:
        sock.bind((address, PORT))
        sock.listen(BACKLOG)
        print("ready", flush=True)
        while True:
            sock.accept()[0].close()


def connect(client, target):
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        sock.bind((client, 0))
        start = time.perf_counter()
        sock.connect((target, PORT))
        took = time.perf_counter() - start
    return took * 1e6


def ask(client_network, clients, target_network, targets):
    gc.disable()
    pairs = [("%s.%s" % (client_network, client),
              "%s.%s" % (target_network, target))
             for client in clients.split() for target in targets.split()]
    first = [connect(*pair) for pair in pairs]
    again = [connect(*pair) for pair in pairs]
    for both in zip(first, again):
        print("%.1f %.1f" % both)


def main(argv):
    try:
        {"answer": answer, "ask": ask}[argv[1]](*argv[2:])
    except (IndexError, KeyError, TypeError):
        sys.exit(__doc__)
    except OSError as error:
        sys.exit("connects.py %s: %s" % (" ".join(argv[1:]), error))


if __name__ == "__main__":
    main(sys.argv)
