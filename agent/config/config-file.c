/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/config/config-file.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/config/settings.h"
#include "openvswitch/dynamic-string.h"
#include "svec.h"
#include "util.h"

#define MAX_SIZE 262144
#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define COMMENT "#;"

struct parser {
    struct options *options;
    struct svec *errors;

    const char *text;           /* The rest, which is still to be read. */
    size_t size;
    unsigned int line;          /* Number of the last line read, from 1. */
    unsigned int section_line;  /* Where the section began. */
    bool line_is_whole;
};

/* Appends "FILE:LINE: " and the formatted rest. */
static void OVS_PRINTF_FORMAT(2, 3)
add_error(struct parser *p, const char *format, ...)
{
    struct ds s = DS_EMPTY_INITIALIZER;
    va_list args;

    ds_put_format(&s, "%s:%u: ", p->options->config, p->line);
    va_start(args, format);
    ds_put_format_valist(&s, format, args);
    va_end(args);
    svec_add_nocopy(p->errors, ds_steal_cstr(&s));
}

/* Returns the first of 'chars' in 's', or NULL if there is none before the
 * line's end or a comment, which begins after a blank. */
static const char *
find(const char *s, const char *chars)
{
    for (bool blank = false; *s && *s != '\r' && *s != '\n'; s++) {
        if (strchr(chars, *s)) {
            return s;
        } else if (blank && strchr(COMMENT, *s)) {
            break;
        }
        blank = *s == ' ' || *s == '\t';
    }
    return NULL;
}

/* Returns the kind of 'section', "bridge", "network" or "contacts", and stores
 * its name, "" if it has none, into '*name'.  Returns NULL if there is no such
 * kind. */
static const char *
parse_section(const char *section, const char **name)
{
    *name = "";
    if (!strcmp(section, "bridge")) {
        return "bridge";
    } else if (!strcmp(section, "contacts")) {
        return "contacts";
    } else if (strncmp(section, "network", strlen("network"))) {
        return NULL;
    }
    section += strlen("network");
    *name = section + (section[0] == ' ');
    return !section[0] || section[0] == ' ' ? "network" : NULL;
}

/* libinih cuts longer names of sections off. */
static bool
is_network_name(const char *name)
{
    size_t length = strlen(name);

    return (length <= CONFIG_FILE_MAX_NAME
            && length == strspn(name, "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"));
}

/* 'name' is "" if the network has none. */
static struct network *
get_network(struct parser *p, const char *name)
{
    return settings_get_network(p->options, name[0] ? name : NULL,
                                p->section_line);
}

/* Reports an error if 'line', which begins with "[", does not begin a
 * section. */
static void
check_section(struct parser *p, const char *line)
{
    int length = strcspn(line, "\r\n");
    const char *end = find(line + 1, "]");

    if (!end) {
        add_error(p, "%.*s: must end with ]", length, line);
        return;
    }

    char *section = xmemdup0(line + 1, end - (line + 1));
    const char *rest = end + 1 + strspn(end + 1, " \t\r\n");
    const char *name;
    p->section_line = p->line;
    if (!parse_section(section, &name)) {
        add_error(p, "[%s]: must be [bridge], [network], [network NAME] "
                  "or [contacts]", section);
    } else if (!is_network_name(name) || !strcmp(section, "network ")) {
        add_error(p, "[%s]: must have a name of 1 to %d letters, digits, '-' "
                  "and '_'", section, CONFIG_FILE_MAX_NAME);
    } else if (*rest && !strchr(COMMENT, *rest)) {
        add_error(p, "%.*s: must have nothing after ]", length, line);
    } else if (section[0] == 'n') {
        /* It may have no keys. */
        get_network(p, name);
    }
    free(section);
}

/* Reports an error if 'line' is not INI: libinih reports only the first such
 * line, and not what it skips. */
static void
check_line(struct parser *p, const char *line)
{
    if (p->line == 1 && !strncmp(line, BYTE_ORDER_MARK, 3)) {
        line += 3;
    }

    line += strspn(line, " \t\r\n");
    if (line[0] == '[') {
        check_section(p, line);
    } else if (line[0] && !strchr(COMMENT, line[0]) && !find(line, "=:")) {
        add_error(p, "%.*s: must be KEY = VALUE", (int) strcspn(line, "\r\n"),
                  line);
    }
}

/* An ini_reader, as fgets(): libinih has no line numbers for its handler. */
static char *
read_line(char *buffer, int size, void *p_)
{
    struct parser *p = p_;

    if (!p->size || size < 2) {
        return NULL;
    }
    const char *newline = memchr(p->text, '\n', p->size);
    size_t n = newline ? newline + 1 - p->text : p->size;

    n = MIN(n, size - 1);
    memcpy(buffer, p->text, n);
    buffer[n] = '\0';
    if (p->line_is_whole) {
        p->line++;
        check_line(p, buffer);
    }
    p->line_is_whole = buffer[n - 1] == '\n';
    p->text += n;
    p->size -= n;
    return buffer;
}

