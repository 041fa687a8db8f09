/*
 * Which kind suits a chunk: looked up in its own bytes, in much less time than any kind takes.
 *
 * Bases have nothing to be found but how often each occurs, unless whole reads repeat (amplicons,
 * copies); most qualities repeat the value before them; names repeat all but a few bytes of the
 * name before. So two numbers from samples say nearly everything: how many bytes go on a run, and
 * how many begin something long that was there before.
 */
#ifndef CODEC_CHOOSE_H
#define CODEC_CHOOSE_H

#include "base/span.h"

/* The share of bytes, in 256ths, that are equal to the three bytes before them. */
unsigned choose_runs(struct span raw);

/* The share of bytes in the middle, in 256ths (and it may be a little more than all), that are
 * parts of twelve bytes and more that lie in the 32 KiB before; of a small chunk, all. */
unsigned choose_repeats(struct span raw);

#endif
