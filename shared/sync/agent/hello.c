/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/agent/hello.h"

#include "base/mem.h"
#include "sync/agent/stage.h"

static void send_page(struct agent_session *s, const char *token)
{
	struct agent_snapshot *all = &s->snapshot;
	agent_snapshot_cut(all);
	struct msg msg = {.type = MSG_HELLO,
			  .hello = {.protocol = PROTOCOL_VERSION,
				    .token = token,
				    .node = s->node,
				    .boot_id = s->boot_id,
				    .version = s->version,
				    .agent = s->agent,
				    .proofs = true,
				    .deltas = true,
				    .completions = true,
				    .capacity = all->capacity,
				    .epoch = s->epoch,
				    .page = all->page,
				    .last_page = agent_snapshot_last(all),
				    .members = all->members + all->start,
				    .nmembers = all->end - all->start}};
	agent_stage_hello(s);
	s->hello_ms = s->now_ms;
	s->link.request(s->link.self, LINK_REPORT, &msg);
}

const char *agent_hello_begin(struct agent_session *s)
{
	const char *token = s->cfg.token(s->cfg.self);
	if (str_or_empty(token)[0] == '\0')
		return "there is no token to say Hello with; is the projected volume mounted?";
	mem_strset(&s->token, token);
	struct capacity cap = {0};
	const struct member *v = NULL;
	uint32_t n = 0;
	s->cfg.take_snapshot(s->cfg.self, &cap, &v, &n);
	if (!agent_snapshot_set(&s->snapshot, &cap, v, n))
		return "there is more on this node than a Hello can tell";
	send_page(s, s->token);
	return NULL;
}

/* Only the first page has the token. */
void agent_hello_next(struct agent_session *s)
{
	agent_snapshot_next(&s->snapshot);
	send_page(s, "");
}
