/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_LOOP_OVS_COMPAT_H
#define AGENT_LOOP_OVS_COMPAT_H 1

/* What differs between the versions of Open vSwitch's library
 * ============================================================
 *
 * libopenvswitch has no stable interface.  All that this tree needs to build
 * with 3.1 (Debian 12) as with 3.5 (Debian 13) is here. */

#include "daemon.h"
#include "flow.h"

#if OVS_VERSION >= 302          /* 3.2, as configure has found it. */
/* The agent accesses neither the datapath nor hardware itself. */
#define ovs_compat_daemonize_start() daemonize_start(false, false)
#define ovs_compat_flow_compose(PACKET, FLOW) \
    flow_compose(PACKET, FLOW, NULL, 0, false)
#else
#define ovs_compat_daemonize_start() daemonize_start(false)
#define ovs_compat_flow_compose(PACKET, FLOW) \
    flow_compose(PACKET, FLOW, NULL, 0)
#endif

#endif /* agent/loop/ovs-compat.h */
