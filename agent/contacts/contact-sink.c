/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/contacts/contact-sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "openvswitch/dynamic-string.h"
#include "openvswitch/vlog.h"
#include "ovs-atomic.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(contact_sink);

static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(1, 1);

#define FILE_MODE 0640
#define IDENT "pipette-agent"

/* How long it takes to notice that writing shall stop. */
#define SEND_PATIENCE_SEC 1

/* Ends a record for the journal: a field has a line, and is not empty. */
#define JOURNAL_END "\n\n"

enum sink_kind { SINK_FILE, SINK_STDOUT, SINK_SYSLOG, SINK_JOURNAL };

struct contact_sink {
    enum sink_kind kind;
    char *name;
    int fd;                     /* -1 if closed. */
    bool cut;                   /* The last line has no end. */
    struct sockaddr_un address; /* Of the daemon. */
    atomic_bool stop;
};

static enum sink_kind
get_kind(const char *where)
{
    return (!strcmp(where, "-") ? SINK_STDOUT
            : !strcmp(where, "syslog") ? SINK_SYSLOG
            : !strcmp(where, "journal") ? SINK_JOURNAL
            : SINK_FILE);
}

static void
open_socket(struct contact_sink *sink, const char *name)
{
    const struct timeval patience = { .tv_sec = SEND_PATIENCE_SEC };

    sink->address.sun_family = AF_UNIX;
    ovs_strlcpy(sink->address.sun_path, name, sizeof sink->address.sun_path);
    sink->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (sink->fd >= 0) {
        setsockopt(sink->fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
                   sizeof patience);
    }
}

struct contact_sink *
contact_sink_create_at(const char *where, const char *socket_name)
{
    struct contact_sink *sink = xzalloc(sizeof *sink);

    sink->kind = get_kind(where);
    sink->name = xstrdup(where);
    sink->fd = sink->kind == SINK_STDOUT ? STDOUT_FILENO : -1;
    atomic_init(&sink->stop, false);
    if (sink->kind == SINK_SYSLOG || sink->kind == SINK_JOURNAL) {
        open_socket(sink, socket_name);
    }
    return sink;
}

struct contact_sink *
contact_sink_create(const char *where)
{
    return contact_sink_create_at(where, (get_kind(where) == SINK_SYSLOG
                                          ? "/dev/log"
                                          : "/run/systemd/journal/socket"));
}

static void
close_sink(struct contact_sink *sink)
{
    if (sink->fd >= 0 && sink->kind != SINK_STDOUT) {
        close(sink->fd);
        sink->fd = -1;
    }
    sink->cut = false;
}

void
contact_sink_destroy(struct contact_sink *sink)
{
    if (sink) {
        close_sink(sink);
        free(sink->name);
        free(sink);
    }
}

const char *
contact_sink_name(const struct contact_sink *sink)
{
    return sink->name;
}

bool
contact_sink_has_fields(const struct contact_sink *sink)
{
    return sink->kind == SINK_JOURNAL;
}

void
contact_sink_stop(struct contact_sink *sink)
{
    atomic_store(&sink->stop, true);
}

/* Files, and standard output. */

/* Opens the file that has the name now. */
static void
follow_name(struct contact_sink *sink)
{
    struct stat named, opened;

    if (sink->fd >= 0 && !stat(sink->name, &named)
        && !fstat(sink->fd, &opened) && named.st_ino == opened.st_ino
        && named.st_dev == opened.st_dev) {
        return;
    }
    close_sink(sink);
    sink->fd = open(sink->name,
                    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY,
                    FILE_MODE);
    if (sink->fd < 0) {
        VLOG_WARN_RL(&rl, "%s: %s", sink->name, ovs_strerror(errno));
    }
}

static size_t
count_lines(const char *s, size_t n)
{
    size_t lines = 0;

    for (size_t i = 0; i < n; i++) {
        lines += s[i] == '\n';
    }
    return lines;
}

/* Returns how many bytes of 's' were written. */
static size_t
write_bytes(struct contact_sink *sink, const char *s, size_t n)
{
    size_t written = 0;

    while (written < n && sink->fd >= 0) {
        ssize_t retval = write(sink->fd, s + written, n - written);

        if (retval > 0) {
            written += retval;
        } else if (!retval || errno != EINTR) {
            VLOG_WARN_RL(&rl, "%s: %s", sink->name,
                         ovs_strerror(retval ? errno : ENOSPC));
            break;
        }
    }
    return written;
}

/* Removes the last 'n' bytes, the begin of a line.  Returns true if
 * successful: not all files can be cut. */
