/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/firewall.h"

#include <errno.h>
#include <netinet/in.h>      /* Before <linux/netfilter.h>. */
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <net/if.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/socket.h>
#include <stdlib.h>

#include "coverage.h"
#include "netdev/event-socket.h"
#include "netdev/firewall-sets.h"
#include "netdev/firewall-table.h"
#include "netdev/input-chains.h"
#include "netdev/nat-rules.h"
#include "netdev/nft-chain.h"
#include "netdev/nft-format.h"
#include "netdev/nft-message.h"
#include "netdev/nft-socket.h"
#include "netdev/nft-table.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/vlog.h"
#include "packets.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(firewall);
COVERAGE_DEFINE(firewall_look);
COVERAGE_DEFINE(firewall_overrun);
COVERAGE_DEFINE(firewall_changed);

/* Others can make the table wrong as often as they like. */
static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(600, 600);

/* Bytes of events that may wait. */
#define EVENTS_BUFFER (256 * 1024)

struct firewall {
    struct firewall_config config;  /* Owns all that it points to. */
    char *name;                 /* Of the table. */
    bool started;

    struct event_socket events; /* Without a socket if there is none. */
    bool look;                  /* Something happened, or may have. */

    struct nft_named_counter counters[FIREWALL_N_WALLS];

    bool dnat;                  /* Others have destination NAT. */
    char input[INPUT_CHAIN_SIZE];   /* Their host firewall, "" if none. */
    char *wanted;               /* firewall_table_format(). */
    char *shown;                /* What this kernel shows once it has that, if
                                 * it is something else; otherwise NULL. */

    bool in_sync, blocked;
    bool settled;               /* The table has been as wanted. */
    uint64_t n_repairs;         /* Since then. */
    struct ds present;
};

static void
copy_config(struct firewall_config *dst, const struct firewall_config *src)
{
    struct firewall_port *ports = xcalloc(src->n_ports, sizeof *ports);

    for (size_t i = 0; i < src->n_ports; i++) {
        ports[i] = src->ports[i];
        ports[i].name = xstrdup(src->ports[i].name);
    }
    *dst = *src;
    dst->bridge = xstrdup(src->bridge);
    dst->ports = ports;
}

static void
destroy_config(struct firewall_config *config)
{
    for (size_t i = 0; i < config->n_ports; i++) {
        free(CONST_CAST(char *, config->ports[i].name));
    }
    free(CONST_CAST(struct firewall_port *, config->ports));
    free(CONST_CAST(char *, config->bridge));
}

static void
say(struct firewall *firewall, const char *words)
{
    ds_clear(&firewall->present);
    ds_put_cstr(&firewall->present, words);
}

/* What is wanted now, for the caller to use while 'firewall' is as it is. */
static struct firewall_config
needed(const struct firewall *firewall)
{
    struct firewall_config config = firewall->config;

    if (!firewall->dnat) {
        config.mark_mask = 0;
    }
    config.count_input = firewall->input[0];
    return config;
}

/* Returns true if something else is wanted than before. */
static bool
update_wanted(struct firewall *firewall)
{
    const struct firewall_config config = needed(firewall);
    char *wanted = firewall_table_format(&config);
    bool changed = !nullable_string_is_equal(wanted, firewall->wanted);

    free(firewall->wanted);
    firewall->wanted = wanted;
    if (changed) {
        free(firewall->shown);
        firewall->shown = NULL;
        firewall->settled = false;
    }
    return changed;
}

/* Returns those of which destination NAT of others matters. */
static unsigned int
families(const struct firewall *firewall)
{
    const struct firewall_config *config = &firewall->config;

    return ((firewall_has_family(config, AF_INET) ? NFT_IPV4 : 0)
            | (firewall_has_family(config, AF_INET6) ? NFT_IPV6 : 0));
}

/* Events. */

static bool
concerns(const struct firewall *firewall, const struct nlmsghdr *nlh)
{
    return (nft_is_of_table(nlh, firewall->name)
            || input_chains_may_differ(nlh, families(firewall))
            || (firewall->config.mark_mask
                && nat_rules_may_differ(nlh, families(firewall))));
}

