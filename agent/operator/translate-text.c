/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/operator/translate.h"

#include <ctype.h>
#include <string.h>

#include "agent/config/options.h"
#include "agent/operator/contact-targets.h"
#include "openflow/address-plan.h"
#include "openvswitch/dynamic-string.h"
#include "util.h"

/* Of a port. */
#define MAX_DIGITS 5

static void
put_pair(const struct network *network, struct address client,
         struct address target, struct ds *s)
{
    if (network->name) {
        ds_put_format(s, "%s:", network->name);
    }
    address_format(client, s);
    ds_put_char(s, ',');
    address_format(target, s);
}

/* IPv4. */

static bool
is_of_address(char c)
{
    return (c >= '0' && c <= '9') || c == '.';
}

/* Returns true if 'ip' is a fake address or that of a routed client. */
static bool
is_known(const struct translator *t, struct address ip)
{
    struct address client, target;

    return (translate_split(t->options, ip, &client, &target)
            || (t->targets && contact_targets_count(t->targets, ip, 0)));
}

/* Appends 'ip', of which is_known() is true, translated.  One that asked for
 * several targets is only remembered, unless a sentence ends with it. */
static void
put_known(struct translator *t, struct address ip, bool ends_sentence,
          struct ds *s)
{
    struct address client, target;
    const struct network *network = translate_split(t->options, ip, &client,
                                                    &target);

    if (network) {
        put_pair(network, client, target, s);
    } else if (ends_sentence
               || contact_targets_count(t->targets, ip, 0) == 1) {
        contact_targets_put(t->targets, ip, 0, s);
    } else {
        t->asked = true;
        t->address = ip;
        t->n_tail = t->n_digits = 0;
        t->number = 0;
    }
}

/* Appends what is held, translated if that is so. */
static void
flush(struct translator *t, struct ds *s)
{
    size_t n = t->n_held;
    struct address ip;

    /* A dot that ends a sentence is not part of an address. */
    while (n && t->held[n - 1] == '.') {
        n--;
    }

    if (!t->too_long && address_parse_n(t->held, n, &ip)
        && is_known(t, ip)) {
        put_known(t, ip, n < t->n_held, s);
    } else {
        ds_put_buffer(s, t->held, n);
    }
    ds_put_buffer(s, t->held + n, t->n_held - n);
    t->n_held = 0;
}

static void feed_ipv4(struct translator *, const char *text, size_t n,
                      struct ds *);

/* Appends the remembered address, with the targets of the port if the number
 * at the end of the tail is one of its ports, then the tail.  That may have
 * other addresses, but is shorter than four of them. */
static void
decide(struct translator *t, struct ds *s)
{
    char tail[sizeof t->tail];
    size_t n = t->n_tail;
    uint16_t port = t->number <= UINT16_MAX ? t->number : 0;

    if (!contact_targets_count(t->targets, t->address, port)) {
        port = 0;
    }
    memcpy(tail, t->tail, n);
    contact_targets_put(t->targets, t->address, port, s);
    t->asked = false;
    feed_ipv4(t, tail, n, s);
}

/* Takes a character after an address of several targets. */
static void
feed_tail(struct translator *t, char c, struct ds *s)
{
    bool after_dot = t->n_digits && t->tail[t->n_tail - 1] == '.';
    bool certain;

    t->tail[t->n_tail++] = c;
    if (isdigit((unsigned char) c)) {
        t->number = t->number * 10 + (c - '0');
        certain = ++t->n_digits > MAX_DIGITS || after_dot;
        if (certain) {
            t->number = 0;      /* Or it is part of an address. */
        }
    } else if (t->n_digits) {
        certain = c != '.' || after_dot;
    } else {
        certain = c == '\n' || t->n_tail > TRANSLATOR_GAP;
    }
    if (certain) {
        decide(t, s);
    }
}

static void
feed_ipv4(struct translator *t, const char *text, size_t n, struct ds *s)
{
    const char *end = text + n;
    const char *p = text;

    while (p < end) {
        if (t->asked) {
            feed_tail(t, *p++, s);
            continue;
        }
        if (is_of_address(*p)) {
            if (t->n_held == sizeof t->held) {
                t->too_long = true;
                flush(t, s);
            }
            t->held[t->n_held++] = *p++;
            continue;
        }

        const char *other = p;
        flush(t, s);
        t->too_long = false;
        if (t->asked) {
            continue;
        }
        while (p < end && !is_of_address(*p)) {
            p++;
        }
        ds_put_buffer(s, other, p - other);
    }
}

static void
finish_ipv4(struct translator *t, struct ds *s)
{
    flush(t, s);
    while (t->asked) {
        decide(t, s);
        flush(t, s);
    }
    t->too_long = false;
}

/* IPv6, and what can be of IPv4 to the above. */

static bool
has_ipv6(const struct translator *t)
{
    for (size_t i = 0; i < t->options->n_networks; i++) {
        if (!network_is_ipv4(&t->options->networks[i])) {
            return true;
        }
    }
    return t->targets && contact_targets_have_ipv6(t->targets);
}

static bool
is_of_word(char c)
{
    return isxdigit((unsigned char) c) || c == ':' || c == '.';
}

/* Returns the number of bytes from 's' on, 'n' at most, that can be of an
 * address: without a dot, which a port can be behind, and without the colon
 * that ends a part of a sentence. */
static size_t
measure(const char *s, size_t n)
{
    const char *dot = memchr(s, '.', n);
    size_t length = dot ? dot - s : n;

    if (length > 1 && s[length - 1] == ':' && s[length - 2] != ':') {
        length--;
    }
    return length;
}

/* Appends the word that is held, with its address translated if that is so. */
static void
flush_word(struct translator *t, struct ds *s)
{
    size_t n = t->n_word;
    size_t begin = n > 1 && t->word[0] == ':' && t->word[1] != ':';
    size_t length = measure(t->word + begin, n - begin);
    const char *rest = t->word + begin + length;
    size_t n_rest = n - begin - length;
    struct address ip;

    t->n_word = 0;
    if (t->word_too_long || !address_parse_n(t->word + begin, length, &ip)
        || address_is_ipv4(ip) || !is_known(t, ip)) {
        feed_ipv4(t, t->word, n, s);
        return;
    }
    feed_ipv4(t, t->word, begin, s);
    finish_ipv4(t, s);
    put_known(t, ip, n_rest == 1 && rest[0] == '.', s);
    feed_ipv4(t, rest, n_rest, s);
}

static void
feed_words(struct translator *t, const char *text, size_t n, struct ds *s)
{
    const char *end = text + n;
    const char *p = text;

    while (p < end) {
        if (is_of_word(*p)) {
            if (t->n_word == sizeof t->word) {
                t->word_too_long = true;
                flush_word(t, s);
            }
            t->word[t->n_word++] = *p++;
            continue;
        }

        const char *other = p;
        flush_word(t, s);
        t->word_too_long = false;
        while (p < end && !is_of_word(*p)) {
            p++;
        }
        feed_ipv4(t, other, p - other, s);
    }
}

void
translator_feed(struct translator *t, const char *text, size_t n,
                struct ds *s)
{
    if (has_ipv6(t)) {
        feed_words(t, text, n, s);
    } else {
        feed_ipv4(t, text, n, s);
    }
}

void
translator_finish(struct translator *t, struct ds *s)
{
    flush_word(t, s);
    t->word_too_long = false;
    finish_ipv4(t, s);
}
