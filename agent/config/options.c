/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/config/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "agent/config/config-file.h"
#include "agent/config/option-values.h"
#include "agent/config/settings.h"
#include "bitmap.h"
#include "command-line.h"
#include "crc32c.h"
#include "daemon.h"
#include "dirs.h"
#include "openvswitch/vlog.h"
#include "svec.h"
#include "util.h"

enum {
    OPT_SETTINGS = UCHAR_MAX + 1,   /* And the setting. */
    OPT_CONFIG = OPT_SETTINGS + N_SETTINGS,
    OPT_CHECK_CONFIG,
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

static const struct option other_options[] = {
    { "config", required_argument, NULL, OPT_CONFIG },
    { "check-config", no_argument, NULL, OPT_CHECK_CONFIG },
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
};

#define N_OPTIONS (N_SETTINGS + ARRAY_SIZE(other_options))

/* The command line. */
struct command_line {
    int argc;
    char **argv;
    struct option options[N_OPTIONS + 1];
    char *letters;
};

static void
command_line_init(struct command_line *line, int argc, char *argv[])
{
    *line = (struct command_line) { .argc = argc, .argv = argv };
    for (size_t i = 0; i < N_SETTINGS; i++) {
        line->options[i] = (struct option) {
            .name = setting_option(i),
            .has_arg = setting_is_flag(i) ? no_argument : required_argument,
            .val = OPT_SETTINGS + i,
        };
    }
    memcpy(&line->options[N_SETTINGS], other_options, sizeof other_options);

    char *letters = ovs_cmdl_long_options_to_short_options(line->options);
    line->letters = xasprintf(":%s", letters);
    free(letters);
    opterr = 0;
    optind = 0;                 /* Makes GNU getopt start over. */
}

/* Returns the next option, as getopt_long(). */
static int
command_line_next(const struct command_line *line)
{
    return getopt_long(line->argc, line->argv, line->letters, line->options,
                       NULL);
}

/* Returns true if 'c' is an option of Open vSwitch's own. */
static bool
is_of_ovs(int c)
{
    return c == 'v' || c >= OPT_DETACH;
}

/* Applies 'c', one of Open vSwitch's own options.  Returns NULL, or what its
 * value must be. */
static char *
parse_ovs_option(int c)
{
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
        OVS_NOT_REACHED();
    }
    return NULL;
}

/* The other modes, which exclude each other. */
#define OTHER_MODES \
    "--once, --remove, --print-flows, --translate and --check-config"

static char *
set_mode(struct options *o, enum options_mode mode)
{
    if (o->mode != MODE_DAEMON && o->mode != mode) {
        return xstrdup("the only one of " OTHER_MODES);
    }
    o->mode = mode;
    return NULL;
}

/* Applies 'c', one of the agent's own options that is not a setting.  Returns
 * NULL, or what its value must be. */
