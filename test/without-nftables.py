#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""without-nftables.py PROGRAM [ARG]...: runs a program as on a kernel that has
no netfilter sockets: socket(AF_NETLINK, ..., NETLINK_NETFILTER) fails with
EPROTONOSUPPORT (seccomp(2)).

without-nftables.py --can: succeeds if this machine can do that."""

import ctypes
import errno
import os
import platform
import socket
import struct
import sys

NR_SOCKET = {"x86_64": 41, "aarch64": 198, "riscv64": 198}
AUDIT_ARCH = {"x86_64": 0xc000003e, "aarch64": 0xc00000b7,
              "riscv64": 0xc00000f3}
NETLINK_NETFILTER = 12
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 22, 38
SECCOMP_MODE_FILTER = 2
SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO = 0x7fff0000, 0x00050000
LD_W_ABS, JEQ_K, RET_K = 0x20, 0x15, 0x06
# Of struct seccomp_data.  Arguments are 64 bits; the lower half comes first.
NR, ARCH, FAMILY, PROTOCOL = 0, 4, 16, 32


def forbid(machine):
    def unless(offset, value, skip):
        return [(LD_W_ABS, 0, 0, offset), (JEQ_K, 0, skip, value)]

    program = (unless(ARCH, AUDIT_ARCH[machine], 7)
               + unless(NR, NR_SOCKET[machine], 5)
               + unless(FAMILY, socket.AF_NETLINK, 3)
               + unless(PROTOCOL, NETLINK_NETFILTER, 1)
               + [(RET_K, 0, 0, SECCOMP_RET_ERRNO | errno.EPROTONOSUPPORT),
                  (RET_K, 0, 0, SECCOMP_RET_ALLOW)])
    code = b"".join(struct.pack("HBBI", *step) for step in program)
    text = ctypes.create_string_buffer(code)
    fprog = ctypes.create_string_buffer(
        struct.pack("HP", len(program), ctypes.addressof(text)))
    libc = ctypes.CDLL(None, use_errno=True)
    if (libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
            or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, fprog, 0, 0)):
        raise OSError(ctypes.get_errno(), "prctl")


def main(argv):
    try:
        forbid(platform.machine())
    except (KeyError, OSError) as error:
        sys.exit("without-nftables.py: no seccomp filter: %s" % error)
    if argv[1:] != ["--can"]:
        os.execvp(argv[1], argv[1:])


if __name__ == "__main__":
    main(sys.argv)