static int
note_event(struct nl_msg *msg, void *firewall_)
{
    struct firewall *firewall = firewall_;

    if (concerns(firewall, nlmsg_hdr(msg))) {
        firewall->look = true;
    }
    return NL_OK;
}

/* There may be none for now, in a kernel that has nf_tables as a module. */
static void
open_events(struct firewall *firewall)
{
    static const int groups[] = { NFNLGRP_NFTABLES, 0 };

    if (!firewall->events.sock
        && !event_socket_open(&firewall->events, NETLINK_NETFILTER, groups,
                              EVENTS_BUFFER, note_event, firewall)) {
        event_socket_close(&firewall->events);
        firewall->events.sock = NULL;
    }
}

struct firewall *
firewall_create(const struct firewall_config *config)
{
    struct firewall *firewall = xzalloc(sizeof *firewall);

    copy_config(&firewall->config, config);
    firewall->name = firewall_table_name(config);
    firewall_table_init_counters(firewall->counters);
    update_wanted(firewall);
    ds_init(&firewall->present);
    say(firewall, "waiting for the ports");
    return firewall;
}

void
firewall_destroy(struct firewall *firewall)
{
    if (firewall) {
        event_socket_close(&firewall->events);
        destroy_config(&firewall->config);
        free(firewall->name);
        free(firewall->wanted);
        free(firewall->shown);
        ds_destroy(&firewall->present);
        free(firewall);
    }
}

void
firewall_set_config(struct firewall *firewall,
                    const struct firewall_config *config)
{
    bool changed = firewall->config.mark_mask != config->mark_mask;

    destroy_config(&firewall->config);
    copy_config(&firewall->config, config);
    changed |= update_wanted(firewall);
    if (changed) {
        firewall->look = true;
        if (firewall->started) {
            firewall->in_sync = firewall->blocked = false;
            say(firewall, "waiting to compare the table");
        }
    }
}

void
firewall_start(struct firewall *firewall)
{
    if (!firewall->started) {
        firewall->started = firewall->look = true;
    }
}

void
firewall_stop(struct firewall *firewall)
{
    if (firewall->started) {
        firewall->started = firewall->in_sync = firewall->blocked = false;
        firewall->settled = false;
        say(firewall, "waiting for the ports");
    }
}

/* The kernel's table. */

/* Reads the table, and its counters. */
static int
read_table(struct firewall *firewall, char **text)
{
    size_t wanted = strlen(firewall->wanted);
    size_t shown = firewall->shown ? strlen(firewall->shown) : 0;

    return nft_table_read(firewall->name, 2 * MAX(wanted, shown) + 4096,
                          firewall->counters, FIREWALL_N_WALLS, text);
}

static void
add_message(struct nl_msg *msg, void *transaction)
{
    nft_transaction_add(transaction, msg);
}

/* Each returns 0 or a negative libnl error. */

static int
commit(struct nft_transaction *transaction)
{
    COVERAGE_INC(firewall_changed);
    return nft_transaction_commit(transaction);
}

static int
write_table(const struct firewall *firewall)
{
    const struct firewall_config config = needed(firewall);
    struct nft_transaction t;

    VLOG_DBG_RL(&rl, "write table inet %s", firewall->name);
    nft_transaction_start(&t);
    /* There is nothing to delete if it is not added before. */
    nft_transaction_add(&t, nft_message(NFT_MSG_NEWTABLE, NLM_F_CREATE,
                                        firewall->name));
    nft_transaction_add(&t, nft_message(NFT_MSG_DELTABLE, 0, firewall->name));
    firewall_table_build(&config, firewall->counters, add_message, &t);
    return commit(&t);
}

static int
delete_table(const struct firewall *firewall)
{
    struct nft_transaction t;

    VLOG_DBG_RL(&rl, "delete table inet %s", firewall->name);
    nft_transaction_start(&t);
    nft_transaction_add(&t, nft_message(NFT_MSG_DELTABLE, 0, firewall->name));
    return commit(&t);
}

