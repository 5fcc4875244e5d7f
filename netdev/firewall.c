/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/firewall.h"

#include <errno.h>
#include <netinet/in.h>      /* Before <linux/netfilter.h>. */
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <net/if.h>
#include <malloc.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/socket.h>
#include <nftables/libnftables.h>
#include <stdlib.h>

#include "coverage.h"
#include "netdev/event-socket.h"
#include "netdev/firewall-table.h"
#include "netdev/netlink.h"
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

    struct firewall_count count;

    /* The table as libnftables shows it, its counter at 0, if that is not the
     * text of firewall-table.h, which is that of nftables 1.0.6; otherwise
     * NULL. */
    char *shown;

    bool in_sync, blocked;
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

/* Returns the table's text, its counter at 0, for the caller to free. */
static char *
get_wanted(const struct firewall *firewall)
{
    const struct firewall_count none = { 0, 0 };
    struct ds s = DS_EMPTY_INITIALIZER;

    firewall_table_format(&firewall->config, &none, &s);
    return ds_steal_cstr(&s);
}

/* Events. */

/* In each message of nf_tables, the table's name is the attribute that has the
 * number of NFTA_TABLE_NAME. */
static int
note_event(struct nl_msg *msg, void *firewall_)
{
    struct firewall *firewall = firewall_;
    struct nlmsghdr *nlh = nlmsg_hdr(msg);
    const struct nfgenmsg *header = nlmsg_data(nlh);
    const size_t hdrlen = sizeof *header;

    if (NFNL_SUBSYS_ID(nlh->nlmsg_type) == NFNL_SUBSYS_NFTABLES
        && nlmsg_valid_hdr(nlh, hdrlen)
        && header->nfgen_family == NFPROTO_INET) {
        struct nlattr *name = nlmsg_find_attr(nlh, hdrlen, NFTA_TABLE_NAME);
        size_t size = strlen(firewall->name) + 1;

        if (name && nla_len(name) == size
            && !memcmp(nla_data(name), firewall->name, size)) {
            firewall->look = true;
        }
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
        free(firewall->shown);
        ds_destroy(&firewall->present);
        free(firewall);
    }
}

void
firewall_set_config(struct firewall *firewall,
                    const struct firewall_config *config)
{
    char *before = get_wanted(firewall);

    destroy_config(&firewall->config);
    copy_config(&firewall->config, config);

    char *after = get_wanted(firewall);
    if (strcmp(before, after)) {
        free(firewall->shown);
        firewall->shown = NULL;
        firewall->look = true;
        if (firewall->started) {
            firewall->in_sync = firewall->blocked = false;
            say(firewall, "waiting to compare the table");
        }
    }
    free(before);
    free(after);
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
        say(firewall, "waiting for the ports");
    }
}

/* The kernel's table. */

/* Returns NULL if the kernel has nf_tables, otherwise why not.  libnftables
 * would end the process if it could not have a socket. */
static const char *
probe(void)
{
    struct nfgenmsg header = { .nfgen_family = AF_UNSPEC };
    struct nl_sock *sock = netlink_open_protocol(NETLINK_NETFILTER);

    if (!sock) {
        return ovs_strerror(errno);
    }

    struct nl_msg *msg = nlmsg_alloc_simple(
        NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN, NLM_F_ACK);
    ovs_assert(msg);
    ovs_assert(!nlmsg_append(msg, &header, sizeof header, NLMSG_ALIGNTO));
    int error = nl_send_sync(sock, msg);
    nl_socket_free(sock);
    return error < 0 ? nl_geterror(error) : NULL;
}

/* Has libnftables run 'commands'.  Returns true and appends to 'output' what
 * it printed, or false and appends the error. */
static bool
run_nft(const char *commands, struct ds *output)
{
    struct nft_ctx *ctx = nft_ctx_new(NFT_CTX_DEFAULT);

    if (!ctx || nft_ctx_buffer_output(ctx) || nft_ctx_buffer_error(ctx)) {
        ds_put_cstr(output, "libnftables has no memory");
        nft_ctx_free(ctx);
        return false;
    }
    nft_ctx_output_set_flags(ctx, NFT_CTX_OUTPUT_NUMERIC_PRIO);

    bool ok = !nft_run_cmd_from_buffer(ctx, commands);
    const char *text = (ok ? nft_ctx_get_output_buffer(ctx)
                        : nft_ctx_get_error_buffer(ctx));
    ds_put_cstr(output, text ? text : "");
    nft_ctx_free(ctx);
    /* It takes a megabyte for this. */
    malloc_trim(0);
    return ok;
}

