/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/nft-format.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>

#include "byte-order.h"
#include "netdev/nft-message.h"
#include "openvswitch/compiler.h"
#include "openvswitch/dynamic-string.h"
#include "util.h"

/* What is known of an attribute.  One that is not has no 'format': it is shown
 * by its number, in hexadecimal. */
struct attr {
    const char *name;
    void (*format)(const struct nlattr *, const struct attr *, struct ds *);
    const char *const *words;   /* For numbers. */
    size_t n_words;
    const char *usual;          /* A value that is left out. */
    const struct attrs *nested;
};

/* By number. */
struct attrs {
    const struct attr *attrs;
    size_t n;
};

static const struct attrs no_attrs = { NULL, 0 };

#define ATTRS(ARRAY) { ARRAY, ARRAY_SIZE(ARRAY) }
#define WORDS(ARRAY) .words = ARRAY, .n_words = ARRAY_SIZE(ARRAY)

static void format_attrs(struct nlattr *head, int len, const struct attrs *,
                         struct ds *);

/* Values. */

static void
format_hex(const struct nlattr *nla, const struct attr *attr OVS_UNUSED,
           struct ds *s)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *data = nla_data(nla);

    ds_put_cstr(s, "0x");
    for (int i = 0; i < nla_len(nla); i++) {
        ds_put_char(s, digits[data[i] >> 4]);
        ds_put_char(s, digits[data[i] & 15]);
    }
}

static void
format_u8(const struct nlattr *nla, const struct attr *attr, struct ds *s)
{
    if (nla_len(nla) == sizeof(uint8_t)) {
        ds_put_format(s, "%"PRIu8, nla_get_u8(nla));
    } else {
        format_hex(nla, attr, s);
    }
}

static void
format_u32(const struct nlattr *nla, const struct attr *attr, struct ds *s)
{
    if (nla_len(nla) != sizeof(uint32_t)) {
        format_hex(nla, attr, s);
        return;
    }

    uint32_t value = ntohl(nla_get_u32(nla));
    if (value < attr->n_words && attr->words[value]) {
        ds_put_cstr(s, attr->words[value]);
    } else {
        ds_put_format(s, "%"PRId32, (int32_t) value);
    }
}

/* Returns true if 'n' bytes are a word, and zeros. */
static bool
is_word(const char *data, size_t n)
{
    size_t len = strnlen(data, n);

    if (!len || len == n) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (!isalnum((unsigned char) data[i]) && !strchr("-_.", data[i])) {
            return false;
        }
    }
    for (size_t i = len; i < n; i++) {
        if (data[i]) {
            return false;
        }
    }
    return true;
}

static void
format_string(const struct nlattr *nla, const struct attr *attr, struct ds *s)
{
    const char *data = nla_data(nla);

    if (is_word(data, nla_len(nla)) && strlen(data) + 1 == nla_len(nla)) {
        ds_put_cstr(s, data);
    } else {
        format_hex(nla, attr, s);
    }
}

/* The name of an interface, or something else. */
static void
format_bytes(const struct nlattr *nla, const struct attr *attr, struct ds *s)
{
    const char *data = nla_data(nla);

    if (nla_len(nla) == IFNAMSIZ && is_word(data, IFNAMSIZ)) {
        ds_put_format(s, "\"%s\"", data);
    } else {
        format_hex(nla, attr, s);
    }
}

static void
format_nested(const struct nlattr *nla, const struct attr *attr, struct ds *s)
{
    ds_put_char(s, '{');
    format_attrs(nla_data(nla), nla_len(nla), attr->nested, s);
    ds_put_cstr(s, " }");
}

/* Where brackets would not help. */
static void
format_inline(const struct nlattr *nla, const struct attr *attr, struct ds *s)
{
    format_attrs(nla_data(nla), nla_len(nla), attr->nested, s);
}

/* For what the kernel alone decides on. */
static void
leave_out(const struct nlattr *nla OVS_UNUSED,
          const struct attr *attr OVS_UNUSED, struct ds *s OVS_UNUSED)
{
}

/* Data. */

static const struct attr value_attrs[] = {
    [NFTA_DATA_VALUE] = { .name = "", .format = format_bytes },
};
static const struct attrs data_value = ATTRS(value_attrs);
#define VALUE(NAME) \
    { .name = NAME, .format = format_nested, .nested = &data_value }

