#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""terminal.py COLUMNS COMMAND [ARG...]: runs COMMAND on a terminal so wide.

Prints what it writes to the terminal, without carriage returns.  Its exit
status is the command's.
"""

import fcntl
import os
import pty
import struct
import sys
import termios


def main():
    pid, terminal = pty.fork()
    if not pid:
        size = struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0)
        fcntl.ioctl(1, termios.TIOCSWINSZ, size)
        os.environ["TERM"] = os.environ.get("TERMINAL", "xterm")
        os.execvp(sys.argv[2], sys.argv[2:])
    try:
        while True:
            data = os.read(terminal, 65536)
            if not data:
                break
            sys.stdout.buffer.write(data.replace(b"\r", b""))
            sys.stdout.buffer.flush()
    except OSError:
        pass                    # The command has ended.
    _, status = os.waitpid(pid, 0)
    sys.exit(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
