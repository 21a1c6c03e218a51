/* SPDX-License-Identifier: Apache-2.0 */
/* Follows client-go's leaderelection: no clock of another machine is believed. A Lease is expired
 * when the record that we saw has not changed for its duration by our own clock.
 *
 * Every write is fenced by the resourceVersion of the record that it was decided on, so two
 * candidates cannot both win one expiry. A renewal counts from when it was sent: others saw it no
 * earlier.
 *
 * A virtual machine that its host froze goes on with a monotonic clock that stood still. Its wall
 * clock is set right when it goes on, so a leader believes whichever clock says that more time has
 * passed; a wall clock that went far back tells nothing of what has passed, and may have been set
 * while the machine stood still. A clock that is set for another reason costs two requests. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sync/elect/stage.h"

enum { OP_DEADLINE_MAX_MS = 5000 };

static bool mine(const struct elect *e)
{
	return lease_record_held_by(&e->rec, e->identity);
}

/* ---- operations ---- */

static void on_object(void *self, uint64_t id, enum watch_event ev, const struct api_object *obj)
{
	struct elect *e = self;
	(void)ev;
	must(id == e->op.id);
	e->op.found = true;
	if (lease_record_set(&e->rec, obj->lease, e->now_ms))
		e->cfg.on_leader(e->cfg.self, e->rec.holder, e->rec.address);
}

static void on_done(void *self, uint64_t id, const struct api_result *res);

static struct api_sink sink_of(struct elect *e)
{
	return (struct api_sink){e, on_object, on_done};
}

static void read_lease(struct elect *e)
{
	struct api_sink sink = sink_of(e);
	lease_op_read(&e->op, &sink, e->now_ms);
}

static int64_t duration_s(const struct elect *e)
{
	return (e->cfg.lease_duration_ms + 999) / 1000;
}

static void create_lease(struct elect *e)
{
	struct api_sink sink = sink_of(e);
	struct lease l = {.meta = {.ns = e->ns, .name = e->name},
			  .holder = e->identity,
			  .address = e->address,
			  .duration_s = duration_s(e),
			  .acquire_ms = e->wall_ms,
			  .renew_ms = e->wall_ms};
	e->sent_wall_ms = e->wall_ms;
	lease_op_create(&e->op, &sink, &l, e->now_ms);
}

/* Takes, renews or (in RELEASE) gives back. */
static void write_lease(struct elect *e)
{
	struct api_sink sink = sink_of(e);
	bool release = e->stage == ELECT_RELEASE;
	bool take = !release && !mine(e);
	struct lease l = {.meta = {.ns = e->ns, .name = e->name},
			  .holder = release ? "" : e->identity,
			  .address = release ? "" : e->address,
			  .duration_s = release ? 1 : duration_s(e),
			  .acquire_ms =
				  take || e->rec.acquire_ms == 0 ? e->wall_ms : e->rec.acquire_ms,
			  .renew_ms = e->wall_ms,
			  .transitions = e->rec.transitions + (take ? 1 : 0)};
	e->sent_wall_ms = e->wall_ms;
	lease_op_write(&e->op, &sink, &l, e->rec.rv, e->now_ms);
}

/* ---- answers ---- */

/* client-go's jitter: up to a fifth more, so that candidates do not step in time. */
static int64_t jittered(struct elect *e, int64_t ms)
{
	return ms + (int64_t)rng_below(&e->rng, (uint64_t)ms / 5 + 1);
}

/* A candidate looks four times as often as a leader renews: reads are cheap and a handover is
 * quick. */
static void rest(struct elect *e)
{
	int64_t period = e->cfg.retry_period_ms;
	e->next_ms = e->now_ms + (e->stage == ELECT_LEAD ? period : jittered(e, period / 4 + 1));
}

static void tell_failure(struct elect *e, const struct api_result *res)
{
	if (!e->failing)
		log_warn(e->log, "Lease not read or written, trying again", KS("lease", e->name),
			 KS("rc", rc_name(res->rc)), KI("http", res->http),
			 KS("error", res->message));
	e->failing = true;
}

static bool late_by_monotonic(const struct elect *e)
{
	return e->now_ms - e->renewed_ms >= e->cfg.renew_deadline_ms;
}

