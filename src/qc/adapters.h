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
#define QC_ADAPTER_TABLE(row)                                                                      \
    row("Illumina Universal Adapter", "AGATCGGAAGAG")                                              \
        row("Illumina Small RNA 3' Adapter", "TGGAATTCTCGG")                                       \
            row("Illumina Small RNA 5' Adapter", "GATCGTCGGACT")                                   \
                row("Nextera Transposase Sequence", "CTGTCTCTTATA") row("PolyA", "AAAAAAAAAAAA")   \
                    row("PolyG", "GGGGGGGGGGGG") row("ONT Ligation Adapter", "TTCGTTCAGTTA")       \
                        row("ONT Rapid Adapter", "GTTTTCGCATTT")                                   \
                            row("PacBio SMRTbell Adapter", "ATCTCTCTCAAC")

enum {
#define QC_ADAPTER_ONE(name, sequence) +1
    QC_ADAPTERS = 0 QC_ADAPTER_TABLE(QC_ADAPTER_ONE)
#undef QC_ADAPTER_ONE
};

extern const struct qc_adapter qc_adapters[QC_ADAPTERS];

#endif
