/* SPDX-License-Identifier: Apache-2.0 */

/* Many pairs of client and target, with real frames.
 *
 * pairs serve ADDRESS
 *     The service.  UDP: on port 7, each datagram comes back, behind the
 *     address and port that the service saw; on port 9, all are thrown away.
 *     Prints "ready".
 * pairs open WAY INTERFACE FIRST COUNT RATE
 *     Is all clients, on the far end of the uplink: opens so many pairs, from
 *     that number on, RATE a second, by one datagram a pair that is never
 *     repeated, and checks each answer to its last bit.  Prints a line of
 *     figures; fails if an answer was wrong.
 * pairs try WAY INTERFACE FIRST COUNT RATE
 *     The same, but ends as soon as one was lost.
 * pairs fill WAY INTERFACE FIRST COUNT AT-ONCE
 *     The same, as fast as they are answered, so many of them waiting for it.
 * pairs flood WAY INTERFACE FIRST COUNT SECONDS
 *     Frames of 64 bytes of these pairs, in turn, as many as it can, to port
 *     9.  Prints how many these were.
 *
 * The pairs are 254 x 254: each target of 192.168.2.0/24 is asked by each
 * inside client but itself, and by one routed client, 172.16.8.255.  WAY is
 * what is done with them: "published" and "known" are the flow sets, the
 * latter with --real-subnet 192.168.2.0/24; with "plain" the frames already
 * have the addresses of the fake side, on the VLAN.  "known6" is IPv6: targets
 * are fc01::1 to fc01::fe, in the real subnet fc01::/96, and the routed client
 * is fc02::ff. */

#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "csum.h"
#include "packets.h"
#include "test/pairs-frames.h"
#include "util.h"

enum {
    PAIRS = PAIRS_HOSTS * PAIRS_HOSTS,
    ECHO = 7,
    DISCARD = 9,
    BATCH = 64,
    MAX_RATE = 1000000,
    WRONG_SHOWN = 3,
    BUFFER_SIZE = 64 * 1024 * 1024,
};

#define NSEC_PER_SEC 1000000000LL
#define SPIN_NSEC 20000
#define LOST_NSEC (2 * NSEC_PER_SEC)    /* No answer comes so late. */

struct clients {
    enum way way;
    int fd;
    uint32_t first, count;
    uint32_t seed;              /* Of the noise: each run has its own. */
    bool *answered;             /* 'count' of them, as of the next. */
    long long *sent_at;
    uint32_t n_sent, n_answered, n_wrong;
    uint32_t oldest;            /* All before were answered. */
    uint32_t at_once;           /* That may be unanswered. */
};

static void
check(bool ok, const char *what)
{
    if (!ok) {
        ovs_fatal(errno, "%s", what);
    }
}

static long long
now_nsec(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * NSEC_PER_SEC + t.tv_nsec;
}

/* However many frames come while this process does not run. */
static void
enlarge_buffer(int fd)
{
    int size = BUFFER_SIZE;

    check(!setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size),
          "SO_RCVBUFFORCE");
}

/* The service. */

static int
bind_udp(const char *text, uint16_t port)
{
    struct sockaddr_in6 sin6 = {
        .sin6_family = AF_INET6, .sin6_port = htons(port),
    };
    struct address address;
    int fd = socket(AF_INET6, SOCK_DGRAM, 0);

    /* IPv4 as IPv4-mapped addresses: ipv6(7). */
    check(address_parse(text, &address), text);
    sin6.sin6_addr = address_to_in6(address);
    check(!bind(fd, (struct sockaddr *) &sin6, sizeof sin6), "bind");
    return fd;
}