/* Reports an error for a key that is not one of 'section', which is of
 * 'kind'.  check_section() has reported a section that does not exist. */
static void
refuse_key(struct parser *p, const char *section, const char *kind,
           const char *key, const char *value)
{
    enum setting setting;

    if (!section[0]) {
        add_error(p, "%s %s: must be in a section, [bridge], [network] or "
                  "[contacts]", key, value);
    } else if (!kind) {
        return;
    } else if (setting_find(key, &setting)) {
        add_error(p, "[%s] %s %s: must be in section [%s]", section, key,
                  value, setting_section(setting));
    } else {
        struct ds s = DS_EMPTY_INITIALIZER;

        for (size_t i = 0; i < N_SETTINGS; i++) {
            if (!strcmp(kind, setting_section(i))) {
                ds_put_format(&s, "%s%s", s.length ? ", " : "",
                              setting_key(i));
            }
        }
        add_error(p, "[%s] %s %s: no such key; it must be one of %s", section,
                  key, value, ds_cstr(&s));
        ds_destroy(&s);
    }
}

/* Stores 'value'.  'name' is that of the network, "" if it has none. */
static void
set_value(struct parser *p, const char *name, enum setting setting,
          const char *value)
{
    struct network *network
        = setting_is_of_network(setting) ? get_network(p, name) : NULL;
    const struct given *given = setting_given(p->options, network, setting);

    if (given->value) {
        add_error(p, "[%s%s%s] %s %s: must be given once; it is in line %u",
                  setting_section(setting), name[0] ? " " : "", name,
                  setting_key(setting), value, given->line);
        return;
    }
    char *error = setting_apply(p->options, network, setting, value, p->line);
    if (error) {
        svec_add_nocopy(p->errors, error);
    }
}

/* An ini_handler. */
static int
take_value(void *p_, const char *section, const char *key, const char *value)
{
    struct parser *p = p_;
    enum setting setting;
    const char *name;
    const char *kind = parse_section(section, &name);

    if (!kind || !setting_find(key, &setting)
        || strcmp(kind, setting_section(setting))) {
        refuse_key(p, section, kind, key, value);
    } else if (is_network_name(name)) {
        set_value(p, name, setting, value);
    }
    return 1;
}

bool
config_file_parse(struct options *options, const char *text, size_t size,
                  struct svec *errors)
{
    struct parser p = {
        .options = options,
        .errors = errors,
        .text = text,
        .size = size,
        .line_is_whole = true,
    };

    if (size > MAX_SIZE || memchr(text, '\0', size)) {
        svec_add_nocopy(errors, xasprintf(
                            "%s: must be a text of %d bytes at most",
                            options->config, MAX_SIZE));
        return false;
    }
    ini_allow_multiline = false;
    ini_allow_no_value = false;
    ini_inline_comment_prefixes = CONST_CAST(char *, COMMENT);
    ini_use_stack = false;
    ini_max_line = MAX_SIZE + 3;
    ini_initial_alloc = MAX_SIZE + 3;
    int line = ini_parse_stream(read_line, &p, take_value, &p);
    if (line && !errors->n) {
        p.line = line;
        add_error(&p, "must be KEY = VALUE");
    }
    return true;
}

/* Reads 'fd' into 'text', at most one byte more than is allowed, and stores
 * the number of bytes into '*n'.  Returns NULL or the error. */
static const char *
read_text(int fd, char *text, ssize_t *n)
{
    struct stat s;

    if (fd < 0 || fstat(fd, &s) < 0) {
        return ovs_strerror(errno);
    } else if (!S_ISREG(s.st_mode)) {
        return "not a regular file";
    }
    *n = read(fd, text, MAX_SIZE + 1);
    return *n < 0 ? ovs_strerror(errno) : NULL;
}

bool
config_file_load(struct options *options, struct svec *errors)
{
    char *text = xmalloc(MAX_SIZE + 1);
    int fd = open(options->config, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool loaded = false;
    ssize_t n = 0;

    const char *error = read_text(fd, text, &n);
    if (error) {
        svec_add_nocopy(errors, xasprintf("--config %s: must be a file that "
                                          "can be read (%s)",
                                          options->config, error));
    } else {
        loaded = config_file_parse(options, text, n, errors);
    }
    if (fd >= 0) {
        close(fd);
    }
    free(text);
    return loaded;
}
