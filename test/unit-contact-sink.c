/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <dirent.h>
#include <poll.h>
#include <pthread.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/contacts/contact-log.h"
#include "agent/contacts/contact-sink.h"
#include "openvswitch/dynamic-string.h"
#include "util.h"

#define SOCKET_NAME "daemon.sock"

/* A daemon that listens. */
static int
open_daemon(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    strcpy(address.sun_path, SOCKET_NAME);
    unlink(SOCKET_NAME);
    assert_int_equal(bind(fd, (struct sockaddr *) &address, sizeof address),
                     0);
    return fd;
}

static void
close_daemon(int fd)
{
    close(fd);
    unlink(SOCKET_NAME);
}

static struct contact_log *
create_log(const char *where)
{
    return contact_log_create(contact_sink_create_at(where, SOCKET_NAME));
}

static void
put(struct contact_log *log, const char *line, const char *fields)
{
    contact_log_put(log, line, strlen(line), fields);
}

/* The next message, in static memory; "" if there is none for a while. */
static const char *
receive(int fd)
{
    struct pollfd pollfd = { .fd = fd, .events = POLLIN };
    static char message[4096];

    message[0] = '\0';
    if (poll(&pollfd, 1, 5000) == 1) {
        ssize_t n = recv(fd, message, sizeof message - 1, 0);

        assert_true(n >= 0);
        message[n] = '\0';
    }
    return message;
}

static void
assert_matches(const char *s, const char *pattern)
{
    regex_t regex;

    assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
    if (regexec(&regex, s, 0, NULL, 0)) {
        fail_msg("%s: is not %s", s, pattern);
    }
    regfree(&regex);
}

/* Daemon, info: 3 * 8 + 6. */
#define SYSLOG_HEADER "^<30>[A-Z][a-z]{2} [ 123][0-9] " \
    "[0-9]{2}:[0-9]{2}:[0-9]{2} pipette-agent\\[[0-9]+\\]: "

static void
contact_sink_syslog(void **state OVS_UNUSED)
{
    int fd = open_daemon();
    struct contact_log *log = create_log("syslog");

    assert_false(contact_log_has_fields(log));
    put(log, "{\"1\":\"\"}\n", NULL);
    put(log, "{\"2\":\"\"}\n", "PIPETTE_CLIENT=192.168.2.5\n");
    contact_log_destroy(log);
    assert_matches(receive(fd), SYSLOG_HEADER "\\{\"1\":\"\"\\}$");
    assert_matches(receive(fd), SYSLOG_HEADER "\\{\"2\":\"\"\\}$");
    close_daemon(fd);
}

#define JOURNAL_COMMON "\nPRIORITY=6\nSYSLOG_FACILITY=3\n" \
    "SYSLOG_IDENTIFIER=pipette-agent\n"

static void
contact_sink_journal(void **state OVS_UNUSED)
{
    int fd = open_daemon();
    struct contact_log *log = create_log("journal");

    assert_true(contact_log_has_fields(log));
    put(log, "{1}\n", "PIPETTE_CLIENT=192.168.2.5\nPIPETTE_PORT=80\n");
    put(log, "{2}\n", NULL);
    contact_log_destroy(log);
    assert_string_equal(receive(fd), "PIPETTE_CLIENT=192.168.2.5\n"
                        "PIPETTE_PORT=80\nMESSAGE={1}" JOURNAL_COMMON);
    assert_string_equal(receive(fd), "MESSAGE={2}" JOURNAL_COMMON);
    close_daemon(fd);
}

static void
wait_for_lost(struct contact_log *log, uint64_t n)
{
    for (int i = 0; i < 5000 && contact_log_lost(log) < n; i++) {
        usleep(1000);
    }
    assert_int_equal(contact_log_lost(log), n);
}

/* It comes back, with a socket of the same name. */
static void
contact_sink_without_daemon(void **state OVS_UNUSED)
{
    struct contact_log *log = create_log("journal");
    int fd;

    put(log, "1\n", NULL);
    put(log, "2\n", NULL);
    contact_log_flush(log);
    wait_for_lost(log, 2);
    fd = open_daemon();
    put(log, "3\n", NULL);
    contact_log_destroy(log);
    assert_string_equal(receive(fd), "MESSAGE=3" JOURNAL_COMMON);
    close_daemon(fd);
}

/* Too large for a message of the socket. */
static void
contact_sink_large(void **state OVS_UNUSED)
{
    int fd = open_daemon();
    struct contact_log *log = create_log("syslog");
    size_t n = 1024 * 1024;
    char *line = xmalloc(n);

    memset(line, 'x', n);
    line[n - 1] = '\n';
    contact_log_put(log, line, n, NULL);
    put(log, "2\n", NULL);
    contact_log_flush(log);
    wait_for_lost(log, 1);
    contact_log_destroy(log);
    assert_matches(receive(fd), SYSLOG_HEADER "2$");
    free(line);
    close_daemon(fd);
}

static int
count_threads(void)
{
    DIR *dir = opendir("/proc/self/task");
    int n = -2;                 /* "." and "..". */

    while (readdir(dir)) {
        n++;
    }
    closedir(dir);
    return n;
}

/* More than a socket has room for. */
#define MANY 5000

