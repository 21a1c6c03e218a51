/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of an agent. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct agent_config {
	const char *node, *boot_id, *version, *identity; /* identity unique per start */
	const char *coordinator;                         /* host:port of the Service */
	bool launch;
	uint64_t seed;
	void *self;
	const char *(*token)(
		void *self); /* the newest projected token; borrowed until the next call */
};
