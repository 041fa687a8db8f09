/*
 * The adapters that are looked for: the first twelve bases of each, which must agree exactly.
 */
#ifndef QC_ADAPTERS_H
#define QC_ADAPTERS_H

enum { QC_ADAPTER_BASES = 12 };

struct qc_adapter {
    const char *name;
    const char *sequence; /* QC_ADAPTER_BASES capitals */
};

/* A row for each, at most 32. The first four are those FastQC calls so. */
/* clang-format off */
#define QC_ADAPTER_TABLE(row)                                                  \
    row(UNIVERSAL,   "Illumina Universal Adapter",    "AGATCGGAAGAG")          \
    row(SMALL_RNA_3, "Illumina Small RNA 3' Adapter", "TGGAATTCTCGG")          \
    row(SMALL_RNA_5, "Illumina Small RNA 5' Adapter", "GATCGTCGGACT")          \
    row(NEXTERA,     "Nextera Transposase Sequence",  "CTGTCTCTTATA")          \
    row(POLY_A,      "PolyA",                         "AAAAAAAAAAAA")          \
    row(POLY_G,      "PolyG",                         "GGGGGGGGGGGG")          \
    row(ONT_LIGATION, "ONT Ligation Adapter",         "TTCGTTCAGTTA")          \
    row(ONT_RAPID,   "ONT Rapid Adapter",             "GTTTTCGCATTT")          \
    row(SMRTBELL,    "PacBio SMRTbell Adapter",       "ATCTCTCTCAAC")
/* clang-format on */

enum {
#define QC_ADAPTER_NUMBER(number, name, sequence) QC_ADAPTER_##number,
    QC_ADAPTER_TABLE(QC_ADAPTER_NUMBER)
#undef QC_ADAPTER_NUMBER
        QC_ADAPTERS
};

extern const struct qc_adapter qc_adapters[QC_ADAPTERS];

#endif
