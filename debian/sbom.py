#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""sbom.py BUILD OVERSION PROGRAM...: prints what is in these, as SPDX 2.3.

BUILD is the build directory, with the linker's map BUILD/PROGRAM.map of each;
OVERSION the version of the package openvswitch-source.  Of Open vSwitch's
library, each source file that the linker took something from is listed, with
its licence.
What has no licence that is known here is an error: look at it, then add it.
"""

import datetime
import hashlib
import json
import os
import re
import subprocess
import sys

# In the heads of source files.
LICENCES = [
    ("Apache-2.0", r"[Ll]icense[sd] (this file to You )?under the Apache "
                   r"License, Version 2\.0"),
    ("ISC", r"Permission to use, copy, modify, and/or distribute this"),
    ("BSD-3-Clause", r"Redistribution and use in source.*Neither the name"),
    ("BSD-2-Clause", r"Redistribution and use in source"),
    ("LicenseRef-Gary-S-Brown", r"Gary S\. Brown\. You may use this program"),
    # Made from vswitch.ovsschema and its like, which have no head.
    ("Apache-2.0", r"Generated automatically -- do not modify!"),
]
# Not in SPDX's list.
OTHERS = [{
    "licenseId": "LicenseRef-Gary-S-Brown",
    "extractedText": "COPYRIGHT (C) 1986 Gary S. Brown.  You may use this "
                     "program, or code or tables extracted from it, as "
                     "desired without restriction.",
}]
DYNAMIC = {
    "libc6": "LGPL-2.1-or-later",
    "libinih1": "BSD-3-Clause",
    "libncursesw6": "X11-distribute-modifications-variant",
    "libnl-3-200": "LGPL-2.1-only",
    "libnl-route-3-200": "LGPL-2.1-only",
    "libpcap0.8": "BSD-3-Clause",
    "libtinfo6": "X11-distribute-modifications-variant",
}


def fail(message):
    sys.exit("sbom.py: " + message)


def linked_members(map_name):
    """Those of libopenvswitch.a that have a place in the program's memory."""
    with open(map_name, encoding="utf-8") as f:
        sections = f.read().split("Linker script and memory map")[1]
    place = re.compile(r"0x([0-9a-f]+)\s+0x([0-9a-f]+)\s+"
                       r"\S+/libopenvswitch\.a\((\S+)\.o\)")
    members = {member for address, size, member in place.findall(sections)
               if int(address, 16) and int(size, 16)}
    return members or fail("nothing of Open vSwitch in " + map_name)


def find_source(ovs, member):
    """The member's source file: Open vSwitch's own, or made in its build."""
    for tree, suffix in ("source", ".c"), ("source", ".c.in"), ("build", ".c"):
        for folder in "lib", "lib/lldp":
            name = os.path.join(folder, member + suffix)
            if os.path.exists(os.path.join(ovs, tree, name)):
                return tree, name
    return fail("no source of " + member)


def licence_of(path):
    with open(path, encoding="utf-8") as f:
        head = re.sub(r"[\s*]+", " ", f.read(4096))
    for licence, pattern in LICENCES:
        if re.search(pattern, head):
            return licence
    return fail("no known licence in " + path)


def ovs_files(build, programs):
    ovs = os.path.join(build, "openvswitch")
    members = set().union(*(linked_members(p + ".map") for p in programs))
    for member in sorted(members):
        tree, name = find_source(ovs, member)
        path = os.path.join(ovs, tree, name)
        with open(path, "rb") as f:
            digest = hashlib.sha1(f.read()).hexdigest()
        licence = licence_of(path)
        yield {
            "SPDXID": "SPDXRef-File-" + member,
            "fileName": "./" + name,
            "checksums": [{"algorithm": "SHA1", "checksumValue": digest}],
            "licenseConcluded": licence,
            "licenseInfoInFiles": [licence],
            "copyrightText": "NOASSERTION",
        }


def run(*command):
    return subprocess.run(command, check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def dynamic_packages(program):
    """Debian's packages that the program's libraries are in, but not those that
    only libraries need."""
    needed = re.findall(r"NEEDED +(\S+)", run("objdump", "-p", program))
    for name, path in re.findall(r"(\S+) => (/\S+)", run("ldd", program)):
        if name not in needed:
            continue
        try:
            owner = run("dpkg", "-S", path)
        except subprocess.CalledProcessError:
            owner = run("dpkg", "-S", os.path.realpath(path))
        yield owner.split(":")[0]


def package(name, version, licence, used=None):
    return {
        "SPDXID": "SPDXRef-Package-" + name,
        "name": name,
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": licence,
        "licenseDeclared": licence,
        "copyrightText": "NOASSERTION",
        **({"comment": used} if used else {}),
    }


def relation(subject, kind, other):
    return {"spdxElementId": subject["SPDXID"], "relationshipType": kind,
            "relatedSpdxElement": other["SPDXID"]}


def main(build, ovs_version, *programs):
    paths = [os.path.join(build, program) for program in programs]
    version = run(paths[0], "--version").split()[1]
    files = list(ovs_files(build, paths))
    licences = sorted({f["licenseConcluded"] for f in files})
    agent = package("pipette-agent", version, "Apache-2.0")
    ovs = package("openvswitch", ovs_version, " AND ".join(licences),
                  "The files listed here are of it.")
    # A package whose files were not analyzed, as this one's were not as a
    # whole, must not contain any (SPDX 2.3, 7.8).
    relations = [relation(agent, "STATIC_LINK", linked)
                 for linked in [ovs, *files]]
    packages = [agent, ovs]
    for name in sorted(set().union(*map(dynamic_packages, paths))):
        if name not in DYNAMIC:
            fail("no known licence of " + name)
        library = package(name, run("dpkg-query", "-W", "-f", "${Version}",
                                    name), DYNAMIC[name])
        packages.append(library)
        relations.append(relation(agent, "DYNAMIC_LINK", library))
    created = datetime.datetime.fromtimestamp(
        int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
    json.dump({
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": "pipette-agent",
        "documentNamespace": "https://pipette-agent.example/spdx/%s+%s"
                             % (version, ovs_version),
        "creationInfo": {
            "created": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "creators": ["Tool: debian/sbom.py"],
        },
        "documentDescribes": [agent["SPDXID"]],
        "packages": packages,
        "files": files,
        "hasExtractedLicensingInfos": OTHERS,
        "relationships": relations,
    }, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    if len(sys.argv) < 4:
        fail("usage: sbom.py BUILD OVERSION PROGRAM...")
    main(*sys.argv[1:])