static bool
take_back(struct contact_sink *sink, size_t n)
{
    struct stat s;

    return (!fstat(sink->fd, &s) && s.st_size >= n
            && !ftruncate(sink->fd, s.st_size - n));
}

/* Returns how many bytes at the end of 's' are no whole line. */
static size_t
count_rest(const char *s, size_t n)
{
    const char *newline = memrchr(s, '\n', n);

    return newline ? s + n - newline - 1 : n;
}

/* Returns how many lines were lost.  One that the end of the disk cuts off is
 * one of them; what comes later begins a new line. */
static size_t
write_lines(struct contact_sink *sink, const char *s, size_t n)
{
    size_t written = 0;

    if (sink->cut && n) {
        sink->cut = !write_bytes(sink, "\n", 1);
    }
    if (!sink->cut) {
        written = write_bytes(sink, s, n);

        size_t rest = written ? count_rest(s, written) : 0;
        sink->cut = rest && !take_back(sink, rest);
    }
    return count_lines(s + written, n - written);
}

/* Daemons. */

/* Waits while the daemon has no room, but not once writing shall stop.
 * Returns false if the message is lost. */
static bool
send_message(struct contact_sink *sink, const struct iovec *iov, size_t n_iov)
{
    const struct msghdr msg = {
        .msg_name = &sink->address,
        .msg_namelen = sizeof sink->address,
        .msg_iov = CONST_CAST(struct iovec *, iov),
        .msg_iovlen = n_iov,
    };
    bool stop;

    for (;;) {
        atomic_read(&sink->stop, &stop);
        if (stop) {
            return false;
        } else if (sendmsg(sink->fd, &msg, MSG_NOSIGNAL) >= 0) {
            return true;
        } else if (errno != EAGAIN && errno != EINTR) {
            VLOG_WARN_RL(&rl, "%s: %s: %s", sink->name,
                         sink->address.sun_path, ovs_strerror(errno));
            return false;
        }
    }
}

/* The form that syslog(3) gives to messages, which all daemons that listen on
 * /dev/log know, and not that of RFC 5424, which is for the network. */
static bool
send_to_syslog(struct contact_sink *sink, const char *line, size_t n)
{
    time_t now = time(NULL);
    char header[64], stamp[20];
    struct tm tm;

    localtime_r(&now, &tm);
    strftime(stamp, sizeof stamp, "%b %e %H:%M:%S", &tm);

    int header_len = snprintf(header, sizeof header, "<%d>%s " IDENT "[%ld]: ",
                              LOG_DAEMON | LOG_INFO, stamp, (long) getpid());
    const struct iovec iov[] = {
        { header, header_len }, { CONST_CAST(char *, line), n }
    };
    return send_message(sink, iov, ARRAY_SIZE(iov));
}

static bool
send_to_journal(struct contact_sink *sink, const char *fields, size_t n)
{
    static char common[] = "\nPRIORITY=6\nSYSLOG_FACILITY=3\n"
        "SYSLOG_IDENTIFIER=" IDENT "\n";
    const struct iovec iov[] = {
        { CONST_CAST(char *, fields), n }, { common, sizeof common - 1 }
    };

    return send_message(sink, iov, ARRAY_SIZE(iov));
}

static size_t
send_records(struct contact_sink *sink, const char *s, size_t n)
{
    bool journal = sink->kind == SINK_JOURNAL;
    const char *end = journal ? JOURNAL_END : "\n";
    size_t end_len = strlen(end);
    size_t lost = 0;

    while (n) {
        const char *next = memmem(s, n, end, end_len);
        size_t length = next - s;

        lost += !(journal ? send_to_journal(sink, s, length)
                  : send_to_syslog(sink, s, length));
        s += length + end_len;
        n -= length + end_len;
    }
    return lost;
}

void
contact_sink_frame(const struct contact_sink *sink, const char *line,
                   size_t n, const char *fields, struct ds *s)
{
    bool journal = sink->kind == SINK_JOURNAL;

    if (journal) {
        ds_put_cstr(s, fields ? fields : "");
        ds_put_cstr(s, "MESSAGE=");
    }
    ds_put_buffer(s, line, n);
    if (journal) {
        ds_put_char(s, '\n');
    }
}

size_t
contact_sink_write(struct contact_sink *sink, const char *s, size_t n)
{
    switch (sink->kind) {
    case SINK_FILE:
        follow_name(sink);
        return write_lines(sink, s, n);

    case SINK_STDOUT:
        return write_lines(sink, s, n);

    case SINK_SYSLOG:
    case SINK_JOURNAL:
        return send_records(sink, s, n);
    }
    OVS_NOT_REACHED();
}
