/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/ct-limits.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "coverage.h"
#include "jsonrpc.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "socket-util.h"
#include "stream.h"
#include "svec.h"
#include "timeval.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(ct_limits);
COVERAGE_DEFINE(ct_limits_change);

/* ovs-vswitchd answers between two passes of its loop. */
#define PATIENCE_MSEC 10000

/* What was asked of ovs-vswitchd. */
enum ct_limits_state {
    L_IDLE,                     /* Nothing: there is no connection. */
    L_GET,                      /* What there is. */
    L_SET, L_DELETE,            /* To change that. */
    L_CONFIRM                   /* What there is now. */
};

struct zone_list {
    struct ct_limit *zones;
    size_t n;
};

struct ct_limits {
    char *directory;
    char *datapath;             /* NULL if nothing is wanted. */
    struct zone_list wanted;    /* With those that are to have no limit. */
    struct zone_list present;   /* The same zones, as of the last look. */
    bool known;                 /* 'present' is. */
    bool wants_look;
    char *error;

    enum ct_limits_state state;
    struct jsonrpc *rpc;
    long long int deadline;
};

struct ct_limits *
ct_limits_create(const char *directory)
{
    struct ct_limits *limits = xzalloc(sizeof *limits);

    limits->directory = xstrdup(directory);
    return limits;
}

void
ct_limits_destroy(struct ct_limits *limits)
{
    if (limits) {
        jsonrpc_close(limits->rpc);
        free(limits->directory);
        free(limits->datapath);
        free(limits->wanted.zones);
        free(limits->present.zones);
        free(limits->error);
        free(limits);
    }
}

static struct ct_limit *
find_zone(const struct zone_list *list, uint16_t zone)
{
    for (size_t i = 0; i < list->n; i++) {
        if (list->zones[i].zone == zone) {
            return &list->zones[i];
        }
    }
    return NULL;
}

static void
end_look(struct ct_limits *limits, char *error)
{
    if (error && !nullable_string_is_equal(error, limits->error)) {
        VLOG_INFO("limits of connection tracking: %s", error);
    }
    free(limits->error);
    limits->error = error;
    limits->known &= !error;
    limits->state = L_IDLE;
    jsonrpc_close(limits->rpc);
    limits->rpc = NULL;
}

/* Forgets the zones that are to have no limit, and have none. */
static void
forget_zones(struct ct_limits *limits)
{
    size_t n = 0;

    for (size_t i = 0; i < limits->wanted.n; i++) {
        if (limits->wanted.zones[i].limit) {
            limits->wanted.zones[n] = limits->wanted.zones[i];
            limits->present.zones[n++] = limits->present.zones[i];
        }
    }
    limits->wanted.n = limits->present.n = n;
}

/* Returns the 'n' of 'zones', and those of 'former' that are not among them,
 * without a limit. */
static struct zone_list
merge_zones(const struct zone_list *former, const struct ct_limit *zones,
            size_t n)
{
    struct zone_list merged = {
        .zones = xmalloc((former->n + n) * sizeof *zones), .n = n
    };

    for (size_t i = 0; i < n; i++) {
        merged.zones[i] = (struct ct_limit) {
            .zone = zones[i].zone, .limit = zones[i].limit
        };
    }
    for (size_t i = 0; i < former->n; i++) {
        uint16_t zone = former->zones[i].zone;

        if (!find_zone(&merged, zone)) {
            merged.zones[merged.n++] = (struct ct_limit) { .zone = zone };
        }
    }
    return merged;
}

static bool
are_limits_equal(const struct zone_list *a, const struct zone_list *b)
{
    bool equal = a->n == b->n;

    for (size_t i = 0; i < a->n && equal; i++) {
        const struct ct_limit *other = find_zone(b, a->zones[i].zone);

        equal = other && a->zones[i].limit == other->limit;
    }
    return equal;
}

void
ct_limits_set(struct ct_limits *limits, const char *datapath,
              const struct ct_limit *zones, size_t n)
{
    struct zone_list merged = merge_zones(&limits->wanted, zones, n);

    if (nullable_string_is_equal(datapath, limits->datapath)
        && are_limits_equal(&merged, &limits->wanted)) {
        free(merged.zones);
        return;
    }
    end_look(limits, NULL);
    free(limits->datapath);
    limits->datapath = nullable_xstrdup(datapath);
    free(limits->wanted.zones);
    limits->wanted = merged;
    free(limits->present.zones);
    limits->present.zones = xmemdup(merged.zones,
                                    merged.n * sizeof *merged.zones);
    limits->present.n = merged.n;
    limits->known = false;
    limits->wants_look = datapath && merged.n;
}

