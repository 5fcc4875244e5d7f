/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_CONFIG_OPTION_VALUES_H
#define AGENT_CONFIG_OPTION_VALUES_H 1

/* Parsers of the value of one option.  Each stores the value and returns NULL,
 * or returns what the value must be, a string for the caller to free.  What
 * the value replaces is freed.  Addresses are parsed in
 * address-plan.h.
 *
 * The name of a file or socket is relative to 'directory', because a daemon
 * changes its current directory.  If 'directory' is NULL, the name is relative
 * to the current directory, which may not exist.
 *
 * The last three are for Open vSwitch's own options: they take effect at once,
 * in libopenvswitch. */

#include <stdbool.h>
#include <stdint.h>

#include "agent/config/options.h"
#include "openvswitch/types.h"

struct svec;

/* Appends the items of 's', a list with commas between, to 'items', without
 * the blanks around them. */
void split_list(const char *s, struct svec *items);

char *parse_name(const char *s, char **name);
char *parse_number(const char *s, unsigned int min, unsigned int max,
                   unsigned int *value);
char *parse_u16(const char *s, uint16_t min, uint16_t max, uint16_t *value);
char *parse_bit(const char *s, uint32_t *bit);
char *parse_vlans(const char *s, unsigned long **vlans);
char *parse_prefixes(const char *s, struct svec *prefixes);
char *parse_mac(const char *s, struct eth_addr *mac);
char *parse_clients(const char *s, bool *routed);
char *parse_overflow_policy(const char *s, bool *refuse);
char *parse_protocols(const char *s, unsigned int *protocols);
char *parse_datapath_type(const char *s, char **type);
char *parse_yes_no(const char *s, bool *yes);
char *parse_file(const char *s, const char *directory, char **file);
char *parse_contact_log(const char *s, const char *directory, char **log);
char *parse_contact_format(const char *s, enum contact_format *format);
char *parse_db(const char *s, const char *directory, char **db);
char *parse_log_file(const char *file);
char *parse_verbosity(const char *spec);
char *parse_syslog_method(const char *method);

#endif /* agent/config/option-values.h */
