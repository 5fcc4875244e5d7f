/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/contacts/contact-right.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
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

void
contact_right_drop(void)
{
    struct rights rights;
    int error = get_rights(&rights);

    /* Refused without CAP_SETPCAP. */
    ignore(prctl(PR_CAPBSET_DROP, CAP_NET_RAW, 0, 0, 0));
    if (!error) {
        rights.words[0].effective &= ~RAW;
        rights.words[0].permitted &= ~RAW;
        rights.words[0].inheritable &= ~RAW;
        error = set_rights(&rights);
    }
    if (error) {
        VLOG_WARN("CAP_NET_RAW is not given up: %s", ovs_strerror(error));
    }
}

bool
contact_right_have(void)
{
    struct rights rights;

    return !get_rights(&rights) && rights.words[0].effective & RAW;
}