/* Reads the table, and its counter.  Returns its text, the counter at 0, for
 * the caller to free, or NULL if there is none. */
static char *
read_table(struct firewall *firewall)
{
    struct ds text = DS_EMPTY_INITIALIZER;
    char *command = xasprintf("list table inet %s", firewall->name);
    bool found = run_nft(command, &text);

    free(command);
    if (!found) {
        ds_destroy(&text);
        return NULL;
    }

    firewall_table_take_count(&text, &firewall->count);
    return ds_steal_cstr(&text);
}

/* Replaces the table by the wanted one.  Returns false if the kernel refused
 * it, and says why. */
static bool
write_table(struct firewall *firewall)
{
    struct ds commands = DS_EMPTY_INITIALIZER;
    struct ds error = DS_EMPTY_INITIALIZER;

    COVERAGE_INC(firewall_changed);
    VLOG_DBG_RL(&rl, "write table inet %s", firewall->name);
    /* There is nothing to delete if it is not added before. */
    ds_put_format(&commands, "add table inet %s\ndelete table inet %s\n",
                  firewall->name, firewall->name);
    firewall_table_format(&firewall->config, &firewall->count, &commands);

    bool ok = run_nft(ds_cstr(&commands), &error);
    if (!ok) {
        ds_clear(&firewall->present);
        ds_put_format(&firewall->present, "the kernel refused table inet %s: "
                      "%.*s", firewall->name,
                      (int) strcspn(ds_cstr(&error), "\n"), ds_cstr(&error));
        firewall->blocked = true;
    }
    ds_destroy(&commands);
    ds_destroy(&error);
    return ok;
}

/* Returns true if 'table', NULL for none, is as wanted. */
static bool
is_wanted(const struct firewall *firewall, const char *table)
{
    char *wanted = get_wanted(firewall);
    bool equal = table && (!strcmp(table, wanted)
                           || nullable_string_is_equal(table,
                                                       firewall->shown));

    free(wanted);
    return equal;
}

/* Writes the table.  If it then reads as something else twice, that is how
 * this libnftables shows it.  (Once, it could be what somebody else made of
 * it.) */
static bool
mend(struct firewall *firewall)
{
    char *first = NULL;
    bool ok = false;

    for (int i = 0; i < 2 && !ok && write_table(firewall); i++) {
        char *table = read_table(firewall);

        ok = is_wanted(firewall, table);
        if (!ok && table && nullable_string_is_equal(table, first)) {
            VLOG_DBG_RL(&rl, "shown as: %s", table);
            free(firewall->shown);
            firewall->shown = xstrdup(table);
            ok = true;
        }
        free(first);
        first = table;
    }
    free(first);
    return ok;
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
compare(struct firewall *firewall)
{
    char *table = read_table(firewall);

    if (is_wanted(firewall, table) || mend(firewall)) {
        firewall->in_sync = true;
        ds_clear(&firewall->present);
        firewall_format_wanted(firewall, &firewall->present);
    } else if (!firewall->blocked) {
        say(firewall, "the table changes faster than it can be compared");
        firewall->look = true;
    }
    free(table);
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

    const char *why = probe();
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

const struct firewall_count *
firewall_read_count(struct firewall *firewall)
{
    if (!firewall->in_sync) {
        return NULL;
    }
    free(read_table(firewall));
    return &firewall->count;
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
        ds_put_format(s, "%s "IP_FMT" leave by %s only", i ? "," : "",
                      IP_ARGS(config->ports[i].address),
                      config->ports[i].name);
    }
    if (config->mark_mask) {
        ds_put_format(s, ", connection mark 0x%"PRIx32, config->mark_mask);
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
    if (probe()) {
        return;
    }

    char *table = read_table(firewall);
    if (table) {
        struct ds error = DS_EMPTY_INITIALIZER;
        char *command = xasprintf("delete table inet %s", firewall->name);

        COVERAGE_INC(firewall_changed);
        VLOG_DBG_RL(&rl, "delete table inet %s", firewall->name);
        if (!run_nft(command, &error)) {
            VLOG_WARN("cannot delete table inet %s: %.*s", firewall->name,
                      (int) strcspn(ds_cstr(&error), "\n"), ds_cstr(&error));
        }
        ds_destroy(&error);
        free(command);
        free(table);
    }
    firewall->in_sync = false;
}