static const struct attr verdict_attrs[] = {
    [NFTA_VERDICT_CODE] = { "verdict", format_u32 },
    [NFTA_VERDICT_CHAIN] = { "chain", format_string },
};
static const struct attrs data_verdict = ATTRS(verdict_attrs);
static const struct attr verdict_data_attrs[] = {
    [NFTA_DATA_VERDICT] = { "", format_inline, .nested = &data_verdict },
};
static const struct attrs verdict_data = ATTRS(verdict_data_attrs);
#define VERDICT(NAME) \
    { .name = NAME, .format = format_nested, .nested = &verdict_data }

/* Expressions. */

static const char *const meta_keys[] = {
    [NFT_META_MARK] = "mark",
    [NFT_META_IIFNAME] = "iifname",
    [NFT_META_OIFNAME] = "oifname",
    [NFT_META_NFPROTO] = "nfproto",
    [NFT_META_L4PROTO] = "l4proto",
};
static const struct attr meta_attrs[] = {
    [NFTA_META_KEY] = { "key", format_u32, WORDS(meta_keys) },
    [NFTA_META_DREG] = { "to", format_u32 },
    [NFTA_META_SREG] = { "from", format_u32 },
};

static const char *const ct_keys[] = {
    [NFT_CT_DIRECTION] = "direction",
    [NFT_CT_STATUS] = "status",
    [NFT_CT_MARK] = "mark",
    [NFT_CT_DST_IP] = "daddr",
    [NFT_CT_DST_IP6] = "daddr6",
};
static const struct attr ct_attrs[] = {
    [NFTA_CT_KEY] = { "key", format_u32, WORDS(ct_keys) },
    [NFTA_CT_DREG] = { "to", format_u32 },
    [NFTA_CT_SREG] = { "from", format_u32 },
    [NFTA_CT_DIRECTION] = { "dir", format_u8 },
};

static const char *const payload_bases[] = {
    [NFT_PAYLOAD_NETWORK_HEADER] = "network",
    [NFT_PAYLOAD_TRANSPORT_HEADER] = "transport",
};
static const struct attr payload_attrs[] = {
    [NFTA_PAYLOAD_DREG] = { "to", format_u32 },
    [NFTA_PAYLOAD_BASE] = { "base", format_u32, WORDS(payload_bases) },
    [NFTA_PAYLOAD_OFFSET] = { "offset", format_u32 },
    [NFTA_PAYLOAD_LEN] = { "len", format_u32 },
};

static const struct attr exthdr_attrs[] = {
    [NFTA_EXTHDR_DREG] = { "to", format_u32 },
    [NFTA_EXTHDR_TYPE] = { "type", format_u8 },
    [NFTA_EXTHDR_OFFSET] = { "offset", format_u32 },
    [NFTA_EXTHDR_LEN] = { "len", format_u32 },
    [NFTA_EXTHDR_FLAGS] = { "flags", format_u32, .usual = "0" },
    [NFTA_EXTHDR_OP] = { "op", format_u32, .usual = "0" },
};

/* Linux 5.6 and later show the operation. */
static const struct attr bitwise_attrs[] = {
    [NFTA_BITWISE_SREG] = { "from", format_u32 },
    [NFTA_BITWISE_DREG] = { "to", format_u32 },
    [NFTA_BITWISE_LEN] = { "len", format_u32 },
    [NFTA_BITWISE_MASK] = VALUE("mask"),
    [NFTA_BITWISE_XOR] = VALUE("xor"),
    [NFTA_BITWISE_OP] = { "op", format_u32, .usual = "0" },
};

static const char *const cmp_ops[] = {
    [NFT_CMP_EQ] = "eq", [NFT_CMP_NEQ] = "neq", [NFT_CMP_LT] = "lt",
};
static const struct attr cmp_attrs[] = {
    [NFTA_CMP_SREG] = { "from", format_u32 },
    [NFTA_CMP_OP] = { "op", format_u32, WORDS(cmp_ops) },
    [NFTA_CMP_DATA] = VALUE("data"),
};

static const struct attr lookup_attrs[] = {
    [NFTA_LOOKUP_SET] = { "set", format_string },
    [NFTA_LOOKUP_SREG] = { "from", format_u32 },
    [NFTA_LOOKUP_DREG] = { "to", format_u32 },
    [NFTA_LOOKUP_FLAGS] = { "flags", format_u32, .usual = "0" },
};

static const struct attr immediate_attrs[] = {
    [NFTA_IMMEDIATE_DREG] = { "to", format_u32 },
    [NFTA_IMMEDIATE_DATA] = VERDICT("data"),
};

