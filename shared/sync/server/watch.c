/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/server/watch.h"

#include "base/mem.h"
#include "model/msgsize.h"
#include "model/template_store.h"
#include "sync/server/parked.h"
#include "sync/server/pipe.h"

enum { PAGE_BYTES_MAX = FRAME_COORDINATOR_MAX - 8 * 1024 };

/* One frame of orders as it is filled. */
struct page {
	struct order orders[PAGE_ORDERS_MAX];
	char proofs[PAGE_ORDERS_MAX][PROOF_TEXT_BYTES];
	struct template_text templates[PAGE_ORDERS_MAX];
	uint32_t norders, ntemplates;
	size_t bytes;
};

static void page_begin(struct page *page, size_t bytes)
{
	page->norders = page->ntemplates = 0;
	page->bytes = bytes;
}

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

/* False: it does not fit any more. */
static bool page_add(const struct server_sessions *s, const struct server_pipe *p,
		     struct page *page, const struct order *o, uint32_t number)
{
	if (page->norders == PAGE_ORDERS_MAX)
		return false;
	const char *text = template_wanted(s, &p->parked, page, o);
	bool proven = s->cfg.prove && o->by_agent;
	size_t bytes = msgsize_order(o) + (proven ? PROOF_TEXT_BYTES + 6 : 0);
	if (text)
		bytes += msgsize_str(text) + msgsize_str(o->template_hash) + msgsize_str(o->ns) + 6;
	if (page->norders > 0 && page->bytes + bytes > PAGE_BYTES_MAX)
		return false;
	struct order *out = &page->orders[page->norders];
	*out = *o;
	out->number = number;
	if (proven) {
		out->proof = page->proofs[page->norders];
		s->cfg.prove(s->cfg.self, p->node, o, page->proofs[page->norders]);
	}
	if (text)
		page->templates[page->ntemplates++] =
			(struct template_text){o->template_hash, text, o->ns};
	page->norders++;
	page->bytes += bytes;
	return true;
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

static void answer_page(struct server_sessions *s, struct server_pipe *p, const struct page *page,
			struct msg_orders *m)
{
	m->orders = page->orders;
	m->norders = page->norders;
	m->templates = page->templates;
	m->ntemplates = page->ntemplates;
	answer(s, p, m);
}

/* False: the agent does not take it, there is nothing to compare with, or it is too much. */
static bool answer_change(struct server_sessions *s, struct server_pipe *p,
			  const struct orders_view *view)
{
	AUTO(told_diff_done) struct told_diff d = {0};
	struct page page;
	if (!p->deltas || p->parked.page > 0 ||
	    !server_told_compare(&p->told, view->v, view->n, &d))
		return false;
	page_begin(&page, d.ngone * (size_t)6);
	for (uint32_t i = 0; i < d.nfresh; i++) {
		uint32_t place = d.fresh[i];
		if (!page_add(s, p, &page, &view->v[place], d.number[place]))
			return false;
	}
	server_told_changed(&p->told, view->revision, &d);
	p->paging = (struct server_paging){0};
	answer_page(s, p, &page,
		    &(struct msg_orders){.revision = view->revision,
					 .since = p->told.held.revision,
					 .gone = d.gone,
					 .ngone = d.ngone,
					 .total = view->n});
	return true;
}

static void answer_whole(struct server_sessions *s, struct server_pipe *p,
			 const struct orders_view *view)
{
	struct page page;
	uint32_t number, start = page_start(p, view->revision, &number), end = start;
	uint32_t first = p->paging.first;
	if (number == 0)
		first = p->deltas ? server_told_whole(&p->told, view->revision, view->v, view->n)
				  : 0;
	page_begin(&page, 0);
	while (end < view->n && page_add(s, p, &page, &view->v[end], first ? first + end : 0))
		end++;
	p->paging = (struct server_paging){view->revision, number, start, end, first};
	answer_page(s, p, &page,
		    &(struct msg_orders){
			    .revision = view->revision, .page = number, .more = end < view->n});
}

/* Answers the parked Watch if there is news for it. */
static void look_at(struct server_sessions *s, struct server_pipe *p)
{
	struct orders_view view = s->cfg.orders(s->cfg.self, p->node);
	const struct server_parked *w = &p->parked;
	if (view.revision == 0 || (w->page == 0 && w->revision == view.revision))
		return;
	if (!answer_change(s, p, &view))
		answer_whole(s, p, &view);
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
	if (w->page == 0)
		server_told_has(&p->told, w->revision);
	server_parked_stir(s, p);
	server_pipe_schedule(s, p);
}
