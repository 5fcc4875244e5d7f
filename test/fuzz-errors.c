/* SPDX-License-Identifier: Apache-2.0 */

/* Fuzz target: an ICMP error that the switch sends to be translated.
 *
 * The first byte of the input says where it comes from, the fake host if bit 0
 * is set, and if its checksums are put right before, by bit 1; the rest is the
 * frame.  What is translated has real addresses on the one side and fake ones
 * on the other, and is the same again when it is translated back. */

#include <config.h>

#include "test/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "csum.h"
#include "openflow/error-translate.h"
#include "packets.h"
#include "util.h"

static const struct error_plan plan = {
    .fake = { ADDRESS_INIT_IPV4(0x0a0a0001), 16 },
    .real = { ADDRESS_INIT_IPV4(0xc0a80200), 24 },
};

#define IP_AT ETH_HEADER_LEN
#define ICMP_AT (IP_AT + IP_HEADER_LEN)
#define QUOTE_AT (ICMP_AT + ICMP_HEADER_LEN)

static uint8_t *
copy_frame(const uint8_t *frame, size_t size)
{
    uint8_t *copy = xmalloc(size);

    memcpy(copy, frame, size);
    return copy;
}

static void
set_checksums(uint8_t *frame, size_t size)
{
    struct ip_header *ip = (struct ip_header *) (frame + IP_AT);
    struct icmp_header *icmp = (struct icmp_header *) (frame + ICMP_AT);

    if (size < QUOTE_AT) {
        return;
    }
    size_t length = ntohs(ip->ip_tot_len);
    ip->ip_csum = 0;
    ip->ip_csum = csum(ip, IP_HEADER_LEN);
    if (length >= IP_HEADER_LEN + ICMP_HEADER_LEN && IP_AT + length <= size) {
        icmp->icmp_csum = 0;
        icmp->icmp_csum = csum(icmp, length - IP_HEADER_LEN);
    }
}

/* Swaps what each of the two headers, that of the packet and that of the quote,
 * has as source and destination: the same error, of the other side. */
static void
turn_around(uint8_t *frame)
{
    static const size_t ats[] = { IP_AT, QUOTE_AT };

    for (size_t i = 0; i < ARRAY_SIZE(ats); i++) {
        struct ip_header *ip = (struct ip_header *) (frame + ats[i]);
        ovs_be32 src = get_16aligned_be32(&ip->ip_src);

        put_16aligned_be32(&ip->ip_src, get_16aligned_be32(&ip->ip_dst));
        put_16aligned_be32(&ip->ip_dst, src);
    }
}

/* What was real may not be the same any more only if another than the client
 * was the sender. */
static void
check_back(bool outbound, uint8_t *translated, const uint8_t *frame,
           size_t size)
{
    struct error_plan back = plan;

    back.outbound = !outbound;
    turn_around(translated);
    if (error_translate(&back, translated, size)) {
        turn_around(translated);
        ovs_assert(!memcmp(translated + IP_AT + 12, frame + IP_AT + 12, 8)
                   || !outbound);
        ovs_assert(!memcmp(translated + QUOTE_AT + 12,
                           frame + QUOTE_AT + 12, 8));
    } else {
        ovs_assert(!outbound);
    }
}

static void
translate(struct error_plan *p, const uint8_t *frame, size_t size)
{
    uint8_t *translated = copy_frame(frame, size);
    size_t n = error_translate(p, translated, size);

    if (!n) {
        ovs_assert(!memcmp(translated, frame, size));
        ds_put_cstr(&fuzz_outcome, "refused");
    } else {
        ovs_assert(n <= size);
        ovs_assert(csum(translated + IP_AT, IP_HEADER_LEN) == 0);
        ovs_assert(csum(translated + ICMP_AT, n - ICMP_AT) == 0);
        ovs_assert(!memcmp(translated, frame, ETH_HEADER_LEN));
        for (size_t i = 0; i < 4; i++) {
            size_t at = (i < 2 ? IP_AT : QUOTE_AT) + 12 + i % 2 * 4;

            ovs_assert(translated[at] == (p->outbound ? 0xc0 : 0x0a));
        }
        check_back(p->outbound, translated, frame, n);
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

    struct error_plan p = plan;
    uint8_t *frame = copy_frame(data + 1, size - 1);
    p.outbound = data[0] & 1;
    if (data[0] & 2) {
        set_checksums(frame, size - 1);
    }
    translate(&p, frame, size - 1);
    free(frame);
    return 0;
}
