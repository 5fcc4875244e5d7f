/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/pipettectl/report-charts.h"

#include <string.h>

#include "agent/pipettectl/report-text.h"
#include "openvswitch/dynamic-string.h"
#include "util.h"

/* The picture, in units of SVG, which are pixels on a wide screen. */
#define WIDTH 1000
#define LEFT 58
#define TOP 10
#define PLOT_WIDTH (WIDTH - LEFT - 8)
#define PLOT_HEIGHT 190
#define HEIGHT (TOP + PLOT_HEIGHT + 40)
#define MAX_BAR 48.0
#define DAY 86400000LL          /* Milliseconds. */
#define LABEL 90                /* What a label on the time axis needs. */

void
report_put_bar(struct ds *s, uint64_t part, uint64_t whole)
{
    ds_put_format(s, "<svg class=\"bar\" aria-hidden=\"true\">"
                  "<rect width=\"%.2f%%\" height=\"100%%\"/></svg>",
                  whole ? 100.0 * part / whole : 0);
}

void
report_put_answer_bar(struct ds *s,
                      const uint64_t by_answer[REPORT_N_ANSWERS])
{
    uint64_t whole = 0;
    double x = 0;

    for (int i = 0; i < REPORT_N_ANSWERS; i++) {
        whole += by_answer[i];
    }
    ds_put_cstr(s, "<svg class=\"bar\" aria-hidden=\"true\">");
    for (int i = 0; i < REPORT_N_ANSWERS && whole; i++) {
        double width = 100.0 * by_answer[i] / whole;

        ds_put_format(s, "<rect class=\"%s\" x=\"%.2f%%\" width=\"%.2f%%\" "
                      "height=\"100%%\"/>", report_answer_name(i), x, width);
        x += width;
    }
    ds_put_cstr(s, "</svg>");
}

/* What the colours of answers mean. */
static void
put_answer_legend(struct ds *s)
{
    ds_put_cstr(s, "<ul class=\"legend\">");
    for (int i = 0; i < REPORT_N_ANSWERS; i++) {
        ds_put_format(s, "<li><svg class=\"swatch\" aria-hidden=\"true\">"
                      "<rect class=\"%s\" width=\"100%%\" height=\"100%%\"/>"
                      "</svg> %s</li>",
                      report_answer_name(i), report_answer_name(i));
    }
    ds_put_cstr(s, "</ul>\n");
}

static uint64_t
sum_bin(const struct report_timeline *t, size_t i)
{
    uint64_t sum = 0;

    for (int j = 0; j < REPORT_N_ANSWERS; j++) {
        sum += t->bins[i][j];
    }
    return sum;
}

/* Returns the distance of lines across, so that four at most are up to
 * 'max'. */
static uint64_t
choose_step(uint64_t max)
{
    uint64_t step = 1;

    for (int i = 0; step * 4 < max; i++) {
        /* 1, 2, 5, 10, ... */
        step = i % 3 == 1 ? step / 2 * 5 : step * 2;
    }
    return step;
}

static void
put_y_axis(struct ds *s, uint64_t step, double top)
{
    for (uint64_t n = 0; n <= top; n += step) {
        double y = TOP + PLOT_HEIGHT * (1 - n / top);

        ds_put_format(s, "<path class=\"%s\" d=\"M%d %.1fH%d\"/>"
                      "<text class=\"end\" x=\"%d\" y=\"%.1f\">",
                      n ? "grid" : "axis", LEFT, y, WIDTH - 8, LEFT - 8,
                      y + 4);
        report_put_number(s, n);
        ds_put_cstr(s, "</text>");
    }
}

/* Returns the time between labels on the time axis, which need room. */
static long long int
choose_time_step(const struct report_timeline *t, double bar)
{
    static const int minutes[] = { 1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720,
                                   1440 };
    double least = t->width * LABEL / bar;
    long long int step;

    if (least <= 30000) {
        return (least <= 1000 ? 1 : least <= 5000 ? 5 : least <= 10000 ? 10
                : 30) * 1000;
    }
    for (size_t i = 0; i < ARRAY_SIZE(minutes); i++) {
        step = minutes[i] * 60000LL;
        if (step >= least) {
            return step;
        }
    }
    while (step < least) {
        step *= 2;
    }
    return step;
}

