/*
 * The row of SUITED: encoding is done by codec.c with the kind that it finds.
 */
#include "codec/kinds.h"
#include "codec/zlib_format.h"

static void destroy(void *engine)
{
    (void)engine;
}

const struct codec_row codec_suited = {
    .name = "suited", .bound = zlib_stored_bytes, .destroy = destroy};
