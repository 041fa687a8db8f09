/*
 * Pages that are made of the rows of commands.c and options.c: what the help says, for other
 * readers.
 *
 * Nothing is said here of a single option or command, so a new row is in all pages.
 */
#ifndef CLI_PAGES_H
#define CLI_PAGES_H

#include <stdio.h>

/* A manual page, in the language of man(7). It bears the date of clock_stamp. */
void pages_print_manual(FILE *out);

/* A script for bash that completes commands, options and the values they take. */
void pages_print_completion(FILE *out);

#endif
