/*
 * Claim: any words behind any command are taken, or refused with a sentence that fits on a line and
 * holds no control character; what is taken twice is taken alike; every text that is kept is one of
 * the words or a part of one, and every number lies in the range of its row.
 */
#include "cli/options.h"

#include "cli/words.h"
#include "fuzz/fuzz.h"

enum { MOST_WORDS = 64 };

/* Words are what lies between newlines. */
static int split(char *text, char **words)
{
    int n = 0;
    for (char *rest = text, *word; n < MOST_WORDS && (word = strsep(&rest, "\n"));)
        words[n++] = word;
    return n;
}

static bool is_of(const char *text, char *const *words, int n)
{
    for (int i = 0; i < n; i++)
        if (text >= words[i] && text <= words[i] + strlen(words[i]))
            return true;
    return false;
}

static void check_list(const struct cli_list *list, char *const *words, int n)
{
    for (size_t i = 0; i < list->n; i++)
        CHECK(is_of(list->items[i], words, n));
}

/* The member of a row; 0 where counts and sizes were not given. */
static void check_member(const struct option *row, const struct cli_options *options,
                         char *const *words, int n)
{
    const char *const member = (const char *)options + row->offset;
    if (row->kind == OPTION_COUNT || row->kind == OPTION_SIZE) {
        uint64_t number;
        memcpy(&number, member, sizeof number);
        CHECK(number == 0 || row->low == 0 || number >= row->low);
        CHECK(row->high == 0 || number <= row->high);
    } else if (row->kind == OPTION_TEXT) {
        const char *text;
        memcpy(&text, member, sizeof text);
        CHECK(!text || text == row->standard || is_of(text, words, n));
    } else if (row->kind == OPTION_LIST) {
        struct cli_list list;
        memcpy(&list, member, sizeof list);
        check_list(&list, words, n);
    }
}

static void check_sentence(const pfq_error *err)
{
    CHECK(err->message[0]);
    for (const char *at = err->message; *at; at++)
        CHECK((unsigned char)*at >= ' ' && *at != 127);
}

/* The words as one line, of which a shell makes these words again: '...' is taken as it is, and
 * \' stands for one apostrophe. */
static void check_line(char *const *words, int n)
{
    char *const line = words_join(n, words);
    CHECK(line);
    const char *at = line;
    for (int i = 0; i < n; i++) {
        bool quoted = false;
        CHECK(i == 0 || *at++ == ' ');
        for (const char *want = words[i]; *want || quoted || *at == '\'';) {
            if (*at == '\'') {
                quoted = !quoted;
                at++;
                continue;
            }
            const bool escaped = !quoted && *at == '\\';
            at += escaped;
            CHECK(*want && *at == *want);
            CHECK(quoted || escaped || !strchr(" \t\r\v\f$`\"*?[](){}<>|&;#~!", *at));
            at++, want++;
        }
    }
    CHECK(!*at);
    free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span input = {data, size};
    char *words[MOST_WORDS];
    if (size > FUZZ_MAX_BYTES)
        return 0;
    const unsigned command = 1u << fuzz_up_to(&input, 10);
    char *const text = malloc(input.size + 1);
    CHECK(text);
    memcpy(text, input.data, input.size);
    text[input.size] = '\0';
    const int n = split(text, words);

    struct cli_options once, twice;
    pfq_error err = {0}, again = {0};
    const pfq_status status = options_parse(command, "parfastq test", n, words, &once, &err);
    CHECK(status == PFQ_OK || status == PFQ_USAGE);
    CHECK_EQUAL(err.status, status);
    if (status)
        check_sentence(&err);
    const struct option *row;
    for (size_t i = 0; !status && (row = options_at(i)); i++)
        check_member(row, &once, words, n);
    if (!status)
        check_list(&once.operands, words, n);
    CHECK_EQUAL(options_parse(command, "parfastq test", n, words, &twice, &again), status);
    CHECK_TEXT(again.message, err.message);
    check_line(words, n);
    options_release(&once);
    options_release(&twice);
    free(text);
    return 0;
}
