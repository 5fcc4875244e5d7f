/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/fuzz.h"

#include "openvswitch/vlog.h"
#include "util.h"

struct ds fuzz_outcome = DS_EMPTY_INITIALIZER;

void
fuzz_quiet(void)
{
    vlog_set_levels(NULL, VLF_ANY_DESTINATION, VLL_OFF);
}

int
LLVMFuzzerInitialize(int *argc OVS_UNUSED, char ***argv)
{
    set_program_name((*argv)[0]);
    /* The first counts: whatever --syslog-method says opens no socket. */
    vlog_set_syslog_method("null");
    fuzz_quiet();
    return 0;
}