static bool late_by_wall(const struct elect *e)
{
	int64_t passed = e->wall_ms - e->renewed_wall_ms;
	return passed >= e->cfg.renew_deadline_ms || passed <= -e->cfg.renew_deadline_ms;
}

/* Another may have the Lease by now. */
static bool late(const struct elect *e)
{
	return late_by_monotonic(e) || late_by_wall(e);
}

static void look_at_once(struct elect *e)
{
	e->want_read = true;
	e->next_ms = e->now_ms;
}

/* The Lease may be ours no more if we stood still before we read that we have it. */
static void written(struct elect *e)
{
	e->renewed_ms = e->op.sent_ms;
	e->renewed_wall_ms = e->sent_wall_ms;
	bool stale = e->stage == ELECT_FOLLOW && late(e);
	if (e->stage == ELECT_FOLLOW && mine(e) && !stale)
		elect_stage_lead(e);
	else if (e->stage == ELECT_RELEASE)
		elect_stage_out(e);
	rest(e);
	if (stale)
		look_at_once(e);
}

/* A kubelet starts a container again when its process has ended. So nobody renews this Lease. */
static bool predecessor_has_it(const struct elect *e)
{
	size_t len = strlen(e->predecessors);
	return len && strncmp(e->rec.holder, e->predecessors, len) == 0;
}

static bool may_take(const struct elect *e)
{
	return predecessor_has_it(e) ||
	       lease_record_may_take(&e->rec, e->identity, e->cfg.lease_duration_ms, e->now_ms);
}

static void was_read(struct elect *e)
{
	e->want_read = false;
	if (e->stage == ELECT_LEAD && !mine(e))
		elect_stage_lost(e, ELECT_FOLLOW, LOG_WARN, "another identity holds the Lease");
	if (e->stage == ELECT_RELEASE && !mine(e))
		elect_stage_out(e);
	if (e->stage == ELECT_OUT || (e->stage == ELECT_FOLLOW && !may_take(e)))
		rest(e);
	else
		write_lease(e);
}

static void missing(struct elect *e)
{
	e->rec.known = false;
	if (e->stage == ELECT_RELEASE)
		elect_stage_out(e);
	else if (e->op.type == LEASE_READ)
		create_lease(e);
	else
		read_lease(e);
}

static void failed(struct elect *e, const struct api_result *res)
{
	/* Whatever the write's fate, its answer is not known: read before the next one. */
	e->want_read = true;
	tell_failure(e, res);
	rest(e);
	if (res->retry_after_ms > 0 && e->stage == ELECT_FOLLOW)
		e->next_ms = e->now_ms + res->retry_after_ms;
	if (e->stage == ELECT_RELEASE && e->now_ms >= e->release_until_ms)
		elect_stage_out(e);
}

static void on_done(void *self, uint64_t id, const struct api_result *res)
{
	struct elect *e = self;
	must(id == e->op.id);
	e->op.id = 0;
	if (e->op.found || res->rc == RC_OK) {
		if (e->failing)
			log_info(e->log, "Lease read or written again", KS("lease", e->name));
		e->failing = false;
	}
	if (e->op.found && e->op.type == LEASE_READ)
		was_read(e);
	else if (e->op.found)
		written(e);
	else if (res->rc == RC_CONFLICT || res->rc == RC_EXISTS)
		read_lease(e);
	else if (res->rc == RC_NOTFOUND)
		missing(e);
	else
		failed(e, res);
}

static void next(struct elect *e)
{
	if (e->op.id || e->stage == ELECT_NEW || e->stage == ELECT_OUT)
		return;
	if (e->stage == ELECT_FOLLOW || e->want_read || !e->rec.known)
		read_lease(e);
	else
		write_lease(e);
}

/* ---- time ---- */

/* By the monotonic clock, the API server did not answer, or this process stood still: another
 * candidate has its turn first. By the wall clock alone, this machine slept or its clock was set:
 * a read tells which. */
