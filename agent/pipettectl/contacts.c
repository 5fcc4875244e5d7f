/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/pipettectl/contacts.h"

#include <stdlib.h>
#include <string.h>

#include "agent/operator/listing.h"
#include "agent/pipettectl/args.h"
#include "openflow/address.h"
#include "openvswitch/dynamic-string.h"
#include "util.h"

static const struct table_column columns[N_CONTACT_COLUMNS] = {
    [CONTACT_ID] = { "id", "ID", COLUMN_NUMBER, 10 },
    [CONTACT_FIRST] = { "first", "FIRST", COLUMN_TIME, 0 },
    [CONTACT_LAST] = { "last", "LAST", COLUMN_TIME, 9 },
    [CONTACT_NETWORK] = { "network", "NETWORK", COLUMN_TEXT, 2 },
    [CONTACT_VLAN] = { "vlan", "VLAN", COLUMN_NUMBER, 5 },
    [CONTACT_PROTOCOL] = { "protocol", "PROTO", COLUMN_TEXT, 0 },
    [CONTACT_CLIENT] = { "client", "CLIENT", COLUMN_TEXT, 0 },
    [CONTACT_CLIENT_PORT] = { "client_port", "C-PORT", COLUMN_NUMBER, 4 },
    [CONTACT_CLIENT_MAC] = { "client_mac", "CLIENT MAC", COLUMN_TEXT, 7 },
    [CONTACT_TARGET] = { "target", "TARGET", COLUMN_TEXT, 0 },
    [CONTACT_PORT] = { "port", "PORT", COLUMN_NUMBER, 0 },
    [CONTACT_TARGET_MAC] = { "target_mac", "TARGET MAC", COLUMN_TEXT, 8 },
    [CONTACT_SEEN_AS] = { "seen_as", "SEEN AS", COLUMN_TEXT, 3 },
    [CONTACT_ATTEMPTS] = { "attempts", "TRIES", COLUMN_NUMBER, 1 },
    [CONTACT_ANSWER] = { "answer", "ANSWER", COLUMN_TEXT, 0 },
};

/* Returns the escape sequence for an answer. */
static const char *
get_answer_colour(const char *answer)
{
    return (!strcmp(answer, "given") ? CTL_GREEN
            : !strcmp(answer, "refused") ? CTL_YELLOW
            : CTL_DIM);
}

/* What got no answer is dim: there is a lot of it. */
static const char *
get_colour(const struct listing *l, size_t row, size_t column)
{
    const char *answer = listing_get(l, row, CONTACT_ANSWER);

    if (!answer || !strcmp(answer, "none")) {
        return CTL_DIM;
    }
    return column == CONTACT_ANSWER ? get_answer_colour(answer) : NULL;
}

const struct table contacts_table = {
    "contacts", columns, N_CONTACT_COLUMNS, get_colour,
};

static const char *
get(const struct listing *l, size_t row, enum contact_column column)
{
    const char *value = listing_get(l, row, column);

    return value ? value : "-";
}

/* Appends an address and its port, if it has one; of IPv6 as RFC 5952 section
 * 6 has it. */
static void
put_end(const struct listing *l, size_t row, enum contact_column address,
        enum contact_column port, struct ds *s)
{
    const char *ip = get(l, row, address);
    bool brackets = address_looks_like_ipv6(ip) && listing_get(l, row, port);

    ds_put_format(s, brackets ? "[%s]" : "%s", ip);
    if (listing_get(l, row, port)) {
        ds_put_format(s, ":%s", get(l, row, port));
    }
}

/* Appends network and VLAN. */
static void
put_place(const struct listing *l, size_t row, struct ds *s)
{
    const char *network = listing_get(l, row, CONTACT_NETWORK);
    const char *vlan = get(l, row, CONTACT_VLAN);
    bool tagged = strcmp(vlan, "0");

    ds_put_format(s, "%s%s%s", network ? network : tagged ? "" : "untagged",
                  network && tagged ? "/" : "", tagged ? vlan : "");
}

void
contacts_put_line(const struct listing *l, size_t row, bool colour,
                  struct ds *s)
{
    static const struct {
        const char *answer, *text;
    } answers[] = {
        { "none", "no answer" }, { "refused", "refused" },
        { "given", "answered" },
    };
    const char *answer = get(l, row, CONTACT_ANSWER);
    const char *first = get(l, row, CONTACT_FIRST);
    const char *text = answer;
    const char *dim = !strcmp(answer, "none") ? CTL_DIM : "";
    struct ds line = DS_EMPTY_INITIALIZER;

    for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
        if (!strcmp(answer, answers[i].answer)) {
            text = answers[i].text;
        }
    }
    ds_put_format(&line, "%.12s ", strlen(first) > 11 ? first + 11 : first);
    put_place(l, row, &line);
    ds_put_format(&line, " %s ", get(l, row, CONTACT_PROTOCOL));
    put_end(l, row, CONTACT_CLIENT, CONTACT_CLIENT_PORT, &line);
    ds_put_cstr(&line, " -> ");
    put_end(l, row, CONTACT_TARGET, CONTACT_PORT, &line);
    if (listing_get(l, row, CONTACT_SEEN_AS)) {
        ds_put_format(&line, " (%s)", get(l, row, CONTACT_SEEN_AS));
    }
    ds_put_format(&line, " x%s ", get(l, row, CONTACT_ATTEMPTS));

    size_t n = line.length;
    ds_put_format(&line, "[%s]", text);
    table_clean(line.string, line.length);
    ds_put_format(s, "%s%.*s%s%s%s\n", colour ? dim : "", (int) n,
                  line.string, colour ? get_answer_colour(answer) : "",
                  line.string + n, colour ? CTL_NORMAL : "");
    ds_destroy(&line);
}

int
ctl_contacts(struct ctl *ctl, int argc, char *argv[])
{
    if (args_take_flag(&argc, argv, "follow")) {
        return contacts_follow(ctl, argc, argv);
    }

    /* --last is another name of the agent's --limit. */
    const char *last = args_take(&argc, argv, "last");
    char **args = xmemdup(argv, (argc + 1) * sizeof *args);
    char *limit = xasprintf("--limit=%s", last ? last : "");

    args[argc] = limit;
    int status = table_show(&contacts_table, ctl, argc + (last != NULL),
                            args);
    free(limit);
    free(args);
    return status;
}

int
ctl_follow(struct ctl *ctl, int argc, char *argv[])
{
    args_take_flag(&argc, argv, "follow");
    return contacts_follow(ctl, argc, argv);
}