static void
serve(const char *address)
{
    int fd = bind_udp(address, ECHO);

    bind_udp(address, DISCARD);
    enlarge_buffer(fd);
    printf("ready\n");
    fflush(stdout);
    for (;;) {
        struct question q;
        struct sockaddr_in6 from;
        socklen_t len = sizeof from;
        uint8_t answer[MAX_ANSWER];

        if (recvfrom(fd, &q, sizeof q, 0,
                     (struct sockaddr *) &from, &len) < 0) {
            continue;
        }
        size_t n = put_seen(answer, address_from_in6(&from.sin6_addr),
                            ntohs(from.sin6_port));
        memcpy(answer + n, &q, sizeof q);
        /* What the way back has no room for is lost. */
        ignore(sendto(fd, answer, n + sizeof q, 0, (struct sockaddr *) &from,
                      len));
    }
}

/* The clients. */

/* Returns what is wrong with the content of an answer's datagram, or a null
 * pointer. */
static const char *
find_wrong_content(struct clients *c, const uint8_t *content,
                   uint32_t *number_)
{
    size_t address_len = plan_of(c->way)->address_len;
    struct question asked, q;
    uint8_t seen[MAX_ANSWER];

    memcpy(&asked, content + address_len + 2, sizeof asked);
    uint32_t number
        = ntohl(get_16aligned_be32(&asked.number));
    if (number - c->first >= c->n_sent) {
        return "content";
    }
    q = question(c->seed, number);
    if (memcmp(&q, &asked, sizeof q)) {
        return "content";
    }

    struct pair p = pair(c->way, number);
    size_t n = put_seen(seen, p.seen, p.port);
    *number_ = number;
    return (memcmp(seen, content, n) ? "client, as the service saw it" : NULL);
}

/* Returns what is wrong with an answer, or a null pointer. */
static const char *
find_wrong(struct clients *c, const struct answer_frame *f, size_t n,
           uint16_t tci)
{
    const struct plan *plan = plan_of(c->way);
    const uint8_t *udp = f->ip + plan->header_len;
    uint32_t number;

    if (tci != PAIRS_VLAN) {
        return "tag";
    }
    if (!headers_are_right(plan, f, n)) {
        return "headers";
    }
    /* The sum of what has a right sum is 0. */
    if ((plan == &pairs_ipv4 && csum(f->ip, plan->header_len))
        || udp_checksum(plan, f->ip)) {
        return "checksum";
    }

    const char *wrong = find_wrong_content(c, udp + UDP_HEADER_LEN, &number);
    if (wrong) {
        return wrong;
    }

    struct pair p = pair(c->way, number);
    const uint8_t *src = f->ip + plan->src, *dst = src + plan->address_len;
    bool *answered = &c->answered[number - c->first];

    if (!eth_addr_equals(f->eth.eth_dst, p.client_mac)
        || !eth_addr_equals(f->eth.eth_src, p.target_mac)) {
        return "MAC address";
    }
    if (!address_equals(address_from_bytes(src, plan->address_len), p.target)
        || !address_equals(address_from_bytes(dst, plan->address_len),
                           p.client)) {
        return "address";
    }
    if (get_be16(udp) != ECHO || get_be16(udp + 2) != p.port) {
        return "port";
    }
    if (*answered) {
        return "number: it was there before";
    }
    *answered = true;
    return NULL;
}

static int
open_wire(const char *interface)
{
    const struct sockaddr_ll address = {
        .sll_family = AF_PACKET,
        .sll_protocol = htons(ETH_P_ALL),
        .sll_ifindex = if_nametoindex(interface),
    };
    const int on = 1;
    int fd = socket(AF_PACKET, SOCK_RAW, 0);

    check(fd >= 0, "AF_PACKET");
    check(address.sll_ifindex, interface);
    enlarge_buffer(fd);
    check(!setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof on)
          && !setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING,
                         &on, sizeof on), "AF_PACKET options");
    check(!bind(fd, (const struct sockaddr *) &address, sizeof address),
          interface);
    return fd;
}

