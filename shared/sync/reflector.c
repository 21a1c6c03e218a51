/* SPDX-License-Identifier: Apache-2.0 */
/* Vanished objects are swept after a complete list only: a list that failed half-way says nothing
 * about what it did not show. An object that came back under another UID between two looks is told
 * as gone first, so that nobody takes the new one for the old. */
#include "sync/reflector.h"

#include <stdlib.h>

#include "base/backoff.h"
#include "base/mem.h"
#include "base/state.h"
#include "sync/known.h"

enum { WATCH_HEALTHY_MS = 1000, BACKOFF_BASE_MS = 800, BACKOFF_CAP_MS = 30000 };

enum phase {
	PHASE_IDLE,
	PHASE_LISTING,
	PHASE_WATCHING,
	PHASE_LIST_LATER,
	PHASE_WATCH_LATER,
	PHASE_N
};

/*		     next page
 *		     .-----.
 *		     v	   |   complete
 *   IDLE --------> LISTING --------------------> WATCHING
 *		    ^	  | failed		   |  |  ^
 *	    backoff |	  v			   |  |  | pause
 *		   LIST_LATER <--------------------'  v  |
 *		    410, ERROR, refused for good    WATCH_LATER
 *						    ended, silent, failed:
 *						    from the last rv
 */
static const struct state_rule rules[PHASE_N] = {
#define TO(s) STATE_BIT(PHASE_##s)
	[PHASE_IDLE] = {"Idle", TO(LISTING)},
	[PHASE_LISTING] = {"Listing", TO(LISTING) | TO(WATCHING) | TO(LIST_LATER)},
	[PHASE_WATCHING] = {"Watching", TO(LIST_LATER) | TO(WATCH_LATER)},
	[PHASE_LIST_LATER] = {"ListLater", TO(LISTING)},
	[PHASE_WATCH_LATER] = {"WatchLater", TO(WATCHING)},
#undef TO
};

struct reflector {
	struct reflector_config cfg;
	char *field_selector, *label_selector;
	struct api api;
	const struct log *log;
	struct rng rng;
	struct backoff backoff, watch_backoff; /* of lists; of watches */
	int64_t now_ms;

	enum phase phase;
	int64_t pause_until_ms;        /* LIST_LATER, WATCH_LATER */
	uint64_t op;                   /* LISTING, WATCHING: the operation under way; else 0 */
	int64_t op_since_ms, heard_ms; /* of that operation */
	char *rv;                      /* the newest seen: where a watch goes on */
	char *cont;                    /* of the list under way: where the next page begins */
	struct known known;
	uint64_t lists; /* complete ones */
	bool synced;
	bool failing; /* a failure was logged, no success since */
};

/* ---- phases ---- */

static void enter(struct reflector *r, enum phase to)
{
	state_check(rules, ARRAY_LEN(rules), r->phase, to);
	r->phase = to;
	r->op = 0;
	r->op_since_ms = r->heard_ms = r->now_ms;
}

/* Lists or watches again after ms. */
static void pause_for(struct reflector *r, enum phase to, int64_t ms)
{
	enter(r, to);
	r->pause_until_ms = r->now_ms + ms;
}

/* A complete list shows that the server is well, so it ends the backoff of lists. A watch that it
 * refuses after each list has a backoff of its own, or lists would follow each other. */
static void pause_backoff(struct reflector *r, enum phase to, int64_t at_least_ms)
{
	bool watching = r->phase == PHASE_WATCHING;
	int64_t ms = backoff_next(watching ? &r->watch_backoff : &r->backoff, &r->rng);
	pause_for(r, to, ms > at_least_ms ? ms : at_least_ms);
}

/* The first of a series of failures is a warning. */
static void tell_failure(struct reflector *r, const char *what, const struct api_result *res)
{
	if (r->failing) {
		log_debug(r->log, what, KS("kind", api_kind_text(r->cfg.kind)),
			  KS("rc", rc_name(res->rc)), KS("error", res->message));
		return;
	}
	r->failing = true;
	log_warn(r->log, what, KS("kind", api_kind_text(r->cfg.kind)), KS("rc", rc_name(res->rc)),
		 KI("http", res->http), KS("error", res->message));
}

