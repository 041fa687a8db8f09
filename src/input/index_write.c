/*
 * Every rank packs the windows of its marks and counts the lines of its piece; rank 0 takes the
 * marks that are points, and knows by the lines where records begin: a record is four lines, and
 * the index is dropped if the text turns out not to be such. Windows go to the file as they come;
 * points stay in memory until the end, where they follow.
 *
 * The first record behind a mark may begin in the piece of another rank, or in another round. So
 * each piece tells where its first lines end, and each mark where the lines behind it end, as far
 * as the piece goes; a point waits for the end of as many lines as it needs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "gzip/checksum.h"
#include "input/index.h"
#include "scan/scan.h"
#include "team/team.h"
#include "threads/threads.h"

enum { LINES_OF_RECORD = 4, PACK_LEVEL = 4 };

/* Places behind line ends, of the whole text. */
struct ends {
    uint64_t count;
    uint64_t at[LINES_OF_RECORD];
};

/* What a rank tells of a mark. */
struct told_mark {
    struct gzip_point point; /* but for records, and for where the window is */
    uint64_t lines;          /* that end before it in the piece */
    uint64_t line_begins;    /* there; at the beginning of the piece nobody but rank 0 knows */
    struct ends ends;        /* of the lines behind it in the piece */
};

/* What a rank tells of its piece; then come its marks, and then their windows, packed. */
struct told_piece {
    uint64_t text_at, bytes;
    uint64_t lines;
    uint64_t line_begins; /* behind it: the piece ends with the end of a line */
    struct ends ends;     /* of its first lines */
    uint64_t marks;
};

/* A point, and how many lines must end until it knows its record. */
struct kept_point {
    struct gzip_point point;
    uint64_t wants;
};

struct index_writer {
    pfq_team *team;
    struct team_output *output;
    int threads;
    struct gzip_deflater **deflaters; /* of each thread */
    const struct scan_kernel *kernel;
    uint64_t apart;

    struct told_mark *told; /* of this rank's marks, ... */
    size_t told_capacity;
    uint8_t (*packed)[GZIP_PACKED_WINDOW_BYTES]; /* ... and their windows */
    size_t packed_capacity;
    const struct index_piece *piece;
    struct buffer send;
    uint64_t *counts;
    uint8_t *received;
    size_t received_capacity;

    /* on rank 0 */
    struct gzip_index_head head;
    struct team_file *file;
    uint64_t end; /* of what is written */
    struct kept_point *points;
    size_t count, capacity;
    size_t waiting;   /* points from here on may wait for their records */
    uint64_t lines;   /* before the piece that is looked at */
    bool line_begins; /* there */
    pfq_error broken; /* why it cannot be written; PFQ_OK: it can */
};

static bool leads(const struct index_writer *writer)
{
    return pfq_team_rank(writer->team) == 0;
}

/* ---- begin ---- */

/* Only an index is replaced. */
static pfq_status check_name(pfq_team *team, const char *path, pfq_error *err)
{
    uint8_t first[8];
    struct team_file *file = NULL;
    pfq_error why;
    pfq_status status = team_file_open(team, path, TEAM_READ, &file, &why);
    if (status)
        return status == PFQ_NOT_FOUND ? PFQ_OK : error_set(err, status, path, "%s", why.message);
    status = team_file_read(file, 0, first, sizeof first, &why);
    team_file_close(file, NULL);
    return !status && gzip_index_is_one((struct span){first, sizeof first})
               ? PFQ_OK
               : error_set(err, PFQ_EXISTS, path,
                           "exists and is no index, which --index would write there");
}

static pfq_status prepare(struct index_writer *writer, pfq_error *err)
{
    writer->deflaters = memory_allocate((size_t)writer->threads, sizeof(void *), err);
    writer->counts =
        memory_allocate((size_t)pfq_team_size(writer->team), sizeof *writer->counts, err);
    if (!writer->deflaters || !writer->counts)
        return PFQ_NO_MEMORY;
    for (int i = 0; i < writer->threads; i++)
        if (!(writer->deflaters[i] = gzip_deflater_create(PACK_LEVEL, err)))
            return PFQ_NO_MEMORY;
    writer->kernel = scan_kernel_choose();
    return PFQ_OK;
}

