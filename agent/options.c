/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "agent/option-values.h"
#include "command-line.h"
#include "daemon.h"
#include "dirs.h"
#include "openflow/flow-set.h"
#include "openvswitch/vlog.h"
#include "packets.h"
#include "util.h"

enum {
    OPT_FIRST = UCHAR_MAX + 1,
    OPT_BRIDGE,
    OPT_UPLINK,
    OPT_FAKE_PORT,
    OPT_FAKE_ADDRESS,
    OPT_REAL_SUBNET,
    OPT_VLAN,
    OPT_SERVER_MAC,
    OPT_CLIENT_MAC,
    OPT_TIMEOUT,
    OPT_CLIENTS,
    OPT_PROTOCOLS,
    OPT_MAX_CLIENTS,
    OPT_MAX_PAIRS,
    OPT_DATAPATH_TYPE,
    OPT_DB,
    OPT_ADOPT,
    OPT_ONCE,
    OPT_REMOVE,
    OPT_PRINT_FLOWS,
    OPT_TRANSLATE,
    OPT_WAIT,
    OPT_UNIXCTL,
    OPT_DETACH,
    OPT_MONITOR,
    OPT_NO_CHDIR,
    OPT_PIDFILE,
    OPT_OVERWRITE_PIDFILE,
    VLOG_OPTION_ENUMS
};

/* Beyond that the switch would be too slow. */
#define MAX_LEARNED 1000000

static const struct option long_options[] = {
    { "bridge", required_argument, NULL, OPT_BRIDGE },
    { "uplink", required_argument, NULL, OPT_UPLINK },
    { "fake-port", required_argument, NULL, OPT_FAKE_PORT },
    { "fake-address", required_argument, NULL, OPT_FAKE_ADDRESS },
    { "real-subnet", required_argument, NULL, OPT_REAL_SUBNET },
    { "vlan", required_argument, NULL, OPT_VLAN },
    { "server-mac", required_argument, NULL, OPT_SERVER_MAC },
    { "client-mac", required_argument, NULL, OPT_CLIENT_MAC },
    { "timeout", required_argument, NULL, OPT_TIMEOUT },
    { "clients", required_argument, NULL, OPT_CLIENTS },
    { "protocols", required_argument, NULL, OPT_PROTOCOLS },
    { "max-clients", required_argument, NULL, OPT_MAX_CLIENTS },
    { "max-pairs", required_argument, NULL, OPT_MAX_PAIRS },
    { "datapath-type", required_argument, NULL, OPT_DATAPATH_TYPE },
    { "db", required_argument, NULL, OPT_DB },
    { "adopt", no_argument, NULL, OPT_ADOPT },
    { "once", no_argument, NULL, OPT_ONCE },
    { "remove", no_argument, NULL, OPT_REMOVE },
    { "print-flows", no_argument, NULL, OPT_PRINT_FLOWS },
    { "translate", required_argument, NULL, OPT_TRANSLATE },
    { "wait", required_argument, NULL, OPT_WAIT },
    { "unixctl", required_argument, NULL, OPT_UNIXCTL },
    { "help", no_argument, NULL, 'h' },
    { "version", no_argument, NULL, 'V' },

    /* Of DAEMON_LONG_OPTIONS, not "user": an agent that is not root cannot
     * connect to the switch. */
    { "detach", no_argument, NULL, OPT_DETACH },
    { "monitor", no_argument, NULL, OPT_MONITOR },
    { "no-chdir", no_argument, NULL, OPT_NO_CHDIR },
    { "pidfile", optional_argument, NULL, OPT_PIDFILE },
    { "overwrite-pidfile", no_argument, NULL, OPT_OVERWRITE_PIDFILE },
    VLOG_LONG_OPTIONS,
    { NULL, 0, NULL, 0 },
};

/* Takes the option 'c' of Open vSwitch's own.  Stores true into '*known' if it
 * is one. */
static char *
parse_ovs_option(int c, bool *known)
{
    *known = true;
    switch (c) {
    case OPT_DETACH:
        set_detach();
        break;

    case OPT_MONITOR:
        daemon_set_monitor();
        break;

    case OPT_NO_CHDIR:
        set_no_chdir();
        break;

    case OPT_PIDFILE:
        set_pidfile(optarg);
        break;

    case OPT_OVERWRITE_PIDFILE:
        ignore_existing_pidfile();
        break;

    case 'v':
        return parse_verbosity(optarg);

    case OPT_LOG_FILE:
        return parse_log_file(optarg);

    case OPT_SYSLOG_IMPL:
        return parse_syslog_method(optarg);

    case OPT_SYSLOG_TARGET:
        vlog_set_syslog_target(optarg);
        break;

    default:
        *known = false;
    }
    return NULL;
}

/* Two modes exclude each other. */
static char *
set_mode(struct options *o, enum options_mode mode)
{
    if (o->mode != MODE_DAEMON && o->mode != mode) {
        return xstrdup("without the other three of --once, --remove, "
                       "--print-flows and --translate");
    }
    o->mode = mode;
    return NULL;
}