static const struct attr objref_attrs[] = {
    [NFTA_OBJREF_IMM_TYPE] = { "type", format_u32 },
    [NFTA_OBJREF_IMM_NAME] = { "name", format_string },
};

static const struct {
    const char *name;
    struct attrs attrs;
} expressions[] = {
    { "meta", ATTRS(meta_attrs) },
    { "ct", ATTRS(ct_attrs) },
    { "payload", ATTRS(payload_attrs) },
    { "exthdr", ATTRS(exthdr_attrs) },
    { "bitwise", ATTRS(bitwise_attrs) },
    { "cmp", ATTRS(cmp_attrs) },
    { "lookup", ATTRS(lookup_attrs) },
    { "immediate", ATTRS(immediate_attrs) },
    { "objref", ATTRS(objref_attrs) },
};

static bool
is_string(const struct nlattr *nla, const char *s)
{
    int size = strlen(s) + 1;

    return nla && nla_len(nla) == size && !memcmp(nla_data(nla), s, size);
}

static const struct attrs *
find_expression(const struct nlattr *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(expressions); i++) {
        if (is_string(name, expressions[i].name)) {
            return &expressions[i].attrs;
        }
    }
    return &no_attrs;
}

static void
format_expression(const struct nlattr *nla,
                  const struct attr *attr OVS_UNUSED, struct ds *s)
{
    struct nlattr *head = nla_data(nla);
    const struct attr data_attr = {
        "", format_inline,
        .nested = find_expression(nla_find(head, nla_len(nla),
                                           NFTA_EXPR_NAME)),
    };
    const struct attr element_attrs[] = {
        [NFTA_EXPR_NAME] = { "", format_string },
        [NFTA_EXPR_DATA] = data_attr,
    };
    const struct attrs element = ATTRS(element_attrs);

    ds_put_char(s, '[');
    format_attrs(head, nla_len(nla), &element, s);
    ds_put_cstr(s, " ]");
}

static const struct attr list_attrs[] = {
    [NFTA_LIST_ELEM] = { "", format_expression },
};
static const struct attrs list = ATTRS(list_attrs);

/* Messages. */

static const struct attr table_attrs[] = {
    [NFTA_TABLE_NAME] = { "table", leave_out },
    [NFTA_TABLE_FLAGS] = { "flags", format_u32, .usual = "0" },
    [NFTA_TABLE_USE] = { "use", leave_out },
    [NFTA_TABLE_HANDLE] = { "handle", leave_out },
    [NFTA_TABLE_PAD] = { "pad", leave_out },
};

static const struct attr hook_attrs[] = {
    [NFTA_HOOK_HOOKNUM] = { "number", format_u32 },
    [NFTA_HOOK_PRIORITY] = { "priority", format_u32 },
};
static const struct attrs hook = ATTRS(hook_attrs);
/* The flag says that there is a hook (Linux 5.7 and later). */
static const struct attr chain_attrs[] = {
    [NFTA_CHAIN_TABLE] = { "table", leave_out },
    [NFTA_CHAIN_HANDLE] = { "handle", leave_out },
    [NFTA_CHAIN_NAME] = { "name", format_string },
    [NFTA_CHAIN_HOOK] = { "hook", format_nested, .nested = &hook },
    [NFTA_CHAIN_POLICY] = { "policy", format_u32 },
    [NFTA_CHAIN_USE] = { "use", leave_out },
    [NFTA_CHAIN_TYPE] = { "type", format_string },
    [NFTA_CHAIN_PAD] = { "pad", leave_out },
    [NFTA_CHAIN_FLAGS] = { "flags", format_u32, .usual = "1" },
};

/* Not in the headers of Linux 6.1. */
enum { SET_TYPE = 19, SET_COUNT = 20 };

static const struct attr set_attrs[] = {
    [NFTA_SET_TABLE] = { "table", leave_out },
    [NFTA_SET_NAME] = { "name", format_string },
    [NFTA_SET_FLAGS] = { "flags", format_u32 },
    [NFTA_SET_KEY_TYPE] = { "type", format_u32 },
    [NFTA_SET_KEY_LEN] = { "len", format_u32 },
    [NFTA_SET_DATA_TYPE] = { "data-type", format_u32 },
    [NFTA_SET_DATA_LEN] = { "data-len", leave_out },
    [NFTA_SET_DESC] = { "desc", format_nested, .usual = "{ }",
                        .nested = &no_attrs },
    [NFTA_SET_ID] = { "id", leave_out },
    [NFTA_SET_USERDATA] = { "userdata", format_hex },
    [NFTA_SET_PAD] = { "pad", leave_out },
    [NFTA_SET_HANDLE] = { "handle", leave_out },
    [SET_TYPE] = { "kind", leave_out },
    [SET_COUNT] = { "count", leave_out },
};

