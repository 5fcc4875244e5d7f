/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/pipettectl/top-grid.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "openvswitch/dynamic-string.h"
#include "util.h"

#define MAX_SIDE 1000

void
top_grid_init(struct top_grid *grid, int height, int width)
{
    grid->height = MIN(MAX(height, 1), MAX_SIDE);
    grid->width = MIN(MAX(width, 1), MAX_SIDE);
    grid->chars = xmalloc(grid->height * grid->width);
    grid->styles = xmalloc(grid->height * grid->width);
    for (int i = 0; i < grid->height; i++) {
        top_grid_fill(grid, i, TOP_NORMAL);
    }
}

void
top_grid_destroy(struct top_grid *grid)
{
    free(grid->chars);
    free(grid->styles);
}

void
top_grid_fill(struct top_grid *grid, int line, enum top_style style)
{
    if (line >= 0 && line < grid->height) {
        memset(grid->chars + line * grid->width, ' ', grid->width);
        memset(grid->styles + line * grid->width, style, grid->width);
    }
}

void
top_grid_put(struct top_grid *grid, int line, int column, enum top_style style,
             const char *text)
{
    if (line < 0 || line >= grid->height) {
        return;
    }
    for (; *text && column < grid->width; text++, column++) {
        if (column >= 0) {
            int i = line * grid->width + column;

            grid->chars[i] = *text >= ' ' && *text <= '~' ? *text : '?';
            grid->styles[i] = style;
        }
    }
}

void
top_grid_put_format(struct top_grid *grid, int line, int column,
                    enum top_style style, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    char *text = xvasprintf(format, args);
    va_end(args);
    top_grid_put(grid, line, column, style, text);
    free(text);
}

void
top_grid_format(const struct top_grid *grid, struct ds *s)
{
    for (int i = 0; i < grid->height; i++) {
        const char *line = grid->chars + i * grid->width;
        int n = grid->width;

        while (n && line[n - 1] == ' ') {
            n--;
        }
        ds_put_buffer(s, line, n);
        ds_put_char(s, '\n');
    }
}
