/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/operator/icmp-errors.h"

#include <inttypes.h>

#include "openflow/error-relay.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"

/* Appends how many solicitations became what, where the agent answers. */
static void
format_solicitations(const struct error_relay *relay, struct ds *s)
{
    const struct agent_meter *meter = &relay->meters[METER_OF_ND];

    if (meter->error) {
        ds_put_format(s, "  neighbour solicitations: not answered, the switch "
                      "refused a meter: %s\n", meter->error);
    } else if (meter->wanted) {
        ds_put_format(s, "  neighbour solicitations: %"PRIu64" answered, "
                      "%"PRIu64" refused", relay->answered,
                      relay->unanswered);
        if (meter->known) {
            ds_put_format(s, ", %"PRIu64" beyond %d a second", meter->limited,
                          ND_RATE);
        }
        ds_put_char(s, '\n');
    }
}

void
icmp_errors_format(const struct error_relay *relay, struct ds *s)
{
    const struct agent_meter *meter = &relay->meters[METER_OF_ERRORS];

    format_solicitations(relay, s);
    uint64_t limited = meter->known ? meter->limited : 0;

    if (meter->error) {
        ds_put_format(s, "  ICMP errors of inside clients: dropped, the "
                      "switch refused a meter: %s\n", meter->error);
        return;
    }
    if (!meter->wanted
        || !(relay->translated || relay->refused || limited)) {
        return;
    }
    ds_put_format(s, "  ICMP errors of inside clients: %"PRIu64" translated, "
                  "%"PRIu64" refused", relay->translated, relay->refused);
    if (meter->known) {
        ds_put_format(s, ", %"PRIu64" beyond %d a second", limited,
                      ERROR_RATE);
    }
    ds_put_char(s, '\n');
}

/* Puts 'name' into 'object': what became of what 'meter' limits. */
static void
put_counts(struct json *object, const char *name,
           const struct agent_meter *meter, const char *done_name,
           uint64_t done, uint64_t refused)
{
    struct json *counts = json_object_create();

    json_object_put(counts, done_name, json_integer_create(done));
    json_object_put(counts, "refused", json_integer_create(refused));
    json_object_put(counts, "limited",
                    meter->known ? json_integer_create(meter->limited)
                    : json_null_create());
    json_object_put(counts, "meter_error",
                    meter->error ? json_string_create(meter->error)
                    : json_null_create());
    json_object_put(object, name, counts);
}

void
icmp_errors_put_json(const struct error_relay *relay, struct json *object)
{
    const struct agent_meter *errors = &relay->meters[METER_OF_ERRORS];
    const struct agent_meter *nd = &relay->meters[METER_OF_ND];

    if (errors->wanted || errors->error) {
        put_counts(object, "icmp_errors", errors, "translated",
                   relay->translated, relay->refused);
    }
    if (nd->wanted || nd->error) {
        put_counts(object, "neighbour_solicitations", nd, "answered",
                   relay->answered, relay->unanswered);
    }
}
