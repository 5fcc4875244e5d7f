/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/rooms.h"

#include <stdlib.h>

#include "agent/options.h"
#include "dirs.h"
#include "util.h"

bool
rooms_open(struct rooms *rooms, const struct options *options,
           enum bridge_rows_goal goal)
{
    rooms->rows_config = (struct bridge_rows_config) {
        .db = options->db,
        .bridge = options->bridge,
        .uplink = options->uplink,
        .fake_port = options->fake_port,
        .datapath_type = options->datapath_type,
        .vlan = options->vlan,
        .adopt = options->adopt,
    };
    rooms->links_config = (struct links_config) {
        .uplink = options->uplink,
        .fake_port = options->fake_port,
        .mac = options->server_mac,
        .address = options->fake.ip,
        .plen = options->fake.plen,
    };

    rooms->links = links_create(&rooms->links_config);
    if (!rooms->links) {
        return false;
    }
    rooms->rows = bridge_rows_create(&rooms->rows_config, goal);

    char *target = xasprintf("unix:%s/%s.mgmt", ovs_rundir(),
                             options->bridge);
    rooms->conn = switch_conn_create(target);
    free(target);
    return true;
}

void
rooms_close(struct rooms *rooms)
{
    bridge_rows_destroy(rooms->rows);
    links_destroy(rooms->links);
    switch_conn_destroy(rooms->conn);
}

void
rooms_wait(struct rooms *rooms)
{
    bridge_rows_wait(rooms->rows);
    links_wait(rooms->links);
    switch_conn_wait(rooms->conn);
}

struct flow_config
rooms_flow_config(const struct options *options,
                  const struct bridge_ports *ports)
{
    return (struct flow_config) {
        .uplink.number = ports->uplink,
        .fake_port.number = ports->fake_port,
        .fake = options->fake,
        .server_mac = options->server_mac,
        .client_mac = options->client_mac,
        .vlan = options->vlan,
        .timeout = options->timeout,
    };
}
