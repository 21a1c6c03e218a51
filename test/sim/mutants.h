/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the simulator: each seeded bug (base/mutants.def) is switched on in a process of its own
 * and must be noticed by the random runs; a neutral one must not. Only in preset `mutants`. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Switches one on in this process; false: there is none of that name, or it is another build. */
bool mutants_turn_on(const char *name);
/* Runs seeds from…to with each of them until it is noticed; 0: all seeded bugs were, and no neutral
 * change. list: only these names, with commas; NULL: all. */
int mutants_run(const char *list, uint64_t from, uint64_t to);
