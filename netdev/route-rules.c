/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/route-rules.h"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <netlink/errno.h>
#include <netlink/route/rule.h>
#include <string.h>

#include "netdev/route-reconcile.h"
#include "netdev/route-target.h"
#include "netdev/snapshot.h"
#include "packets.h"
#include "util.h"

/* Rules, in the order to add them: an exception before what it is from. */
static const struct rule_spec {
    uint32_t priority;
    bool from, in_port, marked; /* What it matches. */
    bool main;                  /* Leads to the main table, not to ours. */
} rule_specs[N_RULES] = {
    { ROUTE_EXCEPTION_PRIORITY, true, false, true, true },
    { ROUTE_EXCEPTION_PRIORITY, false, true, true, true },
    { ROUTE_RULE_PRIORITY, true, false, false, false },
    { ROUTE_RULE_PRIORITY, false, false, true, false },
};

static struct rtnl_rule *
get_rule(const struct routes *r, size_t i)
{
    return (struct rtnl_rule *) r->snapshot->rules.objects[i];
}

static bool
is_spec_wanted(const struct route_target *t, const struct rule_spec *spec)
{
    return (t->want->routed_clients
            && (!spec->marked || t->want->mark_mask)
            && (spec->from || t->leads));
}

static uint32_t
get_spec_table(const struct route_target *t, const struct rule_spec *spec)
{
    return spec->main ? RT_TABLE_MAIN : t->table;
}

/* Returns true if another rule leads from 'address' to a table of ours. */
static bool
leads_to_us(const struct routes *r, const struct in6_addr *address)
{
    for (size_t i = 0; i < r->snapshot->rules.n; i++) {
        struct rtnl_rule *rule = get_rule(r, i);
        const struct in6_addr source = route_table_get_source(rule);

        if (route_table_is_our_protocol(rule)
            && route_tables_is_ours(&r->tables, rtnl_rule_get_table(rule))
            && ipv6_addr_equals(&source, address)) {
            return true;
        }
    }
    return false;
}

static bool
is_our_port(const struct routes *r, const char *name)
{
    for (size_t i = 0; i < r->n; i++) {
        if (!strcmp(r->targets[i].want->name, name)) {
            return true;
        }
    }
    return false;
}

/* Returns true if 'rule', which has our protocol, is an exception from one to
 * a table of ours.  Without the network that it was for, both are still
 * there. */
static bool
is_exception(const struct routes *r, struct rtnl_rule *rule)
{
    const char *iif = rtnl_rule_get_iif(rule);
    const struct in6_addr source = route_table_get_source(rule);

    return (rtnl_rule_get_prio(rule) == ROUTE_EXCEPTION_PRIORITY
            && (iif ? is_our_port(r, iif)
                : ipv6_addr_is_set(&source) && leads_to_us(r, &source)));
}

/* Returns true if 'rule' is this agent's.  A rule from a fake address to
 * another table is from when the fake port had another name; one from another
 * address to a table of ours, from when there was another network. */
static bool
is_our_rule(const struct routes *r, struct rtnl_rule *rule)
{
    return (route_table_is_our_protocol(rule)
            && (route_target_by_source(r, rule)
                || route_tables_is_ours(&r->tables, rtnl_rule_get_table(rule))
                || is_exception(r, rule)));
}

/* Returns true if 'rule', which is ours, is the one that 'spec' tells. */
static bool
is_rule_spec(const struct route_target *t, struct rtnl_rule *rule,
             const struct rule_spec *spec)
{
    const struct in6_addr source = route_table_get_source(rule);
    const char *iif = rtnl_rule_get_iif(rule);
    uint8_t ip_protocol;

    return (rtnl_rule_get_family(rule) == t->family
            && rtnl_rule_get_prio(rule) == spec->priority
            && rtnl_rule_get_table(rule) == get_spec_table(t, spec)
            && rtnl_rule_get_action(rule) == FR_ACT_TO_TBL
            && (spec->from ? ipv6_addr_equals(&source, &t->want->address)
                : !rtnl_rule_get_src(rule))
            && (spec->in_port ? iif && !strcmp(iif, t->want->name) : !iif)
            && (rtnl_rule_get_mark(rule)
                == (spec->marked ? t->want->mark : 0))
            && (!spec->marked
                || rtnl_rule_get_mask(rule) == t->want->mark_mask)
            /* For all packets of these. */
            && !rtnl_rule_get_dst(rule) && !rtnl_rule_get_oif(rule)
            && !rtnl_rule_get_dsfield(rule)
            && rtnl_rule_get_ipproto(rule, &ip_protocol));
}

