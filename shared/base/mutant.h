/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the tests. MUTANT(name) is false, at compile time, in every build but that of preset
 * `mutants`: there it is true while the switch of that name (mutants.def) is on, and the code does
 * the wrong thing that the table tells of. muster-sim --mutants turns on one after the other and
 * shows which check of the simulator notices. */
#pragma once

#include <stdbool.h>

#ifdef MUSTER_MUTANTS
enum mutant {
	MUTANT_NONE,
#define BUG(name, file, what) MUTANT_##name,
#define OPEN(name, file, what, lacks) MUTANT_##name,
#define NEUTRAL BUG
#include "base/mutants.def"
#undef NEUTRAL
#undef OPEN
#undef BUG
	MUTANT_N
};
extern enum mutant mutant_on;
#define MUTANT(name) (mutant_on == MUTANT_##name)
#else
#define MUTANT(name) false
#endif
