/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/nft-table.h"

#include <linux/netfilter/nf_tables.h>
#include <netlink/errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "netdev/nft-format.h"
#include "netdev/nft-socket.h"
#include "openvswitch/dynamic-string.h"
#include "util.h"

/* Others may change their tables without end. */
#define MAX_TRIES 5

struct counter {
    const char *name;
    struct nft_counter *value;
};

struct reading {
    struct ds *text;
    size_t limit;
    struct counter counter;
    uint32_t uses, used;        /* What the table has, and what of it is read:
                                 * chains, counters. */
};

static bool
take_table(const struct nlmsghdr *nlh, void *reading_)
{
    struct reading *reading = reading_;

    reading->uses = nft_table_uses(nlh);
    nft_format(nlh, reading->text);
    return true;
}

static bool
take_rule(const struct nlmsghdr *nlh, void *reading_)
{
    struct reading *reading = reading_;

    nft_format(nlh, reading->text);
    return reading->text->length <= reading->limit;
}

static bool
take_chain(const struct nlmsghdr *nlh, void *reading_)
{
    struct reading *reading = reading_;

    reading->used++;
    return take_rule(nlh, reading);
}

static bool
take_object(const struct nlmsghdr *nlh, void *reading_)
{
    const struct reading *reading = reading_;

    nft_get_counter(nlh, reading->counter.name, reading->counter.value);
    return take_chain(nlh, reading_);
}

/* The same for a table that is there, and not read enough of. */
static int
dump_more(int type, const char *table,
          bool (*take)(const struct nlmsghdr *, void *aux),
          struct reading *reading)
{
    return (reading->text->length && reading->text->length <= reading->limit
            ? nft_dump(type, table, take, reading) : 0);
}

static int
read_once(const char *table, struct reading *reading)
{
    int error = nft_dump(NFT_MSG_GETTABLE, table, take_table, reading);

    if (!error) {
        error = dump_more(NFT_MSG_GETOBJ, table, take_object, reading);
    }
    if (!error) {
        error = dump_more(NFT_MSG_GETCHAIN, table, take_chain, reading);
    }
    if (!error) {
        error = dump_more(NFT_MSG_GETRULE, table, take_rule, reading);
    }
    if (!error && reading->uses != reading->used) {
        ds_put_cstr(reading->text, "something else\n");
    }
    return error;
}

int
nft_table_read(const char *table, size_t limit, const char *name,
               struct nft_counter *counter, struct ds *text)
{
    int error = -NLE_DUMP_INTR;

    for (int i = 0; i < MAX_TRIES && error == -NLE_DUMP_INTR; i++) {
        struct reading reading = {
            .text = text, .limit = limit, .counter = { name, counter },
        };

        ds_clear(text);
        error = read_once(table, &reading);
    }
    return error;
}

static bool
take_counter(const struct nlmsghdr *nlh, void *counter_)
{
    const struct counter *counter = counter_;

    nft_get_counter(nlh, counter->name, counter->value);
    return true;
}

int
nft_table_read_counter(const char *table, const char *name,
                       struct nft_counter *value)
{
    struct counter counter = { name, value };

    return nft_dump(NFT_MSG_GETOBJ, table, take_counter, &counter);
}
