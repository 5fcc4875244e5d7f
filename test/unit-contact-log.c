/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "agent/contacts/contact-log.h"
#include "agent/contacts/contact-sink.h"
#include "openvswitch/dynamic-string.h"
#include "util.h"

static struct contact_log *
create_log(const char *where)
{
    return contact_log_create(contact_sink_create(where));
}

static void
put(struct contact_log *log, const char *line)
{
    contact_log_put(log, line, strlen(line), NULL);
}

static void
assert_file(const char *name, const char *expected)
{
    FILE *file = fopen(name, "r");
    struct ds s = DS_EMPTY_INITIALIZER;
    int c;

    assert_non_null(file);
    while ((c = getc(file)) != EOF) {
        ds_put_char(&s, c);
    }
    fclose(file);
    assert_string_equal(ds_cstr(&s), expected);
    ds_destroy(&s);
}

static void
pause_msec(int msec)
{
    const struct timespec t = { 0, msec * 1000000L };

    nanosleep(&t, NULL);
}

static void
contact_log_appends(void **state OVS_UNUSED)
{
    struct contact_log *log = create_log("contacts.log");

    put(log, "1\n");
    put(log, "2\n");
    contact_log_destroy(log);
    assert_file("contacts.log", "1\n2\n");
    log = create_log("contacts.log");
    put(log, "3\n");
    contact_log_destroy(log);
    assert_file("contacts.log", "1\n2\n3\n");
    unlink("contacts.log");
}

static off_t
file_size(const char *name)
{
    struct stat s;

    return stat(name, &s) ? 0 : s.st_size;
}

/* As logrotate(8) has it. */
static void
contact_log_reopens(void **state OVS_UNUSED)
{
    struct contact_log *log = create_log("contacts.log");

    put(log, "1\n");
    contact_log_flush(log);
    while (!file_size("contacts.log")) {
        pause_msec(1);
    }
    assert_int_equal(rename("contacts.log", "contacts.log.1"), 0);
    put(log, "2\n");
    contact_log_destroy(log);
    assert_file("contacts.log.1", "1\n");
    assert_file("contacts.log", "2\n");
    unlink("contacts.log");
    unlink("contacts.log.1");
}

static void
contact_log_without_disk(void **state OVS_UNUSED)
{
    struct contact_log *log = create_log("/dev/full");

    put(log, "1\n");
    put(log, "2\n");
    contact_log_flush(log);
    while (contact_log_lost(log) < 2) {
        pause_msec(1);
    }
    assert_int_equal(contact_log_lost(log), 2);
    contact_log_destroy(log);

    log = create_log("no/such/directory");
    put(log, "1\n");
    contact_log_flush(log);
    while (contact_log_lost(log) < 1) {
        pause_msec(1);
    }
    contact_log_destroy(log);
}

/* The file may have so many bytes: a line that is cut off is taken back. */
static void
contact_log_cut_off(void **state OVS_UNUSED)
{
    struct contact_log *log = create_log("contacts.log");
    struct rlimit limit;

    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = 8;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    put(log, "12345\n");
    put(log, "67890\n");
    contact_log_flush(log);
    while (contact_log_lost(log) < 1) {
        pause_msec(1);
    }
    limit.rlim_cur = limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    put(log, "x\n");
    contact_log_destroy(log);
    assert_file("contacts.log", "12345\nx\n");
    unlink("contacts.log");
}

/* Nobody flushes. */
static void
contact_log_without_room(void **state OVS_UNUSED)
{
    struct contact_log *log = create_log("/dev/null");
    char line[1024];

    memset(line, 'x', sizeof line - 1);
    line[sizeof line - 1] = '\n';
    for (size_t i = 0; i < CONTACT_LOG_ROOM / sizeof line + 5; i++) {
        contact_log_put(log, line, sizeof line, NULL);
    }
    assert_int_equal(contact_log_lost(log), 5);
    contact_log_destroy(log);
}

const struct CMUnitTest contact_log_tests[] = {
    cmocka_unit_test(contact_log_appends),
    cmocka_unit_test(contact_log_reopens),
    cmocka_unit_test(contact_log_without_disk),
    cmocka_unit_test(contact_log_cut_off),
    cmocka_unit_test(contact_log_without_room),
    { .name = NULL },
};
