/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/tap.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "coverage.h"
#include "netdev/tap-filter.h"
#include "openvswitch/ofpbuf.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "timeval.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(tap);

COVERAGE_DEFINE(tap_frame);

static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(5, 5);

/* Once a minute. */
static struct vlog_rate_limit missed_rl = VLOG_RATE_LIMIT_INIT(1, 1);

/* Of a ring, in bytes: 10,000 small frames a second for two seconds.  It has
 * 16 blocks, and Linux begins another one each TAP_COLLECT_MSEC: so it lasts
 * for three seconds at most. */
#define RING_SIZE (4 * 1024 * 1024)

/* In a pass of the loop, from each ring. */
#define BURST 2000

#define RETRY_MSEC 1000
#define COUNT_MSEC 1000

struct direction {
    bool sent;
    char *filter;
    pcap_t *pcap;               /* NULL if closed. */
    struct bpf_program program; /* Of 'filter'. */
    long long int since;        /* What is older came without the filter. */
    struct pcap_stat counted;   /* As 'pcap' had it last. */
};

struct tap {
    char *interface;
    int ifindex;
    struct direction directions[2];
    char *error;                /* NULL if open. */
    long long int retry_at;
    struct tap_counts counts;
    long long int count_at;     /* LLONG_MAX if no frame came since. */
};

struct tap *
tap_create(const char *interface, const char *received, const char *sent)
{
    struct tap *tap = xmalloc(sizeof *tap);

    *tap = (struct tap) {
        .interface = xstrdup(interface),
        .directions = {
            { .filter = xstrdup(received) },
            { .filter = xstrdup(sent), .sent = true },
        },
        .error = xasprintf("waiting for %s to appear", interface),
        .retry_at = LLONG_MIN,
        .count_at = LLONG_MAX,
    };
    return tap;
}

/* What libpcap counts wraps at 32 bits. */
static void
count_direction(struct direction *d, struct tap_counts *counts)
{
    struct pcap_stat stat;

    if (d->pcap && !pcap_stats(d->pcap, &stat)) {
        counts->taken += stat.ps_recv - d->counted.ps_recv;
        counts->missed += stat.ps_drop - d->counted.ps_drop;
        d->counted = stat;
    }
}

static void
count(struct tap *tap)
{
    uint64_t missed = tap->counts.missed;

    for (size_t i = 0; i < ARRAY_SIZE(tap->directions); i++) {
        count_direction(&tap->directions[i], &tap->counts);
    }
    if (tap->counts.missed > missed) {
        VLOG_WARN_RL(&missed_rl, "%s: the tap missed %"PRIu64" frames, "
                     "%"PRIu64" so far", tap->interface,
                     tap->counts.missed - missed, tap->counts.missed);
    }
}

/* Closes the ring, if there is one. */
static void
close_direction(struct direction *d)
{
    if (d->pcap) {
        pcap_freecode(&d->program);
        pcap_close(d->pcap);
        d->pcap = NULL;
    }
}

static void
close_rings(struct tap *tap)
{
    count(tap);
    tap->count_at = LLONG_MAX;
    for (size_t i = 0; i < ARRAY_SIZE(tap->directions); i++) {
        close_direction(&tap->directions[i]);
    }
}

/* Closes the tap.  Takes ownership of 'error'. */
static void
set_error(struct tap *tap, char *error)
{
    if (!nullable_string_is_equal(error, tap->error)) {
        VLOG_INFO_RL(&rl, "%s: %s", tap->interface, error);
    }
    close_rings(tap);
    free(tap->error);
    tap->error = error;
    tap->retry_at = time_msec() + RETRY_MSEC;
}

void
tap_destroy(struct tap *tap)
{
    if (tap) {
        close_rings(tap);
        for (size_t i = 0; i < ARRAY_SIZE(tap->directions); i++) {
            free(tap->directions[i].filter);
        }
        free(tap->interface);
        free(tap->error);
        free(tap);
    }
}

void
tap_set_device(struct tap *tap, int ifindex)
{
    if (ifindex != tap->ifindex) {
        tap->ifindex = ifindex;
        set_error(tap, xasprintf("waiting for %s to appear", tap->interface));
        tap->retry_at = LLONG_MIN;
    }
}

/* Opening. */

/* Returns what is wrong, for the caller to free. */
static char *
describe_error(pcap_t *pcap, int status)
{
    switch (status) {
    case PCAP_ERROR_PERM_DENIED:
        return xstrdup("the kernel refused it: it needs CAP_NET_RAW");
    case PCAP_ERROR_IFACE_NOT_UP:
        return xstrdup("it is down");
    default:
        return xasprintf("%s: %s", pcap_statustostr(status),
                         pcap_geterr(pcap));
    }
}

/* Frames that are sent are not copied for a ring that has no use for them. */
static void
ignore_sent(pcap_t *pcap)
{
    const int on = 1;

    ignore(setsockopt(pcap_fileno(pcap), SOL_PACKET, PACKET_IGNORE_OUTGOING,
                      &on, sizeof on));
}

/* Attaches to the socket what is muted and the filter, with the direction in
 * front: all jumps are relative.  Linux has at most BPF_MAXINSNS instructions,
 * and may have no room for as many.  Returns 0 or an error number.
 *
 * pcap_setfilter() would use the filter of frames that are in the ring, too,
 * which tells no direction ("outbound" of pcap-filter(7) fails likewise). */
