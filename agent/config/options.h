/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_CONFIG_OPTIONS_H
#define AGENT_CONFIG_OPTIONS_H 1

/* Command line and configuration file of pipette-agent(8). */

#include <stdbool.h>
#include <stdint.h>

#include "openflow/address-plan.h"
#include "openvswitch/types.h"
#include "svec.h"

enum options_mode {
    MODE_DAEMON,                /* Reconcile until told to exit. */
    MODE_ONCE,                  /* Bring everything up, then exit. */
    MODE_REMOVE,                /* Remove what the agent created. */
    MODE_PRINT_FLOWS,           /* Print the flow set. */
    MODE_TRANSLATE,             /* Fake addresses to real ones, and back. */
    MODE_CHECK_CONFIG,          /* Check the configuration. */
    MODE_HELP,
    MODE_VERSION
};

enum setting {
    SET_BRIDGE, SET_UPLINK, SET_DATAPATH_TYPE, SET_DB, SET_ADOPT,
    SET_CT_MARK,
    SET_VLAN, SET_FAKE_PORT, SET_FAKE_ADDRESS, SET_REAL_SUBNET, SET_CLIENTS,
    SET_IGNORE_CLIENTS, SET_MAX_CLIENTS, SET_CT_ZONE, SET_PROTOCOLS,
    SET_MAX_PAIRS, SET_SERVER_MAC, SET_CLIENT_MAC, SET_TIMEOUT,
    N_SETTINGS
};

/* A setting as the user gave it. */
struct given {
    char *value;                /* NULL if the user did not. */
    unsigned int line;          /* In the file; 0 on the command line. */
    bool refused;               /* The value is invalid. */
};

/* All strings are owned by this struct.  Those that have no default are NULL
 * unless given. */
struct options {
    enum options_mode mode;
    char *bridge;
    char *uplink;
    char *fake_port;
    struct fake_address fake;
    struct real_subnet real;    /* Not known unless given. */
    struct eth_addr server_mac;
    struct eth_addr client_mac;
    unsigned long *vlans;       /* Bitmap: some of 1 to 4094, or only 0, for
                                 * frames without a tag. */
    struct svec ignored_clients; /* Each as "ADDRESS[/LENGTH]". */
    uint16_t timeout;           /* Of learned flows, in seconds, not 0. */
    unsigned int max_pairs;     /* 0 for no limit. */
    unsigned int protocols;     /* FLOW_TCP and so on, of flow-set.h. */
    bool routed;                /* See options_serve_routed(). */
    unsigned int max_clients;   /* Of these, at a time. */
    uint16_t ct_zone;           /* For these; see options_ct_zone(). */
    char *datapath_type;
    char *db;                   /* "unix:FILE", FILE absolute. */
    bool adopt;
    uint32_t ct_mark;           /* For containers: one bit, or 0 for none. */
    unsigned int wait;          /* For MODE_ONCE, MODE_REMOVE: seconds. */
    char *unixctl;
    char *translate;            /* For MODE_TRANSLATE: what, "-" a filter. */
    char *config;               /* The configuration file, absolute. */
    char *directory;            /* That file names are relative to; NULL if
                                 * the current one does not exist. */
    struct given given[N_SETTINGS];
};

/* Parses the command line, and the configuration file if it names one, into
 * '*options', which the caller must destroy in any case.  Open vSwitch's own
 * options (daemon, log) take effect at once, in libopenvswitch; but not if
 * 'running' is not NULL: then the command line is the one that 'running' was
 * parsed from, and what is new is in the file.
 *
 * Returns NULL if successful, otherwise the error, for the caller to free: one
 * line that names the option, its value and what that must be.  For a
 * configuration file, all errors, a line each. */
char *options_parse(int argc, char *argv[], const struct options *running,
                    struct options *options)
    OVS_WARN_UNUSED_RESULT;

void options_destroy(struct options *options);

/* Returns true if clients outside of the real subnet are served. */
bool options_serve_routed(const struct options *options);

/* Returns the connection tracking zone for routed clients: the configured one,
 * or OPTIONS_CT_ZONE_BASE + VLAN.  All bridges on a datapath share the zones.
 * The base is far from what others use: VLAN numbers, as in the examples of
 * ovs-actions(7), and small numbers, as OVN allocates them. */
#define OPTIONS_CT_ZONE_BASE 28672      /* 0x7000 */
uint16_t options_ct_zone(const struct options *options);

/* Prints the usage message, which fits a terminal of 80 by 24. */
void options_print_help(void);

#endif /* agent/config/options.h */