static const struct attr element_attrs[] = {
    [NFTA_SET_ELEM_KEY] = VALUE("key"),
    [NFTA_SET_ELEM_DATA] = VERDICT("data"),
    [NFTA_SET_ELEM_PAD] = { "pad", leave_out },
};
static const struct attrs set_element = ATTRS(element_attrs);

static const struct attr rule_attrs[] = {
    [NFTA_RULE_TABLE] = { "table", leave_out },
    [NFTA_RULE_CHAIN] = { "chain", format_string },
    [NFTA_RULE_HANDLE] = { "handle", leave_out },
    [NFTA_RULE_EXPRESSIONS] = { "", format_inline, .nested = &list },
    [NFTA_RULE_POSITION] = { "position", leave_out },
    [NFTA_RULE_PAD] = { "pad", leave_out },
};

static const struct attr object_attrs[] = {
    [NFTA_OBJ_TABLE] = { "table", leave_out },
    [NFTA_OBJ_NAME] = { "name", format_string },
    [NFTA_OBJ_TYPE] = { "type", format_u32 },
    [NFTA_OBJ_DATA] = { "data", leave_out },
    [NFTA_OBJ_USE] = { "use", leave_out },
    [NFTA_OBJ_HANDLE] = { "handle", leave_out },
    [NFTA_OBJ_PAD] = { "pad", leave_out },
};

static const struct {
    const char *name;
    int type;
    struct attrs attrs;
} kinds[] = {
    { "table", NFT_MSG_NEWTABLE, ATTRS(table_attrs) },
    { "chain", NFT_MSG_NEWCHAIN, ATTRS(chain_attrs) },
    { "set", NFT_MSG_NEWSET, ATTRS(set_attrs) },
    { "rule", NFT_MSG_NEWRULE, ATTRS(rule_attrs) },
    { "object", NFT_MSG_NEWOBJ, ATTRS(object_attrs) },
};

static void
format_attr(const struct nlattr *nla, const struct attrs *attrs, struct ds *s)
{
    static const struct attr none = { .format = format_hex };
    int type = nla_type(nla);
    const struct attr *attr = (type < attrs->n && attrs->attrs[type].format
                               ? &attrs->attrs[type] : &none);
    size_t before = s->length;

    if (attr->format == leave_out) {
        return;
    } else if (!attr->name) {
        ds_put_format(s, " %d=", type);
    } else if (attr->format != format_inline) {
        ds_put_char(s, ' ');
        ds_put_cstr(s, attr->name);
        ds_put_cstr(s, attr->name[0] ? "=" : "");
    }

    size_t start = s->length;
    attr->format(nla, attr, s);
    if (attr->usual && !strcmp(ds_cstr(s) + start, attr->usual)) {
        ds_truncate(s, before);
    }
}

/* Kernels have their own order of attributes.  Those of one type, such as the
 * elements of a list, are in the order that they have. */
static void
format_attrs(struct nlattr *head, int len, const struct attrs *attrs,
             struct ds *s)
{
    struct nlattr *nla;
    int left, rest, last = -1;

    do {
        int next = INT_MAX;

        nla_for_each_attr (nla, head, len, left) {
            int type = nla_type(nla);

            if (type > last && type < next) {
                next = type;
            }
        }
        rest = next != INT_MAX;
        last = next;
        nla_for_each_attr (nla, head, len, left) {
            if (nla_type(nla) == last) {
                format_attr(nla, attrs, s);
            }
        }
    } while (rest);
}

static int
message_type(const struct nlmsghdr *nlh)
{
    return (NFNL_SUBSYS_ID(nlh->nlmsg_type) == NFNL_SUBSYS_NFTABLES
            ? NFNL_MSG_TYPE(nlh->nlmsg_type) : -1);
}

/* Returns attribute 'type', if it has 'len' bytes at least. */
static struct nlattr *
find_attr(const struct nlmsghdr *nlh, int type, int len)
{
    const size_t hdrlen = sizeof(struct nfgenmsg);
    struct nlattr *nla
        = (nlmsg_valid_hdr(nlh, hdrlen)
           ? nlmsg_find_attr(CONST_CAST(struct nlmsghdr *, nlh), hdrlen, type)
           : NULL);

    return nla && nla_len(nla) >= len ? nla : NULL;
}