/* Takes the option 'c' of our own. */
static char *
parse_own_option(int c, struct options *o)
{
    switch (c) {
    case OPT_BRIDGE:
        return parse_name(optarg, &o->bridge);

    case OPT_UPLINK:
        return parse_name(optarg, &o->uplink);

    case OPT_FAKE_PORT:
        return parse_name(optarg, &o->fake_port);

    case OPT_FAKE_ADDRESS:
        return fake_address_parse(optarg, &o->fake);

    case OPT_REAL_SUBNET:
        return real_subnet_parse(optarg, &o->real);

    case OPT_VLAN:
        return parse_u16(optarg, 1, 4094, &o->vlan);

    case OPT_SERVER_MAC:
        return parse_mac(optarg, &o->server_mac);

    case OPT_CLIENT_MAC:
        return parse_mac(optarg, &o->client_mac);

    case OPT_TIMEOUT:
        return parse_u16(optarg, 1, UINT16_MAX, &o->timeout);

    case OPT_CLIENTS:
        return parse_clients(optarg, &o->routed);

    case OPT_PROTOCOLS:
        return parse_protocols(optarg, &o->protocols);

    case OPT_MAX_CLIENTS:
        return parse_number(optarg, 1, MAX_LEARNED, &o->max_clients);

    case OPT_MAX_PAIRS:
        o->has_max_pairs = true;
        return parse_number(optarg, 0, MAX_LEARNED, &o->max_pairs);

    case OPT_DATAPATH_TYPE:
        return parse_datapath_type(optarg, &o->datapath_type);

    case OPT_DB:
        return parse_db(optarg, &o->db);

    case OPT_ADOPT:
        o->adopt = true;
        return NULL;

    case OPT_ONCE:
        return set_mode(o, MODE_ONCE);

    case OPT_REMOVE:
        return set_mode(o, MODE_REMOVE);

    case OPT_PRINT_FLOWS:
        return set_mode(o, MODE_PRINT_FLOWS);

    case OPT_TRANSLATE:
        free(o->translate);
        o->translate = xstrdup(optarg);
        return set_mode(o, MODE_TRANSLATE);

    case OPT_WAIT:
        return parse_number(optarg, 1, 86400, &o->wait);

    case OPT_UNIXCTL:
        free(o->unixctl);
        o->unixctl = xstrdup(optarg);
        return NULL;

    default:
        OVS_NOT_REACHED();
    }
}

/* Returns the name of option 'c' as the user should write it. */
static const char *
option_name(int c)
{
    for (const struct option *o = long_options; o->name; o++) {
        if (o->val == c) {
            return o->name;
        }
    }
    OVS_NOT_REACHED();
}

/* Returns true if 'c' is an option of the flow set for a known real subnet. */
static bool
is_for_real_subnet(int c)
{
    return (c == OPT_CLIENTS || c == OPT_PROTOCOLS || c == OPT_MAX_CLIENTS
            || c == OPT_TRANSLATE);
}

static char *
check_addresses(const struct options *o)
{
    if (o->needs_real_subnet && !o->real.plen) {
        return xasprintf("--%s: must be with --real-subnet",
                         o->needs_real_subnet);
    } else if (o->has_max_pairs && o->real.plen) {
        return xstrdup("--max-pairs: must be without --real-subnet");
    }

    char *right = address_plan_check(&o->fake, &o->real);

    if (!right) {
        return NULL;
    }
    char *error = xasprintf("--fake-address "IP_FMT"/%u: must be %s",
                            IP_ARGS(o->fake.ip), o->fake.plen, right);
    free(right);
    return error;
}

/* Checks of values against each other. */
static char *
check_together(const struct options *o)
{
    if (o->mode == MODE_TRANSLATE && !o->uplink) {
        return check_addresses(o);
    } else if (!o->uplink) {
        return xstrdup("--uplink: must be given: the interface to the real "
                       "subnet");
    } else if (!strcmp(o->bridge, o->uplink)) {
        return xasprintf("--uplink %s: must be another name than that of "
                         "--bridge", o->uplink);
    } else if (!strcmp(o->bridge, o->fake_port)) {
        return xasprintf("--fake-port %s: must be another name than that of "
                         "--bridge", o->fake_port);
    } else if (!strcmp(o->uplink, o->fake_port)) {
        return xasprintf("--fake-port %s: must be another name than that of "
                         "--uplink", o->fake_port);
    } else if (eth_addr_equals(o->server_mac, o->client_mac)) {
        return xasprintf("--client-mac "ETH_ADDR_FMT": must be another MAC "
                         "address than that of --server-mac",
                         ETH_ADDR_ARGS(o->client_mac));
    } else if (o->mode != MODE_DAEMON && get_detach()) {
        return xstrdup("--detach: must be without --once, --remove, "
                       "--print-flows and --translate");
    }
    return check_addresses(o);
}

