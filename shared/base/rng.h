/* SPDX-License-Identifier: Apache-2.0 */
/* A small deterministic generator (SplitMix64) for jitter and simulations; never for secrets. */
#pragma once

#include <stdint.h>

struct rng {
	uint64_t s;
};

uint64_t rng_next(struct rng *r);
/* Uniform enough in 0…n-1; n > 0. */
uint64_t rng_below(struct rng *r, uint64_t n);
