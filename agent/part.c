/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/part.h"

#include <stdlib.h>

#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "openvswitch/vlog.h"
#include "timeval.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(status);

/* Others can make the system wrong as often as they like. */
static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(20, 20);

void
part_init(struct part *part, const char *name)
{
    *part = (struct part) {
        .name = name,
        .present = xstrdup("nothing yet"),
        .since = time_wall_msec(),
    };
}

void
part_destroy(struct part *part)
{
    free(part->present);
}

void
part_update(struct part *part, bool right, bool stuck, const char *present)
{
    bool was_right = part->right;

    if (part->right == right && part->stuck == stuck
        && !strcmp(part->present, present)) {
        return;
    }
    if (part->right != right || part->stuck != stuck) {
        part->since = time_wall_msec();
    }
    part->right = right;
    part->stuck = stuck;
    free(part->present);
    part->present = xstrdup(present);

    if (stuck) {
        VLOG_WARN_RL(&rl, "%s: %s", part->name, present);
    } else if (right || was_right) {
        VLOG_INFO_RL(&rl, "%s: %s", part->name, present);
    } else {
        VLOG_DBG("%s: %s", part->name, present);
    }
}

static const char *
state_name(const struct part *part)
{
    return part->right ? "right" : part->stuck ? "stuck" : "busy";
}

#define SINCE_FORMAT "%Y-%m-%dT%H:%M:%SZ"

void
part_format(const struct part *part, const char *wanted, unsigned int foreign,
            struct ds *s)
{
    ds_put_format(s, "%s: %s since ", part->name, state_name(part));
    ds_put_strftime_msec(s, SINCE_FORMAT, part->since, true);
    ds_put_format(s, "; wanted: %s; present: %s", wanted, part->present);
    if (foreign) {
        ds_put_format(s, ", %u foreign", foreign);
    }
    ds_put_char(s, '\n');
}

struct json *
part_to_json(const struct part *part, const char *wanted)
{
    struct json *json = json_object_create();
    char *since = xastrftime_msec(SINCE_FORMAT, part->since, true);

    json_object_put_string(json, "state", state_name(part));
    json_object_put_string(json, "since", since);
    json_object_put_string(json, "wanted", wanted);
    json_object_put_string(json, "present", part->present);
    free(since);
    return json;
}