static int
attach(struct direction *d, const struct tap_tuple *muted, size_t n)
{
    struct ofpbuf insns;
    int error = 0;

    ofpbuf_init(&insns, 0);
    tap_filter_put_direction(&insns, d->sent);
    tap_filter_put_muted(&insns, muted, n);
    /* The two structs are the same. */
    BUILD_ASSERT(sizeof(struct sock_filter) == sizeof *d->program.bf_insns);
    ofpbuf_put(&insns, d->program.bf_insns,
               d->program.bf_len * sizeof *d->program.bf_insns);

    struct sock_fprog fprog = {
        MIN(insns.size / sizeof(struct sock_filter), USHRT_MAX), insns.data
    };
    if (setsockopt(pcap_fileno(d->pcap), SOL_SOCKET, SO_ATTACH_FILTER,
                   &fprog, sizeof fprog)) {
        error = errno;
    }
    ofpbuf_uninit(&insns);
    return error;
}

static char *
set_filter(struct direction *d)
{
    int status = pcap_compile(d->pcap, &d->program, d->filter, 1,
                              PCAP_NETMASK_UNKNOWN);
    if (status) {
        return describe_error(d->pcap, status);
    }

    int error = attach(d, NULL, 0);
    d->since = time_wall_msec() + 1;
    return error ? xasprintf("filter: %s", ovs_strerror(error)) : NULL;
}

static char *
activate(pcap_t *pcap, struct direction *d)
{
    char reason[PCAP_ERRBUF_SIZE];
    int status;

    pcap_set_snaplen(pcap, TAP_SNAPLEN);
    pcap_set_buffer_size(pcap, RING_SIZE);
    pcap_set_timeout(pcap, TAP_COLLECT_MSEC);
    status = pcap_activate(pcap);
    if (status < 0) {
        return describe_error(pcap, status);
    }
    if (pcap_datalink(pcap) != DLT_EN10MB) {
        return xstrdup("it has no Ethernet frames");
    }
    if (pcap_setnonblock(pcap, 1, reason)) {
        return xstrdup(reason);
    }
    if (!d->sent) {
        ignore_sent(pcap);
    }
    return set_filter(d);
}

static char *
open_direction(const char *interface, struct direction *d)
{
    char reason[PCAP_ERRBUF_SIZE];
    char *error;

    d->pcap = pcap_create(interface, reason);
    if (!d->pcap) {
        return xstrdup(reason);
    }
    d->counted = (struct pcap_stat) { .ps_recv = 0 };
    d->program = (struct bpf_program) { .bf_len = 0 };
    error = activate(d->pcap, d);
    if (error) {
        close_direction(d);
    }
    return error;
}

static void
open_rings(struct tap *tap)
{
    for (size_t i = 0; i < ARRAY_SIZE(tap->directions); i++) {
        char *error = open_direction(tap->interface, &tap->directions[i]);

        if (error) {
            set_error(tap, error);
            return;
        }
    }
    free(tap->error);
    tap->error = NULL;
}

/* Frames. */

struct taker {
    tap_take *take;
    void *aux;
    const struct direction *direction;
};

static void
take_frame(u_char *taker_, const struct pcap_pkthdr *header,
           const u_char *frame)
{
    const struct taker *taker = (const void *) taker_;
    long long int msec = header->ts.tv_sec * 1000LL
        + header->ts.tv_usec / 1000;

    COVERAGE_INC(tap_frame);
    if (msec >= taker->direction->since) {
        taker->take(frame, header->caplen, header->len,
                    taker->direction->sent, msec, taker->aux);
    }
}

static void
take_frames(struct tap *tap, struct direction *d, tap_take *take, void *aux)
{
    struct taker taker = { take, aux, d };
    int n = pcap_dispatch(d->pcap, BURST, take_frame, (u_char *) &taker);

    if (n < 0) {
        set_error(tap, xstrdup(pcap_geterr(d->pcap)));
    } else if (n && tap->count_at == LLONG_MAX) {
        tap->count_at = time_msec() + COUNT_MSEC;
    }
}

void
tap_run(struct tap *tap, tap_take *take, void *aux)
{
    if (tap->error && tap->ifindex && time_msec() >= tap->retry_at) {
        open_rings(tap);
    }
    for (size_t i = 0; i < ARRAY_SIZE(tap->directions) && !tap->error; i++) {
        take_frames(tap, &tap->directions[i], take, aux);
    }
    if (time_msec() >= tap->count_at) {
        tap->count_at = LLONG_MAX;
        count(tap);
    }
}

void
tap_wait(struct tap *tap)
{
    if (!tap->error) {
        for (size_t i = 0; i < ARRAY_SIZE(tap->directions); i++) {
            poll_fd_wait(pcap_get_selectable_fd(tap->directions[i].pcap),
                         POLLIN);
        }
    } else if (tap->ifindex) {
        poll_timer_wait_until(tap->retry_at);
    }
    if (tap->count_at != LLONG_MAX) {
        poll_timer_wait_until(tap->count_at);
    }
}

size_t
tap_mute(struct tap *tap, bool sent, const struct tap_tuple *tuples, size_t n)
{
    struct direction *d = &tap->directions[sent];

    while (d->pcap) {
        int error = attach(d, tuples, n);

        if (!error) {
            return n;
        } else if (!n) {
            VLOG_WARN_RL(&rl, "%s: filter: %s", tap->interface,
                         ovs_strerror(error));
            break;
        }
        n /= 2;
    }
    return 0;
}

const char *
tap_error(const struct tap *tap)
{
    return tap->error;
}

void
tap_get_counts(struct tap *tap, struct tap_counts *counts)
{
    count(tap);
    *counts = tap->counts;
}
