/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit-contact-lib.h"

#include <stdlib.h>

#include "agent/config/options.h"
#include "dp-packet.h"
#include "flow.h"
#include "openvswitch/ofp-flow.h"
#include "packets.h"
#include "svec.h"
#include "test/unit.h"
#include "util.h"

void
parse_options(const char *words, struct options *options)
{
    struct svec argv = SVEC_EMPTY_INITIALIZER;

    svec_add(&argv, "pipette-agent");
    svec_parse_words(&argv, words);
    svec_terminate(&argv);
    assert_null(options_parse(argv.n, argv.names, NULL, options));
    svec_destroy(&argv);
}

struct contact_packet
packet_of(uint8_t client, enum contact_answer answer, uint16_t client_port)
{
    return (struct contact_packet) {
        .kind = CONTACT_TCP,
        .answer = answer,
        .vlan = 2,
        .client = in6_addr_mapped_ipv4(htonl(0xc0a80200 | client)),
        .target = in6_addr_mapped_ipv4(htonl(0xc0a8024d)),
        .client_mac = ETH_ADDR_C(02,00,00,00,00,05),
        .target_mac = ETH_ADDR_C(0e,70,69,a8,02,4d),
        .client_port = client_port,
        .target_port = 80,
    };
}

struct dp_packet *
compose_frame(const char *text)
{
    struct dp_packet *packet = dp_packet_new(0);
    struct flow flow;
    char *error = parse_ofp_exact_flow(&flow, NULL, NULL, text, NULL);

    if (error) {
        fail_msg("%s: %s", text, error);
    }
    flow_compose(packet, &flow, NULL, 0);
    return packet;
}
