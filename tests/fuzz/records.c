/*
 * A mutator that knows FASTQ a little: lines are what it moves, repeats, takes out and joins, and
 * bases and qualities grow and shrink together, so that more of what comes out is nearly right. The
 * last bytes of an input are numbers (fuzz.h); they are left to the mutator of libFuzzer, whose
 * turn comes now and then.
 */
#include "fuzz/fuzz.h"

enum { MOST_LINES = 512, NUMBERS_BYTES = 24 };

static unsigned draw(unsigned *seed, unsigned limit)
{
    *seed = *seed * 1103515245u + 12345u;
    return (*seed >> 8) % limit;
}

/* The text of an input, and where its lines begin; begin[lines] is the end. */
struct text {
    uint8_t *data;
    size_t size, room; /* with what lies behind the lines */
    size_t begin[MOST_LINES + 1];
    unsigned lines;
};

static void find_lines(struct text *text)
{
    const size_t end = text->size > NUMBERS_BYTES ? text->size - NUMBERS_BYTES : text->size;
    text->lines = 0;
    text->begin[0] = 0;
    for (size_t i = 0; i < end && text->lines < MOST_LINES; i++)
        if (text->data[i] == '\n')
            text->begin[++text->lines] = i + 1;
}

/* Makes room for `bytes` at a place; false where there is none. */
static bool widen(struct text *text, size_t at, size_t bytes)
{
    if (bytes > text->room - text->size)
        return false;
    memmove(text->data + at + bytes, text->data + at, text->size - at);
    text->size += bytes;
    return true;
}

static void narrow(struct text *text, size_t at, size_t bytes)
{
    memmove(text->data + at, text->data + at + bytes, text->size - at - bytes);
    text->size -= bytes;
}

/* Some lines again, before any line. */
static void repeat(struct text *text, unsigned from, unsigned to, unsigned before)
{
    uint8_t copy[FUZZ_MAX_BYTES];
    const size_t bytes = text->begin[to] - text->begin[from], at = text->begin[before];
    if (bytes > sizeof copy)
        return;
    memcpy(copy, text->data + text->begin[from], bytes);
    if (widen(text, at, bytes))
        memcpy(text->data + at, copy, bytes);
}

/* One byte more, or one less, behind the first `behind` bytes of two lines. The later one goes
 * first, so that the place of the other stays. */
static void resize(struct text *text, unsigned line, size_t behind, bool grows, uint8_t byte)
{
    const size_t at[2] = {text->begin[line + 2] + behind, text->begin[line] + behind};
    for (int i = 0; i < 2; i++)
        if (grows && at[i] <= text->size && widen(text, at[i], 1))
            text->data[at[i]] = byte;
        else if (!grows && text->size > at[i] && text->data[at[i]] != '\n')
            narrow(text, at[i], 1);
}

/* The end of a line becomes CR LF, or LF. */
static void turn_end(struct text *text, unsigned line)
{
    const size_t end = text->begin[line + 1] - 1;
    if (end > 0 && text->data[end - 1] == '\r')
        narrow(text, end - 1, 1);
    else if (widen(text, end, 1))
        text->data[end] = '\r';
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    static const uint8_t bytes[] = "ACGTN@+!~-.*";
    struct text text = {.data = data, .size = size, .room = max_size};
    const unsigned what = draw(&seed, 12);
    find_lines(&text);
    if (what < 6 || text.lines < 4)
        return LLVMFuzzerMutate(data, size, max_size);
    const unsigned line = draw(&seed, text.lines), record = line / 4 * 4;
    const bool whole = record + 4 <= text.lines;
    const uint8_t byte = bytes[draw(&seed, sizeof bytes - 1)];
    switch (what) {
    case 6:
        repeat(&text, line, line + 1, draw(&seed, text.lines));
        break;
    case 7:
        if (whole)
            repeat(&text, record, record + 4, draw(&seed, text.lines) / 4 * 4);
        break;
    case 8:
        narrow(&text, text.begin[line], text.begin[line + 1] - text.begin[line]);
        break;
    case 9:
        turn_end(&text, line);
        break;
    case 10: /* bases and qualities */
        if (whole)
            resize(&text, record + 1, 0, draw(&seed, 2), byte);
        break;
    default: /* the name, and what repeats it */
        if (whole)
            resize(&text, record, 1, draw(&seed, 2), byte);
    }
    return text.size;
}
