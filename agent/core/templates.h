/* SPDX-License-Identifier: Apache-2.0 */
/* The names of templates whose texts the shell holds, and which of them orders still need. */
#pragma once

#include "agent/core/actions.h"
#include "base/table.h"

struct template_held {
	UT_hash_handle hh;
	char *name;
	bool needed;
};

struct template_set {
	struct template_held *held;
	char **dropped; /* names that the actions of the step name */
	uint32_t ndropped, dropped_cap;
};

void template_set_done(struct template_set *s);
void template_set_add(struct template_set *s, const char *name); /* nothing if it is there */
bool template_set_has(const struct template_set *s, const char *ns, const char *hash);
/* Nothing if it is not there. */
void template_set_need(struct template_set *s, const char *ns, const char *hash);
/* Drops every name that was not needed since the last call, with an action each. */
void template_set_drop_rest(struct template_set *s, struct step *st);
void template_set_step_begins(struct template_set *s); /* frees what the last step dropped */
