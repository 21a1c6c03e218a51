/* SPDX-License-Identifier: Apache-2.0 */
/* No more jobs of a namespace keep nodes from jobs of others than the setting says, and where
 * nobody knows until when, not for longer than it says, however many jobs come one after the other.
 */
#include "test/sim/checks/share.h"

#include <inttypes.h>
#include <string.h>

#include "test/sim/cluster/config.h"
#include "test/sim/cluster/proc.h"

/* CLOCKS_MS: between a coordinator's clock and ours. A cycle may take so long until what it
 * released is logged. */
enum { CLOCKS_MS = 1000, CYCLE_MS = 5000 };

static const struct core_config *settings(const struct checks *c)
{
	static struct core_config cfg;
	cfg = cluster_coordinator_config(c->cluster).core;
	return &cfg;
}

bool check_key_in(const char *key, const char *ns)
{
	size_t n = strcspn(key, "/");
	return strlen(ns) == n && !strncmp(key, ns, n);
}

/* By its own clock, which stands still with its machine. */
static int64_t its_now(const struct checks *c, const struct mind *m)
{
	return c->world->clock.now_ms - m->proc->slept_ms;
}

static struct mind_share *share_of(struct mind *m, const char *key)
{
	size_t n = strcspn(key, "/");
	for (uint32_t i = 0; i < m->nshares; i++) {
		if (check_key_in(key, m->share[i].ns))
			return &m->share[i];
	}
	must(m->nshares < MIND_SHARES_MAX && n < sizeof m->share[0].ns);
	struct mind_share *s = &m->share[m->nshares++];
	*s = (struct mind_share){0};
	memcpy(s->ns, key, n);
	return s;
}

static bool from_others(const struct mind_kept *k)
{
	return !k->own && (k->counted_ms || k->at_ms != INT64_MAX);
}

/* How many keep nodes from others; endless: those of which nobody knows until when. */
static uint32_t keeping(const struct mind *m, const char *ns, bool endless)
{
	uint32_t n = 0;
	for (const struct mind_kept *k = m->kept; k; k = k->hh.next)
		n += check_key_in(k->key, ns) && from_others(k) && (!endless || k->counted_ms);
	return n;
}

void check_share_count(struct checks *c, struct mind *m, const char *key)
{
	struct mind_share *s = share_of(m, key);
	int64_t now_ms = its_now(c, m), elapsed = now_ms - s->seen_ms;
	s->spent_ms += keeping(m, s->ns, true) ? elapsed : -elapsed;
	s->spent_ms = s->spent_ms < 0 ? 0 : s->spent_ms;
	s->seen_ms = now_ms;
	if (s->spent_ms >= settings(c)->max_hold_ms - CLOCKS_MS)
		s->pause_ms = now_ms + settings(c)->max_hold_ms + CLOCKS_MS;
}

bool check_share_spent(const struct checks *c, const struct mind *m, const char *ns)
{
	for (uint32_t i = 0; i < m->nshares; i++) {
		const struct mind_share *s = &m->share[i];
		int64_t more_ms = its_now(c, m) - s->seen_ms;
		if (str_eq(s->ns, ns))
			return s->pause_ms > its_now(c, m) ||
			       s->spent_ms + more_ms >= settings(c)->max_hold_ms - CLOCKS_MS;
	}
	return false;
}

void check_share_less(struct checks *c, struct mind *m, const char *key)
{
	struct mind_share *s = share_of(m, key);
	if (keeping(m, s->ns, false) <= settings(c)->namespace_holds)
		s->many_ms = 0;
}

void check_share(struct checks *c, struct mind *m, const struct mind_kept *k)
{
	const struct core_config *cfg = settings(c);
	struct mind_share *s = share_of(m, k->key);
	int64_t now_ms = its_now(c, m);
	uint32_t n = keeping(m, s->ns, false);
	if (!cfg->namespace_holds)
		return;
	if (n <= cfg->namespace_holds)
		s->many_ms = 0;
	else if (!s->many_ms)
		s->many_ms = now_ms;
	else if (now_ms > s->many_ms + CYCLE_MS)
		world_fail(c->world, "hold-share", "%s keeps nodes from all for %u jobs of %s",
			   m->proc->host.name, n, s->ns);
	if (from_others(k) && k->counted_ms &&
	    s->spent_ms > cfg->max_hold_ms + CLOCKS_MS + CYCLE_MS)
		world_fail(c->world, "hold-chain", "%s keeps nodes from all for %s for too long",
			   m->proc->host.name, s->ns);
}

/* It waits, or is so new that no status says so yet. */
static bool wants_nodes(const struct job *o)
{
	return str_eq(o->status.reason, "Unschedulable") ||
	       (!*str_or_empty(o->status.reason) && !o->status.attempts &&
		!check_final(o->status.state));
}

bool check_own_share(const struct checks *c, const struct mind *m, const struct version *kept,
		     const struct version *job)
{
	uint32_t most = cluster_coordinator_config(c->cluster).core.namespace_holds, n = 0;
	if (!most || str_eq(kept->meta.ns, job->meta.ns))
		return false;
	for (const struct known_version *k = m->known; k; k = k->hh.next)
		n += k->v != kept && k->v->kind == API_JOB &&
		     str_eq(k->v->meta.ns, kept->meta.ns) &&
		     k->v->job.spec.priority >= kept->job.spec.priority && wants_nodes(&k->v->job);
	return n >= most || check_share_spent(c, m, kept->meta.ns);
}
