/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/flow-values.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

#include "crc32c.h"
#include "openflow/flow-set.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "openvswitch/namemap.h"
#include "openvswitch/ofp-port.h"
#include "packets.h"
#include "svec.h"

/* Returns true if ovs-ofctl cannot take 'name', however it is quoted: it looks
 * for "action" in the line, and takes "output:NAME" for
 * "output(port=P,max_len=N)". */
static bool
is_unwritable(const char *name)
{
    return (strstr(name, "action")
            || (strstr(name, "port") && strstr(name, "max_len")));
}

static char *
port_word(const struct flow_port *port)
{
    struct ds s = DS_EMPTY_INITIALIZER;
    ofp_port_t reserved;

    if (port->name && !is_unwritable(port->name)) {
        namemap_put_name(port->name, &s);
        if (ofputil_port_from_string(ds_cstr(&s), NULL, &reserved)) {
            /* A device can be called "LOCAL". */
            ds_clear(&s);
            json_string_escape(port->name, &s);
        }
    } else {
        ds_put_format(&s, "%"PRIu16, port->number);
    }
    return ds_steal_cstr(&s);
}

void
flow_values_init(struct flow_values *w, const struct flow_config *config)
{
    *w = (struct flow_values) {
        .uplink = port_word(&config->uplink),
        .fake_port = port_word(&config->fake_port),
        .server_mac = eth_addr_to_uint64(config->server_mac),
        .client_mac = eth_addr_to_uint64(config->client_mac),
    };
}

void
flow_values_destroy(struct flow_values *w)
{
    free(w->uplink);
    free(w->fake_port);
}

uint64_t
flow_values_learned_cookie(const char *s)
{
    ovs_be32 hash = crc32c((const uint8_t *) s, strlen(s));

    return LEARNED_COOKIE | ntohl(hash);
}

void
flow_add(struct svec *flows, const char *format, ...)
{
    struct ds s = DS_EMPTY_INITIALIZER;
    va_list args;

    /* There may be thousands: one that fits is written once. */
    ds_reserve(&s, 255);
    ds_put_format(&s, "cookie=%#"PRIx64", ", FLOW_COOKIE);
    va_start(args, format);
    ds_put_format_valist(&s, format, args);
    va_end(args);
    svec_add(flows, ds_cstr(&s));
    ds_destroy(&s);
}
