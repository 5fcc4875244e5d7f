/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/pipettectl/report-read.h"

#include <stdlib.h>
#include <string.h>

#include "agent/pipettectl/report-json.h"
#include "util.h"

/* The fields that count, and the objects that they are in. */
enum {
    EVENT = REPORT_JSON_ROOT + 1, SOURCE, DESTINATION, NETWORK, VLAN, PIPETTE,
    FIRST_FIELD,
    TIMESTAMP = FIRST_FIELD, START, END, TYPE, ACTION, OUTCOME,
    CLIENT, CLIENT_PORT, TARGET, PORT,
    TRANSPORT, NETWORK_TYPE, PROTOCOL, NAME, VLAN_ID,
    ANSWER, ATTEMPTS, SUPPRESSED,
    N_PLACES
};

static const struct report_json_key keys[] = {
    { REPORT_JSON_ROOT, "@timestamp", TIMESTAMP },
    { REPORT_JSON_ROOT, "event", EVENT },
    { REPORT_JSON_ROOT, "source", SOURCE },
    { REPORT_JSON_ROOT, "destination", DESTINATION },
    { REPORT_JSON_ROOT, "network", NETWORK },
    { REPORT_JSON_ROOT, "pipette", PIPETTE },
    { EVENT, "start", START },
    { EVENT, "end", END },
    { EVENT, "type", TYPE },
    { EVENT, "action", ACTION },
    { EVENT, "outcome", OUTCOME },
    { SOURCE, "ip", CLIENT },
    { SOURCE, "port", CLIENT_PORT },
    { DESTINATION, "ip", TARGET },
    { DESTINATION, "port", PORT },
    { NETWORK, "transport", TRANSPORT },
    { NETWORK, "type", NETWORK_TYPE },
    { NETWORK, "protocol", PROTOCOL },
    { NETWORK, "name", NAME },
    { NETWORK, "vlan", VLAN },
    { VLAN, "id", VLAN_ID },
    { PIPETTE, "answer", ANSWER },
    { PIPETTE, "attempts", ATTEMPTS },
    { PIPETTE, "suppressed", SUPPRESSED },
    { 0, NULL, 0 },
};

#define MAX_VALUE REPORT_NAME_SIZE

/* What is longer than any that counts is cut. */
struct line {
    bool denied;                /* One of "event.type" says so. */
    bool has[N_PLACES];
    char values[N_PLACES - FIRST_FIELD][MAX_VALUE];
};

static void
take_value(int place, const char *value, size_t n, void *line_)
{
    struct line *line = line_;

    if (place < FIRST_FIELD) {
        return;
    } else if (place == TYPE) {
        line->denied |= n == 6 && !memcmp(value, "denied", 6);
        return;
    }
    n = MIN(n, MAX_VALUE - 1);
    memcpy(line->values[place - FIRST_FIELD], value, n);
    line->values[place - FIRST_FIELD][n] = '\0';
    line->has[place] = true;
}

static const char *
get(const struct line *line, int field)
{
    return line->has[field] ? line->values[field - FIRST_FIELD] : "";
}

/* Returns 0 if it is no whole number, 'max' if it is more. */
static uint64_t
get_number(const struct line *line, int field, uint64_t max)
{
    const char *s = get(line, field);
    uint64_t number = 0;

    for (; *s >= '0' && *s <= '9'; s++) {
        if (number > max / 10) {
            return max;
        }
        number = number * 10 + (*s - '0');
    }
    return *s ? 0 : MIN(number, max);
}

/* As address_parse() does, but in no time. */
static bool
parse_ipv4(const char *s, struct address *address)
{
    uint32_t ip = 0;

    for (int i = 0; i < 4; i++) {
        unsigned int byte = 0;
        const char *from = s;

        while (*s >= '0' && *s <= '9' && s - from < 3) {
            byte = byte * 10 + (*s++ - '0');
        }
        if (s == from || byte > 255 || *s != (i < 3 ? '.' : '\0')) {
            return false;
        }
        ip = ip << 8 | byte;
        s++;
    }
    *address = address_from_u32(ip);
    return true;
}

static bool
get_address(const struct line *line, int field, struct address *address)
{
    const char *s = get(line, field);

    return (address_looks_like_ipv6(s) ? address_parse(s, address)
            : parse_ipv4(s, address));
}

/* Parses a number of 'n' digits from 'min' to 'max'. */
static bool
parse_digits(const char *s, size_t n, int min, int max, int *number)
{
    *number = 0;
    for (size_t i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9') {
            return false;
        }
        *number = *number * 10 + (s[i] - '0');
    }
    return *number >= min && *number <= max;
}

/* Days since the epoch; C11 has no timegm(), and this is faster. */
static bool
parse_day(const char *s, long long int *day)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
                                31 };
    int y, m, d;

    if (!parse_digits(s, 4, 1970, 9999, &y) || s[4] != '-'
        || !parse_digits(s + 5, 2, 1, 12, &m) || s[7] != '-'
        || !parse_digits(s + 8, 2, 1, 31, &d)) {
        return false;
    }

    bool leap = (y % 4 == 0 && y % 100) || y % 400 == 0;
    if (d > days[m - 1] + (m == 2 && leap)) {
        return false;
    }

    int before = y - 1;
    *day = before * 365LL + before / 4 - before / 100 + before / 400 - 719162;
    for (int i = 0; i < m - 1; i++) {
        *day += days[i];
    }
    *day += d - 1 + (m > 2 && leap);
    return true;
}

