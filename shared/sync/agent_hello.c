/* SPDX-License-Identifier: Apache-2.0 */
/* The agent's Hello: everything it knows, copied once, told page by page. */
#include "base/mem.h"
#include "model/msgsize.h"
#include "sync/agent_session_impl.h"
#include "sync/msgcopy.h"

/* What is left of a frame for members beside the token and the rest of a Hello. */
enum { HELLO_MEMBERS_BYTES = FRAME_AGENT_MAX - TOKEN_BYTES_MAX - 12 * 1024 };

static bool take_snapshot(struct agent_session *s)
{
	struct hello *h = &s->hello;
	struct capacity cap = {0};
	const struct member *v = NULL;
	uint32_t n = 0;
	arena_reset(&h->arena);
	s->cfg.snapshot(s->cfg.self, &cap, &v, &n);
	h->members = arena_alloc(&h->arena, (n + 1) * sizeof *h->members);
	h->capacity = cap;
	h->n = n;
	h->page = h->start = h->end = 0;
	if (!h->members || !msgcopy_reslist(&h->arena, &cap.foreign, &h->capacity.foreign))
		return false;
	for (uint32_t i = 0; i < n; i++) {
		if (!msgcopy_member(&h->arena, &v[i], &h->members[i]))
			return false;
	}
	return true;
}

void as_hello_page(struct agent_session *s, const char *token)
{
	struct hello *h = &s->hello;
	size_t bytes = 0;
	h->end = h->start;
	while (h->end < h->n && h->end - h->start < PAGE_MEMBERS_MAX) {
		bytes += msgsize_member(&h->members[h->end]);
		if (bytes > HELLO_MEMBERS_BYTES && h->end > h->start)
			break;
		h->end++;
	}
	struct msg msg = {.type = MSG_HELLO,
			  .hello = {.protocol = PROTOCOL_VERSION,
				    .token = token,
				    .node = s->node,
				    .boot_id = s->boot_id,
				    .version = s->version,
				    .agent = s->agent,
				    .capacity = h->capacity,
				    .epoch = s->epoch,
				    .page = h->page,
				    .last_page = h->end == h->n,
				    .members = h->members + h->start,
				    .nmembers = h->end - h->start}};
	s->stage = HELLO;
	s->hello_ms = s->now_ms;
	s->due_ms = s->now_ms + s->cfg.ack_ms;
	s->link.request(s->link.self, LINK_REPORT, &msg);
}

void as_say_hello(struct agent_session *s)
{
	as_forget_requests(s);
	const char *token = s->cfg.token(s->cfg.self);
	if (str_or_empty(token)[0] == '\0') {
		as_session_drop(
			s, "there is no token to say Hello with; is the projected volume mounted?");
		return;
	}
	mem_strset(&s->token, token);
	if (!take_snapshot(s)) {
		as_session_drop(s, "there is more on this node than a Hello can tell");
		return;
	}
	as_hello_page(s, s->token);
}
