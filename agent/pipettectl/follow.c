/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/pipettectl/contacts.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/operator/listing.h"
#include "agent/pipettectl/args.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "util.h"

/* How often the agent is asked, and for how many contacts at most: as many as
 * it gives. */
#define PERIOD_MSEC 500
#define MAX_CONTACTS 10000
#define MAX_CONTACTS_STRING OVS_STRINGIZE(MAX_CONTACTS)

/* Of the past, unless the user wants more. */
#define DEFAULT_LAST "10"

struct follower {
    struct ctl *ctl;
    enum listing_format format;
    int argc;                   /* Filters, which the agent checks. */
    char **argv;                /* The first is the command's name. */
    const char **names;         /* Of columns. */
    unsigned long long int id;  /* The last contact that the agent had. */
    char *first;                /* When that was, NULL for none. */
    bool lost;                  /* The agent did not answer. */
    bool headings;              /* Are printed. */
};

/* Has the agent list contacts that match the filters, if 'filters', and the
 * options 'argv', which are 'argc'.  Stores them, for the caller to destroy.
 * Returns NULL or the error, for the caller to free. */
static char *
ask(struct follower *f, bool filters, int argc, char *argv[],
    struct listing **l)
{
    int n = filters ? f->argc - 1 : 0;
    char **args = xmalloc((n + argc + 1) * sizeof *args);
    struct json *json;

    memcpy(args, f->argv + 1, n * sizeof *args);
    memcpy(args + n, argv, argc * sizeof *args);

    char *error = ctl_call_json(f->ctl, "contacts", n + argc, args, &json);
    free(args);
    *l = NULL;
    if (error) {
        return error;
    }
    *l = listing_create(f->names, N_CONTACT_COLUMNS);
    if (!listing_add_json(*l, json)) {
        listing_destroy(*l);
        *l = NULL;
        error = xstrdup("contacts: the agent's reply is no table");
    }
    json_destroy(json);
    return error;
}

static unsigned long long int
get_id(const struct listing *l, size_t row)
{
    const char *id = listing_get(l, row, CONTACT_ID);

    return id ? strtoull(id, NULL, 10) : 0;
}

static const char *
get_first(const struct listing *l, size_t row)
{
    const char *first = listing_get(l, row, CONTACT_FIRST);

    return first ? first : "";
}

/* Appends what 'l' lists: JSON as an object a line, since an array has an
 * end. */
static void
put_contacts(struct follower *f, const struct listing *l, struct ds *s)
{
    struct ds list = DS_EMPTY_INITIALIZER;

    switch (f->format) {
    case LISTING_TEXT:
        for (size_t row = 0; row < listing_n_rows(l); row++) {
            contacts_put_line(l, row, f->ctl->colour, s);
        }
        break;
    case LISTING_JSON:
        for (size_t row = 0; row < listing_n_rows(l); row++) {
            listing_format_row(l, row, s);
            ds_put_char(s, '\n');
        }
        break;
    case LISTING_CSV:
        listing_format(l, LISTING_CSV, &list);
        ds_put_cstr(s, f->headings ? strchr(ds_cstr(&list), '\n') + 1
                       : ds_cstr(&list));
        break;
    }
    f->headings = true;
    ds_destroy(&list);
}

/* Remembers the last row. */
static void
remember(struct follower *f, const struct listing *l)
{
    size_t n = listing_n_rows(l);

    if (n && get_id(l, n - 1) >= f->id) {
        f->id = get_id(l, n - 1);
        free(f->first);
        f->first = xstrdup(get_first(l, n - 1));
    }
}

/* Prints the contacts. */
static int
print_contacts(struct follower *f, const struct listing *l)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    put_contacts(f, l, &s);
    int status = ctl_print(ds_cstr(&s), s.length);
    ds_destroy(&s);
    return status;
}

static void
say(const char *text)
{
    fprintf(stderr, "%s: %s\n", program_name, text);
}

/* Says how many contacts are not among those in 'l', which should begin after
 * f->id.  With filters, others have ids in between. */
static void
say_missed(const struct follower *f, const struct listing *l)
{
    size_t n = listing_n_rows(l);
    unsigned long long int next = f->id + 1;
    unsigned long long int missed = (n && get_id(l, 0) > next
                                     ? get_id(l, 0) - next : 0);

    if (f->argc > 1) {
        if (n >= MAX_CONTACTS) {
            say("more than " MAX_CONTACTS_STRING " contacts at once: some "
                "were missed");
        }
    } else if (missed) {
        char *text = xasprintf("%llu contact%s missed", missed,
                               missed == 1 ? " was" : "s were");
        say(text);
        free(text);
    }
}

/* Returns true if contact f->id is still the one that it was: otherwise the
 * agent has begun anew.  'newest' is its last one, if it has any. */
static bool
is_same(const struct follower *f, const struct listing *newest)
{
    unsigned long long int id = listing_n_rows(newest) ? get_id(newest, 0) : 0;

    return (id > f->id
            || (id == f->id
                && (!f->first || !strcmp(get_first(newest, 0), f->first))));
}

