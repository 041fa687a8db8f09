/*
 * Time, from the monotonic clock; dates honour SOURCE_DATE_EPOCH so that outputs can be reproduced.
 */
#include "base/clock.h"

#include <stdlib.h>
#include <time.h>

double clock_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void clock_utc(int64_t seconds, char *text, size_t size)
{
    const time_t moment = (time_t)seconds;
    struct tm parts;
    if (!gmtime_r(&moment, &parts) || !strftime(text, size, "%Y-%m-%dT%H:%M:%SZ", &parts))
        text[0] = '\0';
}

int64_t clock_stamp(void)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    char *end;
    if (epoch && *epoch) {
        const long long given = strtoll(epoch, &end, 10);
        if (!*end)
            return given;
    }
    return (int64_t)time(NULL);
}