static bool
has_port(const struct firewall *firewall)
{
    for (size_t i = 0; i < firewall->config.n_ports; i++) {
        if (if_nametoindex(firewall->config.ports[i].name)) {
            return true;
        }
    }
    return false;
}

static void
say_unavailable(struct firewall *firewall, const char *why)
{
    ds_clear(&firewall->present);
    ds_put_format(&firewall->present, "the kernel gives no nf_tables (%s): "
                  "routed clients of containers get no answer, and no wall "
                  "keeps the fake address from other interfaces",
                  why);
    firewall->blocked = true;
}

static void
say_refused(struct firewall *firewall, int error)
{
    ds_clear(&firewall->present);
    ds_put_format(&firewall->present, "the kernel refused table inet %s: %s",
                  firewall->name, nl_geterror(error));
    firewall->blocked = true;
}

/* The next look may find it. */
static void
say_unsteady(struct firewall *firewall)
{
    say(firewall, "tables change faster than they can be compared");
    firewall->look = true;
}

/* Says so if something could not be read, for 'error'. */
static void
say_unread(struct firewall *firewall, int error)
{
    if (error == -NLE_DUMP_INTR) {
        say_unsteady(firewall);
    } else if (error) {
        say_unavailable(firewall, nl_geterror(error));
    }
}

/* Each returns false, and says why, if it cannot read. */

static bool
read_or_say(struct firewall *firewall, char **text)
{
    int error = read_table(firewall, text);

    say_unread(firewall, error);
    return !error;
}

/* Marks cost each packet of the host connection tracking, and without
 * destination NAT nothing needs them; nor counters what no chain can drop. */
static bool
find_others_or_say(struct firewall *firewall)
{
    bool found = false;
    int error = (firewall->config.mark_mask
                 ? nat_rules_find(families(firewall), &found) : 0);

    if (!error) {
        error = input_chains_find(families(firewall), firewall->input);
    }
    if (error) {
        say_unread(firewall, error);
        return false;
    }
    firewall->dnat = found;
    update_wanted(firewall);
    return true;
}

static bool
is_wanted(const struct firewall *firewall, const char *text)
{
    return (!strcmp(text, firewall->wanted)
            || nullable_string_is_equal(text, firewall->shown));
}

/* Writes the table, and reads it into '*text'. */
static bool
write_and_read(struct firewall *firewall, char **text)
{
    int error = write_table(firewall);

    if (error) {
        say_refused(firewall, error);
    }
    return !error && read_or_say(firewall, text);
}

static size_t
count_lines(const char *s)
{
    size_t n = 0;

    while ((s = strchr(s, '\n'))) {
        s++;
        n++;
    }
    return n;
}

/* If all of what was written, and no more, reads as something else twice, that
 * is how this kernel shows it.  (Once, it could be what somebody else made of
 * it.) */
static bool
is_shown(struct firewall *firewall, const char *first, const char *second)
{
    if (strcmp(first, second)
        || count_lines(second) != count_lines(firewall->wanted)) {
        return false;
    }
    VLOG_DBG_RL(&rl, "shown as: %s", second);
    free(firewall->shown);
    firewall->shown = xstrdup(second);
    return true;
}

static bool
mend(struct firewall *firewall)
{
    char *first = NULL, *second = NULL;
    bool ok = (write_and_read(firewall, &first)
               && (is_wanted(firewall, first)
                   || (write_and_read(firewall, &second)
                       && (is_wanted(firewall, second)
                           || is_shown(firewall, first, second)))));

    if (!ok && !firewall->blocked) {
        say_unsteady(firewall);
    }
    firewall->n_repairs += ok && firewall->settled;
    free(first);
    free(second);
    return ok;
}

static void
compare(struct firewall *firewall)
{
    char *text = NULL;

    if (find_others_or_say(firewall) && read_or_say(firewall, &text)) {
        firewall->in_sync = is_wanted(firewall, text) || mend(firewall);
        if (firewall->in_sync) {
            firewall->settled = true;
            ds_clear(&firewall->present);
            firewall_format_wanted(firewall, &firewall->present);
        }
    }
    free(text);
}

