/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/pipettectl/report-json.h"

#include <stdlib.h>
#include <string.h>

#include "openvswitch/json.h"
#include "util.h"

#define MAX_DEPTH 64

struct scanner {
    const char *p, *end;
    int depth;
    const struct report_json_key *keys;
    report_json_take *take;
    void *aux;
};

static bool scan_value(struct scanner *, int place);

static void
skip_space(struct scanner *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\r'
                             || *s->p == '\n')) {
        s->p++;
    }
}

/* Skips space and then 'c', if that is next. */
static bool
skip(struct scanner *s, char c)
{
    skip_space(s);
    if (s->p < s->end && *s->p == c) {
        s->p++;
        return true;
    }
    return false;
}

/* Stores where the string is, without quotes.  Returns false if there is
 * none.  Escapes are not looked at. */
static bool
scan_raw_string(struct scanner *s, const char **string, size_t *n,
                bool *escapes)
{
    *escapes = false;
    if (!skip(s, '"')) {
        return false;
    }
    *string = s->p;
    for (; s->p < s->end; s->p++) {
        unsigned char c = *s->p;

        if (c == '"') {
            *n = s->p++ - *string;
            return true;
        } else if (c == '\\') {
            *escapes = true;
            s->p++;
        } else if (c < 0x20) {
            return false;
        }
    }
    return false;
}

/* Stores the string.  If '*copy' is then not NULL, it is that, for the caller
 * to free. */
static bool
scan_string(struct scanner *s, const char **string, size_t *n, char **copy)
{
    bool escapes;

    *copy = NULL;
    if (!scan_raw_string(s, string, n, &escapes)) {
        return false;
    } else if (escapes) {
        if (!json_string_unescape(*string, *n, copy)) {
            free(*copy);
            *copy = NULL;
            return false;
        }
        *string = *copy;
        *n = strlen(*copy);
    }
    return true;
}

static int
find_place(const struct scanner *s, int object, const char *name, size_t n)
{
    if (object == REPORT_JSON_NOWHERE) {
        return REPORT_JSON_NOWHERE;
    }
    for (const struct report_json_key *key = s->keys; key->name; key++) {
        if (key->object == object && key->name[0] == name[0]
            && !strncmp(key->name, name, n) && !key->name[n]) {
            return key->place;
        }
    }
    return REPORT_JSON_NOWHERE;
}

static bool
scan_member(struct scanner *s, int object)
{
    const char *name;
    char *copy;
    size_t n;

    if (!scan_string(s, &name, &n, &copy)) {
        return false;
    }
    int place = find_place(s, object, name, n);
    free(copy);
    return skip(s, ':') && scan_value(s, place);
}

static bool
scan_object(struct scanner *s, int place)
{
    if (skip(s, '}')) {
        return true;
    }
    do {
        if (!scan_member(s, place)) {
            return false;
        }
    } while (skip(s, ','));
    return skip(s, '}');
}

static bool
scan_array(struct scanner *s, int place)
{
    if (skip(s, ']')) {
        return true;
    }
    do {
        if (!scan_value(s, place)) {
            return false;
        }
    } while (skip(s, ','));
    return skip(s, ']');
}

static bool
scan_string_value(struct scanner *s, int place)
{
    const char *string;
    char *copy;
    size_t n;

    if (!scan_string(s, &string, &n, &copy)) {
        return false;
    }
    if (place != REPORT_JSON_NOWHERE) {
        s->take(place, string, n, s->aux);
    }
    free(copy);
    return true;
}

static bool
skip_digits(struct scanner *s)
{
    const char *from = s->p;

    while (s->p < s->end && *s->p >= '0' && *s->p <= '9') {
        s->p++;
    }
    return s->p > from;
}

static bool
skip_one_of(struct scanner *s, const char *set)
{
    if (s->p < s->end && *s->p && strchr(set, *s->p)) {
        s->p++;
        return true;
    }
    return false;
}

static bool
scan_number(struct scanner *s, int place)
{
    const char *from = s->p;

    skip_one_of(s, "-");
    if (!skip_one_of(s, "0") && !skip_digits(s)) {
        return false;
    }
    if (skip_one_of(s, ".") && !skip_digits(s)) {
        return false;
    }
    if (skip_one_of(s, "eE")) {
        skip_one_of(s, "+-");
        if (!skip_digits(s)) {
            return false;
        }
    }
    if (place != REPORT_JSON_NOWHERE) {
        s->take(place, from, s->p - from, s->aux);
    }
    return true;
}

static bool
scan_word(struct scanner *s, const char *word)
{
    size_t n = strlen(word);

    if (s->end - s->p < n || memcmp(s->p, word, n)) {
        return false;
    }
    s->p += n;
    return true;
}

static bool
scan_nested(struct scanner *s, int place)
{
    bool object = *s->p++ == '{';

    if (s->depth == MAX_DEPTH) {
        return false;
    }
    s->depth++;
    bool ok = (object ? scan_object : scan_array)(s, place);
    s->depth--;
    return ok;
}

static bool
scan_value(struct scanner *s, int place)
{
    skip_space(s);
    if (s->p == s->end) {
        return false;
    }
    switch (*s->p) {
    case '{': case '[':
        return scan_nested(s, place);
    case '"':
        return scan_string_value(s, place);
    case 't':
        return scan_word(s, "true");
    case 'f':
        return scan_word(s, "false");
    case 'n':
        return scan_word(s, "null");
    default:
        return scan_number(s, place);
    }
}

bool
report_json_parse(const char *text, size_t n,
                  const struct report_json_key *keys, report_json_take *take,
                  void *aux)
{
    struct scanner s = {
        .p = text,
        .end = text + n,
        .keys = keys,
        .take = take,
        .aux = aux,
    };

    skip_space(&s);
    if (s.p == s.end || *s.p != '{' || !scan_value(&s, REPORT_JSON_ROOT)) {
        return false;
    }
    skip_space(&s);
    return s.p == s.end;
}
