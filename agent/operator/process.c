/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/operator/process.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static uint64_t
timeval_to_usec(const struct timeval *tv)
{
    return tv->tv_sec * UINT64_C(1000000) + tv->tv_usec;
}

static uint64_t
get_cpu_msec(void)
{
    struct rusage usage;

    if (getrusage(RUSAGE_SELF, &usage)) {
        return 0;
    }
    return (timeval_to_usec(&usage.ru_utime)
            + timeval_to_usec(&usage.ru_stime)) / 1000;
}

/* Stores the first line of a file of proc(5) that begins with 'start'.
 * Returns false if there is none. */
static bool
read_line(const char *file_name, const char *start, char *buf, size_t size)
{
    FILE *file = fopen(file_name, "r");
    bool found = false;

    while (file && !found && fgets(buf, size, file)) {
        found = !strncmp(buf, start, strlen(start));
    }
    if (file) {
        fclose(file);
    }
    return found;
}

static uint64_t
get_resident_bytes(void)
{
    char buf[256];
    uint64_t pages;

    return (read_line("/proc/self/statm", "", buf, sizeof buf)
            && sscanf(buf, "%*u %"SCNu64, &pages) == 1
            ? pages * sysconf(_SC_PAGESIZE) : 0);
}

/* The 22nd field is in ticks since boot; the second is the name in
 * parentheses, which may have any characters. */
static uint64_t
get_start_msec(void)
{
    char boot[64], stat[1024];
    uint64_t seconds, ticks;

    if (!read_line("/proc/stat", "btime ", boot, sizeof boot)
        || sscanf(boot, "btime %"SCNu64, &seconds) != 1
        || !read_line("/proc/self/stat", "", stat, sizeof stat)) {
        return 0;
    }

    const char *rest = strrchr(stat, ')');
    for (int field = 2; rest && field < 22; field++) {
        rest = strchr(rest + 1, ' ');
    }
    return (rest && sscanf(rest, "%"SCNu64, &ticks) == 1
            ? seconds * 1000 + ticks * 1000 / sysconf(_SC_CLK_TCK) : 0);
}

/* The directory itself is open, too, while it is read. */
static unsigned int
count_fds(void)
{
    DIR *dir = opendir("/proc/self/fd");
    unsigned int n = 0;

    if (!dir) {
        return 0;
    }
    for (struct dirent *entry; (entry = readdir(dir)); ) {
        n += entry->d_name[0] != '.';
    }
    closedir(dir);
    return n - 1;
}

void
process_get_figures(struct process_figures *figures)
{
    *figures = (struct process_figures) {
        .cpu_msec = get_cpu_msec(),
        .resident_bytes = get_resident_bytes(),
        .n_fds = count_fds(),
        .start_msec = get_start_msec(),
    };
}
