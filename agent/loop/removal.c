/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/loop/removal.h"

#include <stdlib.h>

#include "agent/config/options.h"
#include "agent/loop/backends.h"
#include "agent/loop/conn-limits.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/poll-loop.h"
#include "svec.h"
#include "util.h"

enum removal_state {
    /* Waiting to see whose the bridge is. */
    R_LOOK,

    /* Waiting for the rows to be removed, and ovs-vswitchd to apply that.  If
     * the bridge stays, its switch must first delete the agent's flows, handle
     * fragments as before, and count the flows of others.  Other bridges on
     * the datapath keep the limits of zones until these are removed. */
    R_REMOVE,

    R_DONE
};

struct removal {
    const struct options *options;
    struct backends backends;
    struct conn_limits *conn_limits;
    enum removal_state state;
    enum bridge_rows_owner owner;   /* As it was at first. */
    bool removes_flows;             /* R_REMOVE: because the rows await it. */
};

struct removal *
removal_create(const struct options *options)
{
    struct removal *removal = xzalloc(sizeof *removal);

    if (!backends_open(&removal->backends, options, ROWS_WATCH)) {
        free(removal);
        return NULL;
    }
    removal->options = options;
    removal->conn_limits = conn_limits_create();
    return removal;
}

void
removal_destroy(struct removal *removal)
{
    if (removal) {
        backends_close(&removal->backends);
        conn_limits_destroy(removal->conn_limits);
        free(removal);
    }
}

/* Removes the agent's flows if the rows await that, and counts those of
 * others.  A new wait needs a new count: others may have added flows. */
static void
run_flows(struct removal *removal)
{
    struct backends *r = &removal->backends;

    if (!bridge_rows_awaits_flows(r->rows)) {
        removal->removes_flows = false;
    } else if (!removal->removes_flows) {
        struct svec none = SVEC_EMPTY_INITIALIZER;

        removal->removes_flows = true;
        switch_conn_restore_frags(r->conn, backends_former_frags(r));
        switch_conn_set_flows(r->conn, &none);
    } else if (switch_conn_is_in_sync(r->conn)
               && switch_conn_foreign_is_known(r->conn)) {
        bridge_rows_flows_removed(r->rows, switch_conn_foreign(r->conn));
    }
}

static void
look_at_owner(struct removal *removal)
{
    struct backends *r = &removal->backends;

    removal->owner = bridge_rows_owner(r->rows);
    switch (removal->owner) {
    case BRIDGE_UNKNOWN:
        break;

    case BRIDGE_MISSING:
    case BRIDGE_FOREIGN:
        links_release_orphans(r->links);
        firewall_release(r->firewall);
        removal->state = R_DONE;
        break;

    case BRIDGE_CREATED:
    case BRIDGE_ADOPTED:
        backends_restore_notes(r);
        conn_limits_remove(removal->conn_limits, removal->options,
                           bridge_rows_has_kernel(r->rows));
        bridge_rows_set_goal(r->rows, ROWS_ABSENT);
        removal->state = R_REMOVE;
        break;
    }
}

void
removal_run(struct removal *removal)
{
    struct backends *r = &removal->backends;
    enum removal_state before = removal->state;

    backends_run_rows(r);
    backends_run_links(r);
    backends_run_conn(r);
    conn_limits_run(removal->conn_limits);
    switch (removal->state) {
    case R_LOOK:
        look_at_owner(removal);
        break;

    case R_REMOVE:
        run_flows(removal);
        if (bridge_rows_is_in_sync(r->rows)
            && conn_limits_is_settled(removal->conn_limits)) {
            links_release(r->links);
            offloads_release(r->offloads);
            firewall_release(r->firewall);
            removal->state = R_DONE;
        }
        break;

    case R_DONE:
        break;
    }
    if (removal->state != before) {
        poll_immediate_wake();
    }
}

void
removal_wait(struct removal *removal)
{
    backends_wait(&removal->backends);
    conn_limits_wait(removal->conn_limits);
}

bool
removal_is_done(const struct removal *removal)
{
    return removal->state == R_DONE;
}

void
removal_format(const struct removal *removal, struct ds *s)
{
    const struct backends *r = &removal->backends;
    const char *bridge = removal->options->bridge;

    switch (removal->state) {
    case R_LOOK:
    case R_REMOVE:
        if (removal->removes_flows) {
            ds_put_format(s, "flows: %s", switch_conn_present(r->conn));
        } else {
            ds_put_format(s, "bridge: %s", bridge_rows_present(r->rows));
        }
        break;

    case R_DONE:
        if (removal->owner == BRIDGE_MISSING) {
            ds_put_format(s, "no bridge %s, nothing to remove", bridge);
        } else if (removal->owner == BRIDGE_FOREIGN) {
            ds_put_format(s, "bridge %s was not created by pipette-agent, "
                          "nothing to remove", bridge);
        } else if (bridge_rows_owner(r->rows) == BRIDGE_MISSING) {
            ds_put_format(s, "removed bridge %s", bridge);
        } else {
            ds_put_format(s, "removed the agent's ports and flows from "
                          "bridge %s, which stays: it, or a port on it, is "
                          "not the agent's", bridge);
        }
        break;
    }
}
