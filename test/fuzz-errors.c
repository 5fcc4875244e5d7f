/* SPDX-License-Identifier: Apache-2.0 */

/* Fuzz target: an ICMP error that the switch sends to be translated.
 *
 * The first byte of the input says where it comes from, the fake host if bit 0
 * is set; if its checksums are put right before, by bit 1; and that it is of
 * IPv6, by bit 2.  The rest is the frame.  What is translated has real
 * addresses on the one side and fake ones on the other, and is the same again
 * when it is translated back. */

#include <config.h>

#include "test/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "csum.h"
#include "openflow/error-plan.h"
#include "openflow/error-translate.h"
#include "packets.h"
#include "util.h"

/* A network of each family, and where its addresses are in a frame: both of
 * the header of the packet, both of that of the quote. */
static const struct network {
    struct error_plan plan;
    size_t icmp_at;
    size_t packet_at, quote_at; /* The source; behind it, the destination. */
    size_t size;                /* Of an address. */
    uint8_t fake[2], real[2];   /* What each begins with. */
} networks[] = {
    {
        .plan = { .fake = { ADDRESS_INIT_IPV4(0x0a0a0001), 16 },
                  .real = { ADDRESS_INIT_IPV4(0xc0a80200), 24 } },
        .icmp_at = 34, .packet_at = 26, .quote_at = 54, .size = 4,
        .fake = { 0x0a, 0x0a }, .real = { 0xc0, 0xa8 },
    },
    {
        .plan = { .fake = { { UINT64_C(0xfc04) << 48, 1 }, 64 },
                  .real = { { UINT64_C(0xfc01) << 48, 0 }, 96 } },
        .icmp_at = 54, .packet_at = 22, .quote_at = 70, .size = 16,
        .fake = { 0xfc, 0x04 }, .real = { 0xfc, 0x01 },
    },
};

#define IP_AT ETH_HEADER_LEN

static bool
is_ipv6(const struct network *net)
{
    return net == &networks[1];
}

/* Returns what the message's checksum must be if that is 0; 0 if it is
 * right. */
static ovs_be16
icmp_csum(const struct network *net, const uint8_t *frame, size_t size)
{
    const uint8_t *ip = frame + IP_AT;

    return csum_finish(csum_continue(
        (is_ipv6(net)
         ? packet_csum_pseudoheader6((const struct ovs_16aligned_ip6_hdr *) ip)
         : 0), frame + net->icmp_at, size));
}

static void
set_checksums(const struct network *net, uint8_t *frame, size_t size)
{
    struct icmp_header *icmp = (struct icmp_header *) (frame + net->icmp_at);
    struct ip_header *ip = (struct ip_header *) (frame + IP_AT);
    const struct ovs_16aligned_ip6_hdr *ip6
        = (const struct ovs_16aligned_ip6_hdr *) ip;

    if (size < net->icmp_at + ICMP_HEADER_LEN) {
        return;
    }

    size_t header = net->icmp_at - IP_AT;
    size_t length = (is_ipv6(net)
                     ? header + ntohs(ip6->ip6_ctlun.ip6_un1.ip6_un1_plen)
                     : ntohs(ip->ip_tot_len));
    if (!is_ipv6(net)) {
        ip->ip_csum = 0;
        ip->ip_csum = csum(ip, IP_HEADER_LEN);
    }
    if (length >= header + ICMP_HEADER_LEN && IP_AT + length <= size) {
        icmp->icmp_csum = 0;
        icmp->icmp_csum = icmp_csum(net, frame, length - header);
    }
}

/* Swaps what each of the two headers, that of the packet and that of the quote,
 * has as source and destination: the same error, of the other side. */
static void
turn_around(const struct network *net, uint8_t *frame)
{
    const size_t ats[] = { net->packet_at, net->quote_at };

    for (size_t i = 0; i < ARRAY_SIZE(ats); i++) {
        uint8_t *src = frame + ats[i], *dst = src + net->size;
        uint8_t swapped[16];

        memcpy(swapped, src, net->size);
        memcpy(src, dst, net->size);
        memcpy(dst, swapped, net->size);
    }
}

/* What was real may not be the same any more only if another than the client
 * was the sender. */
static void
check_back(const struct network *net, bool outbound, uint8_t *translated,
           const uint8_t *frame, size_t size)
{
    struct error_plan back = net->plan;

    back.outbound = !outbound;
    turn_around(net, translated);
    if (error_translate(&back, translated, size)) {
        turn_around(net, translated);
        ovs_assert(!memcmp(translated + net->packet_at,
                           frame + net->packet_at, 2 * net->size)
                   || !outbound);
        ovs_assert(!memcmp(translated + net->quote_at, frame + net->quote_at,
                           2 * net->size));
    } else {
        ovs_assert(!outbound);
    }
}

static void
check_translated(const struct network *net, bool outbound,
                 const uint8_t *translated, size_t n)
{
    const uint8_t *prefix = outbound ? net->real : net->fake;

    ovs_assert(is_ipv6(net) || !csum(translated + IP_AT, IP_HEADER_LEN));
    ovs_assert(!icmp_csum(net, translated, n - net->icmp_at));
    for (size_t i = 0; i < 4; i++) {
        size_t at = ((i < 2 ? net->packet_at : net->quote_at)
                     + i % 2 * net->size);

        ovs_assert(!memcmp(translated + at, prefix, 2));
    }
}

static void
translate(const struct network *net, bool outbound, const uint8_t *frame,
          size_t size)
{
    struct error_plan plan = net->plan;
    uint8_t *translated = xmemdup(frame, size);
    size_t n;

    plan.outbound = outbound;
    n = error_translate(&plan, translated, size);
    if (!n) {
        ovs_assert(!memcmp(translated, frame, size));
        ds_put_cstr(&fuzz_outcome, "refused");
    } else {
        ovs_assert(n <= size);
        ovs_assert(!memcmp(translated, frame, ETH_HEADER_LEN));
        check_translated(net, outbound, translated, n);
        check_back(net, outbound, translated, frame, n);
        ds_put_format(&fuzz_outcome, "translated, %"PRIuSIZE" bytes", n);
    }
    free(translated);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ds_clear(&fuzz_outcome);
    if (!size) {
        return 0;
    }

    const struct network *net = &networks[!!(data[0] & 4)];
    uint8_t *frame = xmemdup(data + 1, size - 1);
    if (data[0] & 2) {
        set_checksums(net, frame, size - 1);
    }
    translate(net, data[0] & 1, frame, size - 1);
    free(frame);
    return 0;
}
