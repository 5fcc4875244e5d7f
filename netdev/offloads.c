/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/offloads.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "coverage.h"
#include "netdev/features.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/vlog.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(offloads);
COVERAGE_DEFINE(offloads_changed);

static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(5, 5);

struct offloads {
    char *uplink;
    enum offloads_goal goal;
    uint32_t former;            /* What was on, and was switched off. */
    bool told;                  /* By an earlier agent. */

    bool settled;               /* All were off. */
    uint64_t n_repairs;         /* Since then. */
    long long int since;        /* The first of 'n_tries' to switch off. */
    int n_tries;

    char *hint;                 /* NULL for none. */
};

struct offloads *
offloads_create(const char *uplink)
{
    struct offloads *o = xzalloc(sizeof *o);

    o->uplink = xstrdup(uplink);
    return o;
}

void
offloads_destroy(struct offloads *o)
{
    if (o) {
        free(o->uplink);
        free(o->hint);
        free(o);
    }
}

static void
set_hint(struct offloads *o, char *hint)
{
    free(o->hint);
    o->hint = hint;
}

/* Says that 'which' are on, and why they stay so. */
static void
say_on(struct offloads *o, uint32_t which, const char *why)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    features_format(which, &s);
    ds_put_format(&s, " at %s: %s, and the userspace datapath drops the "
                  "packets that it joins", o->uplink, why);
    set_hint(o, ds_steal_cstr(&s));
}

/* Switches 'which', and returns 0 or a positive errno value. */
static int
change(const struct offloads *o, uint32_t which, bool on)
{
    struct ds s = DS_EMPTY_INITIALIZER;
    int error = features_set(o->uplink, which, on);

    COVERAGE_INC(offloads_changed);
    features_format(which, &s);
    VLOG_DBG_RL(&rl, "%s: switch %s %s%s%s", o->uplink, on ? "on" : "off",
                ds_cstr(&s), error ? ": " : "",
                error ? ovs_strerror(error) : "");
    ds_destroy(&s);
    return error;
}

/* Returns false if there were too many tries of late. */
static bool
may_try(struct offloads *o, long long int now)
{
    if (!o->n_tries || now >= o->since + OFFLOADS_PATIENCE_MSEC) {
        o->since = now;
        o->n_tries = 0;
    }
    return o->n_tries < OFFLOADS_TRIES;
}

static void
switch_off(struct offloads *o, uint32_t which, long long int now)
{
    if (!may_try(o, now)) {
        say_on(o, which, "somebody else switches it on again and again");
        return;
    }

    int error = change(o, which, false);
    o->n_tries++;
    if (error) {
        char *why = xasprintf("it cannot be switched off (%s)",
                              ovs_strerror(error));

        say_on(o, which, why);
        free(why);
    } else {
        o->former |= which;
        o->n_repairs += o->settled;
        o->settled = true;
        set_hint(o, NULL);
    }
}

static void
compare(struct offloads *o, long long int now)
{
    struct features features;
    int error = features_get(o->uplink, &features);
    uint32_t which = features.active & features.changeable;

    if (error) {
        /* The uplink's coming is a reason to look. */
        o->settled &= error != ENODEV;
        set_hint(o, NULL);
    } else if (which) {
        switch_off(o, which, now);
    } else if (features.active) {
        say_on(o, features.active, "the device cannot switch it off");
    } else {
        o->settled = true;
        set_hint(o, NULL);
    }
}

void
offloads_release(struct offloads *o)
{
    if (o->former) {
        int error = change(o, o->former, true);

        if (error && error != ENODEV) {
            VLOG_WARN("%s: cannot give back its offloads: %s", o->uplink,
                      ovs_strerror(error));
        }
        o->former = 0;
    }
}

char *
offloads_set_uplink(struct offloads *o, const char *uplink)
{
    char *former = NULL;

    if (strcmp(o->uplink, uplink)) {
        if (o->former) {
            offloads_release(o);
            former = xstrdup(o->uplink);
        }
        free(o->uplink);
        o->uplink = xstrdup(uplink);
        o->goal = OFFLOADS_LEAVE;
        o->settled = o->told = false;
        o->n_tries = 0;
        set_hint(o, NULL);
    }
    return former;
}

bool
offloads_set_goal(struct offloads *o, enum offloads_goal goal)
{
    bool changed = o->goal != goal;

    o->goal = goal;
    if (changed && goal != OFFLOADS_OFF) {
        o->settled = false;
        set_hint(o, NULL);
    }
    return changed && goal != OFFLOADS_LEAVE;
}

void
offloads_look(struct offloads *o, long long int now)
{
    switch (o->goal) {
    case OFFLOADS_LEAVE:
        break;
    case OFFLOADS_OFF:
        compare(o, now);
        break;
    case OFFLOADS_RESTORE:
        offloads_release(o);
        break;
    }
}

const char *
offloads_hint(const struct offloads *o)
{
    return o->hint;
}

uint64_t
offloads_n_repairs(const struct offloads *o)
{
    return o->n_repairs;
}

char *
offloads_former(const struct offloads *o)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    features_format(o->former, &s);
    if (!o->former) {
        ds_put_cstr(&s, "none");
    }
    return ds_steal_cstr(&s);
}

void
offloads_set_former(struct offloads *o, const char *former)
{
    if (!o->told) {
        o->told = true;
        o->former |= former ? features_from_string(former) : 0;
    }
}