/* Returns which of the rules of 't' is 'rule', N_RULES if none. */
static int
get_rule_kind(const struct route_target *t, struct rtnl_rule *rule)
{
    for (int i = 0; i < N_RULES; i++) {
        if (is_spec_wanted(t, &rule_specs[i])
            && is_rule_spec(t, rule, &rule_specs[i])) {
            return i;
        }
    }
    return N_RULES;
}

static bool
is_wanted_rule(const struct routes *r, struct rtnl_rule *rule)
{
    const struct route_target *t = route_target_by_rule(r, rule);

    return t && get_rule_kind(t, rule) < N_RULES;
}

static int
add_rule(const struct routes *r, const struct route_target *t,
         const struct rule_spec *spec)
{
    struct rtnl_rule *rule = rtnl_rule_alloc();
    uint32_t table = get_spec_table(t, spec);

    ovs_assert(rule);
    rtnl_rule_set_family(rule, t->family);
    rtnl_rule_set_prio(rule, spec->priority);
    rtnl_rule_set_table(rule, table);
    rtnl_rule_set_action(rule, FR_ACT_TO_TBL);
    rtnl_rule_set_protocol(rule, SNAPSHOT_PROTOCOL);
    if (spec->from) {
        struct nl_addr *src = netlink_ip(&t->want->address,
                                         netlink_family_bits(t->family));

        rtnl_rule_set_src(rule, src);
        nl_addr_put(src);
    }
    if (spec->in_port) {
        rtnl_rule_set_iif(rule, t->want->name);
    }
    if (spec->marked) {
        rtnl_rule_set_mark(rule, t->want->mark);
        rtnl_rule_set_mask(rule, t->want->mark_mask);
    }

    int error = route_log_change(t->want->name, "add rule", table,
                                 rtnl_rule_add(r->sock, rule, NLM_F_EXCL));
    rtnl_rule_put(rule);
    return error == -NLE_EXIST ? 0 : error;
}

int
route_rules_add(const struct routes *r, const struct route_target *t)
{
    int error = 0;

    for (int i = 0; i < N_RULES && !error; i++) {
        if (!t->has_rule[i] && is_spec_wanted(t, &rule_specs[i])) {
            error = add_rule(r, t, &rule_specs[i]);
        }
    }
    return error;
}

int
route_rules_delete(const struct routes *r, bool all)
{
    int error = 0;

    for (size_t i = 0; i < r->snapshot->rules.n && !error; i++) {
        struct rtnl_rule *rule = get_rule(r, i);

        if (is_our_rule(r, rule) && (all || !is_wanted_rule(r, rule))) {
            error = route_log_change("routes", "delete rule",
                                     rtnl_rule_get_table(rule),
                                     rtnl_rule_delete(r->sock, rule, 0));
            error = error == -NLE_OBJ_NOTFOUND ? 0 : error;
        }
    }
    return error;
}

void
route_rules_note(struct routes *r)
{
    for (size_t i = 0; i < r->snapshot->rules.n; i++) {
        struct rtnl_rule *rule = get_rule(r, i);
        struct route_target *t = route_target_by_rule(r, rule);
        int kind = t ? get_rule_kind(t, rule) : N_RULES;

        if (kind < N_RULES) {
            t->has_rule[kind] = true;
        }
    }
}
