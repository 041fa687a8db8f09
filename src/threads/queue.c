/*
 * A ring under one lock: items are chunks of a megabyte, so the lock is taken a thousand times a
 * second and not more.
 */
#include "threads/queue.h"

#include <omp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct threads_queue {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t depth, item_bytes, first, count;
    bool closed;
    unsigned char *items;
};

pfq_status threads_queue_create(size_t depth, size_t item_bytes, struct threads_queue **queue,
                                pfq_error *err)
{
    struct threads_queue *const made = memory_allocate(1, sizeof *made, err);
    if (!made)
        return PFQ_NO_MEMORY;
    made->depth = depth ? depth : 1;
    made->item_bytes = item_bytes;
    made->items = memory_allocate(made->depth, item_bytes, err);
    if (!made->items) {
        free(made);
        return PFQ_NO_MEMORY;
    }
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->changed, NULL);
    *queue = made;
    return PFQ_OK;
}

void threads_queue_destroy(struct threads_queue *queue)
{
    if (!queue)
        return;
    pthread_mutex_destroy(&queue->lock);
    pthread_cond_destroy(&queue->changed);
    free(queue->items);
    free(queue);
}

bool threads_queue_put(struct threads_queue *queue, const void *item)
{
    pthread_mutex_lock(&queue->lock);
    while (queue->count == queue->depth && !queue->closed)
        pthread_cond_wait(&queue->changed, &queue->lock);
    const bool open = !queue->closed;
    if (open) {
        const size_t at = (queue->first + queue->count++) % queue->depth;
        memcpy(queue->items + at * queue->item_bytes, item, queue->item_bytes);
        pthread_cond_broadcast(&queue->changed);
    }
    pthread_mutex_unlock(&queue->lock);
    return open;
}

/* The lock is held. */
static bool take(struct threads_queue *queue, void *item)
{
    if (queue->count == 0)
        return false;
    memcpy(item, queue->items + queue->first * queue->item_bytes, queue->item_bytes);
    queue->first = (queue->first + 1) % queue->depth;
    queue->count--;
    pthread_cond_broadcast(&queue->changed);
    return true;
}

bool threads_queue_take(struct threads_queue *queue, void *item)
{
    pthread_mutex_lock(&queue->lock);
    while (queue->count == 0 && !queue->closed)
        pthread_cond_wait(&queue->changed, &queue->lock);
    const bool taken = take(queue, item);
    pthread_mutex_unlock(&queue->lock);
    return taken;
}

bool threads_queue_try(struct threads_queue *queue, void *item)
{
    pthread_mutex_lock(&queue->lock);
    const bool taken = take(queue, item);
    pthread_mutex_unlock(&queue->lock);
    return taken;
}

void threads_queue_close(struct threads_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->closed = true;
    pthread_cond_broadcast(&queue->changed);
    pthread_mutex_unlock(&queue->lock);
}

/* ---- threads ---- */

struct threads_task {
    pthread_t thread;
    void (*body)(void *context);
    void *context;
};

static void *run_task(void *task)
{
    const struct threads_task *const own = task;
    own->body(own->context);
    return NULL;
}

pfq_status threads_start(void (*body)(void *context), void *context, struct threads_task **task,
                         pfq_error *err)
{
    struct threads_task *const made = memory_allocate(1, sizeof *made, err);
    if (!made)
        return PFQ_NO_MEMORY;
    made->body = body;
    made->context = context;
    const int number = pthread_create(&made->thread, NULL, run_task, made);
    if (number) {
        free(made);
        return error_set(err, PFQ_NO_MEMORY, NULL, "cannot start a thread: %s", strerror(number));
    }
    *task = made;
    return PFQ_OK;
}

void threads_join(struct threads_task *task)
{
    if (!task)
        return;
    pthread_join(task->thread, NULL);
    free(task);
}

void threads_beside(int others, void (*main)(void *context, int others),
                    void (*body)(void *context, int thread), void *context)
{
    const int levels = omp_get_max_active_levels();
    omp_set_max_active_levels(levels > 2 ? levels : 2); /* loops inside main */
#pragma omp parallel default(none) shared(main, body, context) num_threads(others + 1)
    if (omp_get_thread_num() == 0)
        main(context, omp_get_num_threads() - 1);
    else
        body(context, omp_get_thread_num() - 1);
    omp_set_max_active_levels(levels);
}
