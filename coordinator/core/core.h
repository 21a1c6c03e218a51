/* SPDX-License-Identifier: Apache-2.0 */
/* The coordinator's core: where members are placed, what becomes of jobs and nodes, and what is
 * written. The core does no I/O, reads no clock and has no threads: it gets events, with the time,
 * and returns actions.
 * The work of a step is bounded: about STEP_PLACEMENTS, and some thousand jobs and nodes that
 * changed. If something is left, core_deadline says "now". Only CEV_TICK goes through the whole
 * queue, so of many events that come together each costs what it changes.
 * The memory of an event is borrowed for the call; actions live until the next step. */
#pragma once

#include "base/log.h"
#include "coordinator/core/state/action.h"
#include "coordinator/core/state/config.h"
#include "coordinator/core/state/event.h"

struct core;

struct core *core_new(const struct core_config *cfg, const struct log *log);
struct core *core_free(struct core *c);
/* Handles one event; *ret is valid until the next step. */
void core_step(struct core *c, const struct core_event *ev, struct core_actions *ret);
/* When the next CEV_TICK is due (monotonic, in ms); INT64_MAX: no time is set. */
int64_t core_deadline(const struct core *c);

/* Views change nothing. What they return is borrowed until the next step. */
/* All orders of a node. *ret_revision changes whenever they do; 0: nothing is decided yet. */
void core_orders(const struct core *c, const char *node, const struct order **ret, uint32_t *ret_n,
		 uint64_t *ret_revision);
/* The newest status, and the resourceVersion that it was computed from. False: nothing has to be
 * written, since the object is not known or its stored status is the newest. */
bool core_job_status(const struct core *c, const char *ns, const char *name, struct job_status *ret,
		     const char **ret_rv);
bool core_compute_node_status(const struct core *c, const char *name,
			      struct compute_node_status *ret, const char **ret_rv);
/* What is to be applied; false: there is no Node of this name. */
bool core_compute_node_apply(const struct core *c, const char *name,
			     struct compute_node_apply *ret);

/* Whether a job or a member needs the template of this name (template_name). */
bool core_template_used(const struct core *c, const char *name);

/* The write of the status that the view returned goes out; NULL: the view returned none. */
void core_job_status_taken(struct core *c, const char *ns, const char *name,
			   const struct job_status *sent);
void core_compute_node_status_taken(struct core *c, const char *name,
				    const struct compute_node_status *sent);

/* What would be placed of a job with this spec if the job came now. Nothing changes. parallelism
 * and min_parallelism must be valid. */
void core_what_if(const struct core *c, const struct job_spec *spec, struct what_if *ret);

void core_stats(const struct core *c, struct core_stats *ret);
