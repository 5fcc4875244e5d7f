/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/contacts/contact-right.h"
#include "netdev/tap.h"
#include "util.h"

/* Refuses the system call from now on, as systemd does. */
static bool
forbid(int syscall)
{
    struct sock_filter insns[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, syscall, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { ARRAY_SIZE(insns), insns };

    return (!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
            && !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
}

/* Returns true if a process without the system call, -1 for none, gives the
 * right up, and can open other sockets still. */
static bool
gives_up(int syscall)
{
    pid_t pid = fork();
    int status;

    if (!pid) {
        if (syscall >= 0 && !forbid(syscall)) {
            _exit(1);
        }
        contact_right_drop();
        _exit(contact_right_have() || socket(AF_UNIX, SOCK_STREAM, 0) < 0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return !status;
}

static void
contact_right(void **state OVS_UNUSED)
{
    if (!contact_right_have()) {
        skip();
    }
    assert_true(gives_up(-1));
    assert_true(gives_up(SYS_capset));
    assert_true(contact_right_have());
}

const struct CMUnitTest contact_right_tests[] = {
    cmocka_unit_test(contact_right),
    { .name = NULL },
};
