/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/operator/metrics-text.h"

#include <inttypes.h>
#include <stdarg.h>

#include "openvswitch/dynamic-string.h"

/* Appends 's' with a backslash before each backslash and each of 'special',
 * and with "\n" for each newline. */
static void
put_escaped(struct ds *ds, const char *s, char special)
{
    for (; *s; s++) {
        if (*s == '\n') {
            ds_put_cstr(ds, "\\n");
            continue;
        }
        if (*s == '\\' || *s == special) {
            ds_put_char(ds, '\\');
        }
        ds_put_char(ds, *s);
    }
}

void
metrics_begin(struct metrics_text *m, enum metrics_type type,
              const char *name, const char *help)
{
    m->type = type;
    m->name = name;
    m->help = help;
    m->has_heading = false;
}

static void
put_heading(struct metrics_text *m)
{
    if (!m->has_heading) {
        ds_put_format(m->s, "# HELP %s ", m->name);
        put_escaped(m->s, m->help, '\\');
        ds_put_format(m->s, "\n# TYPE %s %s\n", m->name,
                      m->type == METRICS_COUNTER ? "counter" : "gauge");
        m->has_heading = true;
    }
}

/* Appends the beginning of a sample's line, up to the value. */
static void
put_sample(struct metrics_text *m, va_list *labels)
{
    const char *separator = "{";
    const char *name;

    put_heading(m);
    ds_put_cstr(m->s, m->name);
    while ((name = va_arg(*labels, const char *))) {
        const char *value = va_arg(*labels, const char *);

        if (value[0]) {
            ds_put_format(m->s, "%s%s=\"", separator, name);
            put_escaped(m->s, value, '"');
            ds_put_char(m->s, '"');
            separator = ",";
        }
    }
    ds_put_cstr(m->s, separator[0] == ',' ? "} " : " ");
}

void
metrics_put(struct metrics_text *m, uint64_t value, ...)
{
    va_list labels;

    va_start(labels, value);
    put_sample(m, &labels);
    va_end(labels);
    ds_put_format(m->s, "%"PRIu64"\n", value);
}

void
metrics_put_msec(struct metrics_text *m, uint64_t msec, ...)
{
    va_list labels;

    va_start(labels, msec);
    put_sample(m, &labels);
    va_end(labels);
    ds_put_format(m->s, "%"PRIu64".%03"PRIu64"\n", msec / 1000, msec % 1000);
}
