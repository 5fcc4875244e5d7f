/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_PIPETTECTL_TOP_SCREEN_H
#define AGENT_PIPETTECTL_TOP_SCREEN_H 1

/* The terminal on standard input and output, by ncurses.  A process has
 * one. */

#include <stdbool.h>

#include "compiler.h"

struct top_grid;

/* Takes the terminal.  Returns NULL or the error, for the caller to free; then
 * the terminal is as before.
 *
 * A signal that ends the process (see fatal-signal.h) gives the terminal back
 * first. */
char *top_screen_open(bool colour) OVS_WARN_UNUSED_RESULT;

/* Gives the terminal back as it was.  May be called again. */
void top_screen_close(void);

/* Returns the next key that was pressed, of top-state.h, TOP_KEY_NONE without,
 * -1 if the terminal is gone. */
int top_screen_get_key(void);

/* The size that the terminal has at the moment. */
void top_screen_get_size(int *height, int *width);

/* Draws what has changed.  Nothing is drawn while the terminal's output is
 * stopped (Ctrl-S). */
void top_screen_draw(const struct top_grid *);

/* Wakes up when a key is pressed or the size changes. */
void top_screen_wait(void);

#endif /* agent/pipettectl/top-screen.h */
