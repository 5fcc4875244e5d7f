/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/socket-watch.h"
#include "util.h"

static void
touch(const char *file)
{
    int fd = open(file, O_CREAT | O_WRONLY | O_TRUNC, 0600);

    assert_true(fd >= 0);
    close(fd);
}

static void
socket_watch_file(void **state OVS_UNUSED)
{
    char dir[] = "watchXXXXXX";

    assert_non_null(mkdtemp(dir));
    char *file = xasprintf("%s/br0.mgmt", dir);
    char *other = xasprintf("%s/br0.mgmt2", dir);
    struct socket_watch *watch = socket_watch_create(file);

    assert_false(socket_watch_run(watch, 0));
    touch(other);
    assert_false(socket_watch_run(watch, 0));
    touch(file);
    assert_true(socket_watch_run(watch, 0));
    assert_false(socket_watch_run(watch, 0));

    /* Its server may not have listened yet: a second chance, one. */
    assert_false(socket_watch_run(watch, 19));
    assert_true(socket_watch_run(watch, 20));
    assert_false(socket_watch_run(watch, 1000));

    /* It is there already: nothing new, until it is made anew. */
    touch(file);
    assert_false(socket_watch_run(watch, 0));
    unlink(file);
    assert_false(socket_watch_run(watch, 0));
    touch(file);
    assert_true(socket_watch_run(watch, 0));

    /* As some servers do it. */
    assert_int_equal(rename(other, file), 0);
    assert_true(socket_watch_run(watch, 0));

    socket_watch_destroy(watch);
    unlink(file);
    rmdir(dir);
    free(file);
    free(other);
}

/* A directory that does not exist is no reason to fail. */
static void
socket_watch_no_directory(void **state OVS_UNUSED)
{
    struct socket_watch *watch = socket_watch_create("/nonexistent/x/y");

    assert_false(socket_watch_run(watch, 0));
    socket_watch_destroy(watch);
}

/* The directory of sockets can be made anew, too. */
static void
socket_watch_directory(void **state OVS_UNUSED)
{
    char parent[] = "watchXXXXXX";

    assert_non_null(mkdtemp(parent));
    char *dir = xasprintf("%s/run", parent);
    char *file = xasprintf("%s/db.sock", dir);
    struct socket_watch *watch = socket_watch_create(file);

    for (int i = 0; i < 2; i++) {
        assert_false(socket_watch_run(watch, 0));
        assert_int_equal(mkdir(dir, 0700), 0);
        assert_true(socket_watch_run(watch, 0));
        assert_false(socket_watch_run(watch, 0));
        touch(file);
        assert_true(socket_watch_run(watch, 0));
        unlink(file);
        rmdir(dir);
    }

    socket_watch_destroy(watch);
    rmdir(parent);
    free(dir);
    free(file);
}

const struct CMUnitTest socket_watch_tests[] = {
    cmocka_unit_test(socket_watch_file),
    cmocka_unit_test(socket_watch_no_directory),
    cmocka_unit_test(socket_watch_directory),
    { .name = NULL },
};
