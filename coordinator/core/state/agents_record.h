/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of the agents as a whole. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The time after a change of leader, when agents are waited for. */
struct gate {
	bool open;
	int64_t lead_ms, opens_ms; /* opens_ms: when the gate opens at the latest */
};

struct silence {
	bool suspects_us; /* most agents are silent, so probably the coordinator hears nothing */
	int64_t mass_loop_ms; /* when most were last silent */
};
