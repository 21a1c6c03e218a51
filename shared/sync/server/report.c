/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/server/report.h"

#include "base/mem.h"
#include "sync/server/hello.h"
#include "sync/server/refusal.h"

/* An agent speaks for its own node only, whatever its members say. */
static void hand_on(struct server_sessions *s, struct server_pipe *p, const struct msg_report *rep)
{
	struct member members[PAGE_MEMBERS_MAX];
	struct msg_report own = *rep;
	for (uint32_t i = 0; i < rep->nmembers; i++) {
		members[i] = rep->members[i];
		members[i].node = p->node;
	}
	own.members = members;
	s->cfg.on_report(s->cfg.self, p->node, p->session, &own);
}

void server_report_request(struct server_sessions *s, struct server_pipe *p, uint64_t ticket,
			   const struct msg_report *rep)
{
	struct msg ack = {.type = MSG_ACK, .ack = {.session = p->session, .seq = rep->seq}};
	bool stale = p->reported && rep->seq <= p->seq;
	if (rep->nmembers > PAGE_MEMBERS_MAX) {
		server_reject(s, p->peer, ticket, REJECT_MALFORMED, "too many members");
		return;
	}
	s->stats.reports++;
	s->link.reply(s->link.self, ticket, &ack);
	if (str_or_empty(rep->token)[0] != '\0')
		server_hello_renew(s, p, rep->token);
	if (stale || (rep->nmembers == 0 && !rep->has_capacity))
		return;
	p->reported = true;
	p->seq = rep->seq;
	hand_on(s, p, rep);
}
