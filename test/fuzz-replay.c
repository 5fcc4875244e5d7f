/* SPDX-License-Identifier: Apache-2.0 */

/* The main program of a fuzz target without a fuzzer.
 *
 * fuzz-TARGET FILE...: runs the target on each file, and prints the file's
 * name and what came of it. */

#include <config.h>

#include "test/fuzz.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "openvswitch/dynamic-string.h"
#include "util.h"

static void
read_file(const char *name, struct ds *s)
{
    FILE *file = fopen(name, "rb");
    int c;

    if (!file) {
        ovs_fatal(errno, "%s", name);
    }
    while ((c = getc(file)) != EOF) {
        ds_put_char(s, c);
    }
    fclose(file);
}

static void
replay(const char *name)
{
    const char *slash = strrchr(name, '/');
    struct ds s = DS_EMPTY_INITIALIZER;

    read_file(name, &s);
    /* Of exactly its size, so that reading beyond it is seen. */
    uint8_t *data = xmemdup(ds_cstr(&s), s.length);
    LLVMFuzzerTestOneInput(data, s.length);
    printf("%s: %s\n", slash ? slash + 1 : name, ds_cstr(&fuzz_outcome));
    free(data);
    ds_destroy(&s);
}

int
main(int argc, char *argv[])
{
    LLVMFuzzerInitialize(&argc, &argv);
    if (argc < 2) {
        ovs_fatal(0, "usage: %s FILE...", program_name);
    }
    for (int i = 1; i < argc; i++) {
        replay(argv[i]);
    }
    return 0;
}
