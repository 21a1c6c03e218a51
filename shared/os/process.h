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
/* The soft limit of descriptors, as it is now. */
uint32_t process_descriptors_max(void);
/* One malloc arena and early trimming: small programs stay small, whatever the machine has. Nothing
 * that is freed is left for a later free() to tidy up. */
void process_small_memory(void);
/* Gives memory that is free back to the system. */
void process_trim(void);
