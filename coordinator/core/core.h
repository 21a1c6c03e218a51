/* SPDX-License-Identifier: Apache-2.0 */
/* The coordinator's core: placement, the life of jobs and nodes, and what to write. No I/O, no
 * clock, no threads: events in (with the time), actions out. A step's work is
 * bounded (about STEP_PLACEMENTS, and some thousand jobs and nodes that changed), what is left
 * makes core_deadline "now". The queue as a whole is gone through on CEV_TICK only: of events that
 * come together each costs what it changes. Memory of events is borrowed for the call; actions live
 * until the next step. */
#pragma once

#include "base/log.h"
#include "coordinator/core/state/action.h"
#include "coordinator/core/state/config.h"
#include "coordinator/core/state/event.h"

struct core;

struct core *core_new(const struct core_config *cfg, const struct log *log);
struct core *core_free(struct core *c);
/* One event; *ret is valid until the next step. */
void core_step(struct core *c, const struct core_event *ev, struct core_actions *ret);
/* When to send the next CEV_TICK (monotonic ms); INT64_MAX: not needed. */
int64_t core_deadline(const struct core *c);

/* Views change nothing, and what they give is borrowed until the next step. */
/* The full set of orders for a node; *ret_revision changes whenever the set does; 0: nothing is
 * decided yet. */
void core_orders(const struct core *c, const char *node, const struct order **ret, uint32_t *ret_n,
		 uint64_t *ret_revision);
/* The newest status and the resourceVersion that it was computed from; false: nothing needs writing
 * (the object is not known, or stored as it is). */
bool core_job_status(const struct core *c, const char *ns, const char *name, struct job_status *ret,
		     const char **ret_rv);
bool core_cnode_status(const struct core *c, const char *name, struct cnode_status *ret,
		       const char **ret_rv);
/* What to apply; false: there is no such Node. */
bool core_cnode_apply(const struct core *c, const char *name, struct cnode_apply *ret);

/* The write of a status that the view gave goes out; NULL: the view gave none. */
void core_job_status_taken(struct core *c, const char *ns, const char *name,
			   const struct job_status *sent);
void core_cnode_status_taken(struct core *c, const char *name, const struct cnode_status *sent);

/* What would be placed of a job with this spec if the job came now; nothing changes. The spec's
 * parallelism and min_parallelism are those of a valid job. */
void core_what_if(const struct core *c, const struct job_spec *spec, struct what_if *ret);

void core_stats(const struct core *c, struct core_stats *ret);
