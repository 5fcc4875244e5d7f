#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""report-browser.py PAGE HOSTILE [PICTURES]: opens two pages of "pipettectl
report" in headless Chromium, by WebDriver on loopback, uses the first one as a
person would, and prints what it did.  With a directory PICTURES, it also
stores what it saw there.

report-browser.py --can: says whether the browser is there, by its status.
"""

import base64
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
TAB, RIGHT, DOWN, ESCAPE = "\ue004", "\ue014", "\ue015", "\ue00c"
OPTIONS = ["--headless=new", "--no-sandbox", "--disable-gpu",
           "--disable-quic", "--no-first-run",
           "--disable-background-networking", "--disable-component-update",
           "--disable-sync", "--disable-dev-shm-usage",
           "--window-size=1200,1000"]


class Browser:
    def __init__(self, driver, profile):
        line = ""
        while "successfully on port" not in line:
            line = driver.stdout.readline()
            if not line:
                sys.exit("chromedriver did not start")
        self.url = "http://127.0.0.1:%s/session" % re.search(
            r"on port (\d+)", line).group(1)
        options = {"args": OPTIONS + ["--user-data-dir=" + profile]}
        reply = self.call("", {"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}}})
        self.url += "/" + reply["sessionId"]

    def call(self, command, body=None, method=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.url + command, data, {"Content-Type": "application/json"},
            method=method)
        with urllib.request.urlopen(request, timeout=120) as reply:
            return json.load(reply)["value"]

    def open(self, path):
        self.call("/url", {"url": "file://" + os.path.abspath(path)})

    def run(self, script, *args):
        return self.call("/execute/sync", {"script": script,
                                           "args": list(args)})

    def cdp(self, command, **params):
        return self.call("/goog/cdp/execute", {"cmd": command,
                                               "params": params})

    def find(self, selector):
        return self.call("/element", {"using": "css selector",
                                      "value": selector})[ELEMENT]

    def press(self, keys):
        actions = []
        for key in keys:
            actions += [{"type": "keyDown", "value": key},
                        {"type": "keyUp", "value": key}]
        self.call("/actions", {"actions": [{"type": "key", "id": "keys",
                                            "actions": actions}]})

    def point(self, x, y):
        self.call("/actions", {"actions": [
            {"type": "pointer", "id": "mouse", "actions": [
                {"type": "pointerMove", "x": int(x), "y": int(y)}]}]})

    def console(self):
        entries = self.call("/se/log", {"type": "browser"})
        return "; ".join(entry["message"] for entry in entries) or "nothing"

    def requests(self):
        """What was asked for, but the pages themselves and what the browser's
        own first page has."""
        urls = set()
        for entry in self.call("/se/log", {"type": "performance"}):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                urls.add(message["params"]["request"]["url"])
        return sorted(url for url in urls
                      if not url.startswith(("chrome://", "data:"))
                      and not re.match(r"file://.*\.html$", url))


def text_of(browser, selector):
    return browser.run("return document.querySelector(arguments[0])"
                       ".textContent", selector)


def check_loaded(browser):
    print("title: " + browser.call("/title"))
    print("rows: %d" % browser.run(
        "return document.querySelectorAll('#contacts-table tbody tr').length"))
    print("console: " + browser.console())
    print("requests: " + (", ".join(browser.requests()) or "only the page"))


def check_keys(browser):
    names = []
    for _ in range(6):
        browser.press(TAB)
        names.append(browser.run("return document.activeElement.textContent"))
    print("keys: " + ", ".join(names))
    browser.press(TAB)
    print("time line: " + text_of(browser, "#tip"))
    browser.press(RIGHT)
    print("time line, right: " + text_of(browser, "#said"))
    browser.press(TAB + TAB)        # Past the table that is folded.
    print("heat map: " + text_of(browser, "#tip"))
    browser.press(DOWN)
    print("heat map, down: " + text_of(browser, "#said"))
    browser.press(RIGHT)
    print("heat map, right: " + text_of(browser, "#said"))
    browser.press(ESCAPE)
    assert browser.run("return document.getElementById('tip').hidden")


def check_pointer(browser):
    box = browser.run(
        "document.getElementById('heatmap').scrollIntoView();"
        "var row = document.querySelectorAll('.row')[1];"
        "var box = row.getBoundingClientRect(); return [box.x, box.y];")
    browser.point(box[0] + 5, box[1] + 5)
    print("heat map, pointer: " + text_of(browser, "#tip"))


def matching(browser):
    shown = browser.run(
        "return Array.from(document.querySelectorAll("
        "'#contacts-table tbody tr')).filter("
        "row => row.getClientRects().length).length")
    said = text_of(browser, "#count")
    assert not said or said.startswith("{:,} of ".format(shown)), (said, shown)
    return said or "%d rows" % shown


def check_filter(browser):
    field = browser.find("#filter")
    for words in ("22", "=tcp/22 !192.168.2.70", "nothing"):
        browser.call("/element/%s/value" % field, {"text": words})
        print('filter "%s": %s' % (words, matching(browser)))
        browser.press(ESCAPE)
    print('filter "": ' + matching(browser))
    browser.call("/element/%s/click" % browser.find(
        "#top-clients-table tr:nth-child(2) a"), {})
    print("filter by a client: %s, %s" % (
        browser.run("return document.activeElement.value"),
        matching(browser)))
    browser.press(ESCAPE)


# Contrast as WCAG has it: of what is written, on what it is written on.
CONTRAST = """
function parse(s) {
    return s.match(/[\\d.]+/g).map(Number);
}
function luminance(s) {
    var c = parse(s).slice(0, 3).map(function (v) {
        v /= 255;
        return v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4);
    });
    return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
}
function ground(e) {
    for (; e; e = e.parentElement) {
        var colour = getComputedStyle(e).backgroundColor;
        if (parse(colour)[3] !== 0) {
            return colour;
        }
    }
    return "rgb(255, 255, 255)";
}
var bad = [];
document.querySelectorAll("h1, h2, p, a, dt, dd, th, td, summary, label, " +
                          "li, #heatmap text").forEach(function (e) {
    var style = getComputedStyle(e);
    var a = luminance(e.tagName === "text" ? style.fill : style.color);
    var b = luminance(ground(e));
    var ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) {
        bad.push(e.tagName + " " + e.textContent + " " + ratio);
    }
});
return [bad, getComputedStyle(document.body).backgroundColor];
"""


def check_colours(browser, pictures):
    grounds = []
    for scheme in ("light", "dark"):
        browser.cdp("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": scheme}])
        bad, ground = browser.run(CONTRAST)
        grounds.append(ground)
        print("%s: %s%s" % (scheme, "; ".join(bad) or "readable",
                            ", other colours" if len(set(grounds)) == 2
                            else ""))
        take_picture(browser, pictures, scheme + ".png")
    browser.cdp("Emulation.setEmulatedMedia", features=[])


def check_phone(browser, pictures):
    browser.cdp("Emulation.setDeviceMetricsOverride", width=390, height=844,
                deviceScaleFactor=1, mobile=True)
    width = browser.run("return document.documentElement.scrollWidth")
    print("phone: " + ("nothing is wider than the screen" if width <= 390
                       else "%d wide" % width))
    take_picture(browser, pictures, "phone.png")
    browser.cdp("Emulation.clearDeviceMetricsOverride")


def check_paper(browser, pictures):
    pdf = base64.b64decode(browser.call("/print", {"background": True}))
    print("paper: " + ("a PDF" if pdf.startswith(b"%PDF-") else "nothing"))
    if pictures:
        with open(os.path.join(pictures, "paper.pdf"), "wb") as file:
            file.write(pdf)


def take_picture(browser, pictures, name):
    if pictures:
        height = browser.run("return document.body.scrollHeight")
        picture = browser.cdp(
            "Page.captureScreenshot", captureBeyondViewport=True,
            clip={"x": 0, "y": 0, "scale": 1, "height": min(height, 3200),
                  "width": browser.run("return window.innerWidth")})
        with open(os.path.join(pictures, name), "wb") as file:
            file.write(base64.b64decode(picture["data"]))


def check_policy(browser):
    """Asks for a picture, a script and data, that the policy must refuse."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        refused = browser.call("/execute/async", {
            "args": ["http://127.0.0.1:%d/" % server.getsockname()[1]],
            "script": """
            var url = arguments[0], done = arguments[1], refused = [];
            document.addEventListener("securitypolicyviolation", function (e) {
                refused.push(e.effectiveDirective);
                if (refused.length === 3) {
                    done(refused.sort().join(" "));
                }
            });
            new Image().src = url;
            var script = document.createElement("script");
            script.textContent = "document.title = 'run'";
            document.body.append(script);
            fetch(url).catch(function () {});
            """})
        server.setblocking(False)
        try:
            server.accept()
            refused = "asked for"
        except BlockingIOError:
            pass
    if browser.call("/title") == "run":
        refused = "run"
    print("loading from elsewhere: " + (
        "refused" if refused == "connect-src img-src script-src-elem"
        else refused))


