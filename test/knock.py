#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a client does with somebody else's service.

knock.py greeting SOURCE TARGET PORT
    Connects, and prints the first line that comes.
knock.py send SOURCE TARGET PORT HEX
    Sends one datagram.
"""

import socket
import sys

TIMEOUT = 10


def greeting(source, target, port):
    with socket.create_connection((target, int(port)), TIMEOUT,
                                  (source, 0)) as sock:
        print(sock.makefile("rb").readline().decode().strip())


def send(source, target, port, data):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((source, 0))
        sock.sendto(bytes.fromhex(data), (target, int(port)))


def main(argv):
    commands = {"greeting": greeting, "send": send}
    try:
        command, args = commands[argv[1]], argv[2:]
    except (IndexError, KeyError):
        sys.exit(__doc__)
    try:
        command(*args)
    except OSError as error:
        sys.exit("knock.py %s: %s" % (" ".join(argv[1:]), error))


if __name__ == "__main__":
    main(sys.argv)
