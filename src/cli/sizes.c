/*
 * Counts, sizes and ranges are read digit by digit: strtoull would take signs, blanks and other
 * bases, and its overflow is easy to miss.
 */
#include "cli/sizes.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char units[] = "kMGT"; /* units[i] is 1024 to the power of i + 1 */

/* Reads the digits at *text and steps behind them; false without a digit, or if they do not fit. */
static bool take_digits(const char **text, uint64_t *value)
{
    const char *p = *text;
    uint64_t sum = 0;
    for (; *p >= '0' && *p <= '9'; p++) {
        const uint64_t digit = (uint64_t)(*p - '0');
        if (sum > (UINT64_MAX - digit) / 10)
            return false;
        sum = sum * 10 + digit;
    }
    if (p == *text)
        return false;
    *text = p;
    *value = sum;
    return true;
}

bool sizes_parse_count(const char *text, uint64_t *count)
{
    uint64_t value;
    if (!take_digits(&text, &value) || *text)
        return false;
    *count = value;
    return true;
}

/* How many bits a unit shifts by: "" 0, "k" and "KiB" 10, ...; -1 for what is no unit. */
static int unit_shift(const char *unit)
{
    if (!*unit)
        return 0;
    if (unit[1] && strcasecmp(unit + 1, "iB") != 0)
        return -1;
    for (int i = 0; units[i]; i++)
        if (strncasecmp(unit, &units[i], 1) == 0)
            return 10 * (i + 1);
    return -1;
}

bool sizes_parse_bytes(const char *text, uint64_t *bytes)
{
    uint64_t value;
    if (!take_digits(&text, &value))
        return false;
    const int shift = unit_shift(text);
    if (shift < 0 || value > UINT64_MAX >> shift)
        return false;
    *bytes = value << shift;
    return true;
}

bool sizes_parse_rows(const char *text, uint64_t *begin, uint64_t *end)
{
    uint64_t first = 0, last = UINT64_MAX;
    if (*text != ':' && !take_digits(&text, &first))
        return false;
    if (*text++ != ':')
        return false;
    if (*text && !take_digits(&text, &last))
        return false;
    if (*text || first > last)
        return false;
    *begin = first;
    *end = last;
    return true;
}

void sizes_format_bytes(uint64_t bytes, char *text, size_t size)
{
    int power = 0;
    while (bytes && bytes % 1024 == 0 && units[power]) {
        bytes /= 1024;
        power++;
    }
    snprintf(text, size, "%" PRIu64 "%.1s", bytes, power ? units + power - 1 : "");
}
