/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/contacts/contact-right.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "openvswitch/vlog.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(contact_right);

#define RAW CAP_TO_MASK(CAP_NET_RAW)

struct rights {
    struct __user_cap_data_struct words[_LINUX_CAPABILITY_U32S_3];
};

/* The C library has neither function.  Both return 0 or an errno value. */

static int
get_rights(struct rights *rights)
{
    struct __user_cap_header_struct header = {
        .version = _LINUX_CAPABILITY_VERSION_3
    };

    return syscall(SYS_capget, &header, rights->words) ? errno : 0;
}

static int
set_rights(const struct rights *rights)
{
    struct __user_cap_header_struct header = {
        .version = _LINUX_CAPABILITY_VERSION_3
    };

    return syscall(SYS_capset, &header, rights->words) ? errno : 0;
}

/* Returns 0 or an errno value. */
static int
drop_capability(void)
{
    struct rights rights;
    int error = get_rights(&rights);

    if (error) {
        return error;
    }
    /* Refused without CAP_SETPCAP. */
    ignore(prctl(PR_CAPBSET_DROP, CAP_NET_RAW, 0, 0, 0));
    rights.words[0].effective &= ~RAW;
    rights.words[0].permitted &= ~RAW;
    rights.words[0].inheritable &= ~RAW;
    return set_rights(&rights);
}

/* Has the kernel refuse packet sockets: see seccomp(2).  System calls of other
 * architectures are refused by systemd.  Returns 0 or an errno value. */
static int
forbid_packet_sockets(void)
{
    const size_t low = htons(1) == 1 ? 4 : 0;   /* Of 64 bits. */
    struct sock_filter insns[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                 offsetof(struct seccomp_data, args[0]) + low),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_PACKET, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { ARRAY_SIZE(insns), insns };

    return (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
            || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)
            ? errno : 0);
}

void
contact_right_drop(void)
{
    int error = drop_capability();

    if (error) {
        error = forbid_packet_sockets();
    }
    if (error) {
        VLOG_WARN("packet sockets are not given up: %s", ovs_strerror(error));
    }
}

bool
contact_right_have(void)
{
    /* Without a protocol, it receives nothing. */
    int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd >= 0) {
        close(fd);
    }
    return fd >= 0;
}