def use(browser, page, hostile, pictures):
    browser.open(page)
    check_loaded(browser)
    check_keys(browser)
    check_pointer(browser)
    check_filter(browser)
    browser.point(0, 0)
    check_colours(browser, pictures)
    check_phone(browser, pictures)
    check_paper(browser, pictures)
    assert browser.console() == "nothing"
    check_policy(browser)
    browser.console()
    browser.open(hostile)
    print("hostile title: " + browser.call("/title"))
    print("hostile page: %s script, no dialog" % (
        "one" if browser.run("return document.scripts.length") == 1
        else "another"))
    print("console: " + browser.console())


def main():
    driver = shutil.which("chromedriver")
    if not driver or not shutil.which("chromium"):
        sys.exit("chromium and chromedriver (packages chromium and "
                 "chromium-driver) are missing")
    if sys.argv[1] == "--can":
        return
    pictures = sys.argv[3] if len(sys.argv) > 3 else None
    with tempfile.TemporaryDirectory() as home:
        environment = dict(os.environ, HOME=home, TMPDIR=home)
        with subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True,
                              env=environment) as process:
            try:
                browser = Browser(process, os.path.join(home, "profile"))
                try:
                    use(browser, sys.argv[1], sys.argv[2], pictures)
                finally:
                    browser.call("", method="DELETE")
            finally:
                process.terminate()


main()
