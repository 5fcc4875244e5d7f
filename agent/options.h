/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_OPTIONS_H
#define AGENT_OPTIONS_H 1

/* Command line and configuration file of pipette-agent(8). */

#include <stdbool.h>
#include <stdint.h>

#include "openflow/address-plan.h"
#include "openvswitch/types.h"

enum options_mode {
    MODE_DAEMON,                /* Keep the system right until told to exit. */
    MODE_ONCE,                  /* Bring everything up, then exit. */
    MODE_REMOVE,                /* Take away what the agent created. */
    MODE_PRINT_FLOWS,           /* Print the flow set. */
    MODE_TRANSLATE,             /* Fake addresses to real ones, and back. */
    MODE_CHECK_CONFIG,          /* Only say if the configuration is right. */
    MODE_HELP,
    MODE_VERSION
};

enum setting {
    SET_BRIDGE, SET_UPLINK, SET_DATAPATH_TYPE, SET_DB, SET_ADOPT,
    SET_VLAN, SET_FAKE_PORT, SET_FAKE_ADDRESS, SET_REAL_SUBNET, SET_CLIENTS,
    SET_MAX_CLIENTS, SET_PROTOCOLS, SET_MAX_PAIRS, SET_SERVER_MAC,
    SET_CLIENT_MAC, SET_TIMEOUT,
    N_SETTINGS
};

/* A setting as the user gave it. */
struct given {
    char *value;                /* NULL if the user did not. */
    unsigned int line;          /* In the file; 0 on the command line. */
    bool refused;               /* It is not what it must be. */
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
    uint16_t vlan;              /* 1 to 4094. */
    uint16_t timeout;           /* Of learned flows, in seconds, not 0. */
    unsigned int max_pairs;     /* 0 for no limit. */
    unsigned int protocols;     /* FLOW_TCP and so on, of flow-set.h. */
    bool routed;                /* Serve clients outside of the subnet. */
    unsigned int max_clients;   /* Of these, at a time. */
    char *datapath_type;
    char *db;                   /* "unix:FILE", FILE absolute. */
    bool adopt;
    unsigned int wait;          /* For MODE_ONCE, MODE_REMOVE: seconds. */
    char *unixctl;
    char *translate;            /* For MODE_TRANSLATE: what, "-" a filter. */
    char *config;               /* The configuration file, absolute. */
    char *directory;            /* What names of files are relative to. */
    struct given given[N_SETTINGS];
};

/* Parses the command line, and the configuration file if it names one, into
 * '*options', which the caller must destroy in any case.  Open vSwitch's own
 * options (daemon, log) take effect at once, in libopenvswitch; but not if
 * 'running' is not NULL: then the command line is the one that 'running' was
 * parsed from, and what is new is in the file.
 *
 * Returns NULL if successful, otherwise the error, for the caller to free: one
 * line that names the option, its value and what would be right.  Of a
 * configuration file, all errors, a line each. */
char *options_parse(int argc, char *argv[], const struct options *running,
                    struct options *options)
    OVS_WARN_UNUSED_RESULT;

void options_destroy(struct options *options);

/* Prints the usage message, which fits a terminal of 80 by 24. */
void options_print_help(void);

#endif /* agent/options.h */
