/* SPDX-License-Identifier: Apache-2.0 */
/* The Watch of an agent: always one out, pages put together, and only whole sets handed on. A page
 * that does not go on where the last one ended makes the collection begin anew. */
#include <stdlib.h>

#include "sync/agent_session_impl.h"
#include "sync/msgcopy.h"

enum { ORDERS_BYTES_MAX = 16 * 1024 * 1024, TEMPLATES_NAMED_MAX = 2048 };

void as_orders_init(struct orders *o)
{
	*o = (struct orders){.arena = ARENA_INIT(ORDERS_BYTES_MAX)};
}

void as_orders_forget(struct orders *o)
{
	arena_reset(&o->arena);
	o->n = 0;
	o->collecting = false;
}

void as_orders_done(struct orders *o)
{
	arena_done(&o->arena);
	free(o->v);
}

void as_watch_send(struct agent_session *s)
{
	const struct orders *o = &s->orders;
	struct msg msg = {.type = MSG_WATCH,
			  .watch = {.session = s->session,
				    .revision = o->collecting ? o->next_revision : o->revision,
				    .page = o->collecting ? o->next_page : 0}};
	s->cfg.templates(s->cfg.self, &msg.watch.templates);
	/* What is not named may be sent again, which costs bytes and nothing else. */
	if (msg.watch.templates.n > TEMPLATES_NAMED_MAX)
		msg.watch.templates.n = TEMPLATES_NAMED_MAX;
	s->watch_out = true;
	s->watch_sent_ms = s->now_ms;
	s->link.request(s->link.self, LINK_WATCH, &msg);
}

static bool begins_or_goes_on(struct orders *o, const struct msg_orders *m)
{
	if (m->page == 0) {
		as_orders_forget(o);
		o->next_revision = m->revision;
		return true;
	}
	return o->collecting && m->revision == o->next_revision && m->page == o->next_page;
}

static bool append(struct orders *o, const struct msg_orders *m)
{
	if (o->n + m->norders > NODE_PODS_MAX)
		return false;
	for (uint32_t i = 0; i < m->norders; i++) {
		VEC_GROW(o->v, o->n, o->cap);
		if (!msgcopy_order(&o->arena, &m->orders[i], &o->v[o->n]))
			return false;
		o->n++;
	}
	return true;
}

static void take_page(struct agent_session *s, const struct msg_orders *m)
{
	struct orders *o = &s->orders;
	for (uint32_t i = 0; i < m->ntemplates; i++)
		s->cfg.on_template(s->cfg.self, m->templates[i].hash, m->templates[i].text);
	o->collecting = m->more;
	o->next_page = m->page + 1;
	if (m->more)
		return;
	o->revision = m->revision;
	if (!s->ordered)
		s->heard_ms = s->hello_ms;
	s->ordered = true;
	s->cfg.on_orders(s->cfg.self, s->epoch, o->v, o->n);
	as_orders_forget(o);
}

void as_watch_answered(struct agent_session *s, const struct msg_orders *m)
{
	struct orders *o = &s->orders;
	s->watch_out = false;
	if (s->stage != UP || m->session != s->session || m->epoch != s->epoch) {
		s->orders_refused++;
		log_warn(s->log, "orders of another session or epoch refused",
			 KI("epoch", m->epoch), KI("newest", s->epoch));
		as_session_drop(s, "orders came of another session or epoch");
		return;
	}
	bool unchanged = m->page == 0 && !m->more && m->norders == 0 && m->revision == o->revision;
	if (!unchanged && begins_or_goes_on(o, m)) {
		if (!append(o, m)) {
			as_session_drop(s, "more orders came than a node can have");
			return;
		}
		take_page(s, m);
	} else {
		as_orders_forget(o);
	}
	as_watch_send(s);
}
