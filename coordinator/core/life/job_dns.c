/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/life/job_dns.h"

#include "base/backoff.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "coordinator/core/state/actions.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/reasons.h"

enum { AGAIN_BASE_MS = 1000, AGAIN_CAP_MS = 300000 };

void job_dns_check(struct core *c, struct job_record *j)
{
	struct job_dns *n = &j->dns;
	if (!j->spec.names || !j->life.start_ms || n->stage != DNS_NONE)
		return;
	if (n->again_ms > c->now_ms) {
		job_wake(j, n->again_ms);
		return;
	}
	action_job(c, ACT_SERVICE, j);
	n->stage = DNS_ASKED;
}

void job_dns_made(struct core *c, struct job_record *j)
{
	j->dns = (struct job_dns){.stage = DNS_THERE};
	job_dirty(c, j);
}

void job_dns_later(struct core *c, struct job_record *j)
{
	struct job_dns *n = &j->dns;
	n->stage = DNS_NONE;
	n->again_ms = c->now_ms + backoff_plain(AGAIN_BASE_MS, AGAIN_CAP_MS, ++n->tries);
	job_dirty(c, j);
}

void job_dns_refused(struct core *c, struct job_record *j, const char *message)
{
	AUTO(buf_done) struct buf note = BUF_INIT(1024);
	if (!j->dns.told) {
		buf_printf(&note,
			   "the Service %s cannot be made, so members have no names in DNS: %.*s; "
			   "remove the cause, or set enableDNSHostnames to false",
			   j->name, (int)utf8_cut(message, QUOTE_MAX), message);
		event_job(c, j, R_ServiceFailed, buf_str(&note));
	}
	j->dns.told = true;
	job_dns_later(c, j);
}
