/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/pipettectl/ctl.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/operator/command-args.h"
#include "agent/pipettectl/report-html.h"
#include "openvswitch/dynamic-string.h"
#include "timeval.h"
#include "util.h"

#define BUFFER 262144

#define MUST_BE "must be one of --output, --since, --title and --until"

struct arguments {
    const char *title;
    const char *output;         /* NULL for standard output. */
    long long int since, until; /* Milliseconds since the epoch. */
};

/* Parses a point in time, or how long ago it was. */
static char *
parse_time(const char *option, const char *s, long long int now,
           long long int *msec)
{
    unsigned int seconds;
    char *error;

    if (report_time_parse(s, strlen(s), msec)) {
        return NULL;
    }
    error = command_parse_duration(s, &seconds);
    if (error) {
        free(error);
        return xasprintf("--%s %s: must be a time in UTC, such as 2026-11-28 "
                         "or 2026-11-28T10:00:00Z, or how long ago, such as "
                         "10m, 2h or 7d", option, s);
    }
    *msec = now - seconds * 1000LL;
    return NULL;
}

/* Returns NULL or the error, for the caller to free.  'optind' is then the
 * first FILE. */
static char *
parse_arguments(int argc, char *argv[], long long int now,
                struct arguments *a)
{
    static const struct option options[] = {
        { "output", required_argument, NULL, 'o' },
        { "since", required_argument, NULL, 's' },
        { "title", required_argument, NULL, 't' },
        { "until", required_argument, NULL, 'u' },
        { NULL, 0, NULL, 0 },
    };
    char *error = NULL;
    int c;

    *a = (struct arguments) { "Contacts", NULL, LLONG_MIN, LLONG_MAX };
    optind = 0;
    opterr = 0;
    while (!error && (c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
        switch (c) {
        case 'o':
            a->output = optarg;
            break;
        case 's':
            error = parse_time("since", optarg, now, &a->since);
            break;
        case 't':
            a->title = optarg;
            break;
        case 'u':
            error = parse_time("until", optarg, now, &a->until);
            break;
        case ':':
            error = xasprintf("%s: must have a value after it",
                              argv[optind - 1]);
            break;
        default:
            error = (optopt ? xasprintf("-%c: " MUST_BE, optopt)
                     : xasprintf("%s: " MUST_BE, argv[optind - 1]));
        }
    }
    if (!error && a->since > a->until) {
        error = xstrdup("--until: must be after --since");
    }
    if (!error && !a->output && isatty(STDOUT_FILENO)) {
        error = xstrdup("--output: must be given, as standard output is a "
                        "terminal");
    }
    return error;
}

/* Returns 0 or an error number. */
static int
read_lines(int fd, struct report_data *d)
{
    struct report_lines lines;
    char *buffer = xmalloc(BUFFER);
    int error = 0;
    ssize_t n;

    report_lines_init(&lines);
    while ((n = read(fd, buffer, BUFFER)) != 0) {
        if (n > 0) {
            report_lines_feed(&lines, buffer, n, report_data_take_line, d);
        } else if (errno != EINTR) {
            error = errno;
            break;
        }
    }
    report_lines_end(&lines, report_data_take_line, d);
    report_lines_destroy(&lines);
    free(buffer);
    return error;
}

static void
warn(const char *name, const struct report_data *before,
     const struct report_data *after)
{
    uint64_t n = after->n_broken - before->n_broken;
    uint64_t other = after->n_other - before->n_other;

    if (n) {
        fprintf(stderr, "%s: %s: left out %"PRIu64" of %"PRIu64" lines, which "
                "%s not JSON\n", program_name, name, n,
                after->n_lines - before->n_lines, n == 1 ? "is" : "are");
    }
    if (other) {
        fprintf(stderr, "%s: %s: left out %"PRIu64" of %"PRIu64" lines, which "
                "%s no contact\n", program_name, name, other,
                after->n_lines - before->n_lines, other == 1 ? "is" : "are");
    }
}

/* Returns NULL or the error, for the caller to free. */
static char *
read_file(const char *name, struct report_data *d)
{
    bool input = !strcmp(name, "-");
    int fd = input ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
    const struct report_data before = *d;

    if (fd < 0) {
        return xasprintf("%s: cannot be opened (%s)", name,
                         ovs_strerror(errno));
    }
    name = input ? "standard input" : name;

    int error = read_lines(fd, d);
    warn(name, &before, d);
    if (!input) {
        close(fd);
    }
    return error ? xasprintf("%s: cannot be read (%s)", name,
                             ovs_strerror(error)) : NULL;
}

static char *
read_files(char *names[], struct report_data *d)
{
    char *error = NULL;

    if (!names[0]) {
        return read_file("-", d);
    }
    for (int i = 0; !error && names[i]; i++) {
        error = read_file(names[i], d);
    }
    return error;
}

/* Returns 0 or an error number. */
static int
write_all(int fd, const struct ds *s)
{
    size_t done = 0;

    while (done < s->length) {
        ssize_t n = write(fd, s->string + done, s->length - done);

        if (n < 0 && errno != EINTR) {
            return errno;
        }
        done += MAX(n, 0);
    }
    return 0;
}

/* Writes it beside 'name', and only when it is whole, there. */
static int
write_beside(const char *name, const struct ds *s)
{
    char *beside = xasprintf("%s.XXXXXX", name);
    int fd = mkostemp(beside, O_CLOEXEC);
    mode_t mask = umask(0);
    int error;

    umask(mask);
    if (fd < 0) {
        error = errno;
        free(beside);
        return error;
    }
    error = write_all(fd, s);
    if (!error && (fchmod(fd, 0666 & ~mask) || fsync(fd))) {
        error = errno;
    }
    close(fd);
    if (!error && rename(beside, name)) {
        error = errno;
    }
    if (error) {
        unlink(beside);
    }
    free(beside);
    return error;
}

/* A device or a pipe is written to, not replaced. */
static int
write_output(const char *name, const struct ds *s)
{
    struct stat st;
    int error;

    if (!stat(name, &st) && !S_ISREG(st.st_mode)) {
        int fd = open(name, O_WRONLY | O_CLOEXEC);

        if (fd < 0) {
            return errno;
        }
        error = write_all(fd, s);
        close(fd);
        return error;
    }
    return write_beside(name, s);
}

static char *
write_page(const struct arguments *a, const struct report_data *d)
{
    struct report_summary *summary = report_summarize(d);
    const struct report_page page = {
        .title = a->title,
        .now = time_wall_msec(),
        .data = d,
        .summary = summary,
    };
    struct ds s = DS_EMPTY_INITIALIZER;
    int error;

    report_page_put(&page, &s);
    error = (a->output ? write_output(a->output, &s)
             : write_all(STDOUT_FILENO, &s));
    ds_destroy(&s);
    free(summary);
    return error ? xasprintf("%s: cannot be written (%s)",
                             a->output ? a->output : "standard output",
                             ovs_strerror(error)) : NULL;
}

int
ctl_report(struct ctl *ctl OVS_UNUSED, int argc, char *argv[])
{
    struct report_data data;
    struct arguments a;
    char *error;

    error = parse_arguments(argc, argv, time_wall_msec(), &a);
    if (error) {
        ctl_fail(error);
        return CTL_BAD_USAGE;
    }
    report_data_init(&data, REPORT_MAX_CONTACTS);
    data.since = a.since;
    data.until = a.until;
    error = read_files(argv + optind, &data);
    error = error ? error : write_page(&a, &data);
    report_data_destroy(&data);
    return error ? ctl_fail(error) : EXIT_SUCCESS;
}
