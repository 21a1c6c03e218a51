/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/elect/stage.h"

#include "base/mem.h"
#include "base/state.h"

enum { RELEASE_MAX_MS = 3000 };

/*	 start		 taken
 *  NEW --------> FOLLOW -------> LEAD
 *   |		   | ^		   | |
 *   |		   | `-------------' | release
 *   |		   |  another holder |
 *   |		   |  was seen, or   v
 *   |		   |  the renew   RELEASE
 *   |		   |  deadline	     | written, gone, or too late
 *   `-------------+-----------------+--> OUT
 *	  release
 */
static const struct state_rule rules[ELECT_N] = {
#define TO(s) STATE_BIT(ELECT_##s)
	[ELECT_NEW] = {"New", TO(FOLLOW) | TO(OUT)},
	[ELECT_FOLLOW] = {"Follow", TO(LEAD) | TO(OUT)},
	[ELECT_LEAD] = {"Lead", TO(FOLLOW) | TO(RELEASE)},
	[ELECT_RELEASE] = {"Release", TO(OUT)},
	[ELECT_OUT] = {"Out", 0},
#undef TO
};

/* A leader that enters another stage has lost its leadership: the owner is told. */
static void enter(struct elect *e, enum elect_stage to)
{
	bool led = e->stage == ELECT_LEAD;
	state_check(rules, ARRAY_LEN(rules), e->stage, to);
	e->stage = to;
	if (to == ELECT_RELEASE)
		e->release_until_ms = e->now_ms + RELEASE_MAX_MS;
	if (led)
		e->cfg.on_lost(e->cfg.self);
}

void elect_stage_lead(struct elect *e)
{
	uint64_t epoch = lease_record_version(&e->rec);
	if (epoch == 0) {
		log_error(e->log, "Lease without a numeric resourceVersion, cannot lead",
			  KS("lease", e->name), KS("rv", e->rec.rv));
		return;
	}
	enter(e, ELECT_LEAD);
	log_info(e->log, "leadership gained", KS("lease", e->name), KS("identity", e->identity),
		 KI("epoch", epoch));
	e->cfg.on_gained(e->cfg.self, epoch);
}

void elect_stage_lost(struct elect *e, enum elect_stage to, enum log_level level, const char *why)
{
	LOG_AT(e->log, level, "leadership lost", KS("lease", e->name), KS("identity", e->identity),
	       KS("why", why));
	enter(e, to);
}

void elect_stage_follow(struct elect *e)
{
	enter(e, ELECT_FOLLOW);
}

void elect_stage_out(struct elect *e)
{
	enter(e, ELECT_OUT);
}
