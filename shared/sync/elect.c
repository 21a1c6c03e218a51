/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Follows client-go's leaderelection: no clock of another machine is believed. A lease is expired
 * when the record we saw has not changed for its duration by our own clock.
 *
 *     FOLLOW ── free, expired or ours: write with the rv we read ──► (write ok) LEAD
 *       ▲                                                             │ renew each retry period
 *       └──────── another holder seen, or the renew deadline ─────────┘
 *     any ── release ──► RELEASE (holder emptied) ──► OUT
 *
 * Every write is fenced by the resourceVersion of the record it was decided on, so two candidates
 * cannot both win one expiry. A renewal counts from when it was sent: others saw it no earlier.
 */
#include "sync/elect.h"

#include <stdlib.h>

#include "sync/lease_record.h"

enum stage { NOT_STARTED, FOLLOW, LEAD, RELEASE, OUT };
enum op_type { OP_NONE, OP_READ, OP_CREATE, OP_WRITE };

enum { RELEASE_MAX_MS = 3000, OP_DEADLINE_MAX_MS = 5000 };

struct elect {
	struct elect_config cfg;
	char *ns, *name, *identity, *address;
	struct api api;
	const struct log *log;
	struct rng rng;
	int64_t now_ms, wall_ms;

	enum stage stage;
	struct lease_record rec;
	bool want_read; /* what we know may be out of date: read before the next write */
	enum op_type op_type;
	uint64_t op;
	bool found; /* the operation under way gave the object */
	int64_t sent_ms;
	int64_t renewed_ms; /* when the last write that succeeded was sent */
	int64_t next_ms, release_until_ms;
	bool failing;
};

/* ---- what is known of the lease ---- */

static void seen(struct elect *e, const struct lease *l)
{
	if (record_set(&e->rec, l, e->now_ms))
		e->cfg.on_leader(e->cfg.self, e->rec.holder, e->rec.address);
}

static bool mine(const struct elect *e)
{
	return e->rec.known && str_eq(e->rec.holder, e->identity);
}

/* The duration that the holder promised; ours if it promised none. */
static int64_t record_duration_ms(const struct elect *e)
{
	return e->rec.duration_s > 0 ? e->rec.duration_s * 1000 : e->cfg.lease_duration_ms;
}

static bool may_take(const struct elect *e)
{
	return e->rec.holder[0] == '\0' || mine(e) ||
	       e->now_ms >= e->rec.changed_ms + record_duration_ms(e);
}

/* ---- operations ---- */

static void on_object(void *self, uint64_t id, enum watch_event ev, const struct api_object *obj)
{
	struct elect *e = self;
	(void)ev;
	must(id == e->op);
	e->found = true;
	seen(e, obj->lease);
}

static void on_done(void *self, uint64_t id, const struct api_result *res);

static int64_t op_deadline_ms(const struct elect *e)
{
	int64_t ms = e->cfg.renew_deadline_ms / 2;
	return ms < OP_DEADLINE_MAX_MS ? ms : OP_DEADLINE_MAX_MS;
}

static void submit(struct elect *e, enum op_type type, struct api_request *req)
{
	struct api_sink sink = {e, on_object, on_done};
	req->kind = API_LEASE;
	req->ns = e->ns;
	req->name = e->name;
	req->deadline_ms = op_deadline_ms(e);
	e->op_type = type;
	e->found = false;
	e->sent_ms = e->now_ms;
	e->op = e->api.submit(e->api.self, req, &sink);
}

static void read_lease(struct elect *e)
{
	submit(e, OP_READ, &(struct api_request){.verb = API_GET});
}

static void create_lease(struct elect *e)
{
	struct lease l = {.meta = {.ns = e->ns, .name = e->name},
			  .holder = e->identity,
			  .address = e->address,
			  .duration_s = (e->cfg.lease_duration_ms + 999) / 1000,
			  .acquire_ms = e->wall_ms,
			  .renew_ms = e->wall_ms};
	submit(e, OP_CREATE, &(struct api_request){.verb = API_CREATE, .lease = &l});
}

static void write_lease(struct elect *e)
{
	bool release = e->stage == RELEASE;
	bool take = !release && !mine(e);
	struct lease l = {.meta = {.ns = e->ns, .name = e->name},
			  .holder = release ? "" : e->identity,
			  .address = release ? "" : e->address,
			  .duration_s = release ? 1 : (e->cfg.lease_duration_ms + 999) / 1000,
			  .acquire_ms =
				  take || e->rec.acquire_ms == 0 ? e->wall_ms : e->rec.acquire_ms,
			  .renew_ms = e->wall_ms,
			  .transitions = e->rec.transitions + (take ? 1 : 0)};
	submit(e, OP_WRITE, &(struct api_request){.verb = API_PATCH, .rv = e->rec.rv, .lease = &l});
}

/* ---- stages ---- */

static uint64_t rv_number(const char *rv)
{
	char *end;
	unsigned long long n = strtoull(rv, &end, 10);
	return *rv != '\0' && *end == '\0' ? n : 0;
}

static void gained(struct elect *e)
{
	uint64_t epoch = rv_number(e->rec.rv);
	if (epoch == 0) {
		log_error(e->log, "lease has no numeric resourceVersion; cannot lead",
			  KS("lease", e->name), KS("rv", e->rec.rv));
		return;
	}
	e->stage = LEAD;
	log_info(e->log, "leadership gained", KS("lease", e->name), KS("identity", e->identity),
		 KI("epoch", epoch));
	e->cfg.on_gained(e->cfg.self, epoch);
}

