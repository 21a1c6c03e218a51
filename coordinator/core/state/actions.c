/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/actions.h"

#include <string.h>

#include "base/utf8.h"
#include "coordinator/core/state/reasons.h"
#include "coordinator/core/state/tables.h"

struct core_action *action_new(struct core *c, enum core_action_type type)
{
	VEC_GROW(c->out.v, c->out.n, c->out.cap);
	struct core_action *a = &c->out.v[c->out.n++];
	memset(a, 0, sizeof *a);
	a->type = type;
	return a;
}

struct arena *action_memory(struct core *c)
{
	return &c->out.text;
}

struct arena *view_memory(const struct core *c)
{
	return c->out.view;
}

const char *action_str(struct core *c, const char *s)
{
	const char *copy = arena_strdup(&c->out.text, str_or_empty(s));
	must(copy);
	return copy;
}

struct core_action *action_job(struct core *c, enum core_action_type type,
			       const struct job_record *j)
{
	struct core_action *a = action_new(c, type);
	a->object.ns = action_str(c, j->ns);
	a->object.name = action_str(c, j->name);
	a->object.uid = action_str(c, j->uid);
	return a;
}

static void note(struct core *c, enum reason reason, const char *text, struct core_action *a)
{
	must(reason_event(reason));
	a->note.reason = reason_name(reason);
	char *line = arena_strdup(&c->out.text, str_or_empty(text));
	must(line);
	utf8_line(line);
	a->note.note = line;
	a->note.warning = reason_warning(reason);
}

void event_job(struct core *c, const struct job_record *j, enum reason reason, const char *text)
{
	struct core_action *a = action_new(c, ACT_NOTE);
	a->note.kind = KIND_JOB_NAME;
	a->note.ns = action_str(c, j->ns);
	a->note.name = action_str(c, j->name);
	a->note.uid = action_str(c, j->uid);
	note(c, reason, text, a);
}

void event_node(struct core *c, const struct node_record *n, enum reason reason, const char *text)
{
	struct core_action *a = action_new(c, ACT_NOTE);
	a->note.kind = KIND_NODE_NAME;
	a->note.ns = "";
	a->note.name = action_str(c, n->name);
	a->note.uid = action_str(c, n->compute.uid);
	note(c, reason, text, a);
}
