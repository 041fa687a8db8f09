/*
 * A chart as SVG: axes, lines, bands and bars in a frame of fixed size that the page scales.
 *
 * Colours and widths are classes of the page's style sheet, so that a chart follows the reader's
 * light or dark screen and the printer. A value that is NaN is not drawn.
 */
#ifndef REPORT_CHART_H
#define REPORT_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct chart {
    FILE *out;
    double x_low, x_high, y_low, y_high; /* what the frame shows */
    bool x_is_log;
};

/* Begins a chart with a grid and numbers along y. `title` is for readers who do not see it. */
void chart_begin(struct chart *chart, const char *title, const char *x_label, const char *y_label);

/* Numbers along x: round ones. */
void chart_x_numbers(const struct chart *chart);

/* A name below x. */
void chart_x_name(const struct chart *chart, double x, const char *name);

/* A line along y == at, with a name. */
void chart_level(const struct chart *chart, double at, const char *name);

void chart_line(const struct chart *chart, const double *x, const double *y, size_t n,
                const char *class);

/* The area between two lines, and between a line and the x axis. */
void chart_band(const struct chart *chart, const double *x, const double *low, const double *high,
                size_t n, const char *class);

void chart_bar(const struct chart *chart, double x_low, double x_high, double y, const char *class);

/* A box of any class, as part of a path that chart_boxes_begin began. */
void chart_boxes_begin(const struct chart *chart, const char *class, double opacity);
void chart_box(const struct chart *chart, double x_low, double x_high, double y_low, double y_high);
void chart_boxes_end(const struct chart *chart);

void chart_end(const struct chart *chart);

/* The smallest of 1, 2, 5, 10, 20, ... of any power that is not below. */
double chart_round_up(double number);

#endif
