/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/server/parked.h"

#include <stdlib.h>
#include <utlist.h>

#include "base/mem.h"

enum { TEMPLATES_NAMED_MAX = 4096 };

void server_parked_put(struct server_sessions *s, struct server_pipe *p, uint64_t ticket,
		       const struct msg_watch *w)
{
	uint32_t n = w->templates.n < TEMPLATES_NAMED_MAX ? w->templates.n : TEMPLATES_NAMED_MAX;
	must(p->parked.ticket == 0);
	p->parked = (struct server_parked){.ticket = ticket,
					   .revision = w->revision,
					   .page = w->page,
					   .until_ms = s->now_ms + s->cfg.hold_ms,
					   .templates = mem_zalloc(n, sizeof(char *)),
					   .ntemplates = n};
	for (uint32_t i = 0; i < n; i++)
		p->parked.templates[i] = mem_strdup(w->templates.v[i]);
	s->stats.parked++;
}

static void unlist(struct server_sessions *s, struct server_pipe *p)
{
	DL_DELETE(s->stirred, p);
	p->stirred = false;
}

void server_parked_forget(struct server_sessions *s, struct server_pipe *p)
{
	struct server_parked *w = &p->parked;
	if (w->ticket == 0)
		return;
	s->stats.parked--;
	for (uint32_t i = 0; i < w->ntemplates; i++)
		free(w->templates[i]);
	free(w->templates);
	*w = (struct server_parked){0};
	if (p->stirred)
		unlist(s, p);
}

void server_parked_stir(struct server_sessions *s, struct server_pipe *p)
{
	if (p->parked.ticket == 0 || p->stirred)
		return;
	p->stirred = true;
	DL_APPEND(s->stirred, p);
}

struct server_pipe *server_parked_next(struct server_sessions *s)
{
	struct server_pipe *p = s->stirred;
	if (p)
		unlist(s, p);
	return p;
}
