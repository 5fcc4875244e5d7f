/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_CONFIG_OPTIONS_H
#define AGENT_CONFIG_OPTIONS_H 1

/* Command line and configuration file of pipette-agent(8). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/config/claims.h"
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
    SET_IGNORE_CLIENTS, SET_MAX_CLIENTS, SET_MAX_CONNECTIONS, SET_CT_ZONE,
    SET_PROTOCOLS,
    SET_MAX_PAIRS, SET_OVERFLOW_POLICY, SET_SERVER_MAC, SET_CLIENT_MAC,
    SET_TIMEOUT,
    SET_CONTACT_LOG, SET_CONTACT_LOG_FORMAT, SET_CONTACT_WINDOW,
    SET_CONTACT_RATE, SET_CONTACT_DENIED,
    SET_CLAIM, SET_EXCLUDE, SET_CLAIM_MAC, SET_CLAIM_HOLD, SET_CLAIM_IGNORE,
    N_SETTINGS
};

/* Whose names the contact log has: those of the Elastic Common Schema, of
 * Suricata's EVE, or of Zeek's conn.log. */
enum contact_format { CONTACT_ECS, CONTACT_EVE, CONTACT_ZEEK };

/* A setting as the user gave it. */
struct given {
    char *value;                /* NULL if the user did not. */
    unsigned int line;          /* In the file; 0 on the command line. */
    bool refused;               /* The value is invalid. */
};

/* A network: its VLANs on the uplink, and what answers there. */
struct network {
    char *name;                 /* NULL if it has none: it is the only one. */
    unsigned int line;          /* Of its section; 0 if there is none. */
    unsigned long *vlans;       /* Bitmap: some of 1 to 4094, or only 0, for
                                 * frames without a tag. */
    char *fake_port;
    struct fake_address fake;
    struct real_subnet real;    /* Not known unless given. */
    struct eth_addr server_mac;
    struct eth_addr client_mac;
    struct svec ignored_clients; /* Each as "ADDRESS[/LENGTH]". */
    uint16_t timeout;           /* Of learned flows, in seconds, not 0. */
    unsigned int max_pairs;     /* 0 for no limit. */
    bool refuse_pairs;          /* New ones at the limit, or forget one. */
    unsigned int protocols;     /* FLOW_TCP and so on, of flow-set.h. */
    bool routed;                /* See network_serves_routed(). */
    unsigned int max_clients;   /* Of these, at a time. */
    unsigned int max_connections;       /* Of all these; 0 for no limit. */
    uint16_t ct_zone;           /* For these; see network_ct_zone(). */
    struct network_claims claims;   /* See network_get_claims(). */
    struct given given[N_SETTINGS]; /* Those of section [network]. */
};

/* All strings are owned by this struct.  Those that have no default are NULL
 * unless given. */
struct options {
    enum options_mode mode;
    char *bridge;
    char *uplink;
    char *datapath_type;
    char *db;                   /* "unix:FILE", FILE absolute. */
    bool adopt;
    struct network *networks;   /* By name: an array of 'n_networks'. */
    size_t n_networks;          /* 1 or more. */
    uint32_t ct_mark;           /* For containers: one bit, or 0 for none. */
    char *contact_log;          /* "syslog", "journal", "-" or an absolute file
                                 * name; NULL for no contacts. */
    enum contact_format contact_log_format;
    unsigned int contact_window;        /* Seconds, not 0. */
    unsigned int contact_rate;  /* Records a second. */
    bool contact_denied;        /* Also of what is dropped. */
    unsigned int wait;          /* For MODE_ONCE, MODE_REMOVE: seconds. */
    char *unixctl;
    char *translate;            /* For MODE_TRANSLATE: what, "-" a filter. */
    char *config;               /* The configuration file, absolute. */
    char *directory;            /* That file names are relative to; NULL if
                                 * the current one does not exist. */
    struct given given[N_SETTINGS]; /* Those of section [bridge]. */
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

/* Returns true if the network is of IPv4, false if it is of IPv6. */
bool network_is_ipv4(const struct network *);

/* Returns true if clients outside of the real subnet are served. */
bool network_serves_routed(const struct network *);

/* Returns the connection tracking zone for routed clients: the configured one,
 * or NETWORK_CT_ZONE_BASE + VLAN, the lowest one, of IPv6 4096 more.  All
 * bridges on a datapath share the zones.  The base is far from what others
 * use: VLAN numbers, as in the examples of ovs-actions(7), and small numbers,
 * as OVN allocates them. */
#define NETWORK_CT_ZONE_BASE 28672      /* 0x7000 */
uint16_t network_ct_zone(const struct network *);

/* Returns a mask of as many bits, from 'bit' on, as the numbers from 1 to
 * 'n_ports' need: 0 if 'bit' is 0, or there are not so many bits. */
uint32_t options_mark_mask(uint32_t bit, size_t n_ports);

/* Returns the number that the flows tell the network by: a hash of its name,
 * so that it stays whatever other networks there are.  0 if it has none. */
uint32_t network_id(const struct network *);

/* Prints the usage message, which fits a terminal of 80 by 24. */
void options_print_help(void);

#endif /* agent/config/options.h */
