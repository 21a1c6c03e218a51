/* SPDX-License-Identifier: Apache-2.0 */
/* The endpoint slice controller includes terminating pods, and counts them as ready where
 * publishNotReadyAddresses is set (KEP-1672): a label is the only way out of a Service while a pod
 * exists. */
#include "coordinator/core/attempt/address.h"

#include "coordinator/core/state/actions.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/tables.h"

static void write_label(struct core *c, struct attempt *a)
{
	struct core_action *act = action_new(c, ACT_POD_LABEL);
	act->pod_label.ns = action_str(c, a->job->ns);
	act->pod_label.name = action_str(c, a->pod);
	act->pod_label.uid = action_str(c, a->pod_uid);
	act->pod_label.current = !a->unlisted;
	a->label_due = false;
}

void attempt_take_address(struct core *c, struct attempt *a)
{
	if (!attempt_seen(a) || a->unlisted || a->orphaned)
		return;
	log_info(c->log, "member leaves its Services", KS("job", a->job->key),
		 KI("member", a->id.index), KI("attempt", a->id.attempt),
		 KS("node", a->node->name));
	a->unlisted = true;
	write_label(c, a);
}

void attempt_check_address(struct core *c, struct attempt *a)
{
	bool lost = a->state == ATTEMPT_LOST && !attempt_current(a);
	bool stops = a->state == ATTEMPT_STOPPING && a->away;
	if (lost || stops)
		attempt_take_address(c, a);
}

void attempt_give_address(struct core *c, struct attempt *a)
{
	if (!a->unlisted)
		return;
	a->unlisted = false;
	write_label(c, a);
}

void attempt_address_due(struct core *c, struct attempt *a)
{
	if (a->label_due)
		write_label(c, a);
}

bool attempt_address_written(const struct core *c, struct attempt *a, enum rc rc,
			     const char *message)
{
	if (rc == RC_OK || rc == RC_NOTFOUND || rc == RC_INVALID)
		return true; /* or the pod with this UID does not exist any more */
	if (rc == RC_FORBIDDEN) {
		log_warn(c->log, "label of a pod not written", KS("job", a->job->key),
			 KS("pod", a->pod), KS("error", message));
		return true;
	}
	a->label_due = true;
	return !attempt_live(a); /* then the timer of its deletion runs, or its pod has ended */
}