bool
ct_limits_wants_look(const struct ct_limits *limits)
{
    return limits->wants_look;
}

void
ct_limits_changed(struct ct_limits *limits)
{
    /* What was going on may be with an ovs-vswitchd that is no more. */
    if (limits->state != L_IDLE) {
        end_look(limits, NULL);
    }
    limits->wants_look = limits->datapath && limits->wanted.n;
}

bool
ct_limits_is_settled(const struct ct_limits *limits)
{
    return limits->state == L_IDLE && !limits->wants_look;
}

const char *
ct_limits_error(const struct ct_limits *limits)
{
    return limits->error;
}

const struct ct_limit *
ct_limits_get(const struct ct_limits *limits, uint16_t zone)
{
    return limits->known ? find_zone(&limits->present, zone) : NULL;
}

bool
ct_limits_parse(const char *reply, struct ct_limit *zones, size_t n)
{
    struct zone_list list = { zones, n };
    size_t found = 0;

    for (const char *p = strchr(reply, '\n'); p; p = strchr(p + 1, '\n')) {
        struct ct_limit read, *zone;

        if (ovs_scan(p + 1, "zone=%"SCNu16",limit=%"SCNu32",count=%"SCNu32,
                     &read.zone, &read.limit, &read.count)) {
            zone = find_zone(&list, read.zone);
            if (zone) {
                *zone = read;
                found++;
            }
        }
    }
    return found >= n;
}

/* Requests. */

static void
send_request(struct ct_limits *limits, enum ct_limits_state state,
             const char *command, const struct svec *args)
{
    struct json *params = json_array_create_empty();
    const char *arg;
    size_t i;

    json_array_add(params, json_string_create(limits->datapath));
    SVEC_FOR_EACH (i, arg, args) {
        json_array_add(params, json_string_create(arg));
    }
    limits->state = state;
    /* An error shows in jsonrpc_get_status(). */
    jsonrpc_send(limits->rpc, jsonrpc_create_request(command, params, NULL));
}

/* Sends 'command' with "zone=N,N..." for the zones whose limit is wanted to be
 * another than it is, and none, or for all. */
static void
send_zones(struct ct_limits *limits, enum ct_limits_state state,
           const char *command, bool all)
{
    struct ds zones = DS_EMPTY_INITIALIZER;
    struct svec args = SVEC_EMPTY_INITIALIZER;

    for (size_t i = 0; i < limits->wanted.n; i++) {
        if (all || (!limits->wanted.zones[i].limit
                    && limits->present.zones[i].limit)) {
            ds_put_format(&zones, "%s%"PRIu16, zones.length ? "," : "zone=",
                          limits->wanted.zones[i].zone);
        }
    }
    svec_add(&args, ds_cstr(&zones));
    send_request(limits, state, command, &args);
    svec_destroy(&args);
    ds_destroy(&zones);
}

static void
send_set(struct ct_limits *limits)
{
    struct svec args = SVEC_EMPTY_INITIALIZER;

    for (size_t i = 0; i < limits->wanted.n; i++) {
        const struct ct_limit *zone = &limits->wanted.zones[i];

        if (zone->limit && zone->limit != limits->present.zones[i].limit) {
            VLOG_DBG("zone %"PRIu16": at most %"PRIu32" connections",
                     zone->zone, zone->limit);
            svec_add_nocopy(&args, xasprintf("zone=%"PRIu16",limit=%"PRIu32,
                                             zone->zone, zone->limit));
        }
    }
    send_request(limits, L_SET, "dpctl/ct-set-limits", &args);
    svec_destroy(&args);
}

/* Counts the zones whose limit is not as wanted: those that are to have one,
 * and those that are not. */
static void
count_wrong(const struct ct_limits *limits, size_t *set, size_t *deleted)
{
    *set = *deleted = 0;
    for (size_t i = 0; i < limits->wanted.n; i++) {
        uint32_t wanted = limits->wanted.zones[i].limit;

        if (wanted != limits->present.zones[i].limit) {
            *(wanted ? set : deleted) += 1;
        }
    }
}

