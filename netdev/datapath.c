/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/datapath.h"

#include <errno.h>

#include "netdev/genetlink.h"

/* OVS_DATAPATH_FAMILY of <linux/openvswitch.h>, in whose place Open vSwitch
 * has a file of its own. */
#define FAMILY "ovs_datapath"

bool
datapath_is_missing(void)
{
    int id;

    return genetlink_find(FAMILY, &id) == ENOENT;
}
