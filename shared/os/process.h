/* SPDX-License-Identifier: Apache-2.0 */
/* The process itself: signals as a descriptor, limits, memory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Blocks SIGTERM and SIGINT for the whole process (call before threads start), ignores SIGPIPE, and
 * gives the descriptor that becomes readable with them; -1 and errno on failure. */
int process_signals(void);
/* The next signal waiting on that descriptor, or 0. */
int process_signal_read(int fd);
/* As many descriptors as the hard limit allows. */
void process_raise_limits(void);
/* Neither core dumps nor other processes of the same user show what is in memory (keys, tokens).
 * Not in builds with sanitizers, which look into themselves. */
void process_hide_memory(void);
/* The soft limit of descriptors, as it is now. */
uint32_t process_descriptors_max(void);
/* Uses one malloc arena and trims early, so that small programs stay small on any machine, and
 * no single free() has to merge many earlier ones. */
void process_small_memory(void);
/* Returns free memory to the system. */
void process_trim(void);