/* Asks for the next change, if there is one. */
static void
send_next(struct ct_limits *limits)
{
    size_t set, deleted;

    count_wrong(limits, &set, &deleted);
    if (limits->state == L_GET && set) {
        COVERAGE_INC(ct_limits_change);
        send_set(limits);
    } else if (limits->state <= L_SET && deleted) {
        COVERAGE_INC(ct_limits_change);
        VLOG_DBG("%"PRIuSIZE" zones have no limit any more", deleted);
        send_zones(limits, L_DELETE, "dpctl/ct-del-limits", false);
    } else if (limits->state == L_SET || limits->state == L_DELETE) {
        send_zones(limits, L_CONFIRM, "dpctl/ct-get-limits", true);
    } else if (set || deleted) {
        end_look(limits, xstrdup("ovs-vswitchd did not set them"));
    } else {
        end_look(limits, NULL);
        forget_zones(limits);
    }
}

static void
handle_result(struct ct_limits *limits, const char *result)
{
    if (limits->state == L_GET || limits->state == L_CONFIRM) {
        limits->known = ct_limits_parse(result, limits->present.zones,
                                        limits->present.n);
        if (!limits->known) {
            end_look(limits, xstrdup("ovs-vswitchd does not know them"));
            return;
        }
    }
    send_next(limits);
}

/* ovs-vswitchd may say more than a line: the first one says it. */
static char *
first_line(const struct json *json)
{
    const char *s = json && json->type == JSON_STRING ? json_string(json) : "";

    return xasprintf("ovs-vswitchd: %.*s", (int) strcspn(s, "\n"), s);
}

static void
handle_message(struct ct_limits *limits, const struct jsonrpc_msg *msg)
{
    if (msg->type == JSONRPC_REPLY && msg->result->type == JSON_STRING) {
        handle_result(limits, json_string(msg->result));
    } else {
        end_look(limits, first_line(msg->error));
    }
}

/* Returns the name of the control socket for stream_open(), for the caller to
 * free, or NULL if ovs-vswitchd does not run. */
static char *
find_socket(const struct ct_limits *limits)
{
    char *name = xasprintf("%s/ovs-vswitchd.pid", limits->directory);
    FILE *file = fopen(name, "r");
    long int pid;
    bool found = file && fscanf(file, "%ld", &pid) == 1;

    if (file) {
        fclose(file);
    }
    free(name);
    return (found ? xasprintf("unix:%s/ovs-vswitchd.%ld.ctl",
                              limits->directory, pid) : NULL);
}

void
ct_limits_look(struct ct_limits *limits)
{
    struct stream *stream;
    char *name;
    int error;

    limits->wants_look = false;
    if (limits->state != L_IDLE || !limits->datapath || !limits->wanted.n) {
        return;
    }
    name = find_socket(limits);
    error = name ? stream_open(name, &stream, DSCP_DEFAULT) : ENOENT;
    free(name);
    if (error && error != EAGAIN) {
        end_look(limits, xasprintf("ovs-vswitchd's control socket: %s",
                                   ovs_strerror(error)));
        return;
    }
    limits->rpc = jsonrpc_open(stream);
    limits->deadline = time_msec() + PATIENCE_MSEC;
    send_zones(limits, L_GET, "dpctl/ct-get-limits", true);
}

void
ct_limits_run(struct ct_limits *limits)
{
    struct jsonrpc_msg *msg;

    if (limits->state == L_IDLE) {
        return;
    }
    jsonrpc_run(limits->rpc);
    while (limits->state != L_IDLE && !jsonrpc_recv(limits->rpc, &msg)) {
        handle_message(limits, msg);
        jsonrpc_msg_destroy(msg);
    }
    if (limits->state != L_IDLE
        && (jsonrpc_get_status(limits->rpc)
            || time_msec() >= limits->deadline)) {
        end_look(limits, xstrdup("ovs-vswitchd does not answer"));
    }
}

void
ct_limits_wait(struct ct_limits *limits)
{
    if (limits->state != L_IDLE) {
        jsonrpc_wait(limits->rpc);
        jsonrpc_recv_wait(limits->rpc);
        poll_timer_wait_until(limits->deadline);
    }
}