/* Rank 0: what is known from the beginning. */
static pfq_status begin(struct index_writer *writer, const struct input_file *file, pfq_error *err)
{
    writer->head.file_bytes = file->bytes;
    writer->head.apart = writer->apart;
    writer->end = GZIP_INDEX_HEAD_BYTES;
    writer->line_begins = true;
    const pfq_status status = index_samples(writer->team, file, &writer->head.samples_crc, err);
    return status ? status
                  : team_file_open(writer->team, team_output_path(writer->output), TEAM_WRITE,
                                   &writer->file, err);
}

pfq_status index_writer_create(pfq_team *team, const struct input_file *file, int threads,
                               struct index_writer **writer, pfq_error *err)
{
    pfq_error own = {0};
    char *const path = index_path(file, &own);
    struct index_writer *const made = memory_allocate(1, sizeof *made, &own);
    *writer = NULL;
    if (path && made) {
        made->team = team;
        made->threads = threads;
        made->apart = gzip_index_apart(file->bytes);
        prepare(made, &own);
        if (!own.status && leads(made))
            check_name(team, path, &own);
    }
    pfq_status status = team_conclude(team, &own, err);
    if (!status)
        status = team_output_create(team, path, true, &made->output, err);
    if (!status && made) {
        if (leads(made))
            begin(made, file, &own);
        status = team_conclude(team, &own, err);
    }
    free(path);
    if (status)
        index_writer_drop(made);
    else
        *writer = made;
    return status;
}

uint64_t index_writer_apart(const struct index_writer *writer)
{
    return writer->apart;
}

/* ---- what a rank tells ---- */

/* Where the first lines of a text end, which begins at `at`. */
static struct ends first_ends(struct span text, uint64_t at)
{
    struct ends ends = {0};
    const uint8_t *from = text.data, *const end = text.data + text.size;
    while (ends.count < LINES_OF_RECORD && from < end) {
        const uint8_t *const feed = memchr(from, '\n', (size_t)(end - from));
        if (!feed)
            break;
        from = feed + 1;
        ends.at[ends.count++] = at + (uint64_t)(from - text.data);
    }
    return ends;
}

/* Of two marks between the same multiples the second is no point, nor of more the others. */
static bool is_behind(const struct index_writer *writer, uint64_t last_bit, uint64_t bit)
{
    return bit / 8 / writer->apart > last_bit / 8 / writer->apart;
}

static pfq_status pack(void *context, size_t i, int thread, pfq_error *err)
{
    struct index_writer *const writer = context;
    struct gzip_point *const point = &writer->told[i].point;
    (void)err;
    point->window_bytes = (uint32_t)gzip_window_pack(
        writer->deflaters[thread], &writer->piece->marks[i].window, writer->packed[i]);
    point->window_crc = gzip_crc(0, (struct span){writer->packed[i], point->window_bytes});
    return PFQ_OK;
}

/* Counts lines up to each mark, and in all. */
static uint64_t count_lines(struct index_writer *writer, const struct index_piece *piece)
{
    uint64_t lines = 0;
    size_t at = 0;
    for (size_t i = 0; i < piece->count; i++) {
        const size_t to = (size_t)(piece->marks[i].text - piece->text_at);
        lines += writer->kernel->newlines(piece->text.data + at, to - at);
        at = to;
        const struct span rest = {piece->text.data + at, piece->text.size - at};
        writer->told[i] = (struct told_mark){.point = {.bit = piece->marks[i].bit,
                                                       .text = piece->marks[i].text,
                                                       .valid = piece->marks[i].window.valid,
                                                       .place = piece->marks[i].place},
                                             .lines = lines,
                                             .line_begins = at && piece->text.data[at - 1] == '\n',
                                             .ends = first_ends(rest, piece->marks[i].text)};
    }
    return lines + writer->kernel->newlines(piece->text.data + at, piece->text.size - at);
}

static void append(struct index_writer *writer, const void *from, size_t bytes)
{
    if (bytes)
        memcpy(writer->send.data + writer->counts[0], from, bytes);
    writer->counts[0] += bytes;
}