static void
format_message(const struct nlmsghdr *nlh, struct ds *s)
{
    const size_t hdrlen = sizeof(struct nfgenmsg);
    int type = message_type(nlh);

    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        if (kinds[i].type == type && nlmsg_valid_hdr(nlh, hdrlen)) {
            ds_put_cstr(s, kinds[i].name);
            format_attrs(nlmsg_attrdata(nlh, hdrlen),
                         nlmsg_attrlen(nlh, hdrlen), &kinds[i].attrs, s);
            ds_put_char(s, '\n');
            return;
        }
    }
    ds_put_format(s, "message %"PRIu16"\n", nlh->nlmsg_type);
}

static void
add_element(struct nft_text *text, const struct nlattr *set,
            const struct nlattr *element)
{
    static const struct attr name = { .format = format_string };
    struct ds s = DS_EMPTY_INITIALIZER;

    ds_put_cstr(&s, "element set=");
    name.format(set, &name, &s);
    format_attrs(nla_data(element), nla_len(element), &set_element, &s);
    ds_put_char(&s, '\n');
    text->n_bytes += s.length;
    svec_add_nocopy(&text->elements, ds_steal_cstr(&s));
}

void
nft_text_add(struct nft_text *text, const struct nlmsghdr *nlh)
{
    struct nlattr *set = find_attr(nlh, NFTA_SET_ELEM_LIST_SET, 0);
    struct nlattr *list_attr = find_attr(nlh, NFTA_SET_ELEM_LIST_ELEMENTS, 0);
    struct nlattr *element;
    int left;

    if (message_type(nlh) != NFT_MSG_NEWSETELEM) {
        format_message(nlh, &text->lines);
    } else if (set && list_attr) {
        nla_for_each_nested (element, list_attr, left) {
            add_element(text, set, element);
        }
    }
}

size_t
nft_text_length(const struct nft_text *text)
{
    return text->lines.length + text->n_bytes;
}

char *
nft_text_steal(struct nft_text *text)
{
    svec_sort(&text->elements);
    for (size_t i = 0; i < text->elements.n; i++) {
        ds_put_cstr(&text->lines, text->elements.names[i]);
    }
    svec_destroy(&text->elements);
    return ds_steal_cstr(&text->lines);
}

void
nft_text_destroy(struct nft_text *text)
{
    ds_destroy(&text->lines);
    svec_destroy(&text->elements);
}

char *
nft_get_name(const struct nlmsghdr *nlh)
{
    struct nlattr *nla = find_attr(nlh, NFTA_SET_NAME, 1);

    return nla ? xmemdup0(nla_data(nla), nla_len(nla)) : NULL;
}

bool
nft_is_of_table(const struct nlmsghdr *nlh, const char *table)
{
    const struct nfgenmsg *header = nlmsg_data(nlh);

    return (message_type(nlh) >= 0
            && is_string(find_attr(nlh, NFT_TABLE_ATTR, 0), table)
            && header->nfgen_family == NFPROTO_INET);
}

uint32_t
nft_table_uses(const struct nlmsghdr *nlh)
{
    struct nlattr *use = find_attr(nlh, NFTA_TABLE_USE, sizeof(uint32_t));

    return use ? ntohl(nla_get_u32(use)) : 0;
}

static bool
get_u64(struct nlattr *data, int type, uint64_t *value)
{
    struct nlattr *nla = nla_find(nla_data(data), nla_len(data), type);

    if (!nla || nla_len(nla) != sizeof *value) {
        return false;
    }
    *value = ntohll(nla_get_u64(nla));
    return true;
}

bool
nft_get_counter(const struct nlmsghdr *nlh, const char *name,
                struct nft_counter *counter)
{
    struct nlattr *type = find_attr(nlh, NFTA_OBJ_TYPE, sizeof(uint32_t));
    struct nlattr *data = find_attr(nlh, NFTA_OBJ_DATA, 0);
    struct nft_counter found;

    if (message_type(nlh) != NFT_MSG_NEWOBJ || !type || !data
        || !is_string(find_attr(nlh, NFTA_OBJ_NAME, 0), name)
        || ntohl(nla_get_u32(type)) != NFT_OBJECT_COUNTER
        || !get_u64(data, NFTA_COUNTER_PACKETS, &found.packets)
        || !get_u64(data, NFTA_COUNTER_BYTES, &found.bytes)) {
        return false;
    }
    *counter = found;
    return true;
}
