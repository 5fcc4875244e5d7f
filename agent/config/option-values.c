/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/config/option-values.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdlib.h>
#include <unistd.h>

#include "bitmap.h"
#include "dirs.h"
#include "openflow/flow-set.h"
#include "openvswitch/vlog.h"
#include "packets.h"
#include "svec.h"
#include "util.h"

char *
parse_name(const char *s, char **name)
{
    size_t length = strlen(s);

    if (!length || length >= IFNAMSIZ || s[0] == '-'
        || !strcmp(s, ".") || !strcmp(s, "..")
        || s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                    "0123456789._-")]) {
        return xasprintf("the name of an interface, 1 to %d letters, digits, "
                         "'.', '_' and '-', no '-' first", IFNAMSIZ - 1);
    }
    free(*name);
    *name = xstrdup(s);
    return NULL;
}

char *
parse_number(const char *s, unsigned int min, unsigned int max,
             unsigned int *value)
{
    /* Not "+5", " 5" or "0x5", which strtoul() takes. */
    if (!s[0] || s[strspn(s, "0123456789")] || !str_to_uint(s, 10, value)
        || *value < min || *value > max) {
        return xasprintf("a whole number from %u to %u", min, max);
    }
    return NULL;
}

char *
parse_u16(const char *s, uint16_t min, uint16_t max, uint16_t *value)
{
    unsigned int number = 0;
    char *error = parse_number(s, min, max, &number);

    *value = number;
    return error;
}

char *
parse_bit(const char *s, uint32_t *bit)
{
    bool hex = !strncmp(s, "0x", 2);
    const char *digits = hex ? s + 2 : s;
    unsigned int value = 0;

    if (!strcmp(s, "none")) {
        *bit = 0;
        return NULL;
    } else if (!digits[0]
               || digits[strspn(digits, (hex ? "0123456789abcdefABCDEF"
                                         : "0123456789"))]
               || !str_to_uint(digits, hex ? 16 : 10, &value)
               || !IS_POW2(value) || !value) {
        return xstrdup("one bit, from 0x1 to 0x80000000, or none");
    }
    *bit = value;
    return NULL;
}

void
split_list(const char *s, struct svec *items)
{
    static const char blanks[] = " \t";

    for (;;) {
        s += strspn(s, blanks);

        size_t length = strcspn(s, ",");
        size_t end = length;
        while (end && strchr(blanks, s[end - 1])) {
            end--;
        }
        svec_add_nocopy(items, xmemdup0(s, end));
        if (!s[length]) {
            return;
        }
        s += length + 1;
    }
}

/* Adds 's', a VLAN or a range of them, to 'vlans'. */
static bool
add_vlans(const char *s, unsigned long *vlans)
{
    const char *dash = strchr(s, '-');
    char *first_text = dash ? xmemdup0(s, dash - s) : xstrdup(s);
    uint16_t first, last;
    char *error = parse_u16(first_text, 1, 4094, &first);

    last = first;
    if (!error && dash) {
        error = parse_u16(dash + 1, first, 4094, &last);
    }
    free(first_text);
    if (error) {
        free(error);
        return false;
    }
    bitmap_set_multiple(vlans, first, last - first + 1, true);
    return true;
}

char *
parse_vlans(const char *s, unsigned long **vlans)
{
    struct svec items = SVEC_EMPTY_INITIALIZER;
    unsigned long *parsed = bitmap_allocate(4096);
    bool valid = true;
    const char *item;
    size_t i;

    split_list(s, &items);
    if (items.n == 1 && !strcmp(items.names[0], "untagged")) {
        bitmap_set1(parsed, 0);
    } else {
        SVEC_FOR_EACH (i, item, &items) {
            valid = valid && add_vlans(item, parsed);
        }
    }
    svec_destroy(&items);
    if (!valid) {
        free(parsed);
        return xstrdup("VLANs from 1 to 4094, such as 2 or 1001-1048,2000, "
                       "or untagged");
    }
    free(*vlans);
    *vlans = parsed;
    return NULL;
}

char *
parse_prefixes(const char *s, struct svec *prefixes)
{
    struct svec items = SVEC_EMPTY_INITIALIZER;
    char *error = NULL;
    const char *item;
    size_t i;

    svec_clear(prefixes);
    split_list(s, &items);
    SVEC_FOR_EACH (i, item, &items) {
        struct address_prefix prefix;
        char text[ADDRESS_STRLEN];

        error = prefix_parse(item, &prefix);
        if (error) {
            break;
        }
        svec_add(prefixes, (prefix.plen == ADDRESS_BITS
                            ? address_to_string(prefix.network, text)
                            : address_prefix_to_string(prefix, text)));
    }
    svec_destroy(&items);
    svec_sort_unique(prefixes);
    return error;
}

char *
parse_mac(const char *s, struct eth_addr *mac)
{
    char canonical[ETH_ADDR_STRLEN + 1];

    eth_addr_from_string(s, mac);
    snprintf(canonical, sizeof canonical, ETH_ADDR_FMT, ETH_ADDR_ARGS(*mac));
    if (strcasecmp(s, canonical)) {
        /* eth_addr_from_string() would take 0e:0:0:0:0:166 for this, too. */
        return xstrdup("a MAC address, such as 0e:00:00:00:00:66");
    } else if (eth_addr_is_multicast(*mac)) {
        return xstrdup("the MAC address of one interface, not multicast");
    } else if (eth_addr_is_zero(*mac)) {
        return xstrdup("a MAC address that is not zero");
    }
    return NULL;
}

