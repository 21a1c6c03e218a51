/* SPDX-License-Identifier: Apache-2.0 */
/* Parked Watches. An answer is always a page of the full set: the first one, unless the agent asks
 * for the page after (or again for) the one it was sent last and the set is still the same. */
#include <stdlib.h>
#include <utlist.h>

#include "model/msgsize.h"
#include "sync/sessions_impl.h"

enum { PAGE_BYTES_MAX = FRAME_COORDINATOR_MAX - 8 * 1024, TEMPLATES_NAMED_MAX = 4096 };

struct page {
	struct template_text templates[PAGE_ORDERS_MAX];
	uint32_t ntemplates, end;
	size_t bytes;
};

void ss_watch_forget(struct server_sessions *s, struct pipe *p)
{
	struct parked *w = &p->parked;
	if (w->ticket != 0)
		s->stats.parked--;
	for (uint32_t i = 0; i < w->ntemplates; i++)
		free(w->templates[i]);
	free(w->templates);
	*w = (struct parked){0};
	if (p->stirred)
		DL_DELETE(s->stirred, p);
	p->stirred = false;
}

void ss_watch_stir(struct server_sessions *s, struct pipe *p)
{
	if (p->parked.ticket == 0 || p->stirred)
		return;
	p->stirred = true;
	DL_APPEND(s->stirred, p);
}

static void answer(struct server_sessions *s, struct pipe *p, const struct msg_orders *orders)
{
	struct msg msg = {.type = MSG_ORDERS, .orders = *orders};
	msg.orders.session = p->session;
	msg.orders.epoch = s->epoch;
	uint64_t ticket = p->parked.ticket;
	ss_watch_forget(s, p);
	s->link.reply(s->link.self, ticket, &msg);
	ss_pipe_schedule(s, p);
}

/* The revision that the agent has, without orders: nothing changed. */
void ss_watch_release(struct server_sessions *s, struct pipe *p)
{
	if (p->parked.ticket != 0)
		answer(s, p, &(struct msg_orders){.revision = p->parked.revision});
}

static bool has_template(const struct parked *w, const struct page *page, const char *hash)
{
	for (uint32_t i = 0; i < w->ntemplates; i++) {
		if (str_eq(w->templates[i], hash))
			return true;
	}
	for (uint32_t i = 0; i < page->ntemplates; i++) {
		if (str_eq(page->templates[i].hash, hash))
			return true;
	}
	return false;
}

/* The text that must go along with an order, or NULL: only who creates the pod needs it. */
static const char *template_wanted(const struct server_sessions *s, const struct parked *w,
				   const struct page *page, const struct order *o)
{
	if (!o->launch || str_or_empty(o->pod_uid)[0] != '\0' ||
	    has_template(w, page, o->template_hash))
		return NULL;
	return s->cfg.template_text(s->cfg.self, o->template_hash);
}

static void page_fill(const struct server_sessions *s, const struct parked *w,
		      const struct orders_view *view, uint32_t start, struct page *page)
{
	page->end = start;
	while (page->end < view->n && page->end - start < PAGE_ORDERS_MAX) {
		const struct order *o = &view->v[page->end];
		const char *text = template_wanted(s, w, page, o);
		size_t bytes = msgsize_order(o);
		if (text)
			bytes += msgsize_str(text) + msgsize_str(o->template_hash) + 6;
		if (page->end > start && page->bytes + bytes > PAGE_BYTES_MAX)
			return;
		page->bytes += bytes;
		if (text)
			page->templates[page->ntemplates++] =
				(struct template_text){o->template_hash, text};
		page->end++;
	}
}

/* Where the wanted page begins; a set that changed meanwhile begins anew. */
static uint32_t page_start(const struct pipe *p, uint64_t revision, uint32_t *ret_page)
{
	const struct parked *w = &p->parked;
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

static void look_at(struct server_sessions *s, struct pipe *p)
{
	struct orders_view view = s->cfg.orders(s->cfg.self, p->node);
	const struct parked *w = &p->parked;
	if (view.revision == 0 || (w->page == 0 && w->revision == view.revision))
		return;
	struct page page = {0};
	uint32_t number, start = page_start(p, view.revision, &number);
	page_fill(s, w, &view, start, &page);
	p->paging = (struct paging){view.revision, number, start, page.end};
	answer(s, p,
	       &(struct msg_orders){.revision = view.revision,
				    .page = number,
				    .more = page.end < view.n,
				    .orders = view.v ? view.v + start : NULL,
				    .norders = page.end - start,
				    .templates = page.templates,
				    .ntemplates = page.ntemplates});
}

void ss_watch_answer_stirred(struct server_sessions *s)
{
	while (s->stirred) {
		struct pipe *p = s->stirred;
		DL_DELETE(s->stirred, p);
		p->stirred = false;
		look_at(s, p);
	}
}

void ss_watch_request(struct server_sessions *s, struct pipe *p, uint64_t ticket,
		      const struct msg_watch *w)
{
	ss_watch_release(s, p); /* at most one is parked: a newer one answers the older */
	uint32_t n = w->templates.n < TEMPLATES_NAMED_MAX ? w->templates.n : TEMPLATES_NAMED_MAX;
	p->parked = (struct parked){.ticket = ticket,
				    .revision = w->revision,
				    .page = w->page,
				    .until_ms = s->now_ms + s->cfg.hold_ms,
				    .templates = mem_zalloc(n, sizeof(char *)),
				    .ntemplates = n};
	for (uint32_t i = 0; i < n; i++)
		p->parked.templates[i] = mem_strdup(w->templates.v[i]);
	s->stats.parked++;
	ss_watch_stir(s, p);
	ss_pipe_schedule(s, p);
}
