/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/pipettectl/args.h"

#include <stdlib.h>
#include <string.h>

#include "agent/pipettectl/ctl.h"
#include "util.h"

/* Returns how many elements of 'argv' from 'argv[i]' on are option 'name' with
 * its value, which it stores; 0 if they are not. */
static int
match(int argc, char *argv[], int i, const char *name, const char **value)
{
    size_t n = strlen(name);

    if (strncmp(argv[i], "--", 2) || strncmp(argv[i] + 2, name, n)) {
        return 0;
    } else if (argv[i][2 + n] == '=') {
        *value = argv[i] + 3 + n;
        return 1;
    } else if (!argv[i][2 + n] && i + 1 < argc) {
        *value = argv[i + 1];
        return 2;
    }
    return 0;
}

const char *
args_find(int argc, char *argv[], const char *name)
{
    const char *value = NULL;

    for (int i = 1; i < argc; i++) {
        i += MAX(match(argc, argv, i, name, &value) - 1, 0);
    }
    return value;
}

const char *
args_take(int *argc, char *argv[], const char *name)
{
    const char *value = NULL;
    int left = 1;

    for (int i = 1; i < *argc; i++) {
        int n = match(*argc, argv, i, name, &value);

        if (n) {
            i += n - 1;
        } else {
            argv[left++] = argv[i];
        }
    }
    *argc = left;
    return value;
}

bool
args_take_flag(int *argc, char *argv[], const char *name)
{
    bool found = false;
    int left = 1;

    for (int i = 1; i < *argc; i++) {
        if (!strncmp(argv[i], "--", 2) && !strcmp(argv[i] + 2, name)) {
            found = true;
        } else {
            argv[left++] = argv[i];
        }
    }
    *argc = left;
    return found;
}

int
args_pass(struct ctl *ctl, const char *command, int argc, char *argv[])
{
    char *reply;
    char *error = ctl_call(ctl, command, argc - 1, argv + 1, &reply);

    if (error) {
        return ctl_refuse(error);
    }

    size_t n = strlen(reply);
    int status;
    if (n && reply[n - 1] != '\n') {
        reply[n++] = '\n';      /* In place of the null byte. */
    }
    status = ctl_print(reply, n);
    free(reply);
    return status;
}