static void tell_recovery(struct reflector *r)
{
	if (!r->failing)
		return;
	r->failing = false;
	log_info(r->log, "list and watch recovered", KS("kind", api_kind_text(r->cfg.kind)));
}

static void upsert(struct reflector *r, const struct api_object *obj)
{
	known_put(&r->known, obj->meta);
	r->cfg.on_upsert(r->cfg.self, obj);
}

/* ---- watch ---- */

static void on_watch_object(void *self, uint64_t id, enum watch_event ev,
			    const struct api_object *obj)
{
	struct reflector *r = self;
	must(id == r->op && r->phase == PHASE_WATCHING);
	r->heard_ms = r->now_ms;
	tell_recovery(r);
	backoff_reset(&r->watch_backoff);
	if (str_or_empty(obj->meta->rv)[0] != '\0')
		mem_strset(&r->rv, obj->meta->rv);
	switch (ev) {
	case WATCH_ADDED:
	case WATCH_MODIFIED: upsert(r, obj); break;
	case WATCH_DELETED: known_take(&r->known, obj->meta); break;
	case WATCH_BOOKMARK: break;
	}
}

/* Whether the same watch may work when it is tried again. What the server refuses for good needs a
 * new list. */
static bool watch_may_resume(enum rc rc)
{
	return rc == RC_TIMEOUT || rc == RC_UNREACHABLE || rc == RC_TLS || rc == RC_IO ||
	       rc == RC_THROTTLED || rc == RC_SERVER || rc == RC_UNAUTHORIZED;
}

/* The server ends watches now and then. A watch that ends as soon as it began would become a tight
 * loop. */
static void watch_ended(struct reflector *r)
{
	if (r->now_ms - r->op_since_ms < WATCH_HEALTHY_MS) {
		pause_backoff(r, PHASE_WATCH_LATER, 0);
		return;
	}
	backoff_reset(&r->watch_backoff);
	pause_for(r, PHASE_WATCH_LATER, 0);
}

static void on_watch_done(void *self, uint64_t id, const struct api_result *res)
{
	struct reflector *r = self;
	must(id == r->op && r->phase == PHASE_WATCHING);
	if (res->rc == RC_OK) {
		watch_ended(r);
		return;
	}
	if (res->rc == RC_GONE)
		log_debug(r->log, "watch too old, listing again",
			  KS("kind", api_kind_text(r->cfg.kind)), KS("rv", r->rv));
	else
		tell_failure(r, "watch failed", res);
	pause_backoff(r, watch_may_resume(res->rc) ? PHASE_WATCH_LATER : PHASE_LIST_LATER,
		      res->retry_after_ms);
}

static void watch(struct reflector *r)
{
	struct api_request req = {.verb = API_WATCH,
				  .kind = r->cfg.kind,
				  .rv = r->rv,
				  .field_selector = r->field_selector,
				  .label_selector = r->label_selector};
	struct api_sink sink = {r, on_watch_object, on_watch_done};
	enter(r, PHASE_WATCHING);
	r->op = r->api.submit(r->api.self, &req, &sink);
}

static void cut_silent_watch(struct reflector *r)
{
	struct api_result res = {.rc = RC_TIMEOUT, .message = "not even a bookmark came in time"};
	r->api.cancel(r->api.self, r->op);
	tell_failure(r, "watch cut", &res);
	pause_backoff(r, PHASE_WATCH_LATER, 0);
}

/* ---- list ---- */

static void list_page(struct reflector *r);

static void on_list_object(void *self, uint64_t id, enum watch_event ev,
			   const struct api_object *obj)
{
	struct reflector *r = self;
	(void)ev;
	must(id == r->op && r->phase == PHASE_LISTING);
	upsert(r, obj);
}

static void list_complete(struct reflector *r, const char *rv)
{
	mem_strset(&r->rv, rv);
	mem_strset(&r->cont, "");
	r->lists++;
	known_sweep(&r->known);
	r->synced = true;
	backoff_reset(&r->backoff);
	tell_recovery(r);
	watch(r);
	r->cfg.on_synced(r->cfg.self);
}

