/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/core/actions.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void step_begin(struct step *st, const struct agent_event *ev)
{
	st->now_ms = ev->now_ms;
	st->unheard_ms = ev->unheard_ms;
	st->due_ms = INT64_MAX;
	st->report = false;
	st->nactions = 0;
}

void step_done(struct step *st)
{
	step_touched_clear(st);
	free(st->touched);
	free(st->actions);
}

void step_act(struct step *st, const struct agent_action *action)
{
	VEC_GROW(st->actions, st->nactions, st->actions_cap);
	st->actions[st->nactions++] = *action;
}

void step_due(struct step *st, int64_t at_ms)
{
	if (at_ms < st->due_ms)
		st->due_ms = at_ms;
}

void step_touch(struct step *st, const char *key)
{
	VEC_GROW(st->touched, st->ntouched, st->touched_cap);
	st->touched[st->ntouched++] = mem_strdup(key);
}

void step_touched_clear(struct step *st)
{
	for (uint32_t i = 0; i < st->ntouched; i++)
		free(st->touched[i]);
	st->ntouched = 0;
}

char *pod_key(const char *ns, const char *name)
{
	size_t a = strlen(str_or_empty(ns)), b = strlen(str_or_empty(name));
	char *key = mem_alloc(a + b + 2);
	memcpy(key, str_or_empty(ns), a);
	key[a] = '/';
	memcpy(key + a + 1, str_or_empty(name), b + 1);
	return key;
}
