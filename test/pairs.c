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
 * have the addresses of the fake side, on the VLAN. */

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
#include "hash.h"
#include "packets.h"
#include "unaligned.h"
#include "util.h"

enum {
    HOSTS = 254,
    PAIRS = HOSTS * HOSTS,
    ROUTED = 255,               /* Its last byte. */
    VLAN = 2,
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

#define FAKE_IP 0x0a0a0001
#define ROUTED_IP 0xac1008ff
#define REAL_IP(BYTE) (0xc0a80200u | (BYTE))
#define PAIR_IP(CLIENT, TARGET) (0x0a0a0000u | (CLIENT) << 8 | (TARGET))

static const struct eth_addr server_mac = ETH_ADDR_C(0e,00,00,00,00,66);
static const struct eth_addr client_mac = ETH_ADDR_C(0e,00,00,00,00,67);

enum way { PUBLISHED, KNOWN, PLAIN };

struct pair {
    uint32_t client, target;    /* Addresses, on the wire. */
    struct eth_addr client_mac, target_mac;
    uint32_t seen;              /* The client's address for the service. */
    uint16_t port;
};

/* What a datagram holds. */
struct question {
    ovs_16aligned_be32 number;
    uint8_t noise[14];
};

struct answer {
    uint8_t seen[4], port[2];
    struct question question;
};

struct question_frame {
    struct vlan_eth_header eth;
    struct ip_header ip;
    struct udp_header udp;
    struct question question;
};
BUILD_ASSERT_DECL(sizeof(struct question_frame) == 64);

/* The kernel hands us the tag apart. */
struct answer_frame {
    struct eth_header eth;
    struct ip_header ip;
    struct udp_header udp;
    struct answer answer;
};

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
bind_udp(const char *address, uint16_t port)
{
    struct sockaddr_in sin = {
        .sin_family = AF_INET, .sin_port = htons(port),
    };
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    check(inet_pton(AF_INET, address, &sin.sin_addr) == 1, address);
    check(!bind(fd, (struct sockaddr *) &sin, sizeof sin), "bind");
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
        struct answer a;
        struct sockaddr_in from;
        socklen_t len = sizeof from;

        if (recvfrom(fd, &a.question, sizeof a.question, 0,
                     (struct sockaddr *) &from, &len) < 0) {
            continue;
        }
        memcpy(a.seen, &from.sin_addr, sizeof a.seen);
        memcpy(a.port, &from.sin_port, sizeof a.port);
        /* What the way back has no room for is lost. */
        ignore(sendto(fd, &a, sizeof a, 0, (struct sockaddr *) &from, len));
    }
}

/* The clients. */

/* Client after client asks all targets, as scanners do. */
static struct pair
pair(enum way way, uint32_t number)
{
    uint32_t target = 1 + number % HOSTS;
    uint32_t client = 1 + number / HOSTS;
    bool routed = client == target;

    if (routed) {
        client = ROUTED;
    }

    struct pair p = {
        .client = routed ? ROUTED_IP : REAL_IP(client),
        .target = REAL_IP(target),
        .client_mac = ETH_ADDR_C(02,00,00,00,00,00),
        .target_mac = ETH_ADDR_C(0e,00,c0,a8,02,00),
        .seen = (way == KNOWN && routed
                 ? ROUTED_IP : PAIR_IP(client, target)),
        .port = 1024 + number % 50000,
    };
    p.client_mac.ea[5] = client;
    p.target_mac.ea[5] = target;
    if (way == PLAIN) {
        p.client = p.seen;
        p.target = FAKE_IP;
        p.client_mac = client_mac;
        p.target_mac = server_mac;
    }
    return p;
}

static struct question
question(const struct clients *c, uint32_t number)
{
    struct question q;

    put_16aligned_be32(&q.number, htonl(number));
    for (size_t i = 0; i < sizeof q.noise; i++) {
        q.noise[i] = hash_3words(c->seed, number, i);
    }
    return q;
}

static ovs_be16
udp_checksum(const struct ip_header *ip, const struct udp_header *udp)
{
    return csum_finish(csum_continue(packet_csum_pseudoheader(ip), udp,
                                     ntohs(udp->udp_len)));
}

