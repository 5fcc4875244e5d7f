/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_DATAPATH_H
#define NETDEV_DATAPATH_H 1

/* Open vSwitch's datapath in the kernel. */

#include <stdbool.h>

/* Returns true if the kernel has none: no openvswitch module, and none that it
 * can load.  Where there is one, the kernel loads it when it is asked, as it
 * does for ovs-vswitchd.  Returns false if that cannot be told. */
bool datapath_is_missing(void);

#endif /* netdev/datapath.h */