static void lost(struct elect *e, enum log_level level, const char *why)
{
	LOG_AT(e->log, level, "leadership lost", KS("lease", e->name), KS("identity", e->identity),
	       KS("why", why));
	e->stage = FOLLOW;
	e->cfg.on_lost(e->cfg.self);
}

static void step_down_if_late(struct elect *e)
{
	if (e->stage != LEAD || e->now_ms < e->renewed_ms + e->cfg.renew_deadline_ms)
		return;
	if (e->op) {
		e->api.cancel(e->api.self, e->op);
		e->op = 0;
	}
	e->want_read = true;
	e->next_ms = e->now_ms + e->cfg.retry_period_ms;
	lost(e, LOG_WARN, "not renewed in time");
}

/* client-go's jitter: up to a fifth more, so that candidates do not step in time. */
static int64_t jittered(struct elect *e, int64_t ms)
{
	return ms + (int64_t)rng_below(&e->rng, (uint64_t)ms / 5 + 1);
}

/* A candidate looks twice as often as a leader renews: reads are cheap and a handover is quick. */
static void rest(struct elect *e)
{
	int64_t period = e->cfg.retry_period_ms;
	e->next_ms = e->now_ms + (e->stage == LEAD ? period : jittered(e, period / 2 + 1));
}

static void tell_failure(struct elect *e, const struct api_result *res)
{
	if (!e->failing)
		log_warn(e->log, "lease cannot be read or written", KS("lease", e->name),
			 KS("rc", rc_name(res->rc)), KI("http", res->http),
			 KS("error", res->message));
	e->failing = true;
}

static void written(struct elect *e)
{
	e->renewed_ms = e->sent_ms;
	if (e->stage == FOLLOW && mine(e))
		gained(e);
	else if (e->stage == RELEASE)
		e->stage = OUT;
	rest(e);
}

static void was_read(struct elect *e)
{
	e->want_read = false;
	if (e->stage == LEAD && !mine(e))
		lost(e, LOG_WARN, "another identity holds the lease");
	if (e->stage == RELEASE && !mine(e))
		e->stage = OUT;
	if (e->stage == OUT || (e->stage == FOLLOW && !may_take(e)))
		rest(e);
	else
		write_lease(e);
}

static void missing(struct elect *e)
{
	e->rec.known = false;
	if (e->stage == RELEASE)
		e->stage = OUT;
	else if (e->op_type == OP_READ)
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
	if (res->retry_after_ms > 0 && e->stage == FOLLOW)
		e->next_ms = e->now_ms + res->retry_after_ms;
	if (e->stage == RELEASE && e->now_ms >= e->release_until_ms)
		e->stage = OUT;
}

static void on_done(void *self, uint64_t id, const struct api_result *res)
{
	struct elect *e = self;
	must(id == e->op);
	e->op = 0;
	if (e->found || res->rc == RC_OK) {
		if (e->failing)
			log_info(e->log, "lease works again", KS("lease", e->name));
		e->failing = false;
	}
	if (e->found && e->op_type == OP_READ)
		was_read(e);
	else if (e->found)
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
	if (e->op || e->stage == NOT_STARTED || e->stage == OUT)
		return;
	if (e->stage == FOLLOW || e->want_read || !e->rec.known)
		read_lease(e);
	else
		write_lease(e);
}

/* ---- public ---- */

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
	record_init(&e->rec);
	e->api = *api;
	e->log = log;
	e->rng.s = seed;
	return e;
}

struct elect *elect_free(struct elect *e)
{
	if (!e)
		return NULL;
	if (e->op)
		e->api.cancel(e->api.self, e->op);
	char *own[] = {e->ns, e->name, e->identity, e->address};
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		free(own[i]);
	record_done(&e->rec);
	free(e);
	return NULL;
}

void elect_now(struct elect *e, int64_t now_ms, int64_t wall_ms)
{
	e->now_ms = now_ms;
	e->wall_ms = wall_ms;
	step_down_if_late(e);
}

void elect_start(struct elect *e, int64_t now_ms, int64_t wall_ms)
{
	must(e->stage == NOT_STARTED);
	elect_now(e, now_ms, wall_ms);
	e->stage = FOLLOW;
	e->next_ms = now_ms;
	next(e);
}

void elect_tick(struct elect *e, int64_t now_ms, int64_t wall_ms)
{
	elect_now(e, now_ms, wall_ms);
	if (e->stage == RELEASE && now_ms >= e->release_until_ms && !e->op)
		e->stage = OUT;
	if (now_ms >= e->next_ms)
		next(e);
}

int64_t elect_deadline(const struct elect *e)
{
	if (e->stage == NOT_STARTED || e->stage == OUT)
		return INT64_MAX;
	int64_t due = e->op ? INT64_MAX : e->next_ms;
	int64_t late = e->stage == LEAD ? e->renewed_ms + e->cfg.renew_deadline_ms : INT64_MAX;
	return due < late ? due : late;
}

bool elect_leading(const struct elect *e)
{
	return e->stage == LEAD;
}

const char *elect_leader_address(const struct elect *e)
{
	return e->rec.known ? e->rec.address : "";
}

void elect_release(struct elect *e, int64_t now_ms, int64_t wall_ms)
{
	elect_now(e, now_ms, wall_ms);
	bool led = e->stage == LEAD;
	if (e->op) {
		e->api.cancel(e->api.self, e->op);
		e->op = 0;
		e->want_read = true;
	}
	if (led)
		lost(e, LOG_INFO, "released");
	e->stage = led ? RELEASE : OUT;
	e->release_until_ms = now_ms + RELEASE_MAX_MS;
	e->next_ms = now_ms;
	next(e);
}

bool elect_idle(const struct elect *e)
{
	return e->op == 0 && e->stage != RELEASE;
}
