/*
 * The word that was meant is found when it is near, and only then; and a command line that is
 * joined is one that a shell would split into the same words.
 */
#include "cli/words.h"

#include "support/check.h"

static const char *nearest(const char *word)
{
    static const char *const known[] = {"threads",  "output",      "quality-encoding",
                                        "progress", "no-progress", "on-error",
                                        "fasta",    "export"};
    struct words_guess guess = {.word = word};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        words_consider(&guess, known[i]);
    return guess.best ? guess.best : "none";
}

static void slips_are_forgiven(void)
{
    CHECK_TEXT(nearest("thread"), "threads");           /* a letter missing */
    CHECK_TEXT(nearest("threadss"), "threads");         /* one too many */
    CHECK_TEXT(nearest("threadz"), "threads");          /* a wrong one */
    CHECK_TEXT(nearest("htreads"), "threads");          /* two swapped */
    CHECK_TEXT(nearest("onerror"), "on-error");         /* a dash forgotten */
    CHECK_TEXT(nearest("quality"), "quality-encoding"); /* unfinished */
    CHECK_TEXT(nearest("fasta"), "fasta");              /* right */
}

static void a_swap_is_one_slip(void)
{
    struct words_guess guess = {.word = "abdc"};
    words_consider(&guess, "abcd");
    CHECK_TEXT(guess.best, "abcd");
    CHECK_EQUAL(guess.slips, 1);
}

static void strangers_are_not_suggested(void)
{
    static char endless[4096];
    memset(endless, 'a', sizeof endless - 1);
    CHECK_TEXT(nearest("banana"), "none");
    CHECK_TEXT(nearest("x"), "none");
    CHECK_TEXT(nearest(""), "none");
    CHECK_TEXT(nearest(endless), "none");
}

static void the_nearest_wins_and_then_the_first(void)
{
    struct words_guess guess = {.word = "abcdef"};
    words_consider(&guess, "abcxyf");
    CHECK_TEXT(guess.best, "abcxyf");
    words_consider(&guess, "abcdxf");
    CHECK_TEXT(guess.best, "abcdxf");
    words_consider(&guess, "abcdey");
    CHECK_TEXT(guess.best, "abcdxf");
}

static void check_join(int n, const char *const *words, const char *want)
{
    char *copy[8], *line;
    CHECK(n <= 8);
    for (int i = 0; i < n; i++)
        copy[i] = strdup(words[i]);
    line = words_join(n, copy);
    CHECK(line != NULL);
    CHECK_TEXT(line, want);
    free(line);
    for (int i = 0; i < n; i++)
        free(copy[i]);
}

static void words_are_quoted_only_where_needed(void)
{
    static const char *const plain[] = {"parfastq", "convert", "-t4", "--rows=1:2", "a_b/c.fq"};
    static const char *const odd[] = {"a b", "", "it's", "$HOME", "x;y", "*"};
    check_join(5, plain, "parfastq convert -t4 --rows=1:2 a_b/c.fq");
    check_join(6, odd, "'a b' '' 'it'\\''s' '$HOME' 'x;y' '*'");
    check_join(0, plain, "");
}

int main(void)
{
    slips_are_forgiven();
    a_swap_is_one_slip();
    strangers_are_not_suggested();
    the_nearest_wins_and_then_the_first();
    words_are_quoted_only_where_needed();
    return 0;
}
