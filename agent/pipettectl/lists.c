/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include <string.h>

#include "agent/pipettectl/args.h"
#include "agent/pipettectl/table.h"
#include "agent/operator/listing.h"
#include "util.h"

/* hosts, flows, drops, claims, metrics: what the agent lists, as it is. */

static const struct table_column host_columns[] = {
    { "network", "NETWORK", COLUMN_TEXT, 2 },
    { "role", "ROLE", COLUMN_TEXT, 0 },
    { "address", "ADDRESS", COLUMN_TEXT, 0 },
    { "vlan", "VLAN", COLUMN_NUMBER, 1 },
    { "mac", "MAC", COLUMN_TEXT, 3 },
    { "age", "AGE", COLUMN_NUMBER, 4 },
    { "idle", "IDLE", COLUMN_NUMBER, 0 },
    { "packets", "PACKETS", COLUMN_NUMBER, 0 },
    { "bytes", "BYTES", COLUMN_NUMBER, 5 },
};

static const struct table_column flow_columns[] = {
    { "kind", "KIND", COLUMN_TEXT, 0 },
    { "table", "TABLE", COLUMN_NUMBER, 0 },
    { "priority", "PRIORITY", COLUMN_NUMBER, 1 },
    { "packets", "PACKETS", COLUMN_NUMBER, 0 },
    { "bytes", "BYTES", COLUMN_NUMBER, 3 },
    { "age", "AGE", COLUMN_NUMBER, 2 },
    { "match", "MATCH", COLUMN_TEXT, 0 },
    { "actions", "ACTIONS", COLUMN_TEXT, 0 },
};

static const struct table_column drop_columns[] = {
    { "network", "NETWORK", COLUMN_TEXT, 1 },
    { "reason", "REASON", COLUMN_TEXT, 0 },
    { "packets", "PACKETS", COLUMN_NUMBER, 0 },
    { "bytes", "BYTES", COLUMN_NUMBER, 2 },
    { "seconds_ago", "AGO", COLUMN_NUMBER, 3 },
};

static const char *
get_flow_colour(const struct listing *l, size_t row,
                size_t column OVS_UNUSED)
{
    const char *kind = listing_get(l, row, 0);

    return (!kind ? NULL
            : !strcmp(kind, "learned") ? CTL_GREEN
            : !strcmp(kind, "foreign") ? CTL_YELLOW
            : NULL);
}

int
ctl_hosts(struct ctl *ctl, int argc, char *argv[])
{
    static const struct table table = {
        "hosts", host_columns, ARRAY_SIZE(host_columns), NULL,
    };

    return table_show(&table, ctl, argc, argv);
}

int
ctl_flows(struct ctl *ctl, int argc, char *argv[])
{
    static const struct table table = {
        "flows", flow_columns, ARRAY_SIZE(flow_columns), get_flow_colour,
    };

    return table_show(&table, ctl, argc, argv);
}

int
ctl_drops(struct ctl *ctl, int argc, char *argv[])
{
    static const struct table table = {
        "drops", drop_columns, ARRAY_SIZE(drop_columns), NULL,
    };

    return table_show(&table, ctl, argc, argv);
}

int
ctl_claims(struct ctl *ctl, int argc, char *argv[])
{
    return args_pass(ctl, "claims", argc, argv);
}

int
ctl_metrics(struct ctl *ctl, int argc, char *argv[])
{
    return args_pass(ctl, "metrics", argc, argv);
}