bool
report_time_parse(const char *s, size_t n, long long int *msec)
{
    const char *end = s + n;
    int hour = 0, minute = 0, second = 0;
    int fraction = 0;
    long long int day;

    if (n < 10 || !parse_day(s, &day)) {
        return false;
    }
    if (n > 10) {
        if (n < 20 || (s[10] != 'T' && s[10] != ' ')
            || !parse_digits(s + 11, 2, 0, 23, &hour) || s[13] != ':'
            || !parse_digits(s + 14, 2, 0, 59, &minute) || s[16] != ':'
            || !parse_digits(s + 17, 2, 0, 60, &second)) {
            return false;
        }
        s += 19;
        if (*s == '.') {
            int unit = 100;

            while (++s < end && *s >= '0' && *s <= '9') {
                fraction += (*s - '0') * unit;
                unit /= 10;
            }
        }
        if (end - s != 1 || *s != 'Z') {
            return false;
        }
    }
    *msec = (((day * 24 + hour) * 60 + minute) * 60 + second) * 1000LL
            + fraction;
    return true;
}

static bool
get_time(const struct line *line, int field, long long int *msec)
{
    const char *s = get(line, field);

    return report_time_parse(s, strlen(s), msec);
}

static enum report_protocol
get_protocol(const struct line *line)
{
    static const char *const names[] = {
        [REPORT_TCP] = "tcp",
        [REPORT_UDP] = "udp",
        [REPORT_ICMP] = "icmp",
        [REPORT_ARP] = "arp",
        [REPORT_ND] = "nd",
    };
    const char *protocol = get(line, PROTOCOL);
    const char *name = get(line, line->has[TRANSPORT] ? TRANSPORT
                                                      : NETWORK_TYPE);

    if (!strcmp(protocol, names[REPORT_ND])) {
        return REPORT_ND;
    }
    for (size_t i = 0; i < REPORT_ND; i++) {
        if (!strcmp(name, names[i])) {
            return i;
        }
    }
    return !strcmp(name, "ipv6-icmp") ? REPORT_ICMP : REPORT_OTHER;
}

static enum report_answer
get_answer(const struct line *line)
{
    const char *answer = get(line, ANSWER);

    if (!line->has[ANSWER]) {
        return (!strcmp(get(line, OUTCOME), "success") ? REPORT_GIVEN
                : REPORT_SILENT);
    }
    return (!strcmp(answer, "given") ? REPORT_GIVEN
            : !strcmp(answer, "refused") ? REPORT_REFUSED
            : REPORT_SILENT);
}

static enum report_line
interpret_contact(const struct line *line, struct report_record *r)
{
    if (!get_address(line, CLIENT, &r->client)
        || !get_address(line, TARGET, &r->target)
        || !get_time(line, line->has[START] ? START : TIMESTAMP, &r->first)) {
        return REPORT_LINE_OTHER;
    }
    if (!get_time(line, END, &r->last) || r->last < r->first) {
        r->last = r->first;
    }
    r->attempts = get_number(line, ATTEMPTS, UINT32_MAX);
    r->attempts = MAX(r->attempts, 1);
    r->client_port = get_number(line, CLIENT_PORT, UINT16_MAX);
    r->port = get_number(line, PORT, UINT16_MAX);
    r->vlan = get_number(line, VLAN_ID, UINT16_MAX);
    r->protocol = get_protocol(line);
    r->answer = get_answer(line);
    ovs_strlcpy(r->network, get(line, NAME), sizeof r->network);
    return line->denied ? REPORT_LINE_DENIED : REPORT_LINE_CONTACT;
}

enum report_line
report_line_parse(const char *s, size_t n, struct report_record *r)
{
    struct line line;

    line.denied = false;
    memset(line.has, 0, sizeof line.has);
    if (!report_json_parse(s, n, keys, take_value, &line)) {
        return REPORT_LINE_BROKEN;
    }
    if (!strcmp(get(&line, ACTION), "contacts-suppressed")) {
        r->suppressed = get_number(&line, SUPPRESSED, UINT32_MAX);
        return (get_time(&line, TIMESTAMP, &r->first) ? REPORT_LINE_SUPPRESSED
                : REPORT_LINE_OTHER);
    }
    return interpret_contact(&line, r);
}

void
report_lines_init(struct report_lines *lines)
{
    *lines = (struct report_lines) { .line = xmalloc(REPORT_MAX_LINE) };
}

void
report_lines_destroy(struct report_lines *lines)
{
    free(lines->line);
}

static void
append(struct report_lines *lines, const char *data, size_t n)
{
    if (n > REPORT_MAX_LINE - lines->n) {
        lines->too_long = true;
    } else if (!lines->too_long) {
        memcpy(lines->line + lines->n, data, n);
        lines->n += n;
    }
}

void
report_lines_end(struct report_lines *lines, report_take_line *take,
                 void *aux)
{
    if (lines->too_long) {
        take(NULL, 0, aux);
    } else if (lines->n) {
        take(lines->line, lines->n, aux);
    }
    lines->n = 0;
    lines->too_long = false;
}

void
report_lines_feed(struct report_lines *lines, const char *data, size_t n,
                  report_take_line *take, void *aux)
{
    const char *end = data + n;

    while (data < end) {
        const char *newline = memchr(data, '\n', end - data);

        append(lines, data, (newline ? newline : end) - data);
        if (!newline) {
            break;
        }
        report_lines_end(lines, take, aux);
        data = newline + 1;
    }
}
