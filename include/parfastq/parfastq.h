/*
 * Everything of libparfastq but teams over MPI (those are in parfastq/mpi.h).
 */
#ifndef PARFASTQ_PARFASTQ_H
#define PARFASTQ_PARFASTQ_H

#include "parfastq/batch.h"
#include "parfastq/error.h"
#include "parfastq/filter.h"
#include "parfastq/parser.h"
#include "parfastq/run.h"
#include "parfastq/status.h"
#include "parfastq/store.h"
#include "parfastq/team.h"
#include "parfastq/version.h"

#endif
