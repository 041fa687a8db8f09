/*
 * Signals: what the program does when it is told to end.
 *
 * A command that works in rounds ends at the next one, with all ranks together, whichever of them
 * heard the signal; every other command ends at once. A second signal ends any of them at once, so
 * that nothing can hang. Exit code: 128 + the signal's number, as a shell would say it.
 */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

#include <stdbool.h>

#include "base/error.h"
#include "parfastq/team.h"

/* From here on SIGTERM, SIGINT and SIGUSR1 are heard: the first makes signals_stop true. One that
 * comes within a second of it counts as the same, since launchers send them in bursts; a later one,
 * and SIGHUP, end the program, having removed the output under construction. A signal that is
 * ignored from the start (nohup) stays ignored. A fault (SIGSEGV and the like) ends the program as
 * ever, but with a sentence and without an output that looks begun. To be called again behind
 * MPI_Init, which may have handlers of its own. */
void signals_listen(void);

/* From here on the first of them ends the program as well, even if it has come already. */
void signals_end_at_once(void);

/* For the configs of runs. */
bool signals_stop(void *context);

/* Behind a run that ended with PFQ_STOPPED: puts the name of the signal into the message, and
 * returns its number, or 0 if no rank has heard one. Collective. */
int signals_explain(pfq_team *team, pfq_error *err);

#endif
