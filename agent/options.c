/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/options.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "command-line.h"
#include "daemon.h"
#include "dirs.h"
#include "openvswitch/vlog.h"
#include "packets.h"
#include "util.h"

enum {
    OPT_FIRST = UCHAR_MAX + 1,
    OPT_BRIDGE,
    OPT_UPLINK,
    OPT_FAKE_PORT,
    OPT_FAKE_ADDRESS,
    OPT_VLAN,
    OPT_SERVER_MAC,
    OPT_CLIENT_MAC,
    OPT_TIMEOUT,
    OPT_DATAPATH_TYPE,
    OPT_DB,
    OPT_ADOPT,
    OPT_ONCE,
    OPT_REMOVE,
    OPT_PRINT_FLOWS,
    OPT_WAIT,
    OPT_UNIXCTL,
    OPT_DETACH,
    OPT_MONITOR,
    OPT_NO_CHDIR,
    OPT_PIDFILE,
    OPT_OVERWRITE_PIDFILE,
    VLOG_OPTION_ENUMS
};

static const struct option long_options[] = {
    { "bridge", required_argument, NULL, OPT_BRIDGE },
    { "uplink", required_argument, NULL, OPT_UPLINK },
    { "fake-port", required_argument, NULL, OPT_FAKE_PORT },
    { "fake-address", required_argument, NULL, OPT_FAKE_ADDRESS },
    { "vlan", required_argument, NULL, OPT_VLAN },
    { "server-mac", required_argument, NULL, OPT_SERVER_MAC },
    { "client-mac", required_argument, NULL, OPT_CLIENT_MAC },
    { "timeout", required_argument, NULL, OPT_TIMEOUT },
    { "datapath-type", required_argument, NULL, OPT_DATAPATH_TYPE },
    { "db", required_argument, NULL, OPT_DB },
    { "adopt", no_argument, NULL, OPT_ADOPT },
    { "once", no_argument, NULL, OPT_ONCE },
    { "remove", no_argument, NULL, OPT_REMOVE },
    { "print-flows", no_argument, NULL, OPT_PRINT_FLOWS },
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

/* Checks of one value.  Each stores it and returns NULL, or returns what would
 * be right, for the caller to free. */

static char *
parse_name(const char *s, char **name)
{
    size_t length = strlen(s);

    if (!length || length >= IFNAMSIZ || s[0] == '-'
        || !strcmp(s, ".") || !strcmp(s, "..")
        || s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                    "0123456789._-")]) {
        return xasprintf("the name of an interface, 1 to %d letters, digits, "
                         "'.', '_' and '-', no '-' first", IFNAMSIZ - 1);
    }
    free(*name);
    *name = xstrdup(s);
    return NULL;
}

static char *
parse_number(const char *s, unsigned int min, unsigned int max,
             unsigned int *value)
{
    /* Not "+5", " 5" or "0x5", which strtoul() takes. */
    if (!s[0] || s[strspn(s, "0123456789")] || !str_to_uint(s, 10, value)
        || *value < min || *value > max) {
        return xasprintf("a whole number from %u to %u", min, max);
    }
    return NULL;
}

static char *
parse_u16(const char *s, uint16_t min, uint16_t max, uint16_t *value)
{
    unsigned int number = 0;
    char *error = parse_number(s, min, max, &number);

    *value = number;
    return error;
}

static char *
parse_mac(const char *s, struct eth_addr *mac)
{
    char canonical[ETH_ADDR_STRLEN + 1];

    eth_addr_from_string(s, mac);
    snprintf(canonical, sizeof canonical, ETH_ADDR_FMT, ETH_ADDR_ARGS(*mac));
    if (strcasecmp(s, canonical)) {
        /* eth_addr_from_string() would take 0e:0:0:0:0:166 for this, too. */
        return xstrdup("a MAC address, such as 0e:00:00:00:00:66");
    } else if (eth_addr_is_multicast(*mac)) {
        return xstrdup("the MAC address of one interface, not multicast");
    } else if (eth_addr_is_zero(*mac)) {
        return xstrdup("a MAC address that is not zero");
    }
    return NULL;
}

static char *
parse_datapath_type(const char *s, char **type)
{
    if (strcmp(s, "system") && strcmp(s, "netdev")) {
        return xstrdup("system or netdev");
    }
    free(*type);
    *type = xstrdup(s);
    return NULL;
}

