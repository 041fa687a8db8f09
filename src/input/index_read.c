/*
 * Rank 0 reads the head and the points and looks whether they belong to the file; the others are
 * told. Windows are read by those who need them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "gzip/checksum.h"
#include "input/index.h"
#include "team/team.h"

char *index_path(const struct input_file *file, pfq_error *err)
{
    const size_t bytes = strlen(file->path) + sizeof INDEX_SUFFIX;
    char *const path = memory_allocate(bytes, 1, err);
    if (path)
        snprintf(path, bytes, "%s" INDEX_SUFFIX, file->path);
    return path;
}

pfq_status index_samples(pfq_team *team, const struct input_file *file, uint32_t *crc,
                         pfq_error *err)
{
    uint8_t sample[GZIP_INDEX_SAMPLE_BYTES];
    struct team_file *from = NULL;
    pfq_status status = input_file_open(team, file, &from, err);
    *crc = 0;
    for (size_t i = 0; i < GZIP_INDEX_SAMPLES && !status; i++) {
        uint64_t at;
        size_t bytes;
        gzip_index_sample(file->bytes, i, &at, &bytes);
        status = team_file_read(from, at, sample, bytes, err);
        *crc = gzip_crc(*crc, (struct span){sample, bytes});
    }
    team_file_close(from, NULL);
    return status;
}

/* ---- rank 0 ---- */

/* What rank 0 knows of an index: whether it is there at all, and what is wrong with it. */
struct finding {
    bool there;
    char remark[INPUT_REMARK_BYTES];
};

static void refuse(struct finding *finding, const char *why)
{
    snprintf(finding->remark, sizeof finding->remark, "this index is not used: %.120s", why);
}

static pfq_status read_head(struct index *index, uint64_t bytes, struct finding *finding,
                            pfq_error *err)
{
    uint8_t head[GZIP_INDEX_HEAD_BYTES];
    const size_t most = bytes < sizeof head ? (size_t)bytes : sizeof head;
    const pfq_status status = team_file_read(index->file, 0, head, most, err);
    const char *const why =
        status ? NULL : gzip_index_head_read((struct span){head, most}, bytes, &index->head);
    if (why)
        refuse(finding, why);
    return status;
}

static pfq_status read_points(struct index *index, struct finding *finding, pfq_error *err)
{
    const size_t count = (size_t)index->head.points;
    struct buffer bytes = {0};
    pfq_status status = buffer_reserve(&bytes, count * GZIP_POINT_BYTES, 0, err);
    index->points = memory_allocate(count, sizeof *index->points, err);
    if (!index->points)
        status = PFQ_NO_MEMORY;
    if (!status)
        status = team_file_read(index->file, index->head.points_at, bytes.data,
                                count * GZIP_POINT_BYTES, err);
    const char *const why =
        status ? NULL : gzip_points_read(&index->head, bytes.data, index->points);
    if (why)
        refuse(finding, why);
    buffer_release(&bytes);
    return status;
}

/* Reads what there is, and looks whether it belongs to the file. What cannot be read is no error of
 * the run. */
static void look(pfq_team *team, const struct input_file *file, const char *path,
                 struct index *index, struct finding *finding)
{
    struct stat facts;
    uint32_t crc = 0;
    pfq_error err;
    if (stat(path, &facts) != 0)
        return;
    finding->there = true;
    if (!S_ISREG(facts.st_mode)) {
        refuse(finding, "it is no file");
        return;
    }
    pfq_status status = team_file_open(team, path, TEAM_READ, &index->file, &err);
    if (!status)
        status = read_head(index, (uint64_t)facts.st_size, finding, &err);
    if (!status && !finding->remark[0] && index->head.file_bytes != file->bytes)
        refuse(finding, "it belongs to a file of another size");
    if (!status && !finding->remark[0])
        status = index_samples(team, file, &crc, &err);
    if (!status && !finding->remark[0] && crc != index->head.samples_crc)
        refuse(finding, "it belongs to another file");
    if (!status && !finding->remark[0])
        status = read_points(index, finding, &err);
    if (status)
        refuse(finding, err.message);
}

/* ---- all ranks ---- */

/* Everybody gets what rank 0 has read, and opens the file for windows. */
static pfq_status share_points(pfq_team *team, const char *path, struct index *index,
                               struct finding *finding, pfq_error *err)
{
    pfq_error own = {0};
    pfq_status status = team_share(team, 0, &index->head, sizeof index->head, err);
    if (status)
        return status;
    const size_t count = (size_t)index->head.points;
    if (pfq_team_rank(team) != 0)
        index->points = memory_allocate(count, sizeof *index->points, &own);
    index->inflater = gzip_inflater_create(own.status ? NULL : &own);
    status = team_conclude(team, &own, err);
    if (!status)
        status = team_share(team, 0, index->points, count * sizeof *index->points, err);
    if (status)
        return status;
    uint64_t blind = pfq_team_rank(team) != 0 &&
                     team_file_open(team, path, TEAM_READ, &index->file, NULL) != PFQ_OK;
    status = team_sum(team, &blind, 1, err);
    if (!status && blind)
        refuse(finding, "not all ranks can open it");
    return status;
}

pfq_status index_open(pfq_team *team, const struct input_file *file, struct index **index,
                      char remark[INPUT_REMARK_BYTES], pfq_error *err)
{
    struct finding finding = {0};
    pfq_error own = {0};
    char *const path = index_path(file, &own);
    struct index *made = memory_allocate(1, sizeof *made, &own);
    *index = NULL;
    pfq_status status = team_conclude(team, &own, err);
    if (!status && pfq_team_rank(team) == 0)
        look(team, file, path, made, &finding);
    if (!status)
        status = team_share(team, 0, &finding, sizeof finding, err);
    if (!status && finding.there && !finding.remark[0])
        status = share_points(team, path, made, &finding, err);
    memcpy(remark, finding.remark, sizeof finding.remark);
    free(path);
    if (!status && finding.there && !finding.remark[0])
        *index = made;
    else
        index_close(made);
    return status;
}

void index_close(struct index *index)
{
    if (!index)
        return;
    team_file_close(index->file, NULL);
    gzip_inflater_destroy(index->inflater);
    buffer_release(&index->packed);
    free(index->points);
    free(index);
}

size_t index_behind(const struct index *index, uint64_t bit)
{
    size_t low = 0, high = (size_t)index->head.points;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (index->points[middle].bit > bit)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

bool index_window(struct index *index, const struct gzip_point *point, struct gzip_window *window)
{
    const size_t bytes = point->window_bytes;
    if (buffer_reserve(&index->packed, bytes, 0, NULL) ||
        (bytes && team_file_read(index->file, point->window_at, index->packed.data, bytes, NULL)))
        return false;
    return gzip_window_unpack(index->inflater, point, (struct span){index->packed.data, bytes},
                              window);
}