static char *
parse_own_option(int c, struct options *o)
{
    switch (c) {
    case OPT_CONFIG:
        return NULL;            /* See load_config(). */

    case OPT_CHECK_CONFIG:
        return set_mode(o, MODE_CHECK_CONFIG);

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
option_name(const struct command_line *line, int c)
{
    for (const struct option *o = line->options; o->name; o++) {
        if (o->val == c) {
            return o->name;
        }
    }
    OVS_NOT_REACHED();
}

/* Applies the option 'c', a setting.  Returns NULL or the error. */
static char *
apply_setting(const struct command_line *line, int c, struct options *o)
{
    enum setting setting = c - OPT_SETTINGS;
    const char *value = optarg ? optarg : "yes";

    if (setting_is_of_network(setting) && o->n_networks > 1) {
        return xasprintf("--%s %s: must be in %s, which has several networks",
                         option_name(line, c), value, o->config);
    }
    return setting_apply(o, &o->networks[0], setting, value, 0);
}

/* Applies the option 'c'.  Returns NULL or the error. */
static char *
parse_option(const struct command_line *line, int c, bool again,
             struct options *o)
{
    char *expected = NULL;

    if (c >= OPT_SETTINGS && c < OPT_SETTINGS + N_SETTINGS) {
        return apply_setting(line, c, o);
    } else if (is_of_ovs(c)) {
        expected = again ? NULL : parse_ovs_option(c);
    } else {
        expected = parse_own_option(c, o);
    }
    if (!expected) {
        return NULL;
    }
    char *error = xasprintf("--%s%s%s: must be %s", option_name(line, c),
                            optarg ? " " : "", optarg ? optarg : "", expected);
    free(expected);
    return error;
}

/* Checks of options against each other. */
static char *
check_modes(const struct options *o)
{
    if (o->mode == MODE_CHECK_CONFIG && !o->config) {
        return xstrdup("--check-config: must be with --config");
    } else if (o->mode == MODE_TRANSLATE && !o->networks[0].real.plen
               && !o->contact_log) {
        return xasprintf("--translate %s: must be with --real-subnet or "
                         "--contact-log", o->translate);
    } else if (o->mode != MODE_DAEMON && get_detach()) {
        return xstrdup("--detach: must be without " OTHER_MODES);
    } else if (get_detach() && o->contact_log
               && !strcmp(o->contact_log, "-")) {
        return setting_error(o, NULL, SET_CONTACT_LOG, xstrdup(
                                 "a file, syslog or journal with --detach, "
                                 "which closes standard output"));
    }
    return NULL;
}

/* Returns the error for an option that getopt_long() rejected: 'c' is what it
 * returned. */
static char *
bad_option(const struct command_line *line, int c)
{
    const char *last = line->argv[optind - 1];

    if (c == ':') {
        return xasprintf("%s: must have a value after it", last);
    } else if (optopt > UCHAR_MAX) {
        return xasprintf("--%s: must have no value after it",
                         option_name(line, optopt));
    } else if (optopt) {
        return xasprintf("-%c: no such option (see --help)", optopt);
    }
    return xasprintf("%s: no such option, or ambiguous (see --help)",
                     last);
}

/* Takes the settings of the configuration file, if there is one: the command
 * line takes precedence, so it comes after.  Returns false if it cannot be
 * read. */
static bool
load_config(int argc, char *argv[], struct options *o, struct svec *errors)
{
    struct command_line line;
    int c;

    command_line_init(&line, argc, argv);
    while ((c = command_line_next(&line)) != -1) {
        if (c == OPT_CONFIG) {
            char *expected = parse_file(optarg, o->directory, &o->config);

            if (expected) {
                svec_add_nocopy(errors, xasprintf("--config %s: must be %s",
                                                  optarg, expected));
                free(expected);
            }
        }
    }
    free(line.letters);
    return !o->config || config_file_load(o, errors);
}

/* Returns NULL or the first error. */
static char *
parse_command_line(int argc, char *argv[], bool again, struct options *o)
{
    struct command_line line;
    char *error = NULL;

    command_line_init(&line, argc, argv);
    while (!error) {
        int c = command_line_next(&line);

        if (c == -1) {
            break;
        } else if (c == 'h' || c == 'V') {
            o->mode = c == 'h' ? MODE_HELP : MODE_VERSION;
            break;
        } else if (c == '?' || c == ':') {
            error = bad_option(&line, c);
        } else {
            error = parse_option(&line, c, again, o);
        }
    }
    free(line.letters);
    if (!error && optind < argc
        && o->mode != MODE_HELP && o->mode != MODE_VERSION) {
        error = xasprintf("%s: must be an option: there are no other "
                          "arguments", argv[optind]);
    }
    return error ? error : check_modes(o);
}

char *
options_parse(int argc, char *argv[], const struct options *running,
              struct options *o)
{
    struct svec errors = SVEC_EMPTY_INITIALIZER;

    *o = (struct options) {
        .mode = MODE_DAEMON,
        .wait = 30,
        .directory = (running ? nullable_xstrdup(running->directory)
                      : get_cwd()),
    };
    settings_set_defaults(o);

    bool loaded = load_config(argc, argv, o, &errors);
    settings_complete(o);
    char *error = parse_command_line(argc, argv, running, o);
    if (error) {
        svec_add_nocopy(&errors, error);
    } else if (o->mode == MODE_HELP || o->mode == MODE_VERSION) {
        svec_clear(&errors);
    } else if (loaded) {
        settings_check(o, &errors);
    }

    /* Of the command line only, one line is enough. */
    error = (!errors.n ? NULL
             : o->config ? svec_join(&errors, "\n", "")
             : xstrdup(errors.names[0]));
    svec_destroy(&errors);
    return error;
}

void
options_destroy(struct options *o)
{
    settings_destroy(o);
    free(o->unixctl);
    free(o->translate);
    free(o->config);
    free(o->directory);
}

bool
network_serves_routed(const struct network *network)
{
    return network->real.plen && network->routed;
}

/* Of a fake address that is refused, as far as it says. */
bool
network_is_ipv4(const struct network *network)
{
    const struct given *given = &network->given[SET_FAKE_ADDRESS];

    return (given->refused ? !address_looks_like_ipv6(given->value)
            : fake_address_is_ipv4(&network->fake));
}

uint16_t
network_ct_zone(const struct network *network)
{
    return (network->ct_zone ? network->ct_zone
            : NETWORK_CT_ZONE_BASE + (network_is_ipv4(network) ? 0 : 4096)
              + bitmap_scan(network->vlans, true, 0, 4096));
}

uint32_t
options_mark_mask(uint32_t bit, size_t n_ports)
{
    uint64_t mask = bit;

    while (bit && mask / bit < n_ports) {
        mask = mask << 1 | bit;
    }
    return mask <= UINT32_MAX ? mask : 0;
}

uint32_t
network_id(const struct network *network)
{
    const char *name = network->name;

    return name ? ntohl(crc32c((const uint8_t *) name, strlen(name))) : 0;
}

void
options_print_help(void)
{
    fputs("\
pipette-agent: one address answers for every address of a real subnet\n\
usage: pipette-agent --uplink IFACE [OPTION]...\n\
  --uplink IFACE        interface to the real subnet (required)\n\
  --vlan LIST           its VLANs, as 2 or 1001-1048,2000, or untagged [2]\n\
  --bridge NAME [copro0] (--adopt: take over), --fake-port NAME [ovsfake0] with\n\
    --fake-address IP/LEN [10.10.0.1/16], --server-mac MAC; --client-mac MAC\n\
  --real-subnet IP/LEN  the real subnet, IPv4 or IPv6, if known: walls; with\n\
    it --clients any|subnet [any]; --max-clients N [4096], --max-connections N\n\
    [262144], --ct-zone N for those from elsewhere; --protocols LIST [tcp,udp]\n\
    --claim LIST|unused (dark addresses live), --exclude LIST, --claim-mac MAC,\n\
    --claim-hold SEC [3600] (owner silent), --claim-ignore LIST (asks in vain)\n\
  --ignore-clients LIST (no answer), --ct-mark BIT|none (containers) [0x1000]\n\
  --max-pairs N [16384], --overflow-policy evict|refuse; --timeout SEC [300]\n\
  --contact-log FILE|syslog|journal|-, --contact-log-format ecs|eve|zeek: who\n\
    came; --contact-window SEC [60], --contact-rate N [1000], --contact-denied\n\
  --datapath-type system|netdev, --db unix:FILE, --config FILE, --check-config\n\
Other modes:  --once (bring all up, exit), --remove (delete what was created),\n\
  --wait SEC [30] for them; --print-flows; --translate FAKE|CLIENT,TARGET|-\n\
Daemon, log, control:   --detach --pidfile[=FILE] --monitor --no-chdir\n\
  --log-file[=FILE] -v[SPEC] --unixctl=SOCKET, as ovs-vswitchd(8) has them\n\
See also -h --help, -V --version and pipette-agent(8).  Two examples:\n\
  pipette-agent --uplink enx0023565c8859 --vlan 2 --detach --pidfile\n\
  pipette-agent --uplink eth1 --fake-address fc04::1/64 --real-subnet fc01::/96\n\
", stdout);
}
