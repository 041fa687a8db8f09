/*
 * Time: seconds that never go back, and the date a file is stamped with.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Seconds since some fixed moment. */
double clock_seconds(void);

/* Writes seconds since 1970 as "2026-11-23T15:28:00Z". */
void clock_utc(int64_t seconds, char *text, size_t size);

/* Seconds since 1970, now, or SOURCE_DATE_EPOCH when that is set. */
int64_t clock_stamp(void);

#endif
