# Reads and their qualities in R: Rscript reads.R READS.h5
library(rhdf5)
path <- commandArgs(trailingOnly = TRUE)[1]

offset <- as.numeric(h5read(path, "read1/offset", bit64conversion = "double"))
sequence <- rawToChar(as.raw(h5read(path, "read1/sequence")))
quality <- as.integer(h5read(path, "read1/quality"))
lengths <- diff(offset)
bases <- substring(sequence, offset[-length(offset)] + 1, offset[-1])

cat(length(lengths), "reads,", format(sum(lengths), scientific = FALSE), "bases, mean quality", round(mean(quality), 2), "\n")
cat("the first:", bases[1], "\n")
