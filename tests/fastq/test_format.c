/*
 * Claims: a record is written as its style says, for all 64 styles; its length is known before it
 * is written, and not a byte more is touched; records of one style have the closed form; FASTA has
 * no styles.
 */
#include "fastq/format.h"

#include "support/check.h"

enum { RECORDS = 5, STYLES = 64, TEXT_BYTES = 4096, GUARD = 0xee };

static const char *const names[RECORDS] = {"read1 1:N:0", "", "x", "a name with @ and +", "last"};
static const char *const bases[RECORDS] = {"ACGT", "A", "", "NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN",
                                           "GATTACA*-."};

struct columns {
    uint8_t sequence[256], quality[256], name[256], style[RECORDS];
    uint64_t offset[RECORDS + 1], name_offset[RECORDS + 1];
};

static uint8_t score(size_t record, size_t k)
{
    return (uint8_t)((record * 31 + k * 7) % 94);
}

static pfq_batch fill(struct columns *c, uint8_t style)
{
    memset(c, 0, sizeof *c);
    for (size_t i = 0; i < RECORDS; i++) {
        const size_t length = strlen(bases[i]), name_length = strlen(names[i]);
        memcpy(c->sequence + c->offset[i], bases[i], length);
        memcpy(c->name + c->name_offset[i], names[i], name_length);
        for (size_t k = 0; k < length; k++)
            c->quality[c->offset[i] + k] = score(i, k);
        c->offset[i + 1] = c->offset[i] + length;
        c->name_offset[i + 1] = c->name_offset[i] + name_length;
        c->style[i] = style;
    }
    return (pfq_batch){.records = RECORDS,
                       .bases = c->offset[RECORDS],
                       .name_bytes = c->name_offset[RECORDS],
                       .sequence = c->sequence,
                       .quality = c->quality,
                       .offset = c->offset,
                       .name = c->name,
                       .name_offset = c->name_offset,
                       .style = c->style};
}

/* The record as a person would write it down, by printf. */
static size_t expected_fastq(size_t i, uint8_t style, uint8_t text_offset, char *out, size_t size)
{
    char scores[64] = "";
    for (size_t k = 0; k < strlen(bases[i]); k++)
        scores[k] = (char)(score(i, k) + text_offset);
    return (size_t)snprintf(
        out, size, "@%s%s\n%s%s\n+%s%s\n%s%s%s", names[i], style & PFQ_STYLE_CR_NAME ? "\r" : "",
        bases[i], style & PFQ_STYLE_CR_BASES ? "\r" : "",
        style & PFQ_STYLE_PLUS_NAME ? names[i] : "", style & PFQ_STYLE_CR_PLUS ? "\r" : "", scores,
        style & PFQ_STYLE_CR_QUALITY ? "\r" : "", style & PFQ_STYLE_NO_NEWLINE ? "" : "\n");
}

/* Writes record i between guards and compares it with the expectation. */
static void check_record(const struct format *format, const pfq_batch *batch, size_t i,
                         const char *want, size_t want_bytes)
{
    uint8_t text[TEXT_BYTES];
    memset(text, GUARD, sizeof text);
    CHECK_EQUAL(format_bytes(format, batch, i, 1), want_bytes);
    const uint8_t *const end = format_record(format, batch, i, text + 1);
    CHECK_EQUAL(end - (text + 1), want_bytes);
    CHECK(memcmp(text + 1, want, want_bytes) == 0);
    CHECK_EQUAL(text[0], GUARD);
    CHECK_EQUAL(*end, GUARD);
}

static void every_style_is_written_as_it_says(void)
{
    static const uint8_t text_offsets[] = {33, 64, 59};
    for (size_t t = 0; t < 3; t++)
        for (unsigned style = 0; style < STYLES; style++) {
            const struct format format = {.text_offset = text_offsets[t]};
            struct columns columns;
            const pfq_batch batch = fill(&columns, (uint8_t)style);
            for (size_t i = 0; i < RECORDS; i++) {
                char want[TEXT_BYTES];
                const size_t bytes =
                    expected_fastq(i, (uint8_t)style, format.text_offset, want, sizeof want);
                check_record(&format, &batch, i, want, bytes);
            }
        }
}

static void fasta_has_no_style(void)
{
    const struct format format = {.fasta = true, .text_offset = 33};
    for (unsigned style = 0; style < STYLES; style++) {
        struct columns columns;
        const pfq_batch batch = fill(&columns, (uint8_t)style);
        for (size_t i = 0; i < RECORDS; i++) {
            char want[TEXT_BYTES];
            const int bytes = snprintf(want, sizeof want, ">%s\n%s\n", names[i], bases[i]);
            check_record(&format, &batch, i, want, (size_t)bytes);
        }
    }
}

/* All stretches of a batch whose records have different styles. */
static void lengths_add_up(void)
{
    for (unsigned seed = 0; seed < 500; seed++) {
        struct columns columns;
        const pfq_batch batch = fill(&columns, 0);
        for (unsigned i = 0; i < RECORDS; i++)
            columns.style[i] = (uint8_t)((seed * (2 * i + 1) * 37 >> 2) % STYLES);
        const struct format format = {.fasta = seed % 2 != 0, .text_offset = 33};
        for (size_t first = 0; first <= RECORDS; first++) {
            uint64_t sum = 0;
            for (size_t n = 0; first + n <= RECORDS; n++) {
                CHECK_EQUAL(format_bytes(&format, &batch, first, n), sum);
                if (first + n < RECORDS)
                    sum += format_bytes(&format, &batch, first + n, 1);
            }
        }
    }
}

static void one_style_has_a_closed_form(void)
{
    for (unsigned style = 0; style < 2 * STYLES; style++) {
        struct columns columns;
        const pfq_batch batch = fill(&columns, (uint8_t)(style % STYLES));
        const struct format format = {.fasta = style >= STYLES, .text_offset = 33};
        CHECK_EQUAL(format_uniform_bytes(&format, (uint8_t)(style % STYLES), RECORDS, batch.bases,
                                         batch.name_bytes),
                    format_bytes(&format, &batch, 0, RECORDS));
    }
}

int main(void)
{
    every_style_is_written_as_it_says();
    fasta_has_no_style();
    lengths_add_up();
    one_style_has_a_closed_form();
    return 0;
}
