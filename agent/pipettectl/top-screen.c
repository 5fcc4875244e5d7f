/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/pipettectl/top-screen.h"

#include <curses.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "agent/pipettectl/top-grid.h"
#include "agent/pipettectl/top-state.h"
#include "fatal-signal.h"
#include "openvswitch/poll-loop.h"
#include "util.h"

#include <term.h>               /* Last: its macros have common names. */

#define ESCAPE_DELAY 50         /* ms that a key's sequence may be apart. */

static SCREEN *screen;          /* NULL if it is not ours. */
static int key_fd = -1;         /* Standard input, for poll_fd_wait(), which
                                 * does not take 0. */
static int resize_fd = -1;
static bool coloured;

/* How a style looks, with and without colours. */
static const struct {
    short int foreground, background;
    attr_t attributes, without_colour;
} looks[TOP_N_STYLES] = {
    [TOP_NORMAL] = { -1, -1, A_NORMAL, A_NORMAL },
    [TOP_BOLD] = { -1, -1, A_BOLD, A_BOLD },
    [TOP_TITLE] = { COLOR_WHITE, COLOR_BLUE, A_BOLD, A_REVERSE },
    [TOP_HEADING] = { COLOR_BLACK, COLOR_GREEN, A_NORMAL, A_REVERSE },
    [TOP_SORTED] = { COLOR_BLACK, COLOR_CYAN, A_NORMAL,
                     A_REVERSE | A_UNDERLINE },
    [TOP_CURSOR] = { COLOR_BLACK, COLOR_WHITE, A_NORMAL, A_REVERSE },
    [TOP_BAR_LOW] = { COLOR_GREEN, -1, A_NORMAL, A_NORMAL },
    [TOP_BAR_HIGH] = { COLOR_RED, -1, A_NORMAL, A_BOLD },
    [TOP_GOOD] = { COLOR_GREEN, -1, A_NORMAL, A_BOLD },
    [TOP_BAD] = { COLOR_WHITE, COLOR_RED, A_BOLD, A_REVERSE },
    [TOP_KEYS] = { COLOR_CYAN, -1, A_NORMAL, A_NORMAL },
};

static bool
can_place_cursor(void)
{
    bool can = false;
    int result;

    if (setupterm(NULL, STDOUT_FILENO, &result) == OK) {
        can = cursor_address && clear_screen;
        del_curterm(cur_term);
    }
    return can;
}

/* Returns NULL or the error. */
static char *
check_terminal(void)
{
    const char *term = getenv("TERM");

    if (!isatty(STDIN_FILENO)) {
        return xstrdup("standard input must be a terminal (--batch needs "
                       "none)");
    }
    if (!term || !term[0] || !can_place_cursor()) {
        return xasprintf("TERM=%.40s: must be a terminal of terminfo(5) with "
                         "a cursor that can be placed (--batch needs none)",
                         term ? term : "");
    }
    return NULL;
}

static void
start_colours(bool wanted)
{
    coloured = wanted && has_colors() && start_color() == OK;
    if (coloured) {
        bool transparent = use_default_colors() == OK;

        for (int i = 0; i < TOP_N_STYLES; i++) {
            short int f = looks[i].foreground, b = looks[i].background;

            init_pair(i + 1, f < 0 && !transparent ? COLOR_WHITE : f,
                      b < 0 && !transparent ? COLOR_BLACK : b);
        }
    }
}

/* Changes of the size arrive by a file descriptor, as poll_block() goes on
 * after a signal. */
static void
open_fds(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGWINCH);
    sigprocmask(SIG_BLOCK, &set, NULL);
    key_fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    resize_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void
close_at_signal(void *aux OVS_UNUSED)
{
    top_screen_close();
}

