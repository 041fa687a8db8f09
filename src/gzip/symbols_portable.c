/*
 * The loops for any machine.
 */
#include "gzip/symbols.h"

#include <string.h>

static inline void bytes_copy_near(uint8_t *out, size_t distance, size_t length)
{
    if (distance == 1)
        memset(out, out[-1], length);
    else
        for (size_t i = 0; i < length; i++)
            out[i] = out[i - distance];
}

static inline void wide_copy_near(uint16_t *out, size_t distance, size_t length)
{
    for (size_t i = 0; i < length; i++)
        out[i] = out[i - distance];
}

#define SYMBOL     uint8_t
#define WIDE       0
#define LOOP(name) bytes_##name
#include "gzip/symbols_template.h"

#define SYMBOL     uint16_t
#define WIDE       1
#define LOOP(name) wide_##name
#include "gzip/symbols_template.h"

const struct gzip_symbols_loops gzip_symbols_portable = {"portable", bytes_decode, wide_decode};
