#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""report-text.py FILE: prints what a page of "pipettectl report" says: its
title, its figures, notices, tables (of a long one the first rows, and how
many), and footer.  Fails if tags are not closed as they were opened, or if the
page names anything that is elsewhere, or has a script or a style that its
policy does not know."""

import base64
import hashlib
import html.parser
import re
import sys

VOID = {"meta", "input", "br", "path", "rect", "link", "img"}
ROWS = 8
TEXTS = {"h1", "dt", "dd", "th", "td", "p", "h2", "title", "summary"}
# Attributes that make a browser load something.
LOADS = {"src", "srcset", "action", "formaction", "data", "poster",
         "background", "ping", "cite", "manifest", "xlink:href"}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open = []
        self.lines = []
        self.text = None
        self.row = None
        self.n_rows = 0
        self.policy = ""
        self.hashes = set()
        self.errors = []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag not in VOID:
            self.open.append((tag, attrs))
        if attrs.get("http-equiv") == "Content-Security-Policy":
            self.policy = attrs["content"]
        for name, value in attrs.items():
            if (name in LOADS or name == "style" or name.startswith("on")
                    or (name == "href" and not value.startswith("#"))):
                self.errors.append("attribute %s=%s" % (name, value))
        if tag == "table":
            self.n_rows = 0
        elif tag == "tr":
            self.row = []
        elif tag in TEXTS and tag not in ("summary", "title"):
            self.text = ""

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open[-1][0] != tag:
            self.errors.append("</%s> in line %d" % (tag, self.getpos()[0]))
            return
        attrs = self.open.pop()[1]
        if tag in ("th", "td") and self.row is not None:
            self.row.append(self.text or "")
        elif tag == "tr":
            self.n_rows += 1
            if self.n_rows <= ROWS + 1:
                self.lines.append("  " + " | ".join(self.row))
            self.row = None
        elif tag == "table" and self.n_rows > ROWS + 1:
            self.lines.append("  (%d rows)" % (self.n_rows - 1))
        elif tag == "dd":
            self.lines[-1] += ": " + self.text
        elif tag in ("dt", "p", "h1", "h2") and "paper" not in attrs.get(
                "class", ""):
            self.lines.append("%s%s" % ("== " if tag[0] == "h" else "",
                                        self.text))
        if tag in TEXTS:
            self.text = None

    def handle_data(self, data):
        if self.open and self.open[-1][0] in ("script", "style"):
            digest = hashlib.sha256(data.encode()).digest()
            self.hashes.add("'sha256-%s'" % base64.b64encode(digest).decode())
        elif self.text is not None and self.open[-1][0] != "title":
            self.text = re.sub(r"\s+", " ", self.text + data)


def main():
    page = Page()
    with open(sys.argv[1], encoding="utf-8") as file:
        text = file.read()
    page.feed(text)
    page.close()
    if page.open:
        page.errors.append("not closed: %s" % page.open)
    wanted = ("default-src 'none'; style-src %s; script-src %s; base-uri "
              "'none'; form-action 'none'")
    hashes = re.findall("'sha256-[^']*'", page.policy)
    if page.policy != wanted % tuple(hashes[:2]) or page.hashes != set(hashes):
        page.errors.append("policy: %s" % page.policy)
    for match in re.findall(r"\b(?:https?:)?//[\w.]+|url\(|@import", text):
        page.errors.append("elsewhere: %s" % match)
    print("\n".join(line.strip() if line[0:2] != "  " else line.rstrip()
                    for line in page.lines))
    if page.errors:
        sys.exit("\n".join(page.errors))


main()
