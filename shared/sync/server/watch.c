/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/server/watch.h"

#include "base/mem.h"
#include "model/msgsize.h"
#include "model/template_store.h"
#include "sync/server/parked.h"
#include "sync/server/pipe.h"

enum { PAGE_BYTES_MAX = FRAME_COORDINATOR_MAX - 8 * 1024 };

/* One page of orders as it is filled. */
struct page {
	struct template_text templates[PAGE_ORDERS_MAX];
	uint32_t ntemplates, end;
	size_t bytes;
};

static void answer(struct server_sessions *s, struct server_pipe *p,
		   const struct msg_orders *orders)
{
	struct msg msg = {.type = MSG_ORDERS, .orders = *orders};
	msg.orders.session = p->session;
	msg.orders.epoch = s->epoch;
	uint64_t ticket = p->parked.ticket;
	server_parked_forget(s, p);
	s->link.reply(s->link.self, ticket, &msg);
	server_pipe_schedule(s, p);
}

void server_watch_release(struct server_sessions *s, struct server_pipe *p)
{
	if (p->parked.ticket != 0)
		answer(s, p, &(struct msg_orders){.revision = p->parked.revision});
}

/* Agents up to 0.1 name the hash alone. */
static bool has_template(const struct server_parked *w, const struct page *page, const char *ns,
			 const char *hash)
{
	AUTO(mem_freep) char *name = template_name(ns, hash);
	for (uint32_t i = 0; i < w->ntemplates; i++) {
		if (str_eq(w->templates[i], name) || str_eq(w->templates[i], hash))
			return true;
	}
	for (uint32_t i = 0; i < page->ntemplates; i++) {
		if (str_eq(page->templates[i].hash, hash) && str_eq(page->templates[i].ns, ns))
			return true;
	}
	return false;
}

/* The text that must go along with an order; NULL: the agent has it, or creates no pod for the
 * order. */
static const char *template_wanted(const struct server_sessions *s, const struct server_parked *w,
				   const struct page *page, const struct order *o)
{
	if (!o->launch || str_or_empty(o->pod_uid)[0] != '\0' ||
	    has_template(w, page, o->ns, o->template_hash))
		return NULL;
	return s->cfg.template_text(s->cfg.self, o->ns, o->template_hash);
}

static void page_fill(const struct server_sessions *s, const struct server_parked *w,
		      const struct orders_view *view, uint32_t start, struct page *page)
{
	page->end = start;
	while (page->end < view->n && page->end - start < PAGE_ORDERS_MAX) {
		const struct order *o = &view->v[page->end];
		const char *text = template_wanted(s, w, page, o);
		size_t bytes = msgsize_order(o);
		if (text)
			bytes += msgsize_str(text) + msgsize_str(o->template_hash) +
				 msgsize_str(o->ns) + 6;
		if (page->end > start && page->bytes + bytes > PAGE_BYTES_MAX)
			return;
		page->bytes += bytes;
		if (text)
			page->templates[page->ntemplates++] =
				(struct template_text){o->template_hash, text, o->ns};
		page->end++;
	}
}

/* Where the wanted page begins, and its number; a set that changed meanwhile begins anew. */
static uint32_t page_start(const struct server_pipe *p, uint64_t revision, uint32_t *ret_page)
{
	const struct server_parked *w = &p->parked;
	*ret_page = w->page;
	if (w->page > 0 && w->revision == revision && p->paging.revision == revision) {
		if (w->page == p->paging.page + 1)
			return p->paging.end;
		if (w->page == p->paging.page)
			return p->paging.start;
	}
	*ret_page = 0;
	return 0;
}

/* Answers the parked Watch if there is news for it. */
static void look_at(struct server_sessions *s, struct server_pipe *p)
{
	struct orders_view view = s->cfg.orders(s->cfg.self, p->node);
	const struct server_parked *w = &p->parked;
	if (view.revision == 0 || (w->page == 0 && w->revision == view.revision))
		return;
	struct page page = {0};
	uint32_t number, start = page_start(p, view.revision, &number);
	page_fill(s, w, &view, start, &page);
	p->paging = (struct server_paging){view.revision, number, start, page.end};
	answer(s, p,
	       &(struct msg_orders){.revision = view.revision,
				    .page = number,
				    .more = page.end < view.n,
				    .orders = view.v ? view.v + start : NULL,
				    .norders = page.end - start,
				    .templates = page.templates,
				    .ntemplates = page.ntemplates});
}

void server_watch_answer_stirred(struct server_sessions *s)
{
	struct server_pipe *p;
	while ((p = server_parked_next(s)))
		look_at(s, p);
}

void server_watch_request(struct server_sessions *s, struct server_pipe *p, uint64_t ticket,
			  const struct msg_watch *w)
{
	server_watch_release(s, p); /* at most one is parked: a newer one answers the older */
	server_parked_put(s, p, ticket, w);
	server_parked_stir(s, p);
	server_pipe_schedule(s, p);
}
