/*
 * An index of a gzip file: places in it from which it can be inflated, with what is needed for
 * that.
 *
 * It is a file of its own; all numbers have the lowest byte first.
 *
 *     bytes        what
 *     8            "PFQI" CR LF 1a LF
 *     4            version: 1
 *     4            CRC-32 of samples of the gzip file, see gzip_index_samples
 *     8            bytes of the gzip file
 *     8            bytes of its text
 *     8            records of its text
 *     8            points are so many bytes of the gzip file apart
 *     8            points
 *     8            offset of the points in this file
 *     4            CRC-32 of all points
 *     4            CRC-32 of the 68 bytes before
 *     ...          windows, see below
 *     56 each      points, ascending
 *
 *     8            bit of the gzip file: its byte, 8 times, and the number of the bit, lowest first
 *     8            byte of the text that is inflated from there
 *     8            the first record that begins at this byte of the text or behind it, from 0, ...
 *     8            ... and the byte at which it begins; of the number of records: the end of the
 * text 8            offset of the window in this file 4            bytes of the window there; 0:
 * none is needed 4            CRC-32 of these 4            bytes of the window: so much text before
 * the point may be referred to, at most 32 KiB 4            what is at the bit: 0 the header of a
 * deflate block, 1 that of a member
 *
 * A window is deflate data without any header. The points are the first headers at or behind each
 * multiple of their distance, so an index does not depend on how the file was read; blocks inside
 * of members that say how long they are (BGZF) do not count.
 *
 * Nothing here is trusted: what is read is checked for what can be checked without the gzip file,
 * and whether windows and points are true is for those to find out who inflate up to them.
 */
#ifndef GZIP_INDEX_H
#define GZIP_INDEX_H

#include "gzip/bgzf.h"
#include "gzip/compress.h"
#include "gzip/segment.h"

enum {
    GZIP_INDEX_HEAD_BYTES = 72,
    GZIP_POINT_BYTES = 56,
    GZIP_INDEX_SAMPLE_BYTES = 4096,
    GZIP_INDEX_SAMPLES = 32,
    GZIP_PACKED_WINDOW_BYTES = GZIP_WINDOW_BYTES + 64 /* more than a window needs in any case */
};

struct gzip_index_head {
    uint32_t samples_crc, points_crc;
    uint64_t file_bytes, text_bytes, records;
    uint64_t apart;
    uint64_t points, points_at;
};

struct gzip_point {
    uint64_t bit, text;
    uint64_t record, record_at;
    uint64_t window_at;
    uint32_t window_bytes, window_crc;
    uint32_t valid;
    enum gzip_place place;
};

/* How far apart the points of a file are to be. Pure. */
uint64_t gzip_index_apart(uint64_t file_bytes);

/* Where the i-th sample of a file is, and how many bytes it has: GZIP_INDEX_SAMPLES of them, the
 * first and the last one at its ends. Pure. */
void gzip_index_sample(uint64_t file_bytes, size_t i, uint64_t *at, size_t *bytes);

/* The head, and the points, as they are in the file. */
void gzip_index_head_write(const struct gzip_index_head *head,
                           uint8_t bytes[GZIP_INDEX_HEAD_BYTES]);
void gzip_point_write(const struct gzip_point *point, uint8_t bytes[GZIP_POINT_BYTES]);

/* Is this the beginning of an index, of whatever version? Pure. */
bool gzip_index_is_one(struct span bytes);

/* Reads the head of an index of `index_bytes`; NULL, or what is wrong with it, in words. Pure. */
const char *gzip_index_head_read(struct span bytes, uint64_t index_bytes,
                                 struct gzip_index_head *head);

/* Reads head->points points; NULL, or what is wrong with them. Pure. */
const char *gzip_points_read(const struct gzip_index_head *head, const uint8_t *bytes,
                             struct gzip_point *points);

/* Packs what is valid of a window; returns its bytes, and 0 if nothing is. */
size_t gzip_window_pack(struct gzip_deflater *deflater, const struct gzip_window *window,
                        uint8_t packed[GZIP_PACKED_WINDOW_BYTES]);

/* The window of a point, from its bytes in the index; false if they are damaged. */
bool gzip_window_unpack(struct gzip_inflater *inflater, const struct gzip_point *point,
                        struct span packed, struct gzip_window *window);

/* Do two windows hold the same? */
bool gzip_window_equals(const struct gzip_window *a, const struct gzip_window *b);

#endif