/* Leaves out marks that are no points in any case. Whether the first one of a piece is a point is
 * known to rank 0, which knows the last one before it. */
static size_t leave_out(const struct index_writer *writer, const struct index_piece *piece)
{
    size_t kept = 0;
    for (size_t i = 0; i < piece->count; i++) {
        if (kept && !is_behind(writer, piece->marks[kept - 1].bit, piece->marks[i].bit))
            continue;
        if (kept < i)
            piece->marks[kept] = piece->marks[i];
        kept++;
    }
    return kept;
}

/* Packs all that this rank has to tell. */
static pfq_status tell(struct index_writer *writer, struct index_piece *piece, pfq_error *err)
{
    piece->count = leave_out(writer, piece);
    const size_t count = piece->count, size = piece->text.size;
    pfq_status status =
        memory_grow(&writer->told, &writer->told_capacity, count, sizeof *writer->told, err);
    if (!status)
        status = memory_grow(&writer->packed, &writer->packed_capacity, count,
                             sizeof *writer->packed, err);
    if (!status)
        status = buffer_reserve(&writer->send,
                                sizeof(struct told_piece) +
                                    count * (sizeof *writer->told + sizeof *writer->packed),
                                0, err);
    if (status)
        return status;
    struct told_piece told = {.text_at = piece->text_at, .bytes = size, .marks = count};
    told.ends = first_ends(piece->text, piece->text_at);
    told.lines = count_lines(writer, piece);
    told.line_begins = size && piece->text.data[size - 1] == '\n';
    writer->piece = piece;
    status = threads_for(writer->threads, count, pack, writer, err);
    if (status)
        return status;
    append(writer, &told, sizeof told);
    append(writer, writer->told, count * sizeof *writer->told);
    for (size_t i = 0; i < count; i++)
        append(writer, writer->packed[i], writer->told[i].point.window_bytes);
    return PFQ_OK;
}

/* ---- what rank 0 makes of it ---- */

/* More line ends for those points that wait for them. */
static void serve(struct index_writer *writer, size_t first, const struct ends *ends)
{
    for (size_t i = first; i < writer->count; i++) {
        struct kept_point *const kept = &writer->points[i];
        if (kept->wants && kept->wants <= ends->count) {
            kept->point.record_at = ends->at[kept->wants - 1];
            kept->wants = 0;
        } else if (kept->wants) {
            kept->wants -= ends->count;
        }
    }
    while (writer->waiting < writer->count && !writer->points[writer->waiting].wants)
        writer->waiting++;
}

/* Keeps a mark of a piece that begins at text_at as a point, and writes its window. */
static pfq_status keep(struct index_writer *writer, const struct told_mark *mark, uint64_t text_at,
                       const uint8_t *packed, pfq_error *err)
{
    const uint64_t lines = writer->lines + mark->lines, over = lines % LINES_OF_RECORD;
    const bool begins = mark->point.text == text_at ? writer->line_begins : mark->line_begins;
    const bool is_record = begins && !over;
    struct kept_point kept = {mark->point, is_record ? 0 : LINES_OF_RECORD - over};
    kept.point.record = lines / LINES_OF_RECORD + !is_record;
    kept.point.record_at = kept.point.text;
    kept.point.window_at = writer->end;
    pfq_status status = memory_grow(&writer->points, &writer->capacity, writer->count + 1,
                                    sizeof *writer->points, err);
    if (!status && kept.point.window_bytes)
        status = team_file_write(writer->file, writer->end, packed, kept.point.window_bytes, err);
    if (status)
        return status;
    writer->end += kept.point.window_bytes;
    writer->points[writer->count++] = kept;
    return PFQ_OK;
}

