/* SPDX-License-Identifier: Apache-2.0 */

/* Fuzz target: a configuration.
 *
 * The input is a command line, an argument a line, or a configuration file, if
 * it begins with '[' or '#'.  Whatever is taken must make a flow set that Open
 * vSwitch takes, with port numbers as with port names, and both must mean the
 * same. */

#include <config.h>

#include "test/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/config/config-file.h"
#include "agent/config/options.h"
#include "agent/config/settings.h"
#include "agent/loop/agent.h"
#include "agent/loop/backends.h"
#include "flow.h"
#include "openflow/flow-diff.h"
#include "openflow/flow-set.h"
#include "openvswitch/ofp-actions.h"
#include "openvswitch/ofp-port.h"
#include "simap.h"
#include "svec.h"
#include "util.h"

/* Returns true if 'arg' is, or is short for, an option that writes a file,
 * opens a socket, or cannot be taken back for the next input. */
static bool
is_left_out(const char *arg)
{
    static const char *const options[] = {
        "--log-file", "--syslog-target", "--detach", "--config"
    };
    size_t length = strcspn(arg, "=");

    for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
        if (length > 2 && !strncmp(arg, options[i], length)) {
            return true;
        }
    }
    return false;
}

static void
split(const uint8_t *data, size_t size, struct svec *argv)
{
    const char *p = (const char *) data;
    const char *end = p + size;

    svec_add(argv, program_name);
    while (p < end) {
        const char *newline = memchr(p, '\n', end - p);
        const char *arg_end = newline ? newline : end;
        char *arg = xmemdup0(p, arg_end - p);

        if (is_left_out(arg)) {
            free(arg);
        } else {
            svec_add_nocopy(argv, arg);
        }
        p = arg_end + (newline != NULL);
    }
    svec_terminate(argv);
}

static void OVS_NO_RETURN
wrong(const char *flow, const char *what)
{
    fprintf(stderr, "%s: %s\n", flow, what);
    abort();
}

/* Checks that 'named', a line of --print-flows, means 'fm'. */
static void
check_named_flow(const struct options *o, const struct bridge_ports *ports,
                 const char *named, const struct ofputil_flow_mod *fm)
{
    struct ofputil_port_map map;
    struct ofputil_flow_mod fm2;
    const struct simap_node *node;

    ofputil_port_map_init(&map);
    ofputil_port_map_put(&map, u16_to_ofp(ports->uplink), o->uplink);
    SIMAP_FOR_EACH (node, &ports->fake_ports) {
        ofputil_port_map_put(&map, u16_to_ofp(node->data), node->name);
    }
    char *error = flow_mod_parse(&fm2, named, &map);
    if (error) {
        wrong(named, error);
    }

    char *s = flow_mod_to_string(fm);
    char *s2 = flow_mod_to_string(&fm2);
    if (strcmp(s, s2)) {
        wrong(named, s);
    }
    free(s);
    free(s2);
    minimatch_destroy(&fm2.match);
    free(fm2.ofpacts);
    ofputil_port_map_destroy(&map);
}

static void
check_flows(const struct options *o)
{
    struct bridge_ports ports;
    struct svec named = SVEC_EMPTY_INITIALIZER;
    struct svec flows = SVEC_EMPTY_INITIALIZER;
    struct flow_list list = FLOW_LIST_INITIALIZER;

    backends_requested_ports(o, &ports);
    backends_build_flows(o, &ports, false, &flows);
    char *error = flow_list_parse(&list, &flows);
    if (error) {
        wrong("flow set", error);
    }
    agent_build_flows(o, &named);
    ovs_assert(named.n == list.n);
    for (size_t i = 0; i < list.n; i++) {
        check_named_flow(o, &ports, named.names[i], &list.fms[i]);
    }
    flow_list_clear(&list);
    svec_destroy(&flows);
    svec_destroy(&named);
    simap_destroy(&ports.fake_ports);
}

static char *
parse_command_line(const uint8_t *data, size_t size, struct options *o)
{
    struct svec argv = SVEC_EMPTY_INITIALIZER;

    split(data, size, &argv);
    char *error = options_parse(argv.n, argv.names, NULL, o);
    fuzz_quiet();               /* Whatever -v said. */
    svec_destroy(&argv);
    return error;
}

static char *
parse_config_file(const uint8_t *data, size_t size, struct options *o)
{
    struct svec errors = SVEC_EMPTY_INITIALIZER;

    *o = (struct options) { .config = xstrdup("FILE") };
    settings_set_defaults(o);
    if (config_file_parse(o, (const char *) data, size, &errors)) {
        settings_complete(o);
        settings_check(o, &errors);
    }
    char *error = errors.n ? svec_join(&errors, "\n", "") : NULL;
    svec_destroy(&errors);
    return error;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool is_file = size && (data[0] == '[' || data[0] == '#');
    struct options o;

    char *error = (is_file ? parse_config_file : parse_command_line)(data,
                                                                     size, &o);
    bool help = o.mode == MODE_HELP || o.mode == MODE_VERSION;

    ds_clear(&fuzz_outcome);
    ds_put_cstr(&fuzz_outcome, error ? error : help ? "help" : "accepted");
    if (!error && !help && o.uplink && o.mode != MODE_TRANSLATE) {
        check_flows(&o);
    }
    free(error);
    options_destroy(&o);
    return 0;
}
