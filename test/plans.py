#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random address plans of both families, and what they make of some pairs.

plans.py SEED PLANS PAIRS

Prints a line for each pair: the real subnet, the fake address, the client, the
target, and the fake address that the service sees, as address-plan.h says.
"""

import ipaddress
import random
import sys


def host(rng, network):
    """Returns an address of 'network', neither the first nor the last."""
    return network[rng.choice((1, -2, rng.randrange(1, network.num_addresses
                                                    - 1)))]


def plan(rng, bits):
    """Returns a real subnet, and the fake address with its prefix."""
    n = rng.randrange(2, 13 if bits == 32 else 61)
    plen = rng.randrange(8, bits - 2 * n + 1)
    first = rng.choice((10, 11)) if bits == 32 else rng.choice((0x20, 0xfd))
    network = ipaddress.ip_network
    make = ipaddress.IPv4Address if bits == 32 else ipaddress.IPv6Address

    def random_network(first, plen):
        start = first << (bits - 8) | rng.getrandbits(bits - 8)
        return network((make(start), plen), strict=False)

    real = random_network(0xfc if bits == 128 else 172, bits - n)
    return real, random_network(first, plen), n


def main():
    seed, plans, pairs = map(int, sys.argv[1:])
    rng = random.Random(seed)
    for i in range(plans):
        real, fake, n = plan(rng, (32, 128)[i % 2])
        server = "%s/%d" % (host(rng, fake), fake.prefixlen)
        for _ in range(pairs):
            client, target = host(rng, real), host(rng, real)
            if client == target:
                continue
            start = int(real.network_address)
            pair = fake[(int(client) - start << n) + int(target) - start]
            print(real, server, client, target, pair)


if __name__ == "__main__":
    main()
