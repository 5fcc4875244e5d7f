#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""embed.py FILE...: prints C code with each file as a string, and its hash as
a Content-Security-Policy has it: report.css is report_css, report_css_hash."""

import base64
import hashlib
import os
import sys


def quote(line):
    line = line.replace("\\", "\\\\").replace('"', '\\"')
    return '    "%s\\n"' % line.replace("?", "\\?")


def embed(path):
    with open(path, encoding="ascii") as file:
        text = file.read()
    name = os.path.basename(path).replace(".", "_")
    digest = hashlib.sha256(text.encode()).digest()
    print("\nconst char %s[] =" % name)
    print("\n".join(quote(line) for line in text.splitlines()) + ";")
    print('const char %s_hash[] = "sha256-%s";'
          % (name, base64.b64encode(digest).decode()))


print("/* Made by embed.py. */")
print('\n#include "agent/pipettectl/report-assets.h"')
for argument in sys.argv[1:]:
    embed(argument)
