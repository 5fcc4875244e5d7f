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

struct counters {
    struct nft_named_counter *counters;
    size_t n;
};

struct reading {
    const char *table;
    size_t limit;
    struct counters counters;
    struct nft_text text;
    struct svec sets;           /* Names. */
    uint32_t uses, used;        /* What the table has, and what of it is read:
                                 * chains, sets, counters. */
};

static bool
is_enough(const struct reading *reading)
{
    return nft_text_length(&reading->text) > reading->limit;
}

static bool
take_line(const struct nlmsghdr *nlh, void *reading_)
{
    struct reading *reading = reading_;

    nft_text_add(&reading->text, nlh);
    return !is_enough(reading);
}

static bool
take_table(const struct nlmsghdr *nlh, void *reading_)
{
    struct reading *reading = reading_;

    reading->uses = nft_table_uses(nlh);
    return take_line(nlh, reading);
}

static bool
take_chain(const struct nlmsghdr *nlh, void *reading_)
{
    struct reading *reading = reading_;

    reading->used++;
    return take_line(nlh, reading);
}

/* Of type nft_dump()'s 'take'. */
static bool
take_counters(const struct nlmsghdr *nlh, void *counters_)
{
    const struct counters *counters = counters_;

    for (size_t i = 0; i < counters->n; i++) {
        nft_get_counter(nlh, counters->counters[i].name,
                        &counters->counters[i].value);
    }
    return true;
}

static bool
take_object(const struct nlmsghdr *nlh, void *reading_)
{
    struct reading *reading = reading_;

    take_counters(nlh, &reading->counters);
    return take_chain(nlh, reading);
}

static bool
take_set(const struct nlmsghdr *nlh, void *reading_)
{
    struct reading *reading = reading_;
    char *name = nft_get_name(nlh);

    if (name) {
        svec_add_nocopy(&reading->sets, name);
    }
    return take_chain(nlh, reading);
}

static int
read_elements(struct reading *reading)
{
    int error = 0;

    for (size_t i = 0; i < reading->sets.n && !error && !is_enough(reading);
         i++) {
        error = nft_dump(NFT_MSG_GETSETELEM, reading->table,
                         reading->sets.names[i], take_line, reading);
    }
    /* Somebody deleted it. */
    return error == -NLE_OBJ_NOTFOUND ? -NLE_DUMP_INTR : error;
}

static int
read_parts(struct reading *reading)
{
    static const struct {
        int type;
        bool (*take)(const struct nlmsghdr *, void *reading);
    } parts[] = {
        { NFT_MSG_GETTABLE, take_table },
        { NFT_MSG_GETOBJ, take_object },
        { NFT_MSG_GETCHAIN, take_chain },
        { NFT_MSG_GETSET, take_set },
        { NFT_MSG_GETRULE, take_line },
    };

    for (size_t i = 0; i < ARRAY_SIZE(parts) && !is_enough(reading); i++) {
        int error = nft_dump(parts[i].type, reading->table, NULL,
                             parts[i].take, reading);

        if (error || !nft_text_length(&reading->text)) {
            return error;
        }
    }
    if (reading->uses != reading->used) {
        ds_put_cstr(&reading->text.lines, "something else\n");
    }
    return read_elements(reading);
}

static int
read_once(struct reading *reading, char **text)
{
    int error = read_parts(reading);

    if (error) {
        nft_text_destroy(&reading->text);
    } else {
        *text = nft_text_steal(&reading->text);
    }
    svec_destroy(&reading->sets);
    return error;
}

int
nft_table_read(const char *table, size_t limit,
               struct nft_named_counter counters[], size_t n, char **text)
{
    int error = -NLE_DUMP_INTR;

    for (int i = 0; i < NFT_MAX_TRIES && error == -NLE_DUMP_INTR; i++) {
        struct reading reading = {
            .table = table, .limit = limit, .counters = { counters, n },
            .text = NFT_TEXT_INITIALIZER, .sets = SVEC_EMPTY_INITIALIZER,
        };

        error = read_once(&reading, text);
    }
    return error;
}

int
nft_table_read_counters(const char *table,
                        struct nft_named_counter counters[], size_t n)
{
    struct counters c = { counters, n };

    return nft_dump(NFT_MSG_GETOBJ, table, NULL, take_counters, &c);
}
