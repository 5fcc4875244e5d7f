/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/pipettectl/report-text.h"

#include <stdlib.h>
#include <string.h>

#include "openvswitch/dynamic-string.h"
#include "unicode.h"
#include "util.h"

#define REPLACEMENT "\xef\xbf\xbd"      /* U+FFFD. */

static void
put_char(struct ds *s, unsigned char c, bool utf8)
{
    switch (c) {
    case '&': ds_put_cstr(s, "&amp;"); break;
    case '<': ds_put_cstr(s, "&lt;"); break;
    case '>': ds_put_cstr(s, "&gt;"); break;
    case '"': ds_put_cstr(s, "&quot;"); break;
    case '\'': ds_put_cstr(s, "&#39;"); break;
    default:
        if (c < 0x20 || c == 0x7f || (c >= 0x80 && !utf8)) {
            ds_put_cstr(s, REPLACEMENT);
        } else {
            ds_put_char(s, c);
        }
    }
}

void
report_put_text(struct ds *s, const char *text)
{
    char *error = utf8_validate(text, NULL);

    for (const char *p = text; *p; p++) {
        put_char(s, *p, !error);
    }
    free(error);
}

void
report_put_number(struct ds *s, uint64_t n)
{
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%"PRIu64, n);

    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0) {
            ds_put_char(s, ',');
        }
        ds_put_char(s, digits[i]);
    }
}

void
report_put_share(struct ds *s, uint64_t part, uint64_t whole)
{
    if (!whole) {
        ds_put_char(s, '-');
    } else if (!part || part == whole) {
        ds_put_cstr(s, part ? "100 %" : "0 %");
    } else {
        double share = MIN(MAX(100.0 * part / whole, 0.1), 99.9);

        ds_put_format(s, "%.1f %%", share);
    }
}

void
report_put_address(struct ds *s, struct address a, unsigned int shift)
{
    if (shift) {
        address_prefix_format((struct address_prefix) {
                                  a, ADDRESS_BITS - shift }, s);
    } else {
        address_format(a, s);
    }
}

void
report_put_time(struct ds *s, const char *format, long long int msec)
{
    char *text = xastrftime_msec(format, msec, true);

    ds_put_cstr(s, text);
    free(text);
}

void
report_put_duration(struct ds *s, long long int msec)
{
    static const struct {
        const char *name;
        long long int seconds;
    } units[] = {
        { "d", 86400 }, { "h", 3600 }, { "min", 60 }, { "s", 1 },
    };
    long long int seconds = msec / 1000;
    size_t i = 0;

    while (i < ARRAY_SIZE(units) - 1 && seconds < units[i].seconds) {
        i++;
    }

    long long int rest = seconds % units[i].seconds;
    ds_put_format(s, "%lld %s", seconds / units[i].seconds, units[i].name);
    if (i < ARRAY_SIZE(units) - 1 && rest >= units[i + 1].seconds) {
        ds_put_format(s, " %lld %s", rest / units[i + 1].seconds,
                      units[i + 1].name);
    }
}

const char *
report_protocol_name(enum report_protocol protocol)
{
    static const char *const names[] = {
        [REPORT_TCP] = "tcp",
        [REPORT_UDP] = "udp",
        [REPORT_ICMP] = "icmp",
        [REPORT_ARP] = "arp",
        [REPORT_ND] = "nd",
        [REPORT_OTHER] = "other",
    };

    return names[protocol];
}

const char *
report_answer_name(enum report_answer answer)
{
    static const char *const names[] = {
        [REPORT_GIVEN] = "answered",
        [REPORT_REFUSED] = "refused",
        [REPORT_SILENT] = "silent",
    };

    return names[answer];
}

/* The same on each machine, unlike getservbyport(). */
const char *
report_service_name(enum report_protocol protocol, uint16_t port)
{
    static const struct {
        enum report_protocol protocol;
        uint16_t port;
        const char *name;
    } services[] = {
        { REPORT_TCP, 20, "ftp-data" }, { REPORT_TCP, 21, "ftp" },
        { REPORT_TCP, 22, "ssh" }, { REPORT_TCP, 23, "telnet" },
        { REPORT_TCP, 25, "smtp" }, { REPORT_TCP, 53, "dns" },
        { REPORT_TCP, 80, "http" }, { REPORT_TCP, 88, "kerberos" },
        { REPORT_TCP, 102, "s7" }, { REPORT_TCP, 110, "pop3" },
        { REPORT_TCP, 111, "rpcbind" }, { REPORT_TCP, 135, "msrpc" },
        { REPORT_TCP, 139, "netbios" }, { REPORT_TCP, 143, "imap" },
        { REPORT_TCP, 179, "bgp" }, { REPORT_TCP, 389, "ldap" },
        { REPORT_TCP, 443, "https" }, { REPORT_TCP, 445, "smb" },
        { REPORT_TCP, 465, "smtps" }, { REPORT_TCP, 502, "modbus" },
        { REPORT_TCP, 587, "submission" }, { REPORT_TCP, 631, "ipp" },
        { REPORT_TCP, 636, "ldaps" }, { REPORT_TCP, 993, "imaps" },
        { REPORT_TCP, 995, "pop3s" }, { REPORT_TCP, 1433, "mssql" },
        { REPORT_TCP, 1521, "oracle" }, { REPORT_TCP, 1883, "mqtt" },
        { REPORT_TCP, 2049, "nfs" }, { REPORT_TCP, 2323, "telnet" },
        { REPORT_TCP, 2375, "docker" }, { REPORT_TCP, 3306, "mysql" },
        { REPORT_TCP, 3389, "rdp" }, { REPORT_TCP, 5060, "sip" },
        { REPORT_TCP, 5432, "postgresql" }, { REPORT_TCP, 5555, "adb" },
        { REPORT_TCP, 5900, "vnc" }, { REPORT_TCP, 5985, "winrm" },
        { REPORT_TCP, 6379, "redis" }, { REPORT_TCP, 8080, "http" },
        { REPORT_TCP, 8443, "https" }, { REPORT_TCP, 9100, "printer" },
        { REPORT_TCP, 9200, "elastic" }, { REPORT_TCP, 11211, "memcached" },
        { REPORT_TCP, 27017, "mongodb" },
        { REPORT_UDP, 53, "dns" }, { REPORT_UDP, 67, "dhcp" },
        { REPORT_UDP, 69, "tftp" }, { REPORT_UDP, 111, "rpcbind" },
        { REPORT_UDP, 123, "ntp" }, { REPORT_UDP, 137, "netbios" },
        { REPORT_UDP, 138, "netbios" }, { REPORT_UDP, 161, "snmp" },
        { REPORT_UDP, 389, "cldap" }, { REPORT_UDP, 443, "quic" },
        { REPORT_UDP, 500, "ike" }, { REPORT_UDP, 514, "syslog" },
        { REPORT_UDP, 623, "ipmi" }, { REPORT_UDP, 1900, "ssdp" },
        { REPORT_UDP, 3702, "ws-discovery" }, { REPORT_UDP, 5060, "sip" },
        { REPORT_UDP, 5353, "mdns" }, { REPORT_UDP, 5683, "coap" },
        { REPORT_UDP, 11211, "memcached" }, { REPORT_UDP, 47808, "bacnet" },
        { REPORT_ICMP, 0, "echo request" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(services); i++) {
        if (services[i].protocol == protocol && services[i].port == port) {
            return services[i].name;
        }
    }
    return NULL;
}
