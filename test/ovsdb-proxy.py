#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lets something happen just before a transaction gets to ovsdb-server.

ovsdb-proxy.py SOCKET SERVER COMMAND

Passes on whatever is said between the clients of SOCKET and the server at
SERVER.  Before each transaction, it runs the shell command COMMAND, with the
number of the transaction in $N, from 1.
"""

import json
import os
import socket
import subprocess
import sys
import threading

lock = threading.Lock()
transactions = 0


def run_command(command):
    global transactions
    with lock:
        transactions += 1
        subprocess.run(["sh", "-c", command], check=True,
                       env={**os.environ, "N": str(transactions)})


def close(*socks):
    for sock in socks:
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def pass_on(source, sink):
    """What the server says."""
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    close(source, sink)


def pass_requests(client, server, command):
    decoder = json.JSONDecoder()
    text = ""
    try:
        while data := client.recv(65536):
            text += data.decode()
            while text:
                try:
                    request, end = decoder.raw_decode(text)
                except json.JSONDecodeError:
                    break       # The rest is to come.
                if request.get("method") == "transact":
                    run_command(command)
                server.sendall(text[:end].encode())
                text = text[end:].lstrip()
    except OSError:
        pass
    close(client, server)


def main(argv):
    path, target, command = argv[1:]
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path + ".tmp")
    listener.listen(5)
    os.rename(path + ".tmp", path)      # There when it can be connected to.
    while True:
        client, _ = listener.accept()
        server = socket.socket(socket.AF_UNIX)
        try:
            server.connect(target)
        except OSError:
            client.close()
            continue
        for function, args in ((pass_on, (server, client)),
                               (pass_requests, (client, server, command))):
            threading.Thread(target=function, args=args, daemon=True).start()


if __name__ == "__main__":
    main(sys.argv)
