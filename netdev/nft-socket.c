/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/nft-socket.h"

#include <errno.h>
#include <limits.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/socket.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "netdev/netlink.h"
#include "netdev/nft-format.h"
#include "netdev/nft-message.h"
#include "util.h"

/* A socket is for one dump or transaction: what it leaves unread would be read
 * as a reply to the next.  Returns NULL and sets errno if there is none. */
static struct nl_sock *
open_socket(void)
{
    return netlink_open_protocol(NETLINK_NETFILTER);
}

const char *
nft_probe(void)
{
    struct nl_sock *sock = open_socket();
    const char *why = sock ? NULL : ovs_strerror(errno);

    nl_socket_free(sock);
    return why;
}

struct dump {
    const char *table, *set;
    bool (*take)(const struct nlmsghdr *, void *aux);
    void *aux;
};

static int
take_message(struct nl_msg *msg, void *dump_)
{
    const struct dump *dump = dump_;
    const struct nlmsghdr *nlh = nlmsg_hdr(msg);

    return ((dump->table && !nft_is_of_table(nlh, dump->table))
            || dump->take(nlh, dump->aux) ? NL_OK : NL_STOP);
}

static int
dump_on(struct nl_sock *sock, int type, struct dump *dump)
{
    struct nl_msg *msg = nft_message(type, NLM_F_DUMP, dump->table);

    if (dump->set) {
        nft_put_string(msg, NFTA_SET_ELEM_LIST_SET, dump->set);
    }

    int error = nl_send_auto(sock, msg);

    nlmsg_free(msg);
    if (error < 0) {
        return error;
    }
    nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, take_message, dump);
    error = nl_recvmsgs_default(sock);
    return error < 0 ? error : 0;
}

int
nft_dump(int type, const char *table, const char *set,
         bool (*take)(const struct nlmsghdr *, void *aux), void *aux)
{
    struct dump dump = { table, set, take, aux };
    struct nl_sock *sock = open_socket();

    if (!sock) {
        return -nl_syserr2nlerr(errno);
    }

    int error = dump_on(sock, type, &dump);
    nl_socket_free(sock);
    return error;
}

static void
append(struct nft_transaction *t, const struct nlmsghdr *nlh)
{
    size_t n = NLMSG_ALIGN(nlh->nlmsg_len);

    while (t->allocated - t->n < n) {
        t->data = x2nrealloc(t->data, &t->allocated, 1);
    }
    memset(t->data + t->n, 0, n);
    memcpy(t->data + t->n, nlh, nlh->nlmsg_len);
    t->last = t->n;
    t->n += n;
}

void
nft_transaction_add(struct nft_transaction *t, struct nl_msg *msg)
{
    append(t, nlmsg_hdr(msg));
    nlmsg_free(msg);
}

void
nft_transaction_start(struct nft_transaction *t)
{
    *t = (struct nft_transaction) { NULL, 0, 0, 0 };
    nft_transaction_add(t, nft_batch_message(NFNL_MSG_BATCH_BEGIN));
}

/* The kernel takes a transaction at once, or not at all. */
static void
make_room(struct nl_sock *sock, size_t n)
{
    int bytes = MIN(n, INT_MAX / 4);

    setsockopt(nl_socket_get_fd(sock), SOL_SOCKET, SO_SNDBUFFORCE, &bytes,
               sizeof bytes);
}

/* The reply is the first error, or that the last message is done. */
static int
send_all(const struct nft_transaction *t)
{
    struct nl_sock *sock = open_socket();

    if (!sock) {
        return -nl_syserr2nlerr(errno);
    }
    make_room(sock, t->n);
    nl_socket_disable_seq_check(sock);
    int error = nl_sendto(sock, t->data, t->n);
    error = error < 0 ? error : nl_wait_for_ack(sock);
    nl_socket_free(sock);
    return error < 0 ? error : 0;
}

int
nft_transaction_commit(struct nft_transaction *t)
{
    struct nlmsghdr *last = ALIGNED_CAST(struct nlmsghdr *,
                                         t->data + t->last);

    last->nlmsg_flags |= NLM_F_ACK;
    nft_transaction_add(t, nft_batch_message(NFNL_MSG_BATCH_END));

    int error = send_all(t);
    free(t->data);
    return error;
}