static struct question_frame
question_frame(const struct clients *c, uint32_t number, uint16_t port)
{
    struct pair p = pair(c->way, number);
    struct question_frame f = {
        .eth = {
            .veth_dst = p.target_mac,
            .veth_src = p.client_mac,
            .veth_type = htons(ETH_TYPE_VLAN),
            .veth_tci = htons(VLAN),
            .veth_next_type = htons(ETH_TYPE_IP),
        },
        .ip = {
            .ip_ihl_ver = IP_IHL_VER(5, 4),
            .ip_tot_len = htons(sizeof f - sizeof f.eth),
            .ip_ttl = 64,
            .ip_proto = IPPROTO_UDP,
        },
        .udp = {
            .udp_src = htons(p.port),
            .udp_dst = htons(port),
            .udp_len = htons(sizeof f.udp + sizeof f.question),
        },
        .question = question(c, number),
    };

    put_16aligned_be32(&f.ip.ip_src, htonl(p.client));
    put_16aligned_be32(&f.ip.ip_dst, htonl(p.target));
    f.ip.ip_csum = csum(&f.ip, sizeof f.ip);
    f.udp.udp_csum = udp_checksum(&f.ip, &f.udp);
    return f;
}

static bool
headers_are_right(const struct answer_frame *f, size_t n)
{
    return (n == sizeof *f
            && f->ip.ip_ihl_ver == IP_IHL_VER(5, 4)
            && ntohs(f->ip.ip_tot_len) == n - sizeof f->eth
            && !(f->ip.ip_frag_off & htons(IP_FRAG_OFF_MASK
                                           | IP_MORE_FRAGMENTS))
            && f->ip.ip_proto == IPPROTO_UDP
            && ntohs(f->udp.udp_len) == sizeof f->udp + sizeof f->answer);
}

/* Returns what is wrong with an answer, or a null pointer. */
static const char *
find_wrong(struct clients *c, const struct answer_frame *f, size_t n,
           uint16_t tci)
{
    if (tci != VLAN) {
        return "tag";
    }
    if (!headers_are_right(f, n)) {
        return "headers";
    }
    /* The sum of what has a right sum is 0. */
    if (csum(&f->ip, sizeof f->ip) || udp_checksum(&f->ip, &f->udp)) {
        return "checksum";
    }

    uint32_t number = ntohl(get_16aligned_be32(
                                &f->answer.question.number));
    if (number - c->first >= c->n_sent) {
        return "content";
    }

    struct question q = question(c, number);
    struct pair p = pair(c->way, number);
    ovs_be32 seen = htonl(p.seen);
    ovs_be16 port = htons(p.port);
    bool *answered = &c->answered[number - c->first];

    if (memcmp(&q, &f->answer.question, sizeof q)) {
        return "content";
    }
    if (memcmp(&seen, f->answer.seen, sizeof seen)
        || memcmp(&port, f->answer.port, sizeof port)) {
        return "client, as the service saw it";
    }
    if (!eth_addr_equals(f->eth.eth_dst, p.client_mac)
        || !eth_addr_equals(f->eth.eth_src, p.target_mac)) {
        return "MAC address";
    }
    if (get_16aligned_be32(&f->ip.ip_src) != htonl(p.target)
        || get_16aligned_be32(&f->ip.ip_dst) != htonl(p.client)) {
        return "address";
    }
    if (f->udp.udp_src != htons(ECHO) || f->udp.udp_dst != port) {
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

/* Takes all that came.  What is not IPv4 is the kernel's own talk. */
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
        if (n < sizeof f.eth || f.eth.eth_type != htons(ETH_TYPE_IP)) {
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
            struct question_frame f = question_frame(c, c->first + c->n_sent,
                                                     ECHO);

            c->sent_at[c->n_sent++] = now;
            check(send(c->fd, &f, sizeof f, 0) == sizeof f, "send");
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
        frames[i] = question_frame(c, c->first + i, DISCARD);
    }
    while ((now = now_nsec()) < end) {
        struct iovec iov[BATCH];
        struct mmsghdr msgs[BATCH];

        for (size_t i = 0; i < BATCH; i++, next = (next + 1) % c->count) {
            iov[i] = (struct iovec) { &frames[next], sizeof *frames };
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
    static const char *const ways[] = { "published", "known", "plain" };

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
