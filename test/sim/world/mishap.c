/* SPDX-License-Identifier: Apache-2.0 */
/* What goes wrong with requests: by chance, as the weather says, or aimed at one sort of write. */
#include "test/sim/world/mishap.h"

#include "base/mem.h"

enum { RETRY_AFTER_MAX_S = 5 };

bool is_write(enum api_verb verb)
{
	return verb != API_LIST && verb != API_WATCH && verb != API_GET;
}

static enum write write_of(const struct call *call)
{
	const struct api_request *r = &call->req;
	bool deletes = r->verb == API_DELETE, agent = *call->conn->who == 'a';
	switch (r->kind) {
	case API_POD: return deletes ? WRITE_POD_DELETE : agent ? WRITE_AGENT_POD : WRITE_POD;
	case API_JOB: return deletes ? WRITE_JOB_DELETE : WRITE_JOB_STATUS;
	case API_COMPUTE_NODE:
		return deletes                ? WRITE_COMPUTE_NODE_DELETE
		       : r->verb == API_APPLY ? WRITE_COMPUTE_NODE_APPLY
					      : WRITE_COMPUTE_NODE_STATUS;
	case API_EVENT: return WRITE_EVENT;
	case API_TOKENREVIEW: return WRITE_REVIEW;
	case API_LEASE:
	case API_NODE:
	case API_SECRET:
	case API_CONFIGMAP:
	case API_SERVICE:
	case API_RUNTIME_CLASS:
	case API_CLAIM:
	case API_VOLUME:
	case API_STORAGE_CLASS:
	case API_CSI_DRIVER:
	case API_CSI_NODE:
	case API_CSI_CAPACITY:
	case API_ADMISSION_POLICY:
	case API_ADMISSION_BINDING:
	case API_KIND_N: break;
	}
	return WRITE_LEASE;
}

void conns_shoot(struct conns *cs, enum write which, enum mishap how, uint32_t times)
{
	cs->shot.which = which;
	cs->shot.how = how;
	cs->shot.left = times;
}

static bool fenced(const struct call *call)
{
	return is_write(call->req.verb) && *str_or_empty(call->req.rv);
}

static enum mishap by_chance(struct conns *cs, const struct call *call)
{
	const struct weather *w = &cs->weather;
	const uint32_t percent[MISHAP_N] = {
		[MISHAP_LOST] = w->lost,
		[MISHAP_ANSWER_LOST] = w->answer_lost,
		[MISHAP_LATE] = is_write(call->req.verb) ? w->late : 0,
		[MISHAP_CONFLICT] = fenced(call) ? w->conflicts : 0,
		[MISHAP_THROTTLED] = w->throttled,
		[MISHAP_FAILED] = w->failed,
		[MISHAP_UNAUTHORIZED] = w->unauthorized,
	};
	for (int m = 1; m < MISHAP_N; m++) {
		if (draw_percent(&cs->rng, percent[m]))
			return (enum mishap)m;
	}
	return MISHAP_NONE;
}

enum mishap mishap_draw(struct conns *cs, const struct call *call)
{
	enum write w = write_of(call);
	enum mishap m = MISHAP_NONE;
	if (is_write(call->req.verb) && cs->shot.left && cs->shot.which == w &&
	    (cs->shot.how != MISHAP_CONFLICT || fenced(call))) {
		cs->shot.left--;
		m = cs->shot.how;
	}
	m = m ? m : by_chance(cs, call);
	if (is_write(call->req.verb))
		cs->server->counts.write[w][m]++;
	if (m && call->req.dry_run)
		cs->server->dry_run_struck_ms = cs->clock->now_ms;
	return m;
}

bool mishap_refuses(struct call *call)
{
	struct conns *cs = call->conn->owner;
	if (call->mishap == MISHAP_THROTTLED) {
		call_end_with(call, RC_THROTTLED, 429, "too many requests");
		call->answer.retry_after_ms = draw(&cs->rng, 1, RETRY_AFTER_MAX_S) * 1000;
	} else if (call->mishap == MISHAP_FAILED) {
		call_end_with(call, RC_SERVER, 500, "etcdserver: request timed out");
	} else if (call->mishap == MISHAP_CONFLICT) {
		call_end_with(call, RC_CONFLICT, 409, "the object has been modified");
	} else if (call->mishap == MISHAP_UNAUTHORIZED) {
		call_end_with(call, RC_UNAUTHORIZED, 401, "Unauthorized");
	} else if (*str_or_empty(call->req.cont) && draw_percent(&cs->rng, cs->weather.list_gone)) {
		conn_count(cs, FACT_LIST_GONE);
		call_end_with(call, RC_GONE, 410, "the continue token is too old");
	} else {
		return false;
	}
	return true;
}

void mishap_lose(struct call *call)
{
	if (draw_percent(&call->conn->owner->rng, 50))
		call_end_with(call, RC_UNREACHABLE, 0, "connection reset by peer");
}

void conn_blackhole(struct conn *c, int64_t until_ms)
{
	c->blackhole_until_ms = until_ms;
}

void conns_blackhole(struct conns *cs, const char *who, int64_t until_ms)
{
	for (struct conn *c = cs->all; c; c = c->next) {
		if (!c->closed && str_eq(c->who, who))
			c->blackhole_until_ms = until_ms;
	}
}