/* Returns the tag of a frame that was received, or -1. */
static int
vlan_tci(struct msghdr *msg)
{
    struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg);

    if (cmsg && cmsg->cmsg_level == SOL_PACKET
        && cmsg->cmsg_type == PACKET_AUXDATA) {
        struct tpacket_auxdata aux;

        memcpy(&aux, CMSG_DATA(cmsg), sizeof aux);
        return aux.tp_status & TP_STATUS_VLAN_VALID ? aux.tp_vlan_tci : -1;
    }
    return -1;
}

static bool
is_answer(const struct plan *plan, const struct answer_frame *f)
{
    return (f->eth.eth_type == htons(plan->eth_type)
            && (plan == &pairs_ipv4 || f->ip[6] == IPPROTO_UDP));
}

/* Takes all that came.  What is not IPv4, or not UDP of IPv6, is the kernel's
 * own talk. */
static bool
receive_answers(struct clients *c)
{
    bool any = false;

    for (;;) {
        struct answer_frame f;
        struct iovec iov = { &f, sizeof f };
        uint64_t control[CMSG_SPACE(sizeof(struct tpacket_auxdata)) / 8 + 1];
        struct msghdr msg = {
            .msg_iov = &iov, .msg_iovlen = 1,
            .msg_control = control, .msg_controllen = sizeof control,
        };
        ssize_t n = recvmsg(c->fd, &msg, MSG_DONTWAIT | MSG_TRUNC);

        if (n < 0) {
            check(errno == EAGAIN, "receive");
            return any;
        }
        if (n < sizeof f.eth || !is_answer(plan_of(c->way), &f)) {
            continue;
        }

        const char *wrong = find_wrong(c, &f, n, vlan_tci(&msg));
        if (!wrong) {
            c->n_answered++;
            any = true;
        } else if (c->n_wrong++ < WRONG_SHOWN) {
            fprintf(stderr, "an answer has a wrong %s\n", wrong);
        }
    }
}

static void
wait_for(const struct clients *c, long long nsec)
{
    if (nsec > SPIN_NSEC) {
        struct pollfd pfd = { .fd = c->fd, .events = POLLIN };
        struct timespec t = { nsec / NSEC_PER_SEC, nsec % NSEC_PER_SEC };

        ppoll(&pfd, 1, &t, NULL);
    }
}

static bool
one_is_lost(struct clients *c)
{
    while (c->oldest < c->n_sent && c->answered[c->oldest]) {
        c->oldest++;
    }
    return (c->oldest < c->n_sent
            && now_nsec() - c->sent_at[c->oldest] > LOST_NSEC);
}

static bool
is_full(const struct clients *c)
{
    return c->n_sent - c->n_answered >= c->at_once;
}

/* After a pause of the machine, at most twice the rate until all is as it had
 * been without: Open vSwitch's socket has room for few frames. */
static void
send_questions(struct clients *c, uint32_t rate, bool to_the_end)
{
    const long long interval = NSEC_PER_SEC / rate;
    long long start = now_nsec(), due = start;

    while (c->n_sent < c->count && (to_the_end || !one_is_lost(c))) {
        long long now = now_nsec();

        if (now >= due && !is_full(c)) {
            struct question_frame f = question_frame(c->way, c->seed,
                                                     c->first + c->n_sent,
                                                     ECHO);

            c->sent_at[c->n_sent++] = now;
            check(send(c->fd, &f.bytes, f.size, 0) == f.size, "send");
            due = MAX(start + c->n_sent * interval, now + interval / 2);
        }
        receive_answers(c);
        wait_for(c, is_full(c) ? LOST_NSEC : due - now_nsec());
    }
}

static void
receive_late_answers(struct clients *c)
{
    long long last = now_nsec();

    while (c->n_answered < c->n_sent && now_nsec() - last < LOST_NSEC) {
        if (receive_answers(c)) {
            last = now_nsec();
        }
        wait_for(c, LOST_NSEC);
    }
}

