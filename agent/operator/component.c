/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/operator/component.h"

#include <stdlib.h>

#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "openvswitch/vlog.h"
#include "timeval.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(status);

/* Others can cause these messages as often as they like. */
static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(20, 20);

void
component_init(struct component *component, const char *name)
{
    *component = (struct component) {
        .name = name,
        .present = xstrdup("nothing yet"),
        .since = time_wall_msec(),
        .entered = time_msec(),
    };
}

void
component_destroy(struct component *component)
{
    free(component->present);
}

static enum component_state
get_state(const struct component *component)
{
    return (component->in_sync ? COMPONENT_IN_SYNC
            : component->blocked ? COMPONENT_BLOCKED
            : COMPONENT_RECONCILING);
}

const char *
component_state_name(enum component_state state)
{
    static const char *const names[N_COMPONENT_STATES] = {
        [COMPONENT_IN_SYNC] = "in_sync",
        [COMPONENT_RECONCILING] = "reconciling",
        [COMPONENT_BLOCKED] = "blocked",
    };

    return names[state];
}

uint64_t
component_msec(const struct component *component, enum component_state state)
{
    return (component->msec[state]
            + (state == get_state(component)
               ? time_msec() - component->entered : 0));
}

/* A state ends. */
static void
count_state(struct component *component)
{
    enum component_state state = get_state(component);

    component->msec[state] = component_msec(component, state);
    component->entered = time_msec();
}

void
component_update(struct component *component, bool in_sync, bool blocked,
                 const char *present)
{
    bool was_in_sync = component->in_sync;

    if (component->in_sync == in_sync && component->blocked == blocked
        && !strcmp(component->present, present)) {
        return;
    }
    if (component->in_sync != in_sync || component->blocked != blocked) {
        component->since = time_wall_msec();
    }
    component->n_lost += was_in_sync && !in_sync;
    count_state(component);
    component->in_sync = in_sync;
    component->blocked = blocked;
    free(component->present);
    component->present = xstrdup(present);

    if (blocked) {
        VLOG_WARN_RL(&rl, "%s: %s", component->name, present);
    } else if (in_sync || was_in_sync) {
        VLOG_INFO_RL(&rl, "%s: %s", component->name, present);
    } else {
        VLOG_DBG("%s: %s", component->name, present);
    }
}

/* The names differ in JSON, because scripts depend on them. */
static const char *
state_name(const struct component *component)
{
    return (component->in_sync ? "in sync"
            : component->blocked ? "blocked" : "reconciling");
}

static const char *
state_to_json(const struct component *component)
{
    return (component->in_sync ? "right"
            : component->blocked ? "stuck" : "busy");
}

#define SINCE_FORMAT "%Y-%m-%dT%H:%M:%SZ"

void
component_format(const struct component *component, const char *wanted,
                 unsigned int foreign, struct ds *s)
{
    ds_put_format(s, "%s: %s since ", component->name, state_name(component));
    ds_put_strftime_msec(s, SINCE_FORMAT, component->since, true);
    if (wanted) {
        ds_put_format(s, "; wanted: %s", wanted);
    }
    ds_put_format(s, "; present: %s", component->present);
    if (foreign) {
        ds_put_format(s, ", %u foreign", foreign);
    }
    ds_put_char(s, '\n');
}

struct json *
component_to_json(const struct component *component, const char *wanted)
{
    struct json *json = json_object_create();
    char *since = xastrftime_msec(SINCE_FORMAT, component->since, true);

    json_object_put_string(json, "state", state_to_json(component));
    json_object_put_string(json, "since", since);
    json_object_put_string(json, "wanted", wanted);
    json_object_put_string(json, "present", component->present);
    free(since);
    return json;
}