static void on_list_done(void *self, uint64_t id, const struct api_result *res)
{
	struct reflector *r = self;
	must(id == r->op && r->phase == PHASE_LISTING);
	if (res->rc == RC_OK && str_or_empty(res->cont)[0] == '\0') {
		list_complete(r, res->rv);
		return;
	}
	if (res->rc == RC_OK) {
		mem_strset(&r->cont, res->cont);
		list_page(r);
		return;
	}
	/* A continue token that is too old (410) starts the list over, like every other failure:
	 * pages of two lists do not make one. */
	tell_failure(r, "list failed", res);
	pause_backoff(r, PHASE_LIST_LATER, res->retry_after_ms);
}

static void list_page(struct reflector *r)
{
	struct api_request req = {.verb = API_LIST,
				  .kind = r->cfg.kind,
				  .field_selector = r->field_selector,
				  .label_selector = r->label_selector,
				  .limit = r->cfg.page,
				  .cont = r->cont[0] ? r->cont : NULL};
	struct api_sink sink = {r, on_list_object, on_list_done};
	enter(r, PHASE_LISTING);
	r->op = r->api.submit(r->api.self, &req, &sink);
}

static void list(struct reflector *r)
{
	known_begin(&r->known);
	mem_strset(&r->cont, "");
	list_page(r);
}

/* ---- public ---- */

struct reflector *reflector_new(const struct reflector_config *cfg, const struct api *api,
				const struct log *log, uint64_t seed)
{
	must(cfg->page > 0 && cfg->page <= 500 && cfg->watch_silence_ms > 0);
	struct reflector *r = mem_zalloc(1, sizeof *r);
	r->cfg = *cfg;
	r->field_selector = cfg->field_selector ? mem_strdup(cfg->field_selector) : NULL;
	r->label_selector = cfg->label_selector ? mem_strdup(cfg->label_selector) : NULL;
	r->known = (struct known){.self = cfg->self, .on_gone = cfg->on_gone};
	r->api = *api;
	r->log = log;
	r->rng.s = seed;
	r->backoff = (struct backoff){.base_ms = BACKOFF_BASE_MS, .cap_ms = BACKOFF_CAP_MS};
	r->watch_backoff = r->backoff;
	r->rv = mem_strdup("");
	r->cont = mem_strdup("");
	return r;
}

struct reflector *reflector_free(struct reflector *r)
{
	if (!r)
		return NULL;
	if (r->op)
		r->api.cancel(r->api.self, r->op);
	known_done(&r->known);
	free(r->field_selector);
	free(r->label_selector);
	free(r->rv);
	free(r->cont);
	free(r);
	return NULL;
}

void reflector_start(struct reflector *r, int64_t now_ms)
{
	must(r->phase == PHASE_IDLE);
	r->now_ms = now_ms;
	list(r);
}

void reflector_now(struct reflector *r, int64_t now_ms)
{
	r->now_ms = now_ms;
}

void reflector_tick(struct reflector *r, int64_t now_ms)
{
	r->now_ms = now_ms;
	if (reflector_deadline(r) > now_ms)
		return;
	if (r->phase == PHASE_WATCHING)
		cut_silent_watch(r);
	else if (r->phase == PHASE_WATCH_LATER)
		watch(r);
	else
		list(r);
}

int64_t reflector_deadline(const struct reflector *r)
{
	switch (r->phase) {
	case PHASE_WATCHING: return r->heard_ms + r->cfg.watch_silence_ms;
	case PHASE_LIST_LATER:
	case PHASE_WATCH_LATER: return r->pause_until_ms;
	case PHASE_IDLE:
	case PHASE_LISTING:
	case PHASE_N: break;
	}
	return INT64_MAX;
}

bool reflector_synced(const struct reflector *r)
{
	return r->synced;
}

uint64_t reflector_relists(const struct reflector *r)
{
	return r->lists > 0 ? r->lists - 1 : 0;
}
