/* SPDX-License-Identifier: Apache-2.0 */
/* The truth that random histories run against: pods, kubelets, agents, an API server that answers
 * late. */
#pragma once

#include "base/rng.h"
#include "test/unit/coordinator/core/world.h"

enum { NODES = 6, JOBS = 8, PODS = 4096 };

struct tpod {
	struct wjob *job;
	uint32_t index, attempt;
	char name[POD_NAME_BYTES], uid[32];
	const char *node;
	enum member_phase phase;
	bool exists, deleting, told, was_told;
};

struct todo { /* an answer of the API server's that is under way */
	enum core_action_type type;
	char node[32], name[POD_NAME_BYTES], uid[64];
	uint32_t index, attempt;
};

struct chaos {
	struct world *w;
	struct rng rng;
	uint64_t seed;
	struct tpod pods[PODS];
	uint32_t npods, uids;
	struct todo todo[1024];
	uint32_t ntodo;
	bool gone[JOBS], calm, compute_node[NODES];
};

uint32_t dice(struct chaos *x, uint32_t n);
void chaos_action(void *self, const struct core_action *a); /* queues what is to be answered */
void chaos_answer(struct chaos *x);                         /* one of it, any */
bool chaos_live(const struct tpod *p);
struct member chaos_member(struct chaos *x, const struct tpod *p);
void chaos_agent(struct chaos *x, struct wnode *n); /* obeys its orders, tells what changed */
void chaos_hello(struct chaos *x, struct wnode *n);
void chaos_kubelet(struct chaos *x);
