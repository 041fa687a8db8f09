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

#include <stdbool.h>

#include "base/span.h"

/* The share of bytes, in 256ths, that are equal to the three bytes before them. */
unsigned choose_runs(struct span raw);

/* Whether a quarter and more of the bytes in the middle begin sixteen bytes that were there a short
 * time before. */
bool choose_repeats(struct span raw);

#endif
