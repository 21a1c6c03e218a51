/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/agent/report.h"

#include "base/mem.h"

void agent_report_send(struct agent_session *s, bool heartbeat)
{
	struct msg msg = {.type = MSG_REPORT};
	const char *token = s->cfg.token(s->cfg.self);
	bool newer = str_or_empty(token)[0] != '\0' && !str_eq(token, s->token);
	/* More may be left: then the next Report follows at once. */
	s->poked = s->cfg.take_changes(s->cfg.self, &msg.report);
	if (!s->poked && !heartbeat)
		return;
	msg.report.session = s->session;
	msg.report.seq = s->seq;
	msg.report.token = "";
	if (newer && msg.report.nmembers == 0) { /* a full page and a token may not fit one frame */
		mem_strset(&s->token, token);
		msg.report.token = s->token;
	}
	s->report_out = true;
	s->report_ms = s->now_ms;
	s->reports++;
	s->link.request(s->link.self, LINK_REPORT, &msg);
}

void agent_report_acked(struct agent_session *s, const struct msg_ack *ack)
{
	if (s->stage != STAGE_UP || !s->report_out || ack->session != s->session ||
	    ack->seq != s->seq)
		return;
	s->report_out = false;
	if (s->ordered)
		s->heard_ms = s->report_ms;
	s->seq++;
	backoff_reset(&s->backoff);
}