char *
parse_clients(const char *s, bool *routed)
{
    *routed = !strcmp(s, "any");
    return *routed || !strcmp(s, "subnet") ? NULL : xstrdup("any or subnet");
}

char *
parse_overflow_policy(const char *s, bool *refuse)
{
    *refuse = !strcmp(s, "refuse");
    return *refuse || !strcmp(s, "evict") ? NULL : xstrdup("evict or refuse");
}

char *
parse_protocols(const char *s, unsigned int *protocols)
{
    static const struct {
        const char *name;
        unsigned int flag;
    } known[] = {
        { "tcp", FLOW_TCP }, { "udp", FLOW_UDP }, { "icmp", FLOW_ICMP },
    };

    struct svec items = SVEC_EMPTY_INITIALIZER;
    bool valid = true;
    const char *item;
    size_t i;

    *protocols = 0;
    split_list(s, &items);
    SVEC_FOR_EACH (i, item, &items) {
        unsigned int flag = 0;

        for (size_t j = 0; j < ARRAY_SIZE(known); j++) {
            if (!strcmp(item, known[j].name)) {
                flag = known[j].flag;
            }
        }
        valid = valid && flag;
        *protocols |= flag;
    }
    svec_destroy(&items);
    return (valid ? NULL
            : xstrdup("one or more of tcp, udp and icmp, with commas "
                      "between"));
}

char *
parse_datapath_type(const char *s, char **type)
{
    if (strcmp(s, "system") && strcmp(s, "netdev")) {
        return xstrdup("system or netdev");
    }
    free(*type);
    *type = xstrdup(s);
    return NULL;
}

char *
parse_yes_no(const char *s, bool *yes)
{
    *yes = !strcmp(s, "yes");
    return *yes || !strcmp(s, "no") ? NULL : xstrdup("yes or no");
}

char *
parse_file(const char *s, const char *directory, char **file)
{
    char *absolute = abs_file_name(directory, s);

    if (!absolute) {
        return xstrdup("an absolute file name: the current directory does "
                       "not exist");
    }
    free(*file);
    *file = absolute;
    return NULL;
}

/* A file of such a name is "./syslog". */
char *
parse_contact_log(const char *s, const char *directory, char **log)
{
    if (!s[0]) {
        return xstrdup("a file, syslog, journal, or - for standard output");
    } else if (strcmp(s, "syslog") && strcmp(s, "journal")
               && strcmp(s, "-")) {
        return parse_file(s, directory, log);
    }
    free(*log);
    *log = xstrdup(s);
    return NULL;
}

char *
parse_contact_format(const char *s, enum contact_format *format)
{
    static const char *const names[] = {
        [CONTACT_ECS] = "ecs",
        [CONTACT_EVE] = "eve",
        [CONTACT_ZEEK] = "zeek",
    };

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (!strcmp(s, names[i])) {
            *format = i;
            return NULL;
        }
    }
    return xstrdup("ecs, eve or zeek");
}

char *
parse_db(const char *s, const char *directory, char **db)
{
    const char *file = s;

    if (!strncmp(s, "unix:", 5)) {
        file += 5;
    } else if (s[0] != '/') {
        file = "";
    }
    if (!file[0]) {
        return xasprintf("the unix socket of ovsdb-server, such as "
                         "unix:%s/db.sock", ovs_rundir());
    }

    char *absolute = NULL;
    char *expected = parse_file(file, directory, &absolute);
    if (!expected) {
        free(*db);
        *db = xasprintf("unix:%s", absolute);
    }
    free(absolute);
    return expected;
}

/* Tries the file first: vlog_set_log_file() would log its error, too. */
char *
parse_log_file(const char *file)
{
    char *path = NULL;
    char *expected = NULL;

    if (file) {
        expected = parse_file(file, NULL, &path);
    } else {
        path = xasprintf("%s/%s.log", ovs_logdir(), program_name);
    }
    if (expected) {
        return expected;
    }

    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0660);
    int error = fd < 0 ? errno : 0;

    if (!error) {
        close(fd);
        error = vlog_set_log_file(file);
    }
    if (error) {
        expected = xasprintf("a file that can be written (%s: %s)", path,
                             ovs_strerror(error));
    }
    free(path);
    return expected;
}

char *
parse_verbosity(const char *spec)
{
    char *error = NULL;

    if (spec) {
        error = vlog_set_levels_from_string(spec);
    } else {
        vlog_set_verbosity(NULL);
    }
    if (error) {
        free(error);
        return xstrdup("a log level, as ovs-appctl(8) has them under "
                       "vlog/set");
    }
    return NULL;
}

char *
parse_syslog_method(const char *method)
{
    if (strcmp(method, "null") && strcmp(method, "libc")
        && strncmp(method, "udp:", 4) && strncmp(method, "unix:", 5)) {
        return xstrdup("libc, null, unix:FILE or udp:IP:PORT");
    }
    vlog_set_syslog_method(method);
    return NULL;
}
