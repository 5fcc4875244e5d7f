/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/option-values.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdlib.h>
#include <unistd.h>

#include "dirs.h"
#include "openflow/flow-set.h"
#include "openvswitch/vlog.h"
#include "packets.h"
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
parse_protocols(const char *s, unsigned int *protocols)
{
    static const struct {
        const char *name;
        unsigned int flag;
    } known[] = {
        { "tcp", FLOW_TCP }, { "udp", FLOW_UDP }, { "icmp", FLOW_ICMP },
    };

    *protocols = 0;
    for (;;) {
        size_t length = strcspn(s, ",");
        unsigned int flag = 0;

        for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
            if (length == strlen(known[i].name)
                && !strncmp(s, known[i].name, length)) {
                flag = known[i].flag;
            }
        }
        if (!flag) {
            return xstrdup("one or more of tcp, udp and icmp, with commas "
                           "between");
        }
        *protocols |= flag;
        if (!s[length]) {
            return NULL;
        }
        s += length + 1;
    }
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

    char *absolute = abs_file_name(directory, file);
    free(*db);
    *db = xasprintf("unix:%s", absolute);
    free(absolute);
    return NULL;
}

/* Tries the file first: vlog_set_log_file() would log its error, too. */
char *
parse_log_file(const char *file)
{
    char *path = (file ? abs_file_name(NULL, file)
                  : xasprintf("%s/%s.log", ovs_logdir(), program_name));
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0660);
    int error = fd < 0 ? errno : 0;

    if (!error) {
        close(fd);
        error = vlog_set_log_file(file);
    }
    char *right = (error ? xasprintf("a file that can be written (%s: %s)",
                                     path, ovs_strerror(error))
                   : NULL);
    free(path);
    return right;
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