static void
set_defaults(struct options *o)
{
    *o = (struct options) {
        .mode = MODE_DAEMON,
        .bridge = xstrdup("copro0"),
        .fake_port = xstrdup("ovsfake0"),
        .fake = { htonl(0x0a0a0001), UNKNOWN_FAKE_PLEN },
        .server_mac = ETH_ADDR_C(0e,00,00,00,00,66),
        .client_mac = ETH_ADDR_C(0e,00,00,00,00,67),
        .vlan = 2,
        .timeout = 300,
        .protocols = FLOW_TCP | FLOW_UDP,
        .routed = true,
        .max_clients = 4096,
        .max_pairs = 16384,
        .db = xasprintf("unix:%s/db.sock", ovs_rundir()),
        .wait = 30,
    };
}

/* The option that getopt_long() did not take, as the user wrote it. */
static char *
bad_option(int c, char *argv[])
{
    if (c == ':') {
        return xasprintf("%s: must have a value after it", argv[optind - 1]);
    } else if (optopt > UCHAR_MAX) {
        return xasprintf("--%s: must have no value after it",
                         option_name(optopt));
    } else if (optopt) {
        return xasprintf("-%c: no such option (see --help)", optopt);
    }
    return xasprintf("%s: no such option, or short for several (see --help)",
                     argv[optind - 1]);
}

char *
options_parse(int argc, char *argv[], struct options *o)
{
    char *letters = ovs_cmdl_long_options_to_short_options(long_options);
    char *short_options = xasprintf(":%s", letters);
    char *error = NULL;

    free(letters);
    set_defaults(o);
    opterr = 0;
    while (!error) {
        int c = getopt_long(argc, argv, short_options, long_options, NULL);
        bool known;

        if (c == -1) {
            break;
        } else if (c == 'h' || c == 'V') {
            o->mode = c == 'h' ? MODE_HELP : MODE_VERSION;
            free(short_options);
            return NULL;
        } else if (c == '?' || c == ':') {
            error = bad_option(c, argv);
            break;
        }

        char *right = parse_ovs_option(c, &known);
        if (!known) {
            right = parse_own_option(c, o);
            if (is_for_real_subnet(c)) {
                o->needs_real_subnet = option_name(c);
            }
        }
        if (right) {
            error = xasprintf("--%s%s%s: must be %s", option_name(c),
                              optarg ? " " : "", optarg ? optarg : "", right);
            free(right);
        }
    }
    free(short_options);

    if (!error && optind < argc) {
        error = xasprintf("%s: must be gone: only options are taken",
                          argv[optind]);
    }
    return error ? error : check_together(o);
}

void
options_destroy(struct options *o)
{
    free(o->bridge);
    free(o->uplink);
    free(o->fake_port);
    free(o->datapath_type);
    free(o->db);
    free(o->unixctl);
    free(o->translate);
}

void
options_print_help(void)
{
    fputs("\
pipette-agent: one address answers for every address of a real subnet\n\
usage: pipette-agent --uplink IFACE [OPTION]...\n\
  --uplink IFACE        interface to the real subnet, VLAN-tagged (required)\n\
  --vlan ID             the VLAN of the real subnet [2]\n\
  --bridge NAME         bridge to create [copro0]; --adopt takes over one\n\
  --fake-port NAME      internal port that services listen on [ovsfake0]\n\
  --fake-address IP/LEN its address [10.10.0.1/16]\n\
  --real-subnet IP/LEN  the real subnet, if known: for walls, hosts not pairs\n\
    learned, and with it: --clients any|subnet [any], --max-clients N [4096]\n\
    from elsewhere, --protocols tcp,udp,icmp [tcp,udp]\n\
  --server-mac MAC      its MAC address [0e:00:00:00:00:66]\n\
  --client-mac MAC      every client's, for services [0e:00:00:00:00:67]\n\
  --timeout SECONDS     life of learned flows [300]; --max-pairs N [16384]\n\
  --datapath-type TYPE  system or netdev [what Open vSwitch defaults to]\n\
  --db unix:FILE        ovsdb-server [db.sock in its run directory]\n\
Instead of running on:  --once (bring everything up, exit), --remove (take\n\
  away what the agent created), both with --wait SECONDS [30]; --print-flows;\n\
  --translate FAKE | CLIENT,TARGET | - (log on stdin), with --real-subnet\n\
Daemon, log, control:   --detach --pidfile[=FILE] --monitor --no-chdir\n\
  --log-file[=FILE] -v[SPEC] --unixctl=SOCKET, as ovs-vswitchd(8) has them\n\
See also -h --help, -V --version and pipette-agent(8).  Two examples:\n\
  pipette-agent --uplink enx0023565c8859 --vlan 2 --detach --pidfile\n\
  pipette-agent --uplink eth1 --fake-address 10.66.0.1/16 --once\n\
", stdout);
}
