/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "agent/pipettectl/args.h"
#include "agent/pipettectl/ctl.h"
#include "timeval.h"
#include "util.h"

/* What the agent's tap saw comes to it in bundles (tap.h), and answers wait a
 * while (contacts.c).  A service that asks at once would be too early. */
#define PATIENCE_MSEC 1000
#define TRY_MSEC 50

/* Returns true if the agent does not know the connection. */
static bool
is_unknown(struct ctl *ctl, int argc, char *argv[])
{
    char *reply = NULL;
    char *error = ctl_call(ctl, "lookup", argc - 1, argv + 1, &reply);
    bool unknown = error && strstr(error, ": not found");

    free(reply);
    free(error);
    return unknown;
}

int
ctl_lookup(struct ctl *ctl, int argc, char *argv[])
{
    long long int deadline = time_msec() + PATIENCE_MSEC;

    while (is_unknown(ctl, argc, argv) && time_msec() < deadline) {
        xnanosleep(TRY_MSEC * 1000000ULL);
    }
    return args_pass(ctl, "lookup", argc, argv);
}
