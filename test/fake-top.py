#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An agent's control socket with contacts that are always the same.

fake-top.py SOCKET [MODE]

Answers "top", "contacts" and "status" as pipette-agent(8) says.  The file
SOCKET.mode, if it is there, has the mode of the next answer:

    good        the contacts of a day in a lab
    hang        no answer, until the mode is another one
    refuse      an error, as without contacts in the configuration
    huge        10,000 rows, of which each has long texts
    endless     more bytes than anybody wants
    hostile     escape sequences in all texts, wrong types, missing parts
    garbage     no JSON
    hangup      closes the connection
    sparse      a status without what is optional, few rows

Each command that arrives is a line of SOCKET.log.
"""

import json
import os
import socket
import sys
import threading
import time

PATH = sys.argv[1]

# client, contacts, in the last minute, attempts, targets, ports, answered
CLIENTS = [
    ("192.168.2.66", 1893, 254, 2207, 254, 12, 1893, "10:24:31"),
    ("172.16.40.7", 612, 18, 1440, 3, 2, 612, "10:24:30"),
    ("192.168.2.23", 388, 31, 402, 127, 4, 385, "10:24:28"),
    ("172.16.9.181", 254, 0, 254, 254, 1, 0, "10:17:02"),
    ("192.168.2.140", 96, 6, 101, 5, 9, 91, "10:24:19"),
    ("172.16.40.12", 71, 2, 85, 2, 3, 71, "10:23:55"),
    ("192.168.2.5", 44, 1, 44, 9, 5, 44, "10:24:02"),
    ("172.16.3.3", 30, 0, 90, 30, 1, 0, "10:19:47"),
    ("192.168.2.201", 17, 3, 18, 1, 6, 17, "10:24:25"),
    ("172.16.77.90", 12, 0, 36, 4, 3, 8, "10:16:11"),
    ("192.168.2.31", 9, 0, 9, 2, 2, 9, "10:21:33"),
    ("172.16.40.9", 8, 1, 8, 1, 1, 8, "10:23:58"),
    ("192.168.2.118", 6, 0, 7, 3, 2, 6, "10:18:26"),
    ("172.16.200.14", 4, 0, 12, 4, 1, 0, "10:20:40"),
    ("192.168.2.90", 3, 0, 3, 1, 3, 3, "10:22:09"),
    ("172.16.5.66", 3, 0, 3, 1, 1, 3, "10:15:52"),
    ("192.168.2.12", 2, 0, 2, 2, 1, 2, "10:15:30"),
    ("172.16.9.3", 2, 0, 6, 2, 1, 0, "10:16:59"),
    ("192.168.2.77", 1, 0, 1, 1, 1, 1, "10:20:01"),
    ("192.168.2.9", 1, 0, 1, 1, 1, 1, "10:14:44"),
]
PORTS = [
    ("tcp", 22, 1204, 141, 1933, 14, 254, 1190),
    ("tcp", 445, 711, 92, 790, 6, 254, 700),
    ("tcp", 80, 498, 40, 511, 11, 131, 490),
    ("udp", 161, 291, 12, 300, 3, 127, 270),
    ("arp", None, 254, 0, 254, 1, 254, 0),
    ("tcp", 3389, 203, 21, 377, 5, 40, 201),
    ("icmp", None, 131, 4, 131, 4, 127, 125),
    ("tcp", 8080, 88, 6, 90, 4, 12, 88),
    ("tcp", 1433, 61, 0, 212, 2, 9, 61),
    ("udp", 53, 25, 1, 25, 2, 3, 25),
]


def stamp(clock):
    return "2026-11-28T%s.250Z" % clock


def clients():
    names = ("client", "contacts", "per_minute", "attempts", "targets",
             "ports", "answered")
    return [dict(zip(names, row), last=stamp(row[7])) for row in CLIENTS]


def targets():
    rows = []
    for i in range(40):
        n = 190 - 4 * i - i % 3
        rows.append({
            "target": "192.168.2.%d" % (7 * i % 253 + 1), "contacts": n,
            "per_minute": max(0, 21 - i), "attempts": n + n // 5,
            "clients": 1 + (40 - i) // 4, "ports": 1 + (i * 5) % 11,
            "answered": n - i % 5, "last": stamp("10:24:%02d" % (40 - i))})
    return rows


def ports():
    names = ("protocol", "port", "contacts", "per_minute", "attempts",
             "clients", "targets", "answered")
    return [dict(zip(names, row), last=stamp("10:24:%02d" % (31 - i)))
            for i, row in enumerate(PORTS)]


def contacts(options):
    rows = []
    for i in range(60):
        rows.append({
            "id": 1000 + i, "first": stamp("10:20:%02d" % i),
            "last": stamp("10:23:%02d" % i), "network": None, "vlan": 2,
            "protocol": options.get("protocol", "tcp"),
            "client": options.get("client", "192.168.2.66"),
            "client_port": 40000 + i, "client_mac": "02:00:00:00:00:42",
            "target": options.get("target", "192.168.2.%d" % (i + 10)),
            "port": int(options.get("port", (22, 445, 80)[i % 3])),
            "target_mac": None, "seen_as": "10.10.66.%d" % (i + 10),
            "attempts": 1 + i % 4,
            "answer": ("given", "given", "refused", "none")[i % 4]})
    return rows


STATUS = {
    "ready": True, "standby": False, "version": "0.1.0",
    "bridge": {"state": "in sync"},
    "contacts": {"packets_missed": 0},
}


def huge():
    for row in clients():
        for i in range(500):
            yield dict(row, client="%s.%d.%s" % (row["client"], i, "9" * 200),
                       contacts=10 ** 15 + i)


EVIL = "\x1b]0;evil\x07\x1b[31mred\x1b[2J\x9b5n\n\r\t\u202e\u00e4"


def hostile(rows):
    evil = []
    for i, row in enumerate(rows[:4]):
        evil.append({key: EVIL if isinstance(value, str) else value
                     for key, value in row.items()})
    evil.append({"client": {"a": []}, "contacts": "many", "per_minute": -5,
                 "last": [], "port": 1.5, "protocol": EVIL})
    evil.append({"contacts": 1e300, "per_minute": True,
                 "attempts": -(2 ** 63)})
    evil.append({})
    return evil


def table(command, args):
    if command == "top":
        return {"clients": clients, "targets": targets,
                "ports": ports}[args[0]]()
    options = {}
    for i, arg in enumerate(args):
        if arg.startswith("--") and i + 1 < len(args):
            options[arg[2:]] = args[i + 1]
    return contacts(options)


def limited(rows, args):
    if "--limit" in args:
        rows = rows[:int(args[args.index("--limit") + 1])]
    return rows


def mode():
    try:
        with open(PATH + ".mode", encoding="ascii") as f:
            return f.read().strip()
    except FileNotFoundError:
        return sys.argv[2] if len(sys.argv) > 2 else "good"


def answer(request, what):
    """Returns the reply and the error, one of them None."""
    command, args = request["method"], request["params"]
    if command == "status":
        status = dict(STATUS)
        if what == "sparse":
            status = {}
        elif what == "hostile":
            status = dict(STATUS, version=EVIL, removal=EVIL * 20,
                          contacts={"packets_missed": "no"})
        return json.dumps(status), None
    if what == "refuse":
        return None, ("contacts: not configured (see contact-log in "
                      "pipette-agent(8))\nbackground")
    if what == "garbage":
        return "{[", None
    if what == "huge":
        return json.dumps(list(huge())), None
    rows = table(command, args)
    if what == "hostile":
        return json.dumps(hostile(rows)), None
    if what == "sparse":
        rows = rows[:2]
    return json.dumps(limited(rows, args)), None


def talk(connection):
    """Logs how much the other side took before it closed the connection."""
    connection.sendall(b'{"id":0,"error":null,"result":"')
    sent = 0
    try:
        while mode() == "endless":
            sent += connection.send(b"x" * 65536)
    except OSError:
        log("given up after %d MiB" % (sent >> 20))


def log(line):
    with open(PATH + ".log", "a", encoding="utf-8") as f:
        f.write(line + "\n")


def serve_request(connection, request):
    log(" ".join([request["method"]] + request["params"]))
    while mode() == "hang":
        time.sleep(.05)
    what = mode()
    if what == "hangup":
        return False
    if what == "endless":
        talk(connection)
        return False
    result, error = answer(request, what)
    connection.sendall(json.dumps({
        "id": request["id"], "result": result, "error": error}).encode())
    return True


def serve(connection):
    decoder = json.JSONDecoder()
    text = ""
    try:
        while True:
            data = connection.recv(65536)
            if not data:
                break
            text += data.decode()
            while text:
                try:
                    request, end = decoder.raw_decode(text)
                except json.JSONDecodeError:
                    break
                text = text[end:].lstrip()
                if not serve_request(connection, request):
                    return
    except OSError:
        pass
    finally:
        connection.close()


def main():
    if os.path.exists(PATH):
        os.unlink(PATH)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(PATH)
    listener.listen(8)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection,),
                         daemon=True).start()


main()