static void
put_x_axis(struct ds *s, const struct report_timeline *t, double bar)
{
    long long int step = choose_time_step(t, bar);
    const char *format = (step >= DAY ? "%Y-%m-%d"
                          : step % 60000 ? "%H:%M:%S" : "%H:%M");
    long long int end = t->start + t->n * t->width;
    long long int day = -1;

    for (long long int at = (t->start + step - 1) / step * step; at < end;
         at += step) {
        double x = LEFT + (double) (at - t->start) / t->width * bar;

        ds_put_format(s, "<path class=\"axis\" d=\"M%.1f %dv5\"/>"
                      "<text x=\"%.1f\" y=\"%d\">", x, TOP + PLOT_HEIGHT, x,
                      TOP + PLOT_HEIGHT + 18);
        report_put_time(s, format, at);
        ds_put_cstr(s, "</text>");
        if (step < DAY && at / DAY != day) {
            day = at / DAY;
            ds_put_format(s, "<text class=\"day\" x=\"%.1f\" y=\"%d\">", x,
                          TOP + PLOT_HEIGHT + 34);
            report_put_time(s, "%b %d", at);
            ds_put_cstr(s, "</text>");
        }
    }
}

static void
put_bin_text(struct ds *s, const struct report_timeline *t, size_t i)
{
    report_put_time(s, "%Y-%m-%d %H:%M:%S", t->start + i * t->width);
    ds_put_cstr(s, ": ");
    report_put_number(s, sum_bin(t, i));
    ds_put_cstr(s, sum_bin(t, i) == 1 ? " contact" : " contacts");
    for (int j = 0; j < REPORT_N_ANSWERS; j++) {
        if (t->bins[i][j]) {
            ds_put_cstr(s, ", ");
            report_put_number(s, t->bins[i][j]);
            ds_put_format(s, " %s", report_answer_name(j));
        }
    }
}

static void
put_bin(struct ds *s, const struct report_timeline *t, size_t i, double bar,
        double top)
{
    double gap = bar > 4 ? 1 : 0;
    double y = TOP + PLOT_HEIGHT;

    ds_put_cstr(s, "<g class=\"bin\"><title>");
    put_bin_text(s, t, i);
    ds_put_cstr(s, "</title>");
    for (int j = 0; j < REPORT_N_ANSWERS; j++) {
        double height = t->bins[i][j] * PLOT_HEIGHT / top;

        if (t->bins[i][j]) {
            y -= height;
            ds_put_format(s, "<rect class=\"%s\" x=\"%.1f\" y=\"%.2f\" "
                          "width=\"%.1f\" height=\"%.2f\"/>",
                          report_answer_name(j), LEFT + i * bar + gap / 2, y,
                          bar - gap, height);
        }
    }
    ds_put_cstr(s, "</g>");
}

static void
put_table(struct ds *s, const struct report_timeline *t)
{
    ds_put_cstr(s, "<details><summary>The time line as a table</summary>"
                "<div class=\"wide\" tabindex=\"0\" role=\"region\" "
                "aria-label=\"Time line as a table\">"
                "<table><thead><tr><th scope=\"col\">From</th>"
                "<th scope=\"col\" class=\"num\">Contacts</th>");
    for (int j = 0; j < REPORT_N_ANSWERS; j++) {
        ds_put_format(s, "<th scope=\"col\" class=\"num cap\">%s</th>",
                      report_answer_name(j));
    }
    ds_put_cstr(s, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < t->n; i++) {
        ds_put_cstr(s, "<tr><th scope=\"row\">");
        report_put_time(s, "%Y-%m-%d %H:%M:%S", t->start + i * t->width);
        ds_put_cstr(s, "</th><td class=\"num\">");
        report_put_number(s, sum_bin(t, i));
        for (int j = 0; j < REPORT_N_ANSWERS; j++) {
            ds_put_cstr(s, "</td><td class=\"num\">");
            report_put_number(s, t->bins[i][j]);
        }
        ds_put_cstr(s, "</td></tr>\n");
    }
    ds_put_cstr(s, "</tbody></table></div></details>\n");
}

void
report_put_timeline(struct ds *s, const struct report_timeline *t)
{
    double bar = MIN((double) PLOT_WIDTH / MAX(t->n, 1), MAX_BAR);
    uint64_t max = 1;

    for (size_t i = 0; i < t->n; i++) {
        max = MAX(max, sum_bin(t, i));
    }

    uint64_t step = choose_step(max);
    double top = max * 1.04;

    put_answer_legend(s);
    ds_put_format(s, "<div class=\"wide\">"
                  "<svg class=\"chart\" id=\"timeline\" "
                  "viewBox=\"0 0 %d %d\" role=\"img\" "
                  "aria-label=\"Contacts over time\" data-x=\"%d\" "
                  "data-y=\"%d\" data-w=\"%.4f\" data-h=\"%d\" "
                  "data-columns=\"%"PRIuSIZE"\" data-rows=\"1\">\n",
                  WIDTH, HEIGHT, LEFT, TOP, bar, PLOT_HEIGHT, t->n);
    put_y_axis(s, step, top);
    put_x_axis(s, t, bar);
    for (size_t i = 0; i < t->n; i++) {
        put_bin(s, t, i, bar, top);
    }
    ds_put_cstr(s, "\n<rect class=\"cursor\" visibility=\"hidden\"/>"
                "</svg></div>\n");
    put_table(s, t);
}