static char *
parse_db(const char *s, char **db)
{
    const char *file = s;

    if (!strncmp(s, "unix:", 5)) {
        file += 5;
    } else if (s[0] != '/') {
        file = "";
    }
    if (!file[0]) {
        return xasprintf("the unix socket of ovsdb-server, such as "
                         "unix:%s/db.sock", ovs_rundir());
    }

    /* A daemon changes its directory. */
    char *absolute = abs_file_name(NULL, file);
    free(*db);
    *db = xasprintf("unix:%s", absolute);
    free(absolute);
    return NULL;
}

/* Tries the file first: vlog_set_log_file() would log its error, too. */
static char *
parse_log_file(const char *file)
{
    char *path = (file ? abs_file_name(NULL, file)
                  : xasprintf("%s/%s.log", ovs_logdir(), program_name));
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0660);
    int error = fd < 0 ? errno : 0;

    if (!error) {
        close(fd);
        error = vlog_set_log_file(file);
    }
    char *right = (error ? xasprintf("a file that can be written (%s: %s)",
                                     path, ovs_strerror(error))
                   : NULL);
    free(path);
    return right;
}

static char *
parse_verbosity(const char *spec)
{
    char *error = NULL;

    if (spec) {
        error = vlog_set_levels_from_string(spec);
    } else {
        vlog_set_verbosity(NULL);
    }
    if (error) {
        free(error);
        return xstrdup("a log level, as ovs-appctl(8) has them under "
                       "vlog/set");
    }
    return NULL;
}

static char *
parse_syslog_method(const char *method)
{
    if (strcmp(method, "null") && strcmp(method, "libc")
        && strncmp(method, "udp:", 4) && strncmp(method, "unix:", 5)) {
        return xstrdup("libc, null, unix:FILE or udp:IP:PORT");
    }
    vlog_set_syslog_method(method);
    return NULL;
}

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
        return xstrdup("without the other two of --once, --remove and "
                       "--print-flows");
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

    case OPT_VLAN:
        return parse_u16(optarg, 1, 4094, &o->vlan);

    case OPT_SERVER_MAC:
        return parse_mac(optarg, &o->server_mac);

    case OPT_CLIENT_MAC:
        return parse_mac(optarg, &o->client_mac);

    case OPT_TIMEOUT:
        return parse_u16(optarg, 1, UINT16_MAX, &o->timeout);

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

/* Checks of values against each other. */
static char *
check_together(const struct options *o)
{
    if (!o->uplink) {
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
        return xstrdup("--detach: must be without --once, --remove and "
                       "--print-flows");
    }
    return NULL;
}

static void
set_defaults(struct options *o)
{
    *o = (struct options) {
        .mode = MODE_DAEMON,
        .bridge = xstrdup("copro0"),
        .fake_port = xstrdup("ovsfake0"),
        .fake = { htonl(0x0a0a0001), FAKE_PREFIX_LEN },
        .server_mac = ETH_ADDR_C(0e,00,00,00,00,66),
        .client_mac = ETH_ADDR_C(0e,00,00,00,00,67),
        .vlan = 2,
        .timeout = 300,
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
  --fake-address IP/16  its address [10.10.0.1/16]\n\
  --server-mac MAC      its MAC address [0e:00:00:00:00:66]\n\
  --client-mac MAC      every client's, for services [0e:00:00:00:00:67]\n\
  --timeout SECONDS     life of learned flows [300]\n\
  --datapath-type TYPE  system or netdev [what Open vSwitch defaults to]\n\
  --db unix:FILE        ovsdb-server [db.sock in its run directory]\n\
Instead of running on:  --once (bring everything up, exit), --remove (take\n\
  away what the agent created), both with --wait SECONDS [30]; --print-flows\n\
Daemon, log, control:   --detach --pidfile[=FILE] --monitor --no-chdir\n\
  --log-file[=FILE] -v[SPEC] --unixctl=SOCKET, as ovs-vswitchd(8) has them\n\
See also -h --help, -V --version and pipette-agent(8).  Two examples:\n\
  pipette-agent --uplink enx0023565c8859 --vlan 2 --detach --pidfile\n\
  pipette-agent --uplink eth1 --fake-address 10.66.0.1/16 --once\n\
", stdout);
}
