/*
 * The kernel for every machine: eight bytes in a word.
 */
#include "codec/kernel.h"

#define KERNEL      kernel_portable
#define KERNEL_NAME "portable"

/* One bit for each of eight bytes: is it not 0? Adding 127 to its low seven bits carries into its
 * highest if there is one among them; then the highest bits are moved together by a product, in
 * which no two of the terms that reach the upper eight bits meet. */
static inline uint64_t not_zero(uint64_t bytes)
{
    const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f);
    const uint64_t high = (((bytes & low) + low) | bytes) & ~low;
    return (high >> 7) * UINT64_C(0x0102040810204080) >> 56;
}

static inline uint64_t ends(const uint8_t *p)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < 64; i += 8)
        mask |= not_zero(bits_load(p + i) ^ bits_load(p + i + 1)) << i;
    return mask;
}

enum { ALIKE = 32 };

static inline unsigned alike(const uint8_t *a, const uint8_t *b)
{
    for (unsigned n = 0; n < ALIKE; n += 8) {
        const uint64_t unlike = bits_load(a + n) ^ bits_load(b + n);
        if (unlike)
            return n + (unsigned)__builtin_ctzll(unlike) / 8;
    }
    return ALIKE;
}

/* Of eight bytes. Without its highest bit, adding 80 to a byte carries into that where it is 48
 * ('0') or more; one that has it is below 0. */
static inline uint64_t separators_of_word(uint64_t bytes)
{
    const uint64_t each = UINT64_C(0x0101010101010101), top = each << 7;
    const uint64_t from_zero = (bytes & ~top) + each * 80;
    const uint64_t field = not_zero(bytes ^ each * ':') & not_zero(bytes ^ each * '_');
    return not_zero((~from_zero | bytes) & top) | (~field & 0xff);
}

static inline uint32_t separators(const uint8_t *p)
{
    return (uint32_t)(separators_of_word(bits_load(p)) | separators_of_word(bits_load(p + 8)) << 8);
}

static void find_present(const uint8_t *data, size_t size, bool present[256])
{
    for (size_t i = 0; i < size; i++)
        present[data[i]] = true;
}

static inline size_t put_few(struct bits *bits, const uint8_t *data, size_t size,
                             const struct kernel_literals *code)
{
    (void)bits, (void)data, (void)size, (void)code;
    return 0;
}

#include "codec/kernel_template.h"
