/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/contacts/contacts-show.h"

#include <inttypes.h>
#include <stdlib.h>

#include "agent/contacts/contact-fields.h"
#include "agent/contacts/contact-filter.h"
#include "agent/contacts/contact-list.h"
#include "agent/contacts/contact-table.h"
#include "agent/contacts/contacts.h"
#include "agent/operator/listing.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "timeval.h"
#include "util.h"

static uint64_t
count_denied(const struct contacts *contacts)
{
    const struct contact_counts *counts;
    uint64_t n = 0;

    HMAP_FOR_EACH (counts, node, &contacts_table(contacts)->counts) {
        for (size_t i = 0; i < N_CONTACT_DENIALS; i++) {
            n += counts->denied[i];
        }
    }
    return n;
}

void
contacts_format_status(struct contacts *contacts, struct ds *s)
{
    const char *error = contacts_error(contacts);
    struct contacts_counts counts;

    contacts_get_counts(contacts, &counts);
    ds_put_format(s, "  contacts: %s", error ? error : "listening");
    for (size_t i = 0; i < N_CONTACT_KINDS; i++) {
        if (contact_kind_is_used(i, contacts_options(contacts))) {
            ds_put_format(s, ", %"PRIu64" %s", contact_table_n_contacts(
                              contacts_table(contacts), i),
                          contact_kind_name(i));
        }
    }
    ds_put_format(s, ", %"PRIu64" packets denied, %"PRIu64" missed, "
                  "%"PRIu64" records suppressed, %"PRIu64" lost\n",
                  count_denied(contacts), counts.missed, counts.suppressed,
                  counts.lost);
}

struct json *
contacts_status_to_json(struct contacts *contacts)
{
    const char *error = contacts_error(contacts);
    struct json *json = json_object_create();
    struct json *kinds = json_object_create();
    struct contacts_counts counts;

    contacts_get_counts(contacts, &counts);
    for (size_t i = 0; i < N_CONTACT_KINDS; i++) {
        if (contact_kind_is_used(i, contacts_options(contacts))) {
            json_object_put(kinds, contact_kind_name(i), json_integer_create(
                                contact_table_n_contacts(
                                    contacts_table(contacts), i)));
        }
    }
    json_object_put_string(json, "present", error ? error : "listening");
    json_object_put(json, "contacts", kinds);
    json_object_put(json, "held", json_integer_create(contacts_table(contacts)->n));
    json_object_put(json, "evicted", json_integer_create(counts.evicted));
    json_object_put(json, "packets_denied",
                    json_integer_create(count_denied(contacts)));
    json_object_put(json, "packets_missed",
                    json_integer_create(counts.missed));
    json_object_put(json, "records_suppressed",
                    json_integer_create(counts.suppressed));
    json_object_put(json, "records_lost", json_integer_create(counts.lost));
    return json;
}

char *
contacts_command_list(const struct contacts *contacts, int argc,
                      const char *argv[], struct ds *s)
{
    struct contact_filter filter;
    char *error = contact_filter_parse(argc, argv, false, contacts_options(contacts),
                                       time_wall_msec(), &filter);

    if (!error) {
        struct listing *l = contact_list(contacts_table(contacts), &filter,
                                         contacts_options(contacts));

        listing_format(l, filter.format, s);
        listing_destroy(l);
    }
    return error;
}

char *
contacts_command_top(const struct contacts *contacts, int argc,
                     const char *argv[], struct ds *s)
{
    const char *what = argc > 1 ? argv[1] : "";
    long long int now = time_wall_msec();
    struct contact_filter filter;
    struct listing *l = NULL;
    /* Without "top", 'what' takes its place. */
    char *error = contact_filter_parse(argc - 1, argv + 1, true,
                                       contacts_options(contacts), now, &filter);

    if (!error) {
        error = contact_top(contacts_table(contacts), what, &filter, now, &l);
    }
    if (!error) {
        listing_format(l, filter.format, s);
        listing_destroy(l);
    }
    return error;
}
