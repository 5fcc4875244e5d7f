/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/firewall-table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netdev/firewall.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "util.h"

/* Priorities, of linux/netfilter_ipv4.h: destination NAT comes at -100, source
 * NAT at 100, and so does the source address that NAT puts back into answers.
 *
 * Marks come after destination NAT: only packets that it sent elsewhere have
 * them. */
#define PRIORITY_MARK -90
/* Before Docker's rules, which would leave the address as it is. */
#define PRIORITY_MASQUERADE 90
#define PRIORITY_WALL 150

/* The figures stand between these. */
#define COUNTER_START "\tcounter wall {\n\t\tpackets "
#define COUNTER_END "\n\t}\n"

char *
firewall_table_name(const struct firewall_config *config)
{
    return xasprintf("pipette-%s", config->bridge);
}

static void
start_chain(const char *name, const char *type, const char *hook, int priority,
            struct ds *s)
{
    ds_put_format(s, "\n\tchain %s {\n\t\ttype %s hook %s priority %d; "
                  "policy accept;\n", name, type, hook, priority);
}

static void
end_chain(struct ds *s)
{
    ds_put_cstr(s, "\t}\n");
}

/* Several addresses can be on one port: returns true for the first. */
static bool
is_first_of_port(const struct firewall_config *config, size_t i)
{
    for (size_t j = 0; j < i; j++) {
        if (!strcmp(config->ports[j].name, config->ports[i].name)) {
            return false;
        }
    }
    return true;
}

/* Appends " KEY mark set ...": the bits of 'mark_mask' become the port's. */
static void
set_mark(const char *key, const struct firewall_config *config,
         const struct firewall_port *port, struct ds *s)
{
    uint32_t keep = ~config->mark_mask | port->mark;

    ds_put_format(s, " %s mark set %s mark", key, key);
    if (keep != UINT32_MAX) {
        ds_put_format(s, " & 0x%08"PRIx32, keep);
    }
    ds_put_format(s, " | 0x%08"PRIx32, port->mark);
}

/* Appends a rule that gives the answers of a port's connections the mark, those
 * that match 'match'. */
static void
mark_answers(const struct firewall_config *config,
             const struct firewall_port *port, const char *match,
             struct ds *s)
{
    ds_put_format(s, "\t\t%sct direction reply ct mark & 0x%08"PRIx32
                  " == 0x%08"PRIx32, match, config->mark_mask, port->mark);
    set_mark("meta", config, port, s);
    ds_put_char(s, '\n');
}

/* What comes in. */
static void
put_prerouting(const struct firewall_config *config, struct ds *s)
{
    start_chain("mark-in", "filter", "prerouting", PRIORITY_MARK, s);
    for (size_t i = 0; i < config->n_ports; i++) {
        const struct firewall_port *port = &config->ports[i];

        if (!is_first_of_port(config, i)) {
            continue;
        }
        ds_put_format(s, "\t\tiifname \"%s\" ct direction original",
                      port->name);
        set_mark("ct", config, port, s);
        /* With src_valid_mark, a strict reverse path filter asks whether an
         * answer with this mark would leave by the fake port. */
        ds_put_format(s, "\n\t\tiifname \"%s\" ct direction original ct "
                      "status dnat", port->name);
        set_mark("meta", config, port, s);
        ds_put_char(s, '\n');
        mark_answers(config, port, "", s);
    }
    end_chain(s);
}

/* Matches the host's own connections to containers behind the address. */
static void
match_health_check(const struct firewall_port *port, const char *out,
                   struct ds *s)
{
    ds_put_format(s, "\t\tip saddr "IP_FMT, IP_ARGS(port->address));
    if (out) {
        ds_put_format(s, " oifname != \"%s\" oifname != \"lo\"", out);
    }
    ds_put_format(s, " ct direction original ct status dnat ct original ip "
                  "daddr "IP_FMT, IP_ARGS(port->address));
}

/* What the host itself sends. */
static void
put_output(const struct firewall_config *config, struct ds *s)
{
    start_chain("mark-out", "route", "output", PRIORITY_MARK, s);
    for (size_t i = 0; i < config->n_ports; i++) {
        const struct firewall_port *port = &config->ports[i];

        match_health_check(port, NULL, s);
        set_mark("ct", config, port, s);
        set_mark("meta", config, port, s);
        /* Answers of services on the host go by the rule from the address. */
        ds_put_format(s, "\n\t\tip saddr "IP_FMT" return\n",
                      IP_ARGS(port->address));
    }
    /* ICMP errors, about containers that do not answer.  What services on the
     * address of another agent answer may have the same mark. */
    for (size_t i = 0; i < config->n_ports; i++) {
        if (is_first_of_port(config, i)) {
            mark_answers(config, &config->ports[i],
                         "icmp type destination-unreachable ", s);
        }
    }
    end_chain(s);
}

static void
put_masquerade(const struct firewall_config *config, struct ds *s)
{
    start_chain("host-out", "nat", "postrouting", PRIORITY_MASQUERADE, s);
    for (size_t i = 0; i < config->n_ports; i++) {
        match_health_check(&config->ports[i], config->ports[i].name, s);
        ds_put_cstr(s, " masquerade\n");
    }
    end_chain(s);
}

static void
put_wall(const struct firewall_config *config, struct ds *s)
{
    start_chain("wall", "filter", "postrouting", PRIORITY_WALL, s);
    for (size_t i = 0; i < config->n_ports; i++) {
        const struct firewall_port *port = &config->ports[i];

        ds_put_format(s, "\t\tip saddr "IP_FMT" oifname != \"%s\" oifname != "
                      "\"lo\" counter name \"wall\" drop\n",
                      IP_ARGS(port->address), port->name);
    }
    end_chain(s);
}

void
firewall_table_format(const struct firewall_config *config,
                      const struct firewall_count *count, struct ds *s)
{
    char *name = firewall_table_name(config);

    ds_put_format(s, "table inet %s {\n"
                  COUNTER_START"%"PRIu64" bytes %"PRIu64 COUNTER_END, name,
                  count->packets, count->bytes);
    if (config->mark_mask) {
        put_prerouting(config, s);
        put_output(config, s);
        put_masquerade(config, s);
    }
    put_wall(config, s);
    ds_put_cstr(s, "}\n");
    free(name);
}

void
firewall_table_take_count(struct ds *text, struct firewall_count *count)
{
    const char *start = strstr(ds_cstr(text), COUNTER_START);
    const char *figures = start ? start + strlen(COUNTER_START) : NULL;
    struct firewall_count found;
    int n = 0;

    if (!start
        || sscanf(figures, "%"SCNu64" bytes %"SCNu64"%n", &found.packets,
                  &found.bytes, &n) != 2
        || strncmp(figures + n, COUNTER_END, strlen(COUNTER_END))) {
        return;
    }

    struct ds zeroed = DS_EMPTY_INITIALIZER;
    ds_put_buffer(&zeroed, text->string, figures - text->string);
    ds_put_format(&zeroed, "0 bytes 0%s", figures + n);
    ds_swap(text, &zeroed);
    ds_destroy(&zeroed);
    *count = found;
}
