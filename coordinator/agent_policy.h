/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the admission policy for agents is there and bound: without it a node could create any
 * pod. Two objects of one name, a ValidatingAdmissionPolicy and its binding, are read when
 * leadership is gained and every 10 s. While they are missing, do not deny, or could not be read
 * for a minute, agents get no orders to create pods (docs/design/0010-threat-model.md). Driven by
 * completions and agent_policy_tick. */
#pragma once

#include "base/log.h"
#include "base/rng.h"
#include "sync/api.h"

struct agent_policy;

struct agent_policy_config {
	const char *name; /* of both objects; borrowed for its whole life */
	void *self;
	void (*on_bound)(void *self, bool bound); /* it has changed; false at first */
};

struct agent_policy *agent_policy_new(const struct agent_policy_config *cfg, const struct api *api,
				      const struct log *log);
struct agent_policy *agent_policy_free(struct agent_policy *p); /* NULL in, NULL out */
void agent_policy_lead(struct agent_policy *p);
void agent_policy_unlead(struct agent_policy *p); /* forgets what was read, without on_bound */
void agent_policy_now(struct agent_policy *p, int64_t now_ms);
void agent_policy_tick(struct agent_policy *p);
int64_t agent_policy_deadline(const struct agent_policy *p); /* INT64_MAX: nothing waits */
bool agent_policy_bound(const struct agent_policy *p);