/* What one rank told: *from is left behind it. */
static void take_piece(struct index_writer *writer, const uint8_t **from)
{
    struct told_piece piece;
    memcpy(&piece, *from, sizeof piece);
    const uint8_t *const marks = *from + sizeof piece;
    const uint8_t *packed = marks + piece.marks * sizeof(struct told_mark);
    serve(writer, writer->waiting, &piece.ends);
    for (uint64_t i = 0; i < piece.marks; i++) {
        struct told_mark mark;
        memcpy(&mark, marks + i * sizeof mark, sizeof mark);
        const uint64_t last = writer->count ? writer->points[writer->count - 1].point.bit : 0;
        if (!writer->broken.status && (!writer->count || is_behind(writer, last, mark.point.bit)) &&
            !keep(writer, &mark, piece.text_at, packed, &writer->broken))
            serve(writer, writer->count - 1, &mark.ends);
        packed += mark.point.window_bytes;
    }
    writer->lines += piece.lines;
    if (piece.bytes)
        writer->line_begins = piece.line_begins;
    *from = packed;
}

pfq_status index_writer_add(struct index_writer *writer, struct index_piece *piece, pfq_error *own,
                            pfq_error *err)
{
    size_t came = 0;
    memset(writer->counts, 0, (size_t)pfq_team_size(writer->team) * sizeof *writer->counts);
    if (own->status || tell(writer, piece, own))
        writer->counts[0] = 0;
    const pfq_status status =
        team_exchange(writer->team, writer->send.data, writer->counts, 1, &writer->received,
                      &writer->received_capacity, &came, err);
    const uint8_t *from = writer->received;
    for (size_t taken = 0; !status && leads(writer) && taken < came;
         taken = (size_t)(from - writer->received))
        take_piece(writer, &from);
    return status;
}

/* ---- end ---- */

static pfq_status write_points(struct index_writer *writer, pfq_error *err)
{
    struct gzip_index_head *const head = &writer->head;
    const size_t bytes = writer->count * GZIP_POINT_BYTES;
    pfq_status status = buffer_reserve(&writer->send, bytes, 0, err);
    for (size_t i = 0; i < writer->count && !status; i++) {
        struct kept_point *const kept = &writer->points[i];
        if (kept->wants || kept->point.record >= head->records) {
            kept->point.record = head->records;
            kept->point.record_at = head->text_bytes;
        }
        gzip_point_write(&kept->point, writer->send.data + i * GZIP_POINT_BYTES);
    }
    if (status)
        return status;
    head->points = writer->count;
    head->points_at = writer->end;
    head->points_crc = gzip_crc(0, (struct span){writer->send.data, bytes});
    return team_file_write(writer->file, writer->end, writer->send.data, bytes, err);
}

/* Rank 0: all that is not written yet. */
static void complete(struct index_writer *writer)
{
    uint8_t head[GZIP_INDEX_HEAD_BYTES];
    pfq_error *const broken = &writer->broken;
    if (!broken->status)
        write_points(writer, broken);
    gzip_index_head_write(&writer->head, head);
    if (!broken->status)
        team_file_write(writer->file, 0, head, sizeof head, broken);
    team_file_close(writer->file, broken->status ? NULL : broken);
    writer->file = NULL;
}

pfq_status index_writer_finish(struct index_writer *writer, uint64_t text_bytes, uint64_t records,
                               char remark[INPUT_REMARK_BYTES], pfq_error *err)
{
    pfq_team *const team = writer->team;
    writer->head.text_bytes = text_bytes;
    writer->head.records = records;
    if (leads(writer))
        complete(writer);
    pfq_error why = writer->broken;
    pfq_status status = team_share(team, 0, &why, sizeof why, err);
    if (!status && !why.status) {
        team_output_publish(writer->output, &why);
        writer->output = NULL;
    }
    if (!status && why.status)
        snprintf(remark, INPUT_REMARK_BYTES, "no index was written: %.100s", why.message);
    index_writer_drop(writer);
    return status;
}

void index_writer_drop(struct index_writer *writer)
{
    if (!writer)
        return;
    team_file_close(writer->file, NULL);
    team_output_discard(writer->output);
    for (int i = 0; writer->deflaters && i < writer->threads; i++)
        gzip_deflater_destroy(writer->deflaters[i]);
    free(writer->deflaters);
    free(writer->counts);
    free(writer->told);
    free(writer->packed);
    buffer_release(&writer->send);
    free(writer->received);
    free(writer->points);
    free(writer);
}
