/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/links-ipv6.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "netdev/links.h"
#include "netdev/netlink.h"
#include "openvswitch/dynamic-string.h"
#include "util.h"

bool
links_ipv6_is_wanted(const struct links_config *config, const char *name)
{
    for (size_t i = 0; i < config->n_networks; i++) {
        const struct links_network *network = &config->networks[i];

        if (netlink_family(&network->address) == AF_INET6
            && (!name || !strcmp(network->fake_port, name))) {
            return true;
        }
    }
    return false;
}

/* Returns true if IPv6 is disabled on the device (disable_ipv6 in the kernel's
 * ip-sysctl document). */
static bool
is_disabled(const char *name)
{
    char *path = xasprintf("/proc/sys/net/ipv6/conf/%s/disable_ipv6", name);
    FILE *file = fopen(path, "re");
    bool disabled = file && fgetc(file) == '1';

    if (file) {
        fclose(file);
    }
    free(path);
    return disabled;
}

bool
links_ipv6_is_impossible(const struct links_config *config, const char *name,
                         unsigned int mtu, struct ds *s)
{
    if (!links_ipv6_is_wanted(config, name)) {
        return false;
    } else if (mtu && mtu < LINKS_IPV6_MIN_MTU) {
        ds_put_format(s, "no IPv6 on %s: it needs an MTU of %d, and that of "
                      "%s is %u: ip link set %s mtu %d", name,
                      LINKS_IPV6_MIN_MTU, config->uplink, mtu, config->uplink,
                      LINKS_IPV6_MIN_MTU);
        return true;
    } else if (is_disabled(name)) {
        ds_put_format(s, "no IPv6 on %s: it is disabled: "
                      "sysctl -w net/ipv6/conf/%s/disable_ipv6=0", name, name);
        return true;
    }
    return false;
}

bool
links_ipv6_is_awaited(const struct links_config *config, const char *name,
                      unsigned int mtu, unsigned int wanted_mtu)
{
    return (mtu < LINKS_IPV6_MIN_MTU && wanted_mtu >= LINKS_IPV6_MIN_MTU
            && links_ipv6_is_wanted(config, name));
}
