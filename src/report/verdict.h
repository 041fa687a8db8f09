/*
 * Verdicts: for each part of a report whether it looks as it should, by FastQC's bounds.
 *
 * They were chosen for whole genomes, sequenced at random by an Illumina machine; other libraries
 * (RNA, amplicons, long reads) fail some of them and are good all the same.
 */
#ifndef REPORT_VERDICT_H
#define REPORT_VERDICT_H

#include "report/figures.h"

enum verdict { VERDICT_PASS, VERDICT_WARN, VERDICT_FAIL, VERDICT_NONE };

/* The parts of a report, in FastQC's order and by its names. */
enum report_part {
    PART_BASIC,
    PART_QUALITY,
    PART_TILES,
    PART_READ_QUALITY,
    PART_BASES,
    PART_GC,
    PART_UNKNOWN,
    PART_LENGTHS,
    PART_DUPLICATION,
    PART_SHARED,
    PART_ADAPTERS,
    PARTS
};

/* VERDICT_NONE: there is nothing to judge. */
enum verdict verdict_of(const struct figures *figures, enum report_part part);

const char *verdict_part_name(enum report_part part);

#endif
