#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A control socket with canned answers, for the programs that ask the agent.

fake-control.py SOCKET DIR [MODE]

Speaks JSON-RPC as Open vSwitch's daemons do on their control sockets, to any
number of clients.  To a command NAME, "/" written as "_", it replies with the
file DIR/NAME.error, as an error, if there is one; otherwise with
DIR/NAME.FORMAT if the command has --format=FORMAT, or with DIR/NAME.  Files
are read again for each command, so that they can change meanwhile.

Of "contacts", the file is contacts.jsonl for all formats, a JSON object a
line; --after, --limit, --client and --network are done as the agent does them.
The commands come to DIR/log, a line each.  MODE is what it does:

    good        the above
    hang        takes commands, and never answers
    garbage     answers with what is no JSON
    number      answers with a number, where a string should be
    endless     answers with a string that has no end
    slow        the same, a byte a tenth of a second
    close       closes the connection instead of an answer
    deaf        does not even accept connections
"""

import json
import os
import socket
import sys
import threading
import time


def read(*names):
    for name in names:
        try:
            with open(name, encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            pass
    return None


def get_options(args):
    options = {}
    args = list(args)
    while args:
        name, equals, value = args.pop(0).partition("=")
        if not equals and args and not args[0].startswith("--"):
            value = args.pop(0)
        options[name] = value
    return options


def to_csv(rows, columns):
    lines = [",".join(columns)]
    for row in rows:
        lines.append(",".join("" if row[c] is None else str(row[c])
                              for c in columns))
    return "".join(line + "\r\n" for line in lines)


def list_contacts(text, options):
    rows = [json.loads(line) for line in text.splitlines()]
    columns = list(rows[0]) if rows else []
    rows = [r for r in rows if r["id"] > int(options.get("--after", 0))]
    for name in "client", "network":
        if "--" + name in options:
            rows = [r for r in rows if r[name] == options["--" + name]]
    rows = rows[-int(options.get("--limit", 1000)):]
    if options.get("--format") == "csv":
        return to_csv(rows, columns)
    return json.dumps(rows, separators=(",", ":"))


def answer(directory, method, args):
    """Returns the result and the error, of which one is None."""
    path = os.path.join(directory, method.replace("/", "_"))
    options = get_options(args)
    error = read(path + ".error")
    if error is not None:
        return None, error
    if method == "contacts":
        text = read(path + ".jsonl")
        if text is not None:
            return list_contacts(text, options), None
    text = read(*([path + "." + options["--format"]]
                  if "--format" in options else []), path)
    if text is None:
        return None, f'"{method}" is not a valid command'
    return text, None


def send_endlessly(conn, pause):
    conn.sendall(b'{"id":0,"error":null,"result":"')
    while True:
        conn.sendall(b"x" if pause else b"x" * 65536)
        time.sleep(pause)


def reply(conn, directory, mode, request):
    with open(os.path.join(directory, "log"), "a", encoding="utf-8") as log:
        log.write(" ".join([request["method"]] + request["params"]) + "\n")
    if mode == "hang":
        return
    if mode == "garbage":
        conn.sendall(b"\x00\xff}{ this is no JSON\n")
    elif mode == "endless":
        send_endlessly(conn, 0)
    elif mode == "slow":
        send_endlessly(conn, 0.1)
    elif mode == "close":
        conn.shutdown(socket.SHUT_RDWR)
    else:
        result, error = answer(directory, request["method"],
                               request["params"])
        if mode == "number":
            result = 7
        conn.sendall(json.dumps({"id": request["id"], "result": result,
                                 "error": error}).encode())


def serve(conn, directory, mode):
    decoder = json.JSONDecoder()
    text = ""
    try:
        while True:
            data = conn.recv(65536)
            if not data:
                break
            text += data.decode()
            while text:
                try:
                    request, n = decoder.raw_decode(text)
                except json.JSONDecodeError:
                    break       # There is more to come.
                text = text[n:].lstrip()
                reply(conn, directory, mode, request)
    except OSError:
        pass                    # The client is gone.
    conn.close()


def main():
    path, directory = sys.argv[1:3]
    mode = sys.argv[3] if len(sys.argv) > 3 else "good"
    server = socket.socket(socket.AF_UNIX)
    if os.path.exists(path):
        os.unlink(path)
    server.bind(path)
    server.listen(0 if mode == "deaf" else 16)
    while mode == "deaf":
        time.sleep(60)
    while True:
        conn, _ = server.accept()
        threading.Thread(target=serve, args=(conn, directory, mode),
                         daemon=True).start()


if __name__ == "__main__":
    main()
