/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/loop/restart-watch.h"
#include "util.h"

static void
touch(const char *file)
{
    int fd = open(file, O_CREAT | O_WRONLY | O_TRUNC, 0600);

    assert_true(fd >= 0);
    close(fd);
}

/* Each test that makes files has a directory of its own, '*state'. */

static int
make_dir(void **state)
{
    *state = xstrdup("watchXXXXXX");
    return mkdtemp(*state) ? 0 : -1;
}

static int
remove_dir(void **state)
{
    int error = rmdir(*state);

    free(*state);
    return error;
}

static void
restart_watch_file(void **state)
{
    const char *dir = *state;
    char *file = xasprintf("%s/br0.mgmt", dir);
    char *other = xasprintf("%s/br0.mgmt2", dir);
    struct restart_watch *watch = restart_watch_create(file);

    assert_false(restart_watch_run(watch, 0));
    touch(other);
    assert_false(restart_watch_run(watch, 0));
    touch(file);
    assert_true(restart_watch_run(watch, 0));
    assert_false(restart_watch_run(watch, 0));

    /* Its server may not have listened yet: a second chance, one. */
    assert_false(restart_watch_run(watch, 19));
    assert_true(restart_watch_run(watch, 20));
    assert_false(restart_watch_run(watch, 1000));

    /* It is there already: nothing new, until it is made anew. */
    touch(file);
    assert_false(restart_watch_run(watch, 0));
    unlink(file);
    assert_false(restart_watch_run(watch, 0));
    touch(file);
    assert_true(restart_watch_run(watch, 0));

    /* As some servers do it. */
    assert_int_equal(rename(other, file), 0);
    assert_true(restart_watch_run(watch, 0));

    restart_watch_destroy(watch);
    unlink(file);
    free(file);
    free(other);
}

/* A directory that does not exist is no reason to fail. */
static void
restart_watch_no_directory(void **state OVS_UNUSED)
{
    struct restart_watch *watch = restart_watch_create("/nonexistent/x/y");

    assert_false(restart_watch_run(watch, 0));
    restart_watch_destroy(watch);
}

/* The directory of sockets can be made anew, too. */
static void
restart_watch_directory(void **state)
{
    const char *parent = *state;
    char *dir = xasprintf("%s/run", parent);
    char *file = xasprintf("%s/db.sock", dir);
    struct restart_watch *watch = restart_watch_create(file);

    for (int i = 0; i < 2; i++) {
        assert_false(restart_watch_run(watch, 0));
        assert_int_equal(mkdir(dir, 0700), 0);
        assert_true(restart_watch_run(watch, 0));
        assert_false(restart_watch_run(watch, 0));
        touch(file);
        assert_true(restart_watch_run(watch, 0));
        unlink(file);
        rmdir(dir);
    }

    restart_watch_destroy(watch);
    free(dir);
    free(file);
}

const struct CMUnitTest restart_watch_tests[] = {
    cmocka_unit_test_setup_teardown(restart_watch_file, make_dir, remove_dir),
    cmocka_unit_test(restart_watch_no_directory),
    cmocka_unit_test_setup_teardown(restart_watch_directory, make_dir,
                                    remove_dir),
    { .name = NULL },
};
