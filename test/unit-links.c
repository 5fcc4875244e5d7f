/* SPDX-License-Identifier: Apache-2.0 */

/* The kernel here is this machine's, which has no such devices; only what it
 * says is changed on the way.  The linker puts __wrap_nl_connect() in the
 * place of libnl's function. */

#include <config.h>

#include "test/unit.h"

#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/addr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/object.h>
#include <netlink/route/addr.h>
#include <netlink/socket.h>
#include <string.h>
#include <unistd.h>

#include "netdev/links.h"
#include "netdev/netlink.h"
#include "netdev/snapshot.h"
#include "netdev/uplink-use.h"
#include "openvswitch/dynamic-string.h"
#include "timeval.h"
#include "util.h"

static const struct links_network network = {
    .fake_port = "absent1", .plen = 16
};
static const struct links_config config = {
    .uplink = "absent0", .networks = &network, .n_networks = 1
};

static enum { SOUND, INTERRUPTED, SILENT } replies;
static int n_connects;

/* Of type nl_recv()'s override. */
static int
receive(struct nl_sock *sock, struct sockaddr_nl *from, unsigned char **buf,
        struct ucred **creds)
{
    if (replies == SILENT) {
        return -NLE_AGAIN;
    }

    int n = nl_recv(sock, from, buf, creds);
    int left = n;
    for (struct nlmsghdr *nlh = n > 0 ? (struct nlmsghdr *) *buf : NULL;
         nlh && nlmsg_ok(nlh, left); nlh = nlmsg_next(nlh, &left)) {
        if (replies == INTERRUPTED) {
            nlh->nlmsg_flags |= NLM_F_DUMP_INTR;
        }
    }
    return n;
}

int __real_nl_connect(struct nl_sock *, int protocol);
int __wrap_nl_connect(struct nl_sock *, int protocol);

int
__wrap_nl_connect(struct nl_sock *sock, int protocol)
{
    struct nl_cb *cb = nl_socket_get_cb(sock);

    n_connects++;
    nl_cb_overwrite_recv(cb, receive);
    nl_cb_put(cb);
    return __real_nl_connect(sock, protocol);
}

static struct links *
create_started(void)
{
    struct links *links = links_create(&config);

    assert_non_null(links);
    links_start(links);
    return links;
}

/* A look at once, after which all is as if nothing had been. */
static void
assert_recovers(struct links *links)
{
    replies = SOUND;
    links_look(links);
    assert_string_equal(links_present(links),
                        "waiting for absent1 to appear; "
                        "waiting for absent0 to appear");
    assert_false(links_is_blocked(links));
    assert_false(links_wants_look(links));
    links_destroy(links);
}

/* Somebody else's changes are no refusal: look again, at once. */
static void
links_interrupted(void **state OVS_UNUSED)
{
    struct links *links = create_started();

    replies = INTERRUPTED;
    links_look(links);
    assert_non_null(strstr(links_present(links),
                           "change faster than they can be read"));
    assert_false(links_is_blocked(links));
    assert_false(links_is_in_sync(links));
    assert_true(links_wants_look(links));
    assert_recovers(links);
}

/* A late reply must not be taken for that of the next request. */
static void
links_unanswered(void **state OVS_UNUSED)
{
    struct links *links = create_started();
    int before = n_connects;

    replies = SILENT;
    links_look(links);
    assert_non_null(strstr(links_present(links),
                           "no answer from the kernel"));
    assert_true(links_is_blocked(links));
    assert_int_equal(n_connects, before + 1);
    assert_recovers(links);
}

/* Nothing was asked, so nothing is answered. */
static void
netlink_timeout(void **state OVS_UNUSED)
{
    struct nl_sock *sock = netlink_open();
    long long int before = time_msec();

    assert_non_null(sock);
    alarm(10 * NETLINK_TIMEOUT_MSEC / 1000);
    assert_int_equal(nl_recvmsgs_default(sock), -NLE_AGAIN);
    assert_in_range(time_msec() - before, NETLINK_TIMEOUT_MSEC / 2,
                    5 * NETLINK_TIMEOUT_MSEC);
    nl_socket_free(sock);
}

/* Asserts what is said of an uplink that has this address, and before that one
 * that does not count. */
static void
assert_use(const char *address, int family, int scope, unsigned int flags,
           const char *expected)
{
    struct snapshot_device device = { .ifindex = 7 };
    struct rtnl_addr *addr = rtnl_addr_alloc();
    struct nl_object *objects[] = { OBJ_CAST(addr) };
    struct nl_addr *local;
    struct ds s = DS_EMPTY_INITIALIZER;

    assert_non_null(addr);
    assert_false(nl_addr_parse(address, family, &local));
    assert_false(rtnl_addr_set_local(addr, local));
    rtnl_addr_set_scope(addr, scope);
    rtnl_addr_set_flags(addr, flags);
    assert_false(uplink_use_format(&device, "up0", &s));
    device.addresses.objects = objects;
    device.addresses.n = 1;
    assert_int_equal(uplink_use_format(&device, "up0", &s), expected[0] != 0);
    assert_string_equal(ds_cstr(&s), expected);
    nl_addr_put(local);
    rtnl_addr_put(addr);
    ds_destroy(&s);
}

#define USED "somebody else uses the uplink up0, which has the address "
#define REMEDY ": have the network manager leave it alone, and remove the " \
    "address"

static void
links_uplink_use(void **state OVS_UNUSED)
{
    assert_use("192.0.2.7/24", AF_INET, RT_SCOPE_UNIVERSE, IFA_F_PERMANENT,
               USED "192.0.2.7/24" REMEDY);
    assert_use("192.0.2.7/24", AF_INET, RT_SCOPE_UNIVERSE, 0,
               USED "192.0.2.7/24 with a lifetime, as of DHCP" REMEDY);
    assert_use("169.254.1.2/16", AF_INET, RT_SCOPE_LINK, IFA_F_PERMANENT,
               USED "169.254.1.2/16" REMEDY);
    assert_use("2001:db8::1/64", AF_INET6, RT_SCOPE_UNIVERSE, IFA_F_PERMANENT,
               USED "2001:db8::1/64" REMEDY);

    /* The agent takes it away; and what every link has. */
    assert_use("2001:db8::1/64", AF_INET6, RT_SCOPE_UNIVERSE, 0, "");
    assert_use("fe80::1/64", AF_INET6, RT_SCOPE_LINK, IFA_F_PERMANENT, "");
}

const struct CMUnitTest links_tests[] = {
    cmocka_unit_test(links_interrupted),
    cmocka_unit_test(links_unanswered),
    cmocka_unit_test(links_uplink_use),
    cmocka_unit_test(netlink_timeout),
    { .name = NULL },
};
