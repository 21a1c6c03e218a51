/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/agent/watch.h"

#include "base/mem.h"
#include "model/msgsize.h"
#include "model/template_store.h"

/* What is not named may be sent again, which costs bytes and nothing else. */
enum { TEMPLATES_NAMED_MAX = 2048, NAMES_BYTES_MAX = FRAME_AGENT_MAX - 1024 };

/* As many as fit into a frame. */
static void names_cut(struct strs *names)
{
	size_t bytes = 0;
	uint32_t n = 0;
	while (n < names->n && n < TEMPLATES_NAMED_MAX) {
		bytes += msgsize_str(names->v[n]);
		if (bytes > NAMES_BYTES_MAX)
			break;
		n++;
	}
	names->n = n;
}

void agent_watch_send(struct agent_session *s)
{
	const struct agent_orders *o = &s->orders;
	struct msg msg = {.type = MSG_WATCH,
			  .watch = {.session = s->session,
				    .revision = o->collecting ? o->next_revision : o->revision,
				    .page = o->collecting ? o->next_page : 0}};
	s->cfg.templates(s->cfg.self, &msg.watch.templates);
	names_cut(&msg.watch.templates);
	s->watch_out = true;
	s->watch_ms = s->now_ms;
	s->link.request(s->link.self, LINK_WATCH, &msg);
}

static void set_complete(struct agent_session *s)
{
	const struct agent_orders *o = &s->orders;
	if (!s->ordered)
		s->heard_ms = s->hello_ms;
	s->ordered = true;
	s->cfg.on_orders(s->cfg.self, s->epoch, o->held.v, o->held.n);
}

/* Texts come before the orders that name them. */
static void take_templates(struct agent_session *s, const struct msg_orders *m)
{
	for (uint32_t i = 0; i < m->ntemplates; i++) {
		const struct template_text *t = &m->templates[i];
		AUTO(mem_freep) char *name = template_name(t->ns, t->hash);
		s->cfg.on_template(s->cfg.self, name, t->text);
	}
}

const char *agent_watch_answered(struct agent_session *s, const struct msg_orders *page)
{
	struct agent_orders *o = &s->orders;
	s->watch_out = false;
	if (page->session != s->session || page->epoch != s->epoch) {
		s->orders_refused++;
		log_warn(s->log, "orders of another session or epoch refused",
			 KI("epoch", page->epoch), KI("newest", s->epoch));
		return "orders came of another session or epoch";
	}
	bool unchanged = page->page == 0 && !page->more && page->norders == 0 &&
			 page->revision == o->revision;
	enum agent_orders_end end = AGENT_ORDERS_STRAY;
	if (unchanged)
		agent_orders_forget(o);
	else
		end = agent_orders_take(o, page);
	if (end == AGENT_ORDERS_TOO_MANY)
		return "more orders came than a node can have";
	if (end != AGENT_ORDERS_STRAY)
		take_templates(s, page);
	if (end == AGENT_ORDERS_COMPLETE)
		set_complete(s);
	agent_watch_send(s);
	return NULL;
}
