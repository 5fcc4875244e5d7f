/* SPDX-License-Identifier: Apache-2.0 */

#ifndef TEST_FUZZ_H
#define TEST_FUZZ_H 1

/* What each fuzz target has.  The first two functions are called by libFuzzer
 * ("make fuzz"), or by fuzz-replay.c, with the seeds as inputs ("make check").
 * The second one is the target's own. */

#include <stddef.h>
#include <stdint.h>

#include "openvswitch/dynamic-string.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What came of the last input, in words, so that it shows if a seed does not
 * reach any more what it was made for. */
extern struct ds fuzz_outcome;

/* Nothing is logged from now on. */
void fuzz_quiet(void);

#endif /* test/fuzz.h */
