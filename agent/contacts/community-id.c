/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/contacts/community-id.h"

#include <arpa/inet.h>
#include <string.h>

#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "sha1.h"
#include "util.h"

struct end {
    uint8_t address[16];
    size_t size;                /* 4 or 16. */
    ovs_be16 port;
};

static struct end
get_end(const struct in6_addr *address, uint16_t port)
{
    bool ipv4 = IN6_IS_ADDR_V4MAPPED(address);
    struct end end = { .size = ipv4 ? 4 : 16, .port = htons(port) };

    memcpy(end.address, &address->s6_addr[ipv4 ? 12 : 0], end.size);
    return end;
}

static int
compare_ends(const struct end *a, const struct end *b)
{
    int order = memcmp(a->address, b->address, sizeof a->address);

    return order ? order : memcmp(&a->port, &b->port, sizeof a->port);
}

/* RFC 4648, of three bytes. */
static void
put_base64(const uint8_t *bytes, size_t n, struct ds *s)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        "abcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < n; i += 3) {
        uint32_t word = (bytes[i] << 16
                         | (i + 1 < n ? bytes[i + 1] << 8 : 0)
                         | (i + 2 < n ? bytes[i + 2] : 0));

        ds_put_char(s, digits[word >> 18]);
        ds_put_char(s, digits[word >> 12 & 63]);
        ds_put_char(s, i + 1 < n ? digits[word >> 6 & 63] : '=');
        ds_put_char(s, i + 2 < n ? digits[word & 63] : '=');
    }
}

void
community_id_put(const struct in6_addr *a, const struct in6_addr *b,
                 uint8_t proto, uint16_t a_port, uint16_t b_port,
                 struct ds *s)
{
    struct end first = get_end(a, a_port);
    struct end second = get_end(b, b_port);
    const ovs_be16 seed = 0;
    const uint8_t rest[] = { proto, 0 };
    uint8_t digest[SHA1_DIGEST_SIZE];
    struct sha1_ctx sha1;

    if (compare_ends(&first, &second) > 0) {
        struct end swapped = first;

        first = second;
        second = swapped;
    }
    sha1_init(&sha1);
    sha1_update(&sha1, &seed, sizeof seed);
    sha1_update(&sha1, first.address, first.size);
    sha1_update(&sha1, second.address, second.size);
    sha1_update(&sha1, rest, sizeof rest);
    sha1_update(&sha1, &first.port, sizeof first.port);
    sha1_update(&sha1, &second.port, sizeof second.port);
    sha1_final(&sha1, digest);
    ds_put_cstr(s, "1:");
    put_base64(digest, sizeof digest, s);
}
