/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_OPERATOR_PROCESS_H
#define AGENT_OPERATOR_PROCESS_H 1

/* What this process takes of the machine. */

#include <stdint.h>

struct process_figures {
    uint64_t cpu_msec;          /* Of user and system together. */
    uint64_t resident_bytes;    /* 0 if not known. */
    unsigned int n_fds;         /* Open ones; 0 if not known. */
    uint64_t start_msec;        /* Since the epoch; 0 if not known. */
};

void process_get_figures(struct process_figures *figures);

#endif /* agent/operator/process.h */
