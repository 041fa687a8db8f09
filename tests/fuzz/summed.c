#include "fuzz/summed.h"

#include <string.h>

enum { SIGNATURE = 4, SUM = 4, MOST_BYTES = 1024, LEAST_BYTES = 8 };

/* ---- the sum: lookup3 by Bob Jenkins, of bytes taken as words of 32 bits ---- */

static uint32_t turned(uint32_t word, unsigned bits)
{
    return word << bits | word >> (32 - bits);
}

static void add(uint32_t words[3], const uint8_t *data, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        words[i / 4] += (uint32_t)data[i] << i % 4 * 8;
}

static uint32_t lookup3(const uint8_t *data, size_t bytes)
{
    enum { BLOCK = 12, ROUNDS = 6, LAST_ROUNDS = 7 };
    static const uint8_t bits[ROUNDS] = {4, 6, 8, 16, 19, 4};
    static const uint8_t last_bits[LAST_ROUNDS] = {14, 11, 25, 16, 4, 14, 24};
    const uint32_t begin = 0xdeadbeef + (uint32_t)bytes;
    uint32_t w[3] = {begin, begin, begin};
    if (bytes == 0)
        return begin;
    for (; bytes > BLOCK; data += BLOCK, bytes -= BLOCK) {
        add(w, data, BLOCK);
        for (size_t i = 0; i < ROUNDS; i++) {
            uint32_t *const one = &w[i % 3], *const before = &w[(i + 2) % 3];
            *one = (*one - *before) ^ turned(*before, bits[i]);
            *before += w[(i + 1) % 3];
        }
    }
    add(w, data, bytes);
    for (size_t i = 0; i < LAST_ROUNDS; i++) {
        uint32_t *const one = &w[(i + 2) % 3];
        const uint32_t before = w[(i + 1) % 3];
        *one = (*one ^ before) - turned(before, last_bits[i]);
    }
    return w[2];
}

/* ---- structures ---- */

static uint32_t sum_at(const uint8_t *from)
{
    uint32_t sum = 0;
    for (int i = SUM; i > 0; i--)
        sum = sum << 8 | from[i - 1];
    return sum;
}

/* Blocks of heaps have the sum in their head, behind an offset of 4 or 5 bytes, and a power of 2 of
 * bytes. */
static bool find_block(const uint8_t *data, size_t size, size_t at, struct summed *found)
{
    enum { SUM_AT = 17, LATER = 18, MOST_BLOCK = 4096 };
    uint8_t block[MOST_BLOCK];
    for (size_t bytes = 64; bytes <= MOST_BLOCK && bytes <= size - at; bytes *= 2)
        for (size_t place = SUM_AT; place <= LATER; place++) {
            memcpy(block, data + at, bytes);
            memset(block + place, 0, SUM);
            if (lookup3(block, bytes) == sum_at(data + at + place)) {
                *found = (struct summed){at, bytes, at + place};
                return true;
            }
        }
    return false;
}

static bool find_at(const uint8_t *data, size_t size, size_t at, struct summed *found)
{
    if (memcmp(data + at, "FHDB", SIGNATURE) == 0)
        return find_block(data, size, at, found);
    for (size_t bytes = LEAST_BYTES; bytes <= MOST_BYTES && bytes + SUM <= size - at; bytes++)
        if (lookup3(data + at, bytes) == sum_at(data + at + bytes)) {
            *found = (struct summed){at, bytes, at + bytes};
            return true;
        }
    return false;
}

static bool is_signature(const uint8_t *data)
{
    static const char signatures[][SIGNATURE + 1] = {"\211HDF", "OHDR", "OCHK", "FRHP", "FHIB",
                                                     "FHDB",    "BTHD", "BTIN", "BTLF", "FAHD",
                                                     "FADB",    "EAHD", "EAIB", "EASB", "EADB"};
    for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++)
        if (memcmp(data, signatures[i], SIGNATURE) == 0)
            return true;
    return false;
}

bool summed_find(const uint8_t *data, size_t size, size_t from, struct summed *found)
{
    for (size_t i = 0; i + SIGNATURE <= size; i++) {
        const size_t at = (from + i) % (size - SIGNATURE + 1);
        if (is_signature(data + at) && find_at(data, size, at, found))
            return true;
    }
    return false;
}

void summed_mend(uint8_t *data, const struct summed *one)
{
    memset(data + one->sum_at, 0, SUM);
    uint32_t sum = lookup3(data + one->begin, one->bytes);
    for (size_t i = 0; i < SUM; i++, sum >>= 8)
        data[one->sum_at + i] = (uint8_t)sum;
}
