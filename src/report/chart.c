/*
 * From numbers to places in the frame, and from places to SVG.
 */
#include "report/chart.h"

#include <math.h>
#include <string.h>

enum { WIDTH = 560, HEIGHT = 290, LEFT = 58, RIGHT = 14, TOP = 12, BOTTOM = 46, STEPS_WANTED = 5 };

static double x_of(const struct chart *chart, double x)
{
    const double part = chart->x_is_log ? log(x / chart->x_low) / log(chart->x_high / chart->x_low)
                                        : (x - chart->x_low) / (chart->x_high - chart->x_low);
    return LEFT + fmin(fmax(part, 0), 1) * (WIDTH - LEFT - RIGHT);
}

static double y_of(const struct chart *chart, double y)
{
    const double part = (y - chart->y_low) / (chart->y_high - chart->y_low);
    return HEIGHT - BOTTOM - fmin(fmax(part, 0), 1) * (HEIGHT - TOP - BOTTOM);
}

double chart_round_up(double number)
{
    static const double steps[] = {1, 2, 5, 10};
    if (!(number > 0))
        return 1;
    const double power = pow(10, floor(log10(number)));
    size_t i = 0;
    while (i < 3 && steps[i] * power < number * (1 - 1e-9))
        i++;
    return steps[i] * power;
}

/* "12,000" is "12k", 0.5 is "0.5". */
static void write_number(double number, char text[32])
{
    if (fabs(number) >= 1e9)
        snprintf(text, 32, "%.3gG", number / 1e9);
    else if (fabs(number) >= 1e6)
        snprintf(text, 32, "%.3gM", number / 1e6);
    else if (fabs(number) >= 1e4)
        snprintf(text, 32, "%.3gk", number / 1e3);
    else
        snprintf(text, 32, "%.4g", number);
}

static void draw_y_axis(const struct chart *chart)
{
    char text[32];
    const double step = chart_round_up((chart->y_high - chart->y_low) / STEPS_WANTED);
    const long first = lround(ceil(chart->y_low / step));
    const long last = lround(floor(chart->y_high / step + 0.001));
    for (long i = first; i <= last; i++) {
        const double y = (double)i * step;
        const double at = y_of(chart, y);
        write_number(i ? y : 0, text);
        fprintf(chart->out,
                "<path class=\"grid\" d=\"M%d %.1fH%d\"/><text class=\"tick\" x=\"%d\" "
                "y=\"%.1f\" text-anchor=\"end\">%s</text>",
                LEFT, at, WIDTH - RIGHT, LEFT - 7, at + 4, text);
    }
}

void chart_begin(struct chart *chart, const char *title, const char *x_label, const char *y_label)
{
    const double middle = (TOP + HEIGHT - BOTTOM) / 2.0;
    fprintf(chart->out, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">", WIDTH, HEIGHT,
            title);
    draw_y_axis(chart);
    fprintf(chart->out,
            "<text class=\"label\" x=\"%.0f\" y=\"%d\" text-anchor=\"middle\">%s</text>"
            "<text class=\"label\" transform=\"translate(14 %.0f)rotate(-90)\" "
            "text-anchor=\"middle\">%s</text>",
            (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 8, x_label, middle, y_label);
}

void chart_x_name(const struct chart *chart, double x, const char *name)
{
    const double at = x_of(chart, x);
    fprintf(chart->out, "<text class=\"tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
            at, HEIGHT - BOTTOM + 17, name);
}

static void name_number(const struct chart *chart, double x)
{
    char text[32];
    write_number(fabs(x) < 1e-9 ? 0 : x, text);
    fprintf(chart->out, "<path class=\"axis\" d=\"M%.1f %dv4\"/>", x_of(chart, x), HEIGHT - BOTTOM);
    chart_x_name(chart, x, text);
}

void chart_x_numbers(const struct chart *chart)
{
    enum { STEPS = 8 };
    const bool is_log = chart->x_is_log;
    const double step = is_log ? 1 : chart_round_up((chart->x_high - chart->x_low) / STEPS);
    const double low = is_log ? log10(chart->x_low) : chart->x_low;
    const double high = is_log ? log10(chart->x_high) : chart->x_high;
    const long last = lround(floor(high / step + 0.001));
    for (long i = lround(ceil(low / step)); i <= last; i++)
        name_number(chart, is_log ? pow(10, (double)i) : (double)i * step);
}

void chart_level(const struct chart *chart, double at, const char *name)
{
    fprintf(chart->out,
            "<path class=\"level\" d=\"M%d %.1fH%d\"/><text class=\"note\" x=\"%d\" y=\"%.1f\" "
            "text-anchor=\"end\">%s</text>",
            LEFT, y_of(chart, at), WIDTH - RIGHT, WIDTH - RIGHT - 3, y_of(chart, at) - 4, name);
}

void chart_line(const struct chart *chart, const double *x, const double *y, size_t n,
                const char *class)
{
    bool drawing = false;
    fprintf(chart->out, "<path class=\"line %s\" d=\"", class);
    for (size_t i = 0; i < n; i++) {
        if (!isnan(y[i]))
            fprintf(chart->out, "%c%.1f %.1f", drawing ? 'L' : 'M', x_of(chart, x[i]),
                    y_of(chart, y[i]));
        drawing = !isnan(y[i]);
    }
    fprintf(chart->out, "\"/>");
}

void chart_band(const struct chart *chart, const double *x, const double *low, const double *high,
                size_t n, const char *class)
{
    bool drawing = false;
    fprintf(chart->out, "<path class=\"area %s\" d=\"", class);
    for (size_t i = 0; i < n; i++)
        if (!isnan(high[i])) {
            fprintf(chart->out, "%c%.1f %.1f", drawing ? 'L' : 'M', x_of(chart, x[i]),
                    y_of(chart, high[i]));
            drawing = true;
        }
    for (size_t i = n; i-- > 0;)
        if (!isnan(high[i]))
            fprintf(chart->out, "L%.1f %.1f", x_of(chart, x[i]),
                    y_of(chart, low ? low[i] : chart->y_low));
    fprintf(chart->out, "%s\"/>", drawing ? "Z" : "");
}

void chart_bar(const struct chart *chart, double x_low, double x_high, double y, const char *class)
{
    const double left = x_of(chart, x_low), right = x_of(chart, x_high), top = y_of(chart, y);
    const double gap = right - left > 6 ? 1 : 0;
    fprintf(chart->out,
            "<rect class=\"area %s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>", class,
            left + gap, top, fmax(right - left - 2 * gap, 0.5), y_of(chart, chart->y_low) - top);
}

void chart_boxes_begin(const struct chart *chart, const char *class, double opacity)
{
    fprintf(chart->out, "<path class=\"area %s\" fill-opacity=\"%.2f\" d=\"", class, opacity);
}

void chart_box(const struct chart *chart, double x_low, double x_high, double y_low, double y_high)
{
    fprintf(chart->out, "M%.1f %.1fH%.1fV%.1fH%.1fZ", x_of(chart, x_low), y_of(chart, y_low),
            x_of(chart, x_high), y_of(chart, y_high), x_of(chart, x_low));
}

void chart_boxes_end(const struct chart *chart)
{
    fprintf(chart->out, "\"/>");
}

void chart_end(const struct chart *chart)
{
    fprintf(chart->out, "<path class=\"axis\" d=\"M%d %dH%d\"/></svg>\n", LEFT, HEIGHT - BOTTOM,
            WIDTH - RIGHT);
}