void
firewall_look(struct firewall *firewall)
{
    bool was_in_sync = firewall->in_sync;

    firewall->look = false;
    if (!firewall->started) {
        return;
    }
    COVERAGE_INC(firewall_look);
    firewall->in_sync = firewall->blocked = false;
    if (!was_in_sync && !has_port(firewall)) {
        say(firewall, "waiting for the fake port to appear");
        return;
    }

    const char *why = nft_probe();
    if (why) {
        say_unavailable(firewall, why);
    } else {
        /* What changes from now on is an event. */
        open_events(firewall);
        compare(firewall);
    }
}

void
firewall_run(struct firewall *firewall)
{
    if (firewall->events.sock && event_socket_run(&firewall->events)) {
        COVERAGE_INC(firewall_overrun);
        firewall->look = true;
    }
}

void
firewall_wait(struct firewall *firewall)
{
    if (firewall->events.sock) {
        event_socket_wait(&firewall->events);
    }
}

bool
firewall_wants_look(const struct firewall *firewall)
{
    return firewall->started && firewall->look;
}

void
firewall_interfaces_changed(struct firewall *firewall)
{
    if (!firewall->in_sync && !firewall->blocked) {
        firewall->look = true;
    }
}

BUILD_ASSERT_DECL(FIREWALL_MAX_WALLS == FIREWALL_N_WALLS);

void
firewall_read_walls(struct firewall *firewall, struct firewall_walls *w)
{
    w->n = (firewall->in_sync ? firewall_table_n_walls(&firewall->config) : 0);
    if (w->n) {
        nft_table_read_counters(firewall->name, firewall->counters, w->n);
    }
    for (size_t i = 0; i < w->n; i++) {
        w->walls[i] = (struct firewall_wall) {
            firewall_table_reason(i), firewall->counters[i].value
        };
    }
}

bool
firewall_counts_input(const struct firewall *firewall)
{
    return firewall->in_sync && firewall->input[0];
}

bool
firewall_read_input(const struct firewall *firewall,
                    struct firewall_input *input)
{
    /* The kernel reads them in this order. */
    struct nft_named_counter counters[] = {
        { .name = FIREWALL_COME }, { .name = FIREWALL_LET_IN }
    };

    if (!firewall_counts_input(firewall)
        || nft_table_read_counters(firewall->name, counters,
                                   ARRAY_SIZE(counters))) {
        return false;
    }
    *input = (struct firewall_input) {
        .come = counters[0].value.packets,
        .let_in = counters[1].value.packets,
        .chain = firewall->input,
    };
    return true;
}

uint64_t
firewall_n_repairs(const struct firewall *firewall)
{
    return firewall->n_repairs;
}

bool
firewall_is_in_sync(const struct firewall *firewall)
{
    return firewall->in_sync;
}

bool
firewall_is_blocked(const struct firewall *firewall)
{
    return firewall->blocked;
}

void
firewall_format_wanted(const struct firewall *firewall, struct ds *s)
{
    const struct firewall_config *config = &firewall->config;

    ds_put_format(s, "table inet %s, which lets", firewall->name);
    for (size_t i = 0; i < config->n_ports; i++) {
        ds_put_cstr(s, i ? ", " : " ");
        ipv6_format_mapped(&config->ports[i].address, s);
        ds_put_format(s, " leave by %s only", config->ports[i].name);
    }
    if (config->mark_mask) {
        ds_put_format(s, ", connection mark 0x%"PRIx32"%s", config->mark_mask,
                      firewall->dnat ? "" : " once there is destination NAT");
    }
}

const char *
firewall_present(const struct firewall *firewall)
{
    return ds_cstr_ro(&firewall->present);
}

void
firewall_release(struct firewall *firewall)
{
    char *text = NULL;
    int error = nft_probe() ? 0 : read_table(firewall, &text);

    if (!error && text && text[0]) {
        error = delete_table(firewall);
        if (error) {
            VLOG_WARN("cannot delete table inet %s: %s", firewall->name,
                      nl_geterror(error));
        }
    }
    free(text);
    firewall->in_sync = false;
}
