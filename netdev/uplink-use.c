/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/uplink-use.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netlink/addr.h>
#include <netlink/route/addr.h>

#include "netdev/snapshot.h"
#include "openvswitch/dynamic-string.h"

static bool
is_permanent(struct rtnl_addr *addr)
{
    return rtnl_addr_get_flags(addr) & IFA_F_PERMANENT;
}

static bool
is_of_others(struct rtnl_addr *addr)
{
    return (rtnl_addr_get_family(addr) == AF_INET
            || (rtnl_addr_get_family(addr) == AF_INET6 && is_permanent(addr)
                && rtnl_addr_get_scope(addr) < RT_SCOPE_LINK));
}

bool
uplink_use_format(const struct snapshot_device *device, const char *name,
                  struct ds *s)
{
    const struct netlink_list *list = &device->addresses;

    for (size_t i = 0; i < list->n; i++) {
        struct rtnl_addr *addr = (struct rtnl_addr *) list->objects[i];
        char buf[INET6_ADDRSTRLEN + 5];

        if (is_of_others(addr)) {
            ds_put_format(s, "somebody else uses the uplink %s, which has the "
                          "address %s%s: have the network manager leave it "
                          "alone, and remove the address", name,
                          nl_addr2str(rtnl_addr_get_local(addr), buf,
                                      sizeof buf),
                          is_permanent(addr) ? "" : " with a lifetime, as of "
                          "DHCP");
            return true;
        }
    }
    return false;
}
