/*
 * Only the number of codes of each length matters; the longest go to the rarest symbols. So symbols
 * are sorted by count, the two-queue form of Huffman's construction (leaves are one sorted queue,
 * and the nodes it makes come out sorted, so they are the other) gives the depth of each leaf, and
 * depths beyond the limit are brought up to it.
 *
 * Bringing up makes the code too full: the sum of 2^(limit - length) exceeds 2^limit. Making one
 * shorter code a bit longer gives 2^(limit - length - 1) of that back; it is taken where that is
 * least, from the longest codes below the limit.
 */
#include "codec/prefix_code.h"

#include <stdbool.h>
#include <string.h>

/* A symbol that occurs, or a node above two others. */
struct node {
    uint32_t count;
    uint16_t symbol;
    uint16_t parent;
};

/* The tree as one array: leaves sorted by count, then inner nodes in the order they are made. */
struct tree {
    struct node nodes[2 * PREFIX_MOST_SYMBOLS];
    size_t leaves;
};

/* By insertion: most alphabets here have a few dozen symbols. Equal counts stay in the order of the
 * symbols, so that the code depends on nothing but the counts. */
static void plant(struct tree *tree, const uint32_t *counts, size_t symbols)
{
    tree->leaves = 0;
    for (size_t symbol = 0; symbol < symbols; symbol++) {
        if (!counts[symbol])
            continue;
        size_t at = tree->leaves++;
        for (; at > 0 && tree->nodes[at - 1].count > counts[symbol]; at--)
            tree->nodes[at] = tree->nodes[at - 1];
        tree->nodes[at] = (struct node){counts[symbol], (uint16_t)symbol, 0};
    }
}

/* The front of the two queues with the smaller count; leaves first, which keeps the tree flat. */
static size_t take_smaller(const struct tree *tree, size_t *leaf, size_t *inner, size_t made)
{
    if (*leaf == tree->leaves)
        return (*inner)++;
    if (*inner == made || tree->nodes[*leaf].count <= tree->nodes[*inner].count)
        return (*leaf)++;
    return (*inner)++;
}

/* At least two leaves. The root is the last node. */
static void grow(struct tree *tree)
{
    size_t leaf = 0, inner = tree->leaves;
    for (size_t made = tree->leaves; made < 2 * tree->leaves - 1; made++) {
        const size_t a = take_smaller(tree, &leaf, &inner, made);
        const size_t b = take_smaller(tree, &leaf, &inner, made);
        tree->nodes[made] = (struct node){tree->nodes[a].count + tree->nodes[b].count, 0, 0};
        tree->nodes[a].parent = tree->nodes[b].parent = (uint16_t)made;
    }
}

/* Counts the leaves of each depth, those too deep at the limit. Parents lie behind their children,
 * so that going backwards each finds its depth known; it takes the place of the count. */
static void count_depths(struct tree *tree, unsigned limit, unsigned *of_length)
{
    size_t at = 2 * tree->leaves - 2;
    tree->nodes[at].count = 0;
    while (at-- > 0) {
        struct node *node = &tree->nodes[at];
        node->count = tree->nodes[node->parent].count + 1;
        if (at < tree->leaves)
            of_length[node->count < limit ? node->count : limit]++;
    }
}

/* Makes room until the code is not too full. Each step makes one code of the limit's length fit:
 * a code of `length` becomes two of the next length, and one of those takes its place. There is
 * always such a code, since no more than 2^limit symbols occur. */
static void obey_limit(unsigned limit, unsigned *of_length)
{
    uint32_t used = 0;
    for (unsigned length = 1; length <= limit; length++)
        used += of_length[length] << (limit - length);
    for (; used > UINT32_C(1) << limit; used--) {
        unsigned length = limit - 1;
        while (!of_length[length])
            length--;
        of_length[length]--;
        of_length[length + 1] += 2;
        of_length[limit]--;
    }
}

static uint16_t reversed(unsigned code, unsigned length)
{
    unsigned back = 0;
    for (; length > 0; length--, code >>= 1)
        back = back << 1 | (code & 1);
    return (uint16_t)back;
}

/* Canonical: codes of a length are numbers in a row, in the order of the symbols. */
static void number(size_t symbols, const unsigned *of_length, struct prefix_code *code)
{
    unsigned next[PREFIX_MOST_BITS + 1] = {0};
    for (unsigned length = 2; length <= PREFIX_MOST_BITS; length++)
        next[length] = (next[length - 1] + of_length[length - 1]) << 1;
    for (size_t symbol = 0; symbol < symbols; symbol++) {
        const unsigned length = code->length[symbol];
        code->code[symbol] = length ? reversed(next[length]++, length) : 0;
    }
}

void prefix_code_make(const uint32_t *counts, size_t symbols, unsigned limit,
                      struct prefix_code *code)
{
    struct tree tree;
    unsigned of_length[PREFIX_MOST_BITS + 1] = {0};
    plant(&tree, counts, symbols);
    if (tree.leaves > 1) {
        grow(&tree);
        count_depths(&tree, limit, of_length);
        obey_limit(limit, of_length);
    } else {
        of_length[1] = (unsigned)tree.leaves;
    }
    memset(code->length, 0, symbols);
    unsigned length = limit, given = 0; /* the rarest first */
    for (size_t leaf = 0; leaf < tree.leaves; leaf++, given++) {
        for (; given == of_length[length]; given = 0)
            length--;
        code->length[tree.nodes[leaf].symbol] = (uint8_t)length;
    }
    number(symbols, of_length, code);
}
