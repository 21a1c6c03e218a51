/* SPDX-License-Identifier: Apache-2.0 */
/* The hashes of templates whose texts the shell holds, and which of them orders still need. */
#pragma once

#include "agent/core/actions.h"
#include "base/table.h"

struct template_hash {
	UT_hash_handle hh;
	char *hash;
	bool needed;
};

struct template_set {
	struct template_hash *hashes;
	char **dropped; /* hashes that the actions of the step name */
	uint32_t ndropped, dropped_cap;
};

void template_set_done(struct template_set *s);
void template_set_add(struct template_set *s, const char *hash); /* nothing if it is there */
bool template_set_has(const struct template_set *s, const char *hash);
void template_set_need(struct template_set *s, const char *hash); /* nothing if it is not there */
/* Drops every hash that was not needed since the last call, with an action each. */
void template_set_drop_rest(struct template_set *s, struct step *st);
void template_set_step_begins(struct template_set *s); /* frees what the last step dropped */
