/* SPDX-License-Identifier: Apache-2.0 */

#ifndef TEST_FUZZ_H
#define TEST_FUZZ_H 1

/* What each fuzz target has.  The first two are called by libFuzzer ("make
 * fuzz"), or by fuzz-replay.c, with the seeds as inputs ("make check"). */

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One line on what came of the last input, so that it shows if a seed does
 * not reach any more what it was made for. */
const char *fuzz_outcome(void);

#endif /* test/fuzz.h */