char *
top_screen_open(bool colour)
{
    char *error = check_terminal();

    if (error) {
        return error;
    }
    /* First, so that ncurses leaves these signals to it. */
    fatal_signal_add_hook(close_at_signal, NULL, NULL, true);
    open_fds();
    set_escdelay(ESCAPE_DELAY);
    screen = newterm(NULL, stdout, stdin);
    if (!screen) {
        return xasprintf("TERM=%.40s: must be a terminal that ncurses can use",
                         getenv("TERM"));
    }
    cbreak();
    noecho();
    nonl();
    nodelay(stdscr, TRUE);
    keypad(stdscr, TRUE);
    curs_set(0);
    start_colours(colour);
    return NULL;
}

void
top_screen_close(void)
{
    if (screen) {
        /* Output that Ctrl-S stopped would keep it from ending.  What
         * tcflow() did not stop, it does not start. */
        tcflow(STDOUT_FILENO, TCOOFF);
        tcflow(STDOUT_FILENO, TCOON);
        endwin();
        delscreen(screen);
        screen = NULL;
    }
}

/* Takes the rest of a sequence that ncurses does not know, after an escape
 * character: it is one key, and none of ours.  Returns the key. */
static int
finish_escape(void)
{
    int c = getch();

    if (c == ERR) {
        return TOP_KEY_ESCAPE;
    }
    if (c == '[' || c == 'O') {
        do {
            c = getch();
        } while (c != ERR && (c < '@' || c > '~'));
    }
    return TOP_KEY_OTHER;
}

static int
translate_key(int c)
{
    switch (c) {
    case '\n': case '\r': case KEY_ENTER:
        return TOP_KEY_ENTER;
    case '\b': case 127: case KEY_BACKSPACE:
        return TOP_KEY_BACKSPACE;
    case KEY_UP:
        return TOP_KEY_UP;
    case KEY_DOWN:
        return TOP_KEY_DOWN;
    case KEY_PPAGE:
        return TOP_KEY_PAGE_UP;
    case KEY_NPAGE:
        return TOP_KEY_PAGE_DOWN;
    case KEY_HOME:
        return TOP_KEY_HOME;
    case KEY_END:
        return TOP_KEY_END;
    case 27:
        return finish_escape();
    case 'L' - '@':
        clearok(curscr, TRUE);
        return TOP_KEY_OTHER;
    }
    return c > 0 && c < 127 ? c : TOP_KEY_OTHER;
}

int
top_screen_get_key(void)
{
    struct pollfd pollfd = { .fd = STDIN_FILENO, .events = POLLIN };

    if (poll(&pollfd, 1, 0) > 0
        && pollfd.revents & (POLLHUP | POLLERR | POLLNVAL)) {
        return -1;
    }

    int c = getch();
    return c == ERR ? TOP_KEY_NONE : translate_key(c);
}

void
top_screen_get_size(int *height, int *width)
{
    struct signalfd_siginfo info;
    struct winsize size;

    while (read(resize_fd, &info, sizeof info) > 0) {
        continue;
    }
    if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row && size.ws_col
        && (size.ws_row != LINES || size.ws_col != COLS)) {
        resizeterm(size.ws_row, size.ws_col);
    }
    *height = LINES;
    *width = COLS;
}

static bool
is_stopped(void)
{
    struct pollfd pollfd = { .fd = STDOUT_FILENO, .events = POLLOUT };

    return !poll(&pollfd, 1, 0);
}

void
top_screen_draw(const struct top_grid *grid)
{
    if (is_stopped()) {
        return;
    }
    for (int i = 0; i < grid->height; i++) {
        const unsigned char *styles = grid->styles + i * grid->width;

        for (int start = 0, end; start < grid->width; start = end) {
            enum top_style style = styles[start];

            for (end = start; end < grid->width && styles[end] == style;) {
                end++;
            }
            attr_set(coloured ? looks[style].attributes
                     : looks[style].without_colour, coloured ? style + 1 : 0,
                     NULL);
            mvaddnstr(i, start, grid->chars + i * grid->width + start,
                      end - start);
        }
    }
    refresh();
}

void
top_screen_wait(void)
{
    if (key_fd >= 0) {
        poll_fd_wait(key_fd, POLLIN);
    }
    if (resize_fd >= 0) {
        poll_fd_wait(resize_fd, POLLIN);
    }
}
