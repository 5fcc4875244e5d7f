/* SPDX-License-Identifier: Apache-2.0 */

/* Fuzz target: a neighbour solicitation that the switch sends to be answered.
 *
 * The first byte of the input says if its checksum is put right before, by bit
 * 0; the rest is the frame.  An answer is a whole advertisement, to who asked,
 * with a right checksum, whatever the frame was. */

#include <config.h>

#include "test/fuzz.h"

#include <netinet/ip6.h>
#include <stdlib.h>
#include <string.h>

#include "csum.h"
#include "dp-packet.h"
#include "openflow/claim-set.h"
#include "openflow/nd-answer.h"
#include "packets.h"
#include "util.h"

static const struct nd_plan plan = {
    { ETH_ADDR_C(0e,70,69,00,00,00), true }
};

#define HEADERS_LEN (ETH_HEADER_LEN + IPV6_HEADER_LEN)
#define ANSWER_LEN (HEADERS_LEN + ND_MSG_LEN + ND_LLA_OPT_LEN)

static ovs_be16
get_checksum(const uint8_t *frame, size_t n)
{
    uint32_t sum = packet_csum_pseudoheader6(
        (const struct ovs_16aligned_ip6_hdr *) (frame + ETH_HEADER_LEN));

    return csum_finish(csum_continue(sum, frame + HEADERS_LEN, n));
}

static void
set_checksum(uint8_t *frame, size_t size)
{
    const struct ovs_16aligned_ip6_hdr *ip
        = (const struct ovs_16aligned_ip6_hdr *) (frame + ETH_HEADER_LEN);

    if (size < HEADERS_LEN + ND_MSG_LEN) {
        return;
    }
    size_t n = ntohs(ip->ip6_plen);
    if (n >= ND_MSG_LEN && n <= size - HEADERS_LEN) {
        struct icmp6_header *icmp
            = (struct icmp6_header *) (frame + HEADERS_LEN);

        icmp->icmp6_cksum = 0;
        icmp->icmp6_cksum = get_checksum(frame, n);
    }
}

static void
check_answer(const uint8_t *answer, const uint8_t *frame)
{
    static const uint8_t begin[] = { 0x60, 0, 0, 0, 0, 32, 58, 255 };
    const uint8_t *ip = answer + ETH_HEADER_LEN;
    const uint8_t *nd = answer + HEADERS_LEN;

    ovs_assert(!memcmp(answer, frame + ETH_ADDR_LEN, ETH_ADDR_LEN));
    ovs_assert(!memcmp(ip, begin, sizeof begin));
    ovs_assert(!memcmp(ip + 8, nd + 8, 16));
    ovs_assert(!memcmp(ip + 8, frame + HEADERS_LEN + 8, 16));
    ovs_assert(!memcmp(ip + 24, frame + ETH_HEADER_LEN + 8, 16));
    ovs_assert(nd[0] == ND_NEIGHBOR_ADVERT && !nd[1]);
    ovs_assert(nd[4] == CLAIM_ND_FLAGS >> 24);
    ovs_assert(nd[24] == ND_OPT_TARGET_LINKADDR && nd[25] == 1);
    ovs_assert(!memcmp(nd + 26, answer + ETH_ADDR_LEN, ETH_ADDR_LEN));
    ovs_assert(!memcmp(nd + 26, &plan.mac.mac, 3));
    ovs_assert(!get_checksum(answer, ND_MSG_LEN + ND_LLA_OPT_LEN));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ds_clear(&fuzz_outcome);
    if (!size) {
        return 0;
    }

    uint8_t *frame = xmemdup(data + 1, size - 1);
    struct dp_packet answer;
    if (data[0] & 1) {
        set_checksum(frame, size - 1);
    }
    dp_packet_init(&answer, 0);
    if (nd_answer_compose(&plan, frame, size - 1, &answer)) {
        ovs_assert(dp_packet_size(&answer) == ANSWER_LEN);
        check_answer(dp_packet_data(&answer), frame);
        ds_put_cstr(&fuzz_outcome, "answered");
    } else {
        ovs_assert(!dp_packet_size(&answer));
        ds_put_cstr(&fuzz_outcome, "refused");
    }
    dp_packet_uninit(&answer);
    free(frame);
    return 0;
}
