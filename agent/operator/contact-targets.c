/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/operator/contact-targets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/config/config-file.h"
#include "hash.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/hmap.h"
#include "openvswitch/json.h"
#include "openvswitch/list.h"
#include "openvswitch/shash.h"
#include "packets.h"
#include "util.h"

/* A record has about 900 bytes. */
#define MAX_LINE 16384

/* All that is known of an address as services see it, with one of its ports,
 * or, if that is 0, with any. */
struct seen {
    struct hmap_node node;      /* In 'seen' of the targets. */
    struct address ip;
    uint16_t port;
    struct ovs_list requests;   /* The last one first. */
    size_t n;
};

struct request {
    struct hmap_node node;      /* In 'requests' of the targets. */
    struct ovs_list age_node;   /* In 'ages' of the targets. */
    struct ovs_list seen_node;  /* In 'requests' of 'seen'. */
    struct seen *seen;
    struct address client, target;
    char network[CONFIG_FILE_MAX_NAME + 1];     /* "" without a name. */
};

struct contact_targets {
    struct hmap seen;           /* Contains "struct seen"s. */
    struct hmap requests;       /* Contains "struct request"s. */
    struct ovs_list ages;       /* All requests, the last one last. */
    size_t max;
    bool ipv6;
};

struct contact_targets *
contact_targets_create(size_t max)
{
    struct contact_targets *t = xmalloc(sizeof *t);

    hmap_init(&t->seen);
    hmap_init(&t->requests);
    ovs_list_init(&t->ages);
    t->max = max;
    t->ipv6 = false;
    return t;
}

/* Frees the request, and what was seen if that was its last one. */
static void
forget(struct contact_targets *t, struct request *r)
{
    hmap_remove(&t->requests, &r->node);
    ovs_list_remove(&r->age_node);
    ovs_list_remove(&r->seen_node);
    if (!--r->seen->n) {
        hmap_remove(&t->seen, &r->seen->node);
        free(r->seen);
    }
    free(r);
}

void
contact_targets_destroy(struct contact_targets *t)
{
    struct request *r;

    if (t) {
        LIST_FOR_EACH_SAFE (r, age_node, &t->ages) {
            forget(t, r);
        }
        hmap_destroy(&t->requests);
        hmap_destroy(&t->seen);
        free(t);
    }
}

static uint32_t
hash_seen(struct address ip, uint16_t port)
{
    return address_hash(ip, port);
}

static struct seen *
find_seen(const struct contact_targets *t, struct address ip, uint16_t port)
{
    struct seen *seen;

    HMAP_FOR_EACH_WITH_HASH (seen, node, hash_seen(ip, port), &t->seen) {
        if (address_equals(seen->ip, ip) && seen->port == port) {
            return seen;
        }
    }
    return NULL;
}

static struct seen *
get_seen(struct contact_targets *t, struct address ip, uint16_t port)
{
    struct seen *seen = find_seen(t, ip, port);

    if (!seen) {
        seen = xmalloc(sizeof *seen);
        *seen = (struct seen) { .ip = ip, .port = port };
        ovs_list_init(&seen->requests);
        hmap_insert(&t->seen, &seen->node, hash_seen(ip, port));
    }
    return seen;
}

static uint32_t
hash_request(const struct request *r, struct address ip, uint16_t port)
{
    return hash_string(r->network,
                       address_hash(r->client,
                                    address_hash(r->target,
                                                 hash_seen(ip, port))));
}

static struct request *
find_request(const struct contact_targets *t, const struct request *like,
             struct address ip, uint16_t port, uint32_t hash)
{
    struct request *r;

    HMAP_FOR_EACH_WITH_HASH (r, node, hash, &t->requests) {
        if (address_equals(r->seen->ip, ip) && r->seen->port == port
            && address_equals(r->client, like->client)
            && address_equals(r->target, like->target)
            && !strcmp(r->network, like->network)) {
            return r;
        }
    }
    return NULL;
}

/* Makes a request like 'like' the last one. */
static void
add_request(struct contact_targets *t, const struct request *like,
            struct address ip, uint16_t port)
{
    uint32_t hash = hash_request(like, ip, port);
    struct request *r = find_request(t, like, ip, port, hash);

    if (r) {
        ovs_list_remove(&r->age_node);
        ovs_list_remove(&r->seen_node);
    } else {
        if (hmap_count(&t->requests) >= t->max) {
            forget(t, CONTAINER_OF(ovs_list_front(&t->ages), struct request,
                                   age_node));
        }
        r = xmemdup(like, sizeof *like);
        r->seen = get_seen(t, ip, port);
        r->seen->n++;
        hmap_insert(&t->requests, &r->node, hash);
    }
    ovs_list_push_back(&t->ages, &r->age_node);
    ovs_list_push_front(&r->seen->requests, &r->seen_node);
}

/* A record. */

/* Returns the member of 'json', an object or NULL, if it is of the type. */
static const struct json *
get(const struct json *json, const char *name, enum json_type type)
{
    const struct json *member
        = (json && json->type == JSON_OBJECT
           ? shash_find_data(json_object(json), name) : NULL);

    return member && member->type == type ? member : NULL;
}

static bool
get_address(const struct json *json, struct address *ip)
{
    const struct json *s = get(json, "ip", JSON_STRING);

    return s && address_parse(json_string(s), ip);
}

static uint16_t
get_port(const struct json *source)
{
    const struct json *port = get(source, "port", JSON_INTEGER);
    long long int n = port ? json_integer(port) : 0;

    return n > 0 && n <= UINT16_MAX ? n : 0;
}