static void
put_many(struct contact_log *log)
{
    for (int i = 0; i < MANY; i++) {
        put(log, "x\n", NULL);
    }
    contact_log_flush(log);
}

/* A daemon that does not read for a while loses nothing.  Nobody waits for it
 * but the thread, which ends once nobody wants the log any more. */
static void
contact_sink_hanging_daemon(void **state OVS_UNUSED)
{
    int fd = open_daemon();
    int n_threads = count_threads();
    struct contact_log *log = create_log("journal");
    struct timespec before, after;

    put_many(log);
    usleep(1200000);            /* More than it takes to notice. */
    for (int i = 0; i < MANY; i++) {
        assert_string_equal(receive(fd), "MESSAGE=x" JOURNAL_COMMON);
    }
    assert_int_equal(contact_log_lost(log), 0);

    put_many(log);
    assert_string_equal(receive(fd), "MESSAGE=x" JOURNAL_COMMON);

    clock_gettime(CLOCK_MONOTONIC, &before);
    contact_log_destroy(log);
    clock_gettime(CLOCK_MONOTONIC, &after);
    assert_true(after.tv_sec - before.tv_sec <= 2);
    for (int i = 0; i < 300 && count_threads() > n_threads; i++) {
        usleep(10000);
    }
    assert_int_equal(count_threads(), n_threads);
    close_daemon(fd);
}

/* Standard output is the test's own: another one is in its place. */
static void
contact_sink_stdout(void **state OVS_UNUSED)
{
    struct contact_log *log;
    char buffer[16];
    int own = dup(STDOUT_FILENO);
    int fds[2];

    fflush(stdout);
    assert_int_equal(pipe(fds), 0);
    dup2(fds[1], STDOUT_FILENO);
    close(fds[1]);
    log = create_log("-");
    put(log, "1\n", NULL);
    contact_log_destroy(log);
    log = create_log("-");
    put(log, "2\n", NULL);
    contact_log_destroy(log);
    dup2(own, STDOUT_FILENO);
    close(own);
    assert_int_equal(read(fds[0], buffer, sizeof buffer), 4);
    assert_memory_equal(buffer, "1\n2\n", 4);
    close(fds[0]);
}

/* Rotation under load: a thread renames the file again and again, by the
 * command in the environment, if there is one. */

#define ROTATED "rotated.json"
#define N_LINES 20000
#define N_ROTATIONS 10

static bool
appears(const char *name)
{
    for (int i = 0; i < 5000 && access(name, F_OK); i++) {
        usleep(1000);
    }
    return !access(name, F_OK);
}

/* Returns NULL if it fails. */
static void *
rotate(void *log_)
{
    const char *command = getenv("ROTATE");
    struct contact_log *log = log_;

    for (int i = 0; i < N_ROTATIONS; i++) {
        char name[32];

        usleep(10000);
        snprintf(name, sizeof name, ROTATED ".%d", i);
        int error = command ? system(command) : rename(ROTATED, name);
        contact_log_flush(log);
        if (error || !appears(ROTATED)) {
            return NULL;
        }
    }
    return log;
}

/* Marks the lines of the file, and removes it. */
static void
read_lines(const char *name, unsigned int seen[N_LINES])
{
    FILE *file = fopen(name, "r");
    unsigned int number;

    while (file && fscanf(file, "%u\n", &number) == 1) {
        assert_true(number < N_LINES);
        seen[number]++;
    }
    if (file) {
        assert_true(feof(file));
        fclose(file);
    }
    unlink(name);
}

static void
contact_sink_rotated(void **state OVS_UNUSED)
{
    static unsigned int seen[N_LINES];
    struct contact_log *log = create_log(ROTATED);
    pthread_t thread;
    void *rotated;

    assert_true(appears(ROTATED));

    assert_int_equal(pthread_create(&thread, NULL, rotate, log), 0);
    for (int i = 0; i < N_LINES; i++) {
        char line[16];

        snprintf(line, sizeof line, "%d\n", i);
        put(log, line, NULL);
        if (i % 100 == 0) {
            contact_log_flush(log);
            usleep(1000);
        }
    }
    pthread_join(thread, &rotated);
    assert_non_null(rotated);
    assert_int_equal(contact_log_lost(log), 0);
    contact_log_destroy(log);
    if (getenv("ROTATE")) {
        return;                 /* The command made the files. */
    }

    read_lines(ROTATED, seen);
    for (int i = 0; i < N_ROTATIONS; i++) {
        char name[32];

        snprintf(name, sizeof name, ROTATED ".%d", i);
        read_lines(name, seen);
    }
    for (int i = 0; i < N_LINES; i++) {
        assert_int_equal(seen[i], 1);
    }
}

const struct CMUnitTest contact_sink_tests[] = {
    cmocka_unit_test(contact_sink_syslog),
    cmocka_unit_test(contact_sink_journal),
    cmocka_unit_test(contact_sink_without_daemon),
    cmocka_unit_test(contact_sink_large),
    cmocka_unit_test(contact_sink_hanging_daemon),
    cmocka_unit_test(contact_sink_stdout),
    cmocka_unit_test(contact_sink_rotated),
    { .name = NULL },
};
