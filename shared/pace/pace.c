/* SPDX-License-Identifier: Apache-2.0 */
/* Below calm the window doubles with each round trip, above it grows by one: so it finds a large
 * server's measure within a second, and feels its way near the measure. A refusal halves it (as
 * TCP does), slow answers take an eighth. Slow is what the median says: a quarter of the answers,
 * and a single node has no more, cannot lie about it. The measure is the quickest answer of late,
 * which a full queue cannot hide for long: it is raised by an eighth of the difference every ten
 * seconds, for a server that has become slower by itself. */
#include "pace/pace.h"

#include "base/must.h"

enum {
	SLOW_TIMES = 3,
	SLOW_MS = 10, /* a median above SLOW_TIMES best_ms + SLOW_MS is slow */
	QUICK_TIMES = 2,
	QUICK_MS = 5, /* up to QUICK_TIMES best_ms + QUICK_MS it is quick */
	SHRINK_PART = 8,
	CALM_PART = 4, /* after refusals the window doubles up to this part of initial, at least */
	RAISE_EVERY_MS = 10000,
	RAISE_PART = 8,
	PAUSE_BASE_MS = 200,
	PAUSE_CAP_MS = 10000
};

void pace_init(struct pace *p, const struct pace_config *cfg)
{
	must(cfg->least >= 1 && cfg->least <= cfg->initial && cfg->initial <= cfg->most);
	*p = (struct pace){
		.cfg = *cfg, .window = cfg->initial, .calm = cfg->most, .shrunk_ms = INT64_MIN};
	for (int k = 0; k < PACE_KIND_N; k++)
		p->times[k].best_ms = -1;
}

bool pace_may(const struct pace *p, int64_t now_ms)
{
	return p->out < p->window && now_ms >= p->until_ms;
}

int64_t pace_deadline(const struct pace *p)
{
	return p->out < p->window ? p->until_ms : INT64_MAX;
}

void pace_started(struct pace *p)
{
	p->out++;
	if (p->out > p->widest)
		p->widest = p->out;
}

void pace_back(struct pace *p)
{
	must(p->out > 0);
	p->out--;
}

int64_t pace_jitter(int64_t ms, uint64_t jitter)
{
	return ms + (int64_t)(jitter % (uint64_t)(ms / 4 + 1));
}

/* ---- the window ---- */

static void set_window(struct pace *p, uint32_t window)
{
	p->window = window < p->cfg.least  ? p->cfg.least
		    : window > p->cfg.most ? p->cfg.most
					   : window;
	p->credit = 0;
}

static void shrink(struct pace *p, uint32_t to, int64_t now_ms)
{
	uint32_t calm = p->cfg.initial / CALM_PART;
	set_window(p, to);
	p->calm = p->window > calm ? p->window : calm;
	p->shrunk_ms = now_ms;
	p->shrinks++;
	for (int k = 0; k < PACE_KIND_N; k++)
		p->times[k].n = 0; /* they are of the wider window */
}

static void grow(struct pace *p)
{
	if (p->window < p->calm || ++p->credit >= p->window)
		set_window(p, p->window + 1);
}

/* ---- times ---- */

static void note(struct pace_times *t, int64_t took_ms)
{
	must(t->n < PACE_ROUND);
	uint32_t i = t->n++;
	for (; i && t->round[i - 1] > took_ms; i--)
		t->round[i] = t->round[i - 1];
	t->round[i] = took_ms;
}

static int64_t median(const struct pace_times *t)
{
	must(t->n > 0);
	return t->round[(t->n - 1) / 2];
}

static void set_best(struct pace_times *t, int64_t best_ms, int64_t now_ms)
{
	t->best_ms = best_ms;
	t->raised_ms = now_ms;
}

/* Half of the window was out at once of late: so its size makes a difference. */
static bool used(const struct pace *p)
{
	return p->widest >= (p->window + 1) / 2;
}

/* The round is full: what do its answers say? */
static void judge(struct pace *p, struct pace_times *t, int64_t now_ms)
{
	int64_t mid = median(t);
	bool was_used = used(p);
	t->n = 0;
	p->widest = p->out;
	if (mid > SLOW_TIMES * t->best_ms + SLOW_MS && was_used)
		shrink(p, p->window - (p->window + SHRINK_PART - 1) / SHRINK_PART, now_ms);
	if (mid > t->best_ms && now_ms - t->raised_ms >= RAISE_EVERY_MS)
		set_best(t, t->best_ms + (mid - t->best_ms + RAISE_PART - 1) / RAISE_PART, now_ms);
}

/* The newest answers of the kind are not so slow that growing would make them worse. */
static bool is_quick(const struct pace_times *t)
{
	return median(t) <= QUICK_TIMES * t->best_ms + QUICK_MS;
}

void pace_answered(struct pace *p, enum pace_kind kind, int64_t began_ms, int64_t now_ms)
{
	struct pace_times *t = &p->times[kind];
	int64_t took_ms = now_ms > began_ms ? now_ms - began_ms : 0;
	pace_back(p);
	p->pauses = 0;
	if (t->best_ms < 0 || took_ms < t->best_ms)
		set_best(t, took_ms, now_ms);
	if (began_ms <= p->shrunk_ms)
		return;
	note(t, took_ms);
	if (used(p) && is_quick(t))
		grow(p);
	if (t->n == PACE_ROUND)
		judge(p, t, now_ms);
}

/* ---- refusals ---- */

static int64_t own_pause(uint32_t pauses)
{
	int64_t ms = PAUSE_BASE_MS;
	for (uint32_t i = 0; i < pauses && ms < PAUSE_CAP_MS; i++)
		ms *= 2;
	return ms < PAUSE_CAP_MS ? ms : PAUSE_CAP_MS;
}

static void pause_all(struct pace *p, int64_t now_ms, int64_t retry_after_ms, uint64_t jitter)
{
	int64_t ms = retry_after_ms > 0 ? retry_after_ms : own_pause(p->pauses);
	int64_t until_ms = now_ms + pace_jitter(ms, jitter);
	p->pauses++;
	if (until_ms > p->until_ms)
		p->until_ms = until_ms;
}

void pace_refused(struct pace *p, int64_t began_ms, int64_t now_ms, int64_t retry_after_ms,
		  uint64_t jitter)
{
	bool again = began_ms <= p->shrunk_ms; /* others of the same time were refused, too */
	pace_back(p);
	p->refusals++;
	if (again)
		return;
	if (p->window == p->cfg.least)
		pause_all(p, now_ms, retry_after_ms, jitter);
	shrink(p, p->window / 2, now_ms);
}