static bool
add_json(struct contact_targets *t, const struct json *record)
{
    const struct json *source = get(record, "source", JSON_OBJECT);
    const struct json *name = get(get(record, "network", JSON_OBJECT), "name",
                                  JSON_STRING);
    struct request r = { .network = "" };
    uint16_t port = get_port(source);
    struct address ip;

    if (!get_address(source, &r.client)
        || !get_address(get(source, "nat", JSON_OBJECT), &ip)
        || !get_address(get(record, "destination", JSON_OBJECT), &r.target)
        || address_is_ipv4(ip) != address_is_ipv4(r.client)
        || address_is_ipv4(ip) != address_is_ipv4(r.target)) {
        return false;
    }
    if (name) {
        ovs_strlcpy(r.network, json_string(name), sizeof r.network);
    }
    t->ipv6 |= !address_is_ipv4(ip);
    if (port) {
        add_request(t, &r, ip, port);
    }
    add_request(t, &r, ip, 0);  /* Later, so that it is forgotten later. */
    return true;
}

bool
contact_targets_add(struct contact_targets *t, const char *line)
{
    /* Most records of ARP requests need not be parsed to see that. */
    if (!strstr(line, "\"nat\"")) {
        return false;
    }

    struct json *record = json_from_string(line);
    bool added = add_json(t, record);
    json_destroy(record);
    return added;
}

/* Skips all but the end of a file that is long.  Returns true if there is no
 * need for that: then its first line is whole. */
static bool
is_whole(FILE *file)
{
    struct stat s;

    return (fstat(fileno(file), &s) || !S_ISREG(s.st_mode)
            || s.st_size <= CONTACT_TARGETS_MAX_FILE
            || fseeko(file, -CONTACT_TARGETS_MAX_FILE, SEEK_END));
}

int
contact_targets_read(struct contact_targets *t, const char *file_name)
{
    FILE *file = fopen(file_name, "re");
    char line[MAX_LINE];
    size_t n = 0;
    int c;

    if (!file) {
        return errno;
    }

    bool skip = !is_whole(file);
    while ((c = getc_unlocked(file)) != EOF) {
        if (c != '\n' && n < sizeof line - 1) {
            line[n++] = c;
        } else if (c != '\n') {
            skip = true;
        } else {
            line[n] = '\0';
            if (!skip) {
                contact_targets_add(t, line);
            }
            n = 0;
            skip = false;
        }
    }

    int error = ferror(file) ? errno : 0;
    fclose(file);
    return error;
}

/* Output. */

bool
contact_targets_have_ipv6(const struct contact_targets *t)
{
    return t->ipv6;
}

size_t
contact_targets_count(const struct contact_targets *t, struct address ip,
                      uint16_t port)
{
    const struct seen *seen = find_seen(t, ip, port);

    return seen ? seen->n : 0;
}

static const struct request *
first_request(const struct seen *seen)
{
    return CONTAINER_OF(ovs_list_front(&seen->requests), struct request,
                        seen_node);
}

/* Appends the client, and the network's name if it has one. */
static void
put_client(const struct request *r, struct ds *s)
{
    if (r->network[0]) {
        ds_put_format(s, "%s:", r->network);
    }
    address_format(r->client, s);
    ds_put_char(s, ',');
}

/* Returns true if those that are named have one client in one network. */
static bool
have_one_client(const struct seen *seen)
{
    const struct request *first = first_request(seen);
    const struct request *r;
    size_t i = 0;

    LIST_FOR_EACH (r, seen_node, &seen->requests) {
        if (i++ >= CONTACT_TARGETS_NAMED) {
            break;
        } else if (!address_equals(r->client, first->client)
                   || strcmp(r->network, first->network)) {
            return false;
        }
    }
    return true;
}

void
contact_targets_put(const struct contact_targets *t, struct address ip,
                    uint16_t port, struct ds *s)
{
    const struct seen *seen = find_seen(t, ip, port);
    bool one_client = have_one_client(seen);
    const struct request *r;
    size_t i = 0;

    if (one_client) {
        put_client(first_request(seen), s);
    }
    ds_put_cstr(s, seen->n > 1 ? "{" : "");
    LIST_FOR_EACH (r, seen_node, &seen->requests) {
        ds_put_cstr(s, i ? "|" : "");
        if (i++ >= CONTACT_TARGETS_NAMED) {
            ds_put_format(s, "+%"PRIuSIZE, seen->n - CONTACT_TARGETS_NAMED);
            break;
        }
        if (!one_client) {
            put_client(r, s);
        }
        address_format(r->target, s);
    }
    ds_put_cstr(s, seen->n > 1 ? "}" : "");
}

static void
put_network(const struct request *r, struct ds *s)
{
    if (r->network[0]) {
        ds_put_format(s, "network %s ", r->network);
    }
}

void
contact_targets_put_lines(const struct contact_targets *t,
                          struct address ip, uint16_t port, struct ds *s)
{
    const struct seen *seen = find_seen(t, ip, port);
    const struct request *r;

    if (seen) {
        LIST_FOR_EACH (r, seen_node, &seen->requests) {
            put_network(r, s);
            ds_put_cstr(s, "client ");
            address_format(r->client, s);
            ds_put_cstr(s, " target ");
            address_format(r->target, s);
            ds_put_char(s, '\n');
        }
    }
}

bool
contact_targets_put_seen(const struct contact_targets *t,
                         struct address client, struct address target,
                         struct ds *s)
{
    const struct request *r;
    bool found = false;

    LIST_FOR_EACH (r, age_node, &t->ages) {
        if (!r->seen->port && address_equals(r->client, client)
            && address_equals(r->target, target)) {
            put_network(r, s);
            address_format(r->seen->ip, s);
            ds_put_char(s, '\n');
            found = true;
        }
    }
    return found;
}
