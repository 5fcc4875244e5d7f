#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""report-log.py KIND [N]: prints a contact log for tests of "pipettectl
report", the same for each run, in the form of contact_record_put().

small    24 contacts, of which a test knows the figures
dual     8 contacts of both families
day      a day of a /24: 40 clients that scan, or try passwords over ssh
large    the same of a /20, with 400 clients
hostile  strings that try to be more than that
apart N  N contacts, no two of the same client, target or time
"""

import json
import random
import re
import sys
import time

EPOCH = 1795737600              # 2026-11-27T00:00:00Z
HEAD = ('"ecs":{"version":"8.17.0"},"event":{"category":["network"],'
        '"dataset":"pipette.contact",')
OBSERVER = ('"observer":{"hostname":"pot","product":"pipette-agent",'
            '"type":"honeypot","version":"0.1.0"},')
OUTCOMES = {"given": "success", "refused": "failure", "none": "unknown"}


def stamp(msec):
    when = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(msec // 1000))
    return "%s.%03dZ" % (when, msec % 1000)


def record(msec, client, target, port, answer="given", attempts=1, last=None,
           protocol="tcp", vlan=2, name=None, client_port=40000, kind=None):
    """A line; 'last' makes it that of a contact that has ended."""
    ended = last is not None
    end = ('"duration":%d,"end":"%s",' % ((last - msec) * 1000000,
                                          stamp(last)) if ended else "")
    outcome = OUTCOMES[answer]
    if ended and outcome == "unknown":
        outcome = "failure"
    ports = protocol in ("tcp", "udp")
    ipv6 = ":" in target
    words = {"tcp": (6, "tcp"), "udp": (17, "udp"),
             "icmp": (58, "ipv6-icmp") if ipv6 else (1, "icmp"),
             "nd": (58, "ipv6-icmp"), "arp": (0, "")}[protocol]
    transport = ('"type":"arp",' if protocol == "arp" else
                 '"community_id":"1:2qla+TzQZALX5C5Xy/+PF5AaqKQ=",'
                 '"iana_number":"%d",%s"transport":"%s","type":"ipv%d",'
                 % (words[0], '"protocol":"nd",' if protocol == "nd" else "",
                    words[1], 6 if ipv6 else 4))
    return ('{"@timestamp":"%s","destination":{"ip":"%s",'
            '"mac":"0E-70-69-A8-02-4D","nat":{"ip":"10.10.0.1"}%s},%s%s'
            '"kind":"event","outcome":"%s","start":"%s",'
            '"type":["connection","%s"]},"network":{%s"direction":"inbound"'
            '%s,"vlan":{"id":"%d"}},%s"pipette":{"answer":"%s",'
            '"attempts":%d,"bridge":"copro0"},"related":{"ip":["%s","%s"]},'
            '"source":{"ip":"%s","mac":"02-00-00-00-00-05",'
            '"nat":{"ip":"10.10.5.77"}%s}}'
            % (stamp(last if ended else msec), target,
               ',"port":%d' % port if ports else "", HEAD, end, outcome,
               stamp(msec), kind or ("end" if ended else "start"), transport,
               ',"name":"%s"' % name if name else "", vlan, OBSERVER, answer,
               attempts, client, target, client,
               ',"port":%d' % client_port if ports else ""))


def both(out, msec, client, target, port, answer, attempts, length, **more):
    """What the agent writes of a contact, to be sorted by time."""
    out.append((msec, record(msec, client, target, port, answer, 1, **more)))
    if attempts > 1 or answer == "none":
        last = msec + length
        out.append((msec + 60000, record(msec, client, target, port, answer,
                                         attempts, last, **more)))


def small(out):
    start = EPOCH * 1000
    for i in range(12):
        both(out, start + i * 60000, "192.168.2.5", "192.168.2.%d" % (70 + i),
             22, "given", 3, 2000)
    for i in range(8):
        both(out, start + i * 1000, "192.168.2.6", "192.168.2.70", 80 + i,
             "refused" if i % 2 else "none", 1, 0)
    both(out, start + 1, "172.16.8.5", "192.168.2.77", 53, "given", 1, 0,
         protocol="udp")
    both(out, start + 2, "172.16.8.5", "192.168.2.77", 0, "given", 4, 3000,
         protocol="icmp")
    both(out, start + 3, "172.16.8.5", "192.168.2.78", 0, "none", 1, 0,
         protocol="arp")
    both(out, start + 3600000, "192.168.2.6", "192.168.2.71", 443, "given", 1,
         0)


def dual(out):
    start = EPOCH * 1000
    for i in range(4):
        both(out, start + i, "fc01::5", "fc01::%x" % (8 + i), 22, "given", 1,
             0)
    both(out, start + 4, "fc01::5", "fc01::8", 0, "given", 1, 0,
         protocol="icmp")
    both(out, start + 5, "fe80::1", "fc01::9", 0, "given", 1, 0,
         protocol="nd")
    both(out, start + 6, "2001:db8:1:2:3:4:5:6", "fc01::9", 80, "refused", 1,
         0)
    both(out, start + 7, "192.168.2.5", "192.168.2.77", 22, "given", 1, 0)


PORTS = [22] * 10 + [23] * 8 + [80] * 7 + [443] * 6 + [445] * 5 + [
    3389, 3389, 8080, 21, 25, 5900, 6379, 1433, 3306, 5432, 110, 143, 8443]
SCAN = [21, 22, 23, 25, 53, 80, 110, 111, 135, 139, 143, 443, 445, 993, 3306,
        3389, 5900, 8080]


def answer_of(r, target, port):
    if port in (22, 23, 80, 443):
        return "given"
    return r.choice(("refused", "refused", "none"))


def day(out, r, n_clients, targets, prefix):
    start = EPOCH * 1000
    length = 86400000
    clients = ["%s.%d" % (prefix, i) for i in
               r.sample(range(2, 250), min(8, n_clients))]
    clients += ["%d.%d.%d.%d" % (r.choice((45, 61, 80, 91, 103, 141, 185, 193,
                                           218)), r.randrange(256),
                                 r.randrange(256), r.randrange(1, 255))
                for _ in range(n_clients - len(clients))]
    for i, client in enumerate(clients):
        if i % 10 == 0 and i < 60:      # All of it, some ports, fast.
            at = start + r.randrange(length)
            for port in r.sample(SCAN, 3):
                for target in targets:
                    at += r.randrange(20, 60)
                    both(out, at, client, target, port,
                         answer_of(r, target, port), r.choice((1, 1, 2)), 900)
        elif i % 10 == 1:       # Passwords, over hours, at a few targets.
            at = start + r.randrange(length // 2)
            victims = r.sample(targets, 5)
            for _ in range(900):
                at += r.randrange(500, 60000)
                both(out, at, client, r.choice(victims), 22, "given",
                     r.randrange(1, 30), 50000)
        elif i % 10 == 2:       # One host, all ports.
            at = start + r.randrange(length)
            target = r.choice(targets)
            for port in SCAN + r.sample(range(1024, 10000), 200):
                at += r.randrange(1, 80)
                both(out, at, client, target, port,
                     answer_of(r, target, port), 1, 0)
        elif i % 10 == 3:       # Pings, names, management.
            for _ in range(60):
                at = start + r.randrange(length)
                protocol, port = r.choice((("icmp", 0), ("udp", 53),
                                           ("udp", 161), ("udp", 123),
                                           ("arp", 0), ("udp", 1900)))
                both(out, at, client, r.choice(targets), port,
                     "given" if protocol == "icmp" else "none",
                     r.randrange(1, 5), 4000, protocol=protocol)
        else:
            for _ in range(r.randrange(5, 120)):
                target, port = r.choice(targets), r.choice(PORTS)
                both(out, start + r.randrange(length), client, target, port,
                     answer_of(r, target, port), r.randrange(1, 4), 3000)


def hostile():
    names = ["</script><script>alert(1)</script>",
             "\"><img src=x onerror=alert(2)>", "<!--", "&lt;b&gt;",
             "\x01\x7f\u2028\u202e", "]]>", "a" * 500, "' onclick='"]
    for i, name in enumerate(names):
        out = {"event": {"start": "2026-11-28T10:00:0%d.000Z" % i},
               "source": {"ip": "192.168.2.5"},
               "destination": {"ip": "192.168.2.77", "port": -1},
               "network": {"name": name, "transport": name,
                           "vlan": {"id": name}},
               "pipette": {"attempts": "9" * 400, "answer": name}}
        if i == 7:
            out["source"]["ip"] += "\"><b>"
        print(json.dumps(out), flush=True)
    sys.stdout.buffer.write(
        b'{"event":{"start":"2026-11-28T10:00:09Z"},"source":{"ip":"1.2.3.4"}'
        b',"destination":{"ip":"1.2.3.5"},"network":{"name":"\377<\300\257"'
        b'}}\n')


def apart(n):
    """Fast: only the parts that differ are made for each line."""
    words = ["CLIENT", "TARGET", stamp(0)]
    line = record(0, "CLIENT", "TARGET", 22, "given")
    parts = re.split("(%s)" % "|".join(words), line.replace("%", "%%"))
    order = [words.index(part) for part in parts if part in words]
    line = "".join("%s" if part in words else part for part in parts) + "\n"
    for i in range(n):
        values = ("%d.%d.%d.%d" % (11 + (i >> 20), i >> 12 & 255,
                                   i >> 4 & 255, i & 15),
                  "10.%d.%d.%d" % (i >> 16, i >> 8 & 255, i & 255),
                  stamp(EPOCH * 1000 + i) if i % 1000 == 0 else
                  "%s%03dZ" % (second, i % 1000))
        second = values[2][:-4]
        sys.stdout.write(line % tuple(values[j] for j in order))


def main():
    kind = sys.argv[1]
    r = random.Random(15)
    out = []
    if kind == "apart":
        apart(int(sys.argv[2]))
        return
    elif kind == "hostile":
        hostile()
        return
    elif kind == "small":
        small(out)
    elif kind == "dual":
        dual(out)
    elif kind == "day":
        day(out, r, 40, ["192.168.2.%d" % i for i in range(1, 255)],
            "192.168.2")
    else:
        day(out, r, 400, ["172.16.%d.%d" % (16 + i // 256, i % 256)
                          for i in range(1, 4095)], "172.16.17")
    out.sort(key=lambda item: item[0])
    print("\n".join(line for _, line in out))


main()
