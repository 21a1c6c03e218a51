/* SPDX-License-Identifier: Apache-2.0 */
/* Checked state machines: one table a machine, indexed by state, says the name of each state and
 * the states that may follow. The one setter of a machine calls state_check and then does what
 * entering the state means; a move that the table does not have is a bug of ours and aborts. */
#pragma once

#include <stdint.h>

#include "base/must.h"

enum { STATES_MAX = 32 };

struct state_rule {
	const char *name; /* as logs and messages write it */
	uint32_t to;      /* STATE_BITs of the states that may follow; 0: the state is final */
};

#define STATE_BIT(state) (1u << (state))

/* Aborts unless the table of n rules lets `from` be followed by `to`. */
static inline void state_check(const struct state_rule *rules, uint32_t n, uint32_t from,
			       uint32_t to)
{
	must(n <= STATES_MAX && from < n && to < n);
	must(rules[from].to & STATE_BIT(to));
}