/* After the connection was lost, asks for contact f->id itself. */
static char *
check_identity(struct follower *f, bool *same)
{
    char *after = xasprintf("--after=%llu", f->id ? f->id - 1 : 0);
    char limit[] = "--limit=" MAX_CONTACTS_STRING;
    struct listing *l;
    char *error = ask(f, false, 2, (char *[]) { after, limit }, &l);

    if (!error) {
        size_t n = listing_n_rows(l);

        *same = (!f->first
                 || (n && get_id(l, 0) == f->id
                     && !strcmp(get_first(l, 0), f->first))
                 || (n && get_id(l, 0) > f->id));
        listing_destroy(l);
    }
    free(after);
    return error;
}

static void
begin_anew(struct follower *f)
{
    f->id = 0;
    free(f->first);
    f->first = NULL;
}

/* Prints what is new.  Returns NULL or the error. */
static char *
follow_once(struct follower *f, int *status)
{
    char one[] = "--limit=1";
    char limit[] = "--limit=" MAX_CONTACTS_STRING;
    bool same = true;
    struct listing *newest, *l;
    char *error = f->lost ? check_identity(f, &same) : NULL;

    if (!error) {
        error = ask(f, false, 1, (char *[]) { one }, &newest);
    }
    if (error) {
        return error;
    }
    f->lost = false;
    if (!same || !is_same(f, newest)) {
        begin_anew(f);
    }
    if (listing_n_rows(newest) && get_id(newest, 0) > f->id) {
        char *after = xasprintf("--after=%llu", f->id);

        error = ask(f, true, 2, (char *[]) { after, limit }, &l);
        free(after);
        if (!error) {
            say_missed(f, l);
            *status = print_contacts(f, l);
            remember(f, newest);
            remember(f, l);
            listing_destroy(l);
        }
    }
    listing_destroy(newest);
    return error;
}

/* Returns false if nobody reads standard output any more. */
static bool
pause_a_while(void)
{
    struct pollfd p = { .fd = STDOUT_FILENO };

    return poll(&p, 1, PERIOD_MSEC) <= 0;       /* Only POLLERR and such. */
}

static int
follow(struct follower *f)
{
    int status = EXIT_SUCCESS;

    while (!status && pause_a_while()) {
        char *error = follow_once(f, &status);

        if (error && !f->lost) {
            fprintf(stderr, "%s: %s; waiting\n", program_name, error);
        }
        f->lost = f->lost || error;
        free(error);
    }
    return status;
}

/* What is for the past only, NULL if not given. */
struct past {
    const char *last, *since, *after;
};

/* Asks for what the agent has already. */
static char *
ask_past(struct follower *f, const struct past *past, struct listing **l)
{
    char *args[] = {
        xasprintf("--limit=%s", past->last ? past->last : DEFAULT_LAST),
        past->since ? xasprintf("--since=%s", past->since) : NULL,
        past->after ? xasprintf("--after=%s", past->after) : NULL,
    };
    char *given[ARRAY_SIZE(args)];
    int n = 0;

    for (size_t i = 0; i < ARRAY_SIZE(args); i++) {
        if (args[i]) {
            given[n++] = args[i];
        }
    }

    char *error = ask(f, true, n, given, l);
    for (size_t i = 0; i < ARRAY_SIZE(args); i++) {
        free(args[i]);
    }
    return error;
}

/* Prints it.  Returns NULL or the error. */
static char *
print_past(struct follower *f, const struct past *past, int *status)
{
    char one[] = "--limit=1";
    struct listing *newest = NULL, *l = NULL;
    char *error = ask(f, false, 1, (char *[]) { one }, &newest);

    if (!error && past->last && !strcmp(past->last, "0")) {
        remember(f, newest);
    } else if (!error) {
        error = ask_past(f, past, &l);
    }
    if (l) {
        *status = print_contacts(f, l);
        remember(f, newest);
        remember(f, l);
        listing_destroy(l);
    }
    listing_destroy(newest);
    return error;
}

/* Returns NULL or the error. */
static char *
parse_format(const char *s, enum listing_format *format)
{
    static const char *const formats[] = {
        [LISTING_TEXT] = "text",
        [LISTING_JSON] = "json",
        [LISTING_CSV] = "csv",
    };

    for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
        if (!strcmp(s, formats[i])) {
            *format = i;
            return NULL;
        }
    }
    return xasprintf("--format %s: must be text, json or csv", s);
}

int
contacts_follow(struct ctl *ctl, int argc, char *argv[])
{
    const char *format = args_take(&argc, argv, "format");
    const char *limit = args_take(&argc, argv, "limit");
    struct past past = {
        .last = args_take(&argc, argv, "last"),
        .since = args_take(&argc, argv, "since"),
        .after = args_take(&argc, argv, "after"),
    };
    struct follower f = { .ctl = ctl, .argc = argc, .argv = argv };
    int status = EXIT_SUCCESS;
    char *error = parse_format(format ? format : "text", &f.format);

    if (!error && past.last && limit) {
        error = xasprintf("--limit %s: must be without --last", limit);
    }
    if (error) {
        return ctl_refuse(error);
    }
    past.last = past.last ? past.last : limit;
    f.names = table_names(&contacts_table);
    error = print_past(&f, &past, &status);
    if (error) {
        status = ctl_refuse(error);
    } else if (!status) {
        status = follow(&f);
    }
    free(f.first);
    free(f.names);
    return status;
}
