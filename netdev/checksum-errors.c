/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/checksum-errors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

#define COUNTERS "/proc/self/net/snmp"
#define NAME "InCsumErrors"

/* Returns the next word of a line, and its length in '*n', 0 at its end. */
static const char *
next_word(const char **s, size_t *n)
{
    const char *word = *s + strspn(*s, " ");

    *n = strcspn(word, " \n");
    *s = word + *n;
    return word;
}

/* Adds to '*sum' the number that is in the line 'values' where NAME is in the
 * line 'names'.  Returns false if there is none. */
static bool
add_value(const char *names, const char *values, uint64_t *sum)
{
    size_t n, n_value;

    do {
        const char *name = next_word(&names, &n);
        const char *value = next_word(&values, &n_value);

        if (n == strlen(NAME) && !strncmp(name, NAME, n) && n_value) {
            *sum += strtoull(value, NULL, 10);
            return true;
        }
    } while (n && n_value);
    return false;
}

/* Two lines each, with a protocol's names and its values. */
bool
checksum_errors_parse(const char *text, uint64_t *n)
{
    bool found = false;

    *n = 0;
    for (const char *names = text; *names; ) {
        const char *values = strchr(names, '\n');

        if (!values) {
            break;
        }
        found |= add_value(names, values + 1, n);

        const char *end = strchr(values + 1, '\n');
        names = end ? end + 1 : "";
    }
    return found;
}

bool
checksum_errors_read(uint64_t *n)
{
    FILE *file = fopen(COUNTERS, "re");
    char text[8192];
    size_t length;

    if (!file) {
        return false;
    }
    length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = '\0';
    return checksum_errors_parse(text, n);
}
