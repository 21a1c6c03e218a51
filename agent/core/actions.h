/* SPDX-License-Identifier: Apache-2.0 */
/* One step of the core: what the parts are told and what they leave behind. The core owns it; the
 * parts get it as a parameter. */
#pragma once

#include "agent/core/event.h"

struct step {
	int64_t now_ms, unheard_ms; /* as in the event */
	int64_t due_ms;             /* when the core wants to be ticked; INT64_MAX: never */
	bool report;                /* something is to be reported */
	struct agent_action *actions;
	uint32_t nactions, actions_cap;
	/* Keys of pods that changed: the orders of these names are looked at once, at the end. */
	char **touched;
	uint32_t ntouched, touched_cap;
};

void step_begin(struct step *st, const struct agent_event *ev);
void step_done(struct step *st); /* frees what the step holds */
void step_act(struct step *st, const struct agent_action *action);
void step_due(struct step *st, int64_t at_ms); /* lowers due_ms to at_ms */
void step_touch(struct step *st, const char *key);
void step_touched_clear(struct step *st);

/* "namespace/name" of a pod, owned by the caller. NULL counts as "". */
char *pod_key(const char *ns, const char *name);