static void step_down_if_late(struct elect *e)
{
	if (e->stage != ELECT_LEAD || !late(e))
		return;
	lease_op_cancel(&e->op);
	look_at_once(e);
	if (!late_by_monotonic(e)) {
		elect_stage_lost(e, ELECT_FOLLOW, LOG_WARN,
				 "the wall clock jumped: the machine slept, or its clock was set");
		return;
	}
	e->next_ms = e->now_ms + e->cfg.retry_period_ms;
	elect_stage_lost(e, ELECT_FOLLOW, LOG_WARN, "the Lease was not renewed in time");
}

void elect_now(struct elect *e, int64_t now_ms, int64_t wall_ms)
{
	e->now_ms = now_ms;
	e->wall_ms = wall_ms;
	step_down_if_late(e);
}

void elect_tick(struct elect *e, int64_t now_ms, int64_t wall_ms)
{
	elect_now(e, now_ms, wall_ms);
	if (e->stage == ELECT_RELEASE && now_ms >= e->release_until_ms && !e->op.id)
		elect_stage_out(e);
	if (now_ms >= e->next_ms)
		next(e);
}

int64_t elect_deadline(const struct elect *e)
{
	if (e->stage == ELECT_NEW || e->stage == ELECT_OUT)
		return INT64_MAX;
	int64_t due = e->op.id ? INT64_MAX : e->next_ms;
	int64_t late =
		e->stage == ELECT_LEAD ? e->renewed_ms + e->cfg.renew_deadline_ms : INT64_MAX;
	return due < late ? due : late;
}

/* ---- life ---- */

static int64_t op_deadline_ms(const struct elect_config *cfg)
{
	int64_t ms = cfg->renew_deadline_ms / 2;
	return ms < OP_DEADLINE_MAX_MS ? ms : OP_DEADLINE_MAX_MS;
}

struct elect *elect_new(const struct elect_config *cfg, const struct api *api,
			const struct log *log, uint64_t seed)
{
	must(cfg->lease_duration_ms > cfg->renew_deadline_ms);
	must(cfg->renew_deadline_ms > cfg->retry_period_ms && cfg->retry_period_ms > 0);
	struct elect *e = mem_zalloc(1, sizeof *e);
	e->cfg = *cfg;
	e->ns = mem_strdup(cfg->ns);
	e->name = mem_strdup(cfg->name);
	e->identity = mem_strdup(cfg->identity);
	e->address = mem_strdup(cfg->address);
	e->predecessors = mem_strdup(str_or_empty(cfg->predecessors));
	lease_record_init(&e->rec);
	e->op = (struct lease_op){
		.api = *api, .ns = e->ns, .name = e->name, .deadline_ms = op_deadline_ms(cfg)};
	e->log = log;
	e->rng.s = seed;
	return e;
}

struct elect *elect_free(struct elect *e)
{
	if (!e)
		return NULL;
	lease_op_cancel(&e->op);
	char *own[] = {e->ns, e->name, e->identity, e->address, e->predecessors};
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		free(own[i]);
	lease_record_done(&e->rec);
	free(e);
	return NULL;
}

void elect_start(struct elect *e, int64_t now_ms, int64_t wall_ms)
{
	must(e->stage == ELECT_NEW);
	elect_now(e, now_ms, wall_ms);
	elect_stage_follow(e);
	e->next_ms = now_ms;
	next(e);
}

void elect_release(struct elect *e, int64_t now_ms, int64_t wall_ms)
{
	elect_now(e, now_ms, wall_ms);
	if (e->stage == ELECT_OUT)
		return;
	if (lease_op_cancel(&e->op))
		e->want_read = true;
	if (e->stage == ELECT_LEAD)
		elect_stage_lost(e, ELECT_RELEASE, LOG_INFO, "the Lease was released");
	else
		elect_stage_out(e);
	e->next_ms = now_ms;
	next(e);
}

bool elect_leading(const struct elect *e)
{
	return e->stage == ELECT_LEAD;
}

const char *elect_leader_address(const struct elect *e)
{
	return e->rec.known ? e->rec.address : "";
}

const char *elect_lease_uid(const struct elect *e)
{
	return e->rec.uid;
}

int64_t elect_transitions(const struct elect *e)
{
	return e->rec.transitions;
}

bool elect_idle(const struct elect *e)
{
	return e->op.id == 0 && e->stage != ELECT_RELEASE;
}