static void
open_pairs(struct clients *c, uint32_t rate, bool to_the_end)
{
    long long start = now_nsec();
    double seconds;

    c->answered = xcalloc(c->count, sizeof *c->answered);
    c->sent_at = xcalloc(c->count, sizeof *c->sent_at);
    prctl(PR_SET_TIMERSLACK, 1);
    send_questions(c, rate, to_the_end);
    seconds = (double) (now_nsec() - start) / NSEC_PER_SEC;
    receive_late_answers(c);
    printf("%"PRIu32" pairs in %.2f s: %"PRIu32" lost, %"PRIu32" wrong\n",
           c->n_sent, seconds, c->n_sent - c->n_answered, c->n_wrong);
    free(c->answered);
    free(c->sent_at);
}

static void
flood(struct clients *c, uint32_t seconds)
{
    struct question_frame *frames = xcalloc(c->count, sizeof *frames);
    long long start = now_nsec(), end = start + seconds * NSEC_PER_SEC, now;
    uint32_t next = 0;
    uint64_t n = 0;

    for (uint32_t i = 0; i < c->count; i++) {
        frames[i] = question_frame(c->way, c->seed, c->first + i, DISCARD);
    }
    while ((now = now_nsec()) < end) {
        struct iovec iov[BATCH];
        struct mmsghdr msgs[BATCH];

        for (size_t i = 0; i < BATCH; i++, next = (next + 1) % c->count) {
            iov[i] = (struct iovec) {
                &frames[next].bytes, frames[next].size
            };
            msgs[i].msg_hdr = (struct msghdr) {
                .msg_iov = &iov[i], .msg_iovlen = 1,
            };
        }

        int sent = sendmmsg(c->fd, msgs, BATCH, 0);
        check(sent > 0 || errno == ENOBUFS, "sendmmsg");
        n += MAX(sent, 0);
    }
    printf("%"PRIu64" frames in %.2f s\n", n,
           (double) (now - start) / NSEC_PER_SEC);
    free(frames);
}

static uint32_t
number(const char *s, uint32_t max)
{
    unsigned int n;

    if (!str_to_uint(s, 10, &n) || n > max) {
        ovs_fatal(0, "%s: not a number up to %"PRIu32, s, max);
    }
    return n;
}

static enum way
parse_way(const char *s)
{
    static const char *const ways[] = {
        "published", "known", "plain", "known6"
    };

    for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
        if (!strcmp(s, ways[i])) {
            return i;
        }
    }
    ovs_fatal(0, "%s: no way", s);
}

int
main(int argc, char *argv[])
{
    set_program_name(argv[0]);
    if (argc == 3 && !strcmp(argv[1], "serve")) {
        serve(argv[2]);
    } else if (argc == 7) {
        struct clients c = {
            .way = parse_way(argv[2]),
            .fd = open_wire(argv[3]),
            .first = number(argv[4], PAIRS),
            .count = number(argv[5], PAIRS),
            .at_once = PAIRS,
        };
        uint32_t last = number(argv[6], MAX_RATE);

        check(getrandom(&c.seed, sizeof c.seed, 0) == sizeof c.seed,
              "getrandom");
        if (!c.count || c.first + c.count > PAIRS || !last) {
            ovs_fatal(0, "the pairs are 0 to %d", PAIRS - 1);
        }
        if (!strcmp(argv[1], "open") || !strcmp(argv[1], "try")) {
            open_pairs(&c, last, !strcmp(argv[1], "open"));
            return c.n_wrong ? EXIT_FAILURE : EXIT_SUCCESS;
        } else if (!strcmp(argv[1], "fill")) {
            c.at_once = last;
            open_pairs(&c, MAX_RATE, false);
            return c.n_wrong ? EXIT_FAILURE : EXIT_SUCCESS;
        } else if (!strcmp(argv[1], "flood")) {
            flood(&c, last);
            return EXIT_SUCCESS;
        }
    }
    ovs_fatal(0, "see the head of test/pairs.c");
}
