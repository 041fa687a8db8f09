/*
 * A bounded queue between threads, and threads of its own kind: one in the background, or some
 * beside the caller.
 *
 * Who puts waits while the queue is full, who takes waits while it is empty: that is the
 * back-pressure. Closing ends all waiting.
 */
#ifndef THREADS_QUEUE_H
#define THREADS_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "parfastq/error.h"

struct threads_queue;

/* For items of `item_bytes`, `depth` of them at most. Owns: threads_queue_destroy; NULL is fine. */
pfq_status threads_queue_create(size_t depth, size_t item_bytes, struct threads_queue **queue,
                                pfq_error *err);
void threads_queue_destroy(struct threads_queue *queue);

/* Puts a copy of *item; false if the queue is closed. */
bool threads_queue_put(struct threads_queue *queue, const void *item);

/* Takes the oldest item; false if there is none and the queue is closed. */
bool threads_queue_take(struct threads_queue *queue, void *item);

/* Takes the oldest item if there is one now. */
bool threads_queue_try(struct threads_queue *queue, void *item);

/* Nothing more can be put; what is there can still be taken. */
void threads_queue_close(struct threads_queue *queue);

/* ---- threads ---- */

struct threads_task;

/* Runs body(context) in a thread in the background, to be ended by threads_join. */
pfq_status threads_start(void (*body)(void *context), void *context, struct threads_task **task,
                         pfq_error *err);

/* Waits until it has returned; NULL is fine. */
void threads_join(struct threads_task *task);

/* Runs main(context, others) in the calling thread while `others` more threads run
 * body(context, 0 .. others - 1); returns when all have. There may be fewer others than were asked
 * for, or none: main is told how many. Loops of threads_for inside main have threads of their own.
 */
void threads_beside(int others, void (*main)(void *context, int others),
                    void (*body)(void *context, int thread), void *context);

#endif
