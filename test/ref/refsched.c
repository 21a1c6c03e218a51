/* SPDX-License-Identifier: Apache-2.0 */
/* Plain on purpose: a rule of docs/usage.md is a few lines here, and the reader can check them. */
#include "refsched.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "refmatch.h"

const char *const ref_resources[REF_RES] = {"cpu", "memory", "pods", "example.com/gpu",
					    "example.com/nic"};

/* selection */

static bool own_may(const char *key)
{
	const char *slash = strchr(key, '/');
	size_t n = slash ? (size_t)(slash - key) : 0;
	static const char *const domains[] = {"kubernetes.io", "k8s.io"};
	for (size_t i = 0; i < ARRAY_LEN(domains); i++) {
		size_t d = strlen(domains[i]);
		if (n >= d && !strncmp(key + n - d, domains[i], d) &&
		    (n == d || key[n - d - 1] == '.'))
			return false;
	}
	return true;
}

static const char *label(const struct ref_node *n, const char *key)
{
	for (uint32_t i = 0; i < n->own_labels.n; i++) {
		if (!strcmp(n->own_labels.v[i].key, key) && own_may(key))
			return n->own_labels.v[i].val;
	}
	for (uint32_t i = 0; i < n->labels.n; i++) {
		if (!strcmp(n->labels.v[i].key, key))
			return n->labels.v[i].val;
	}
	return NULL;
}

static bool selects(const struct ref_node *n, const struct job_spec *s)
{
	for (uint32_t i = 0; i < s->node_selector.n; i++) {
		const char *have = label(n, s->node_selector.v[i].key);
		if (!have || strcmp(have, s->node_selector.v[i].val) != 0)
			return false;
	}
	return true;
}

static bool term_holds(const struct ref_node *n, const struct sel_term *t)
{
	bool all = t->n > 0;
	for (uint32_t i = 0; i < t->n; i++)
		all = all && ref_expr_holds(&t->v[i], label(n, t->v[i].key));
	return all;
}

static bool attracts(const struct ref_node *n, const struct job_spec *s)
{
	for (uint32_t t = 0; t < s->nterms; t++) {
		if (term_holds(n, &s->terms[t]))
			return true;
	}
	return s->nterms == 0;
}

static uint32_t intolerable(const struct ref_node *n, const struct job_spec *s, bool prefer)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < n->ntaints; i++) {
		bool is = n->taints[i].effect == EFFECT_PREFER_NO_SCHEDULE;
		count += is == prefer &&
			 !ref_tolerates(s->tolerations, s->ntolerations, &n->taints[i]);
	}
	return count;
}

bool ref_matches(const struct ref_node *n, const struct job_spec *s)
{
	return selects(n, s) && attracts(n, s) && !intolerable(n, s, false);
}

static uint32_t weights(const struct ref_node *n, const struct job_spec *s)
{
	uint32_t sum = 0;
	for (uint32_t i = 0; i < s->npreferred; i++)
		sum += term_holds(n, &s->preferred[i].term) ? s->preferred[i].weight : 0;
	return sum;
}

/* How much the job prefers the node: in parts of 127 of what it prefers most, if that is more. */
static uint32_t preferred(const struct ref *r, const struct job_spec *s, uint32_t node)
{
	uint32_t most = 127;
	for (uint32_t i = 0; s->npreferred && i < r->nnodes; i++) {
		uint32_t w = weights(&r->nodes[i], s);
		if (ref_matches(&r->nodes[i], s) && w > most)
			most = w;
	}
	return weights(&r->nodes[node], s) * 127 / most;
}

/* room */

int64_t ref_asked(const struct job_spec *s, uint32_t res)
{
	for (uint32_t i = 0; i < s->requests.n; i++) {
		if (!strcmp(s->requests.v[i].name, ref_resources[res]))
			return s->requests.v[i].milli;
	}
	return !strcmp(ref_resources[res], "pods") ? 1000 : 0;
}

bool ref_fits(const struct ref_node *n, const struct job_spec *s, bool empty, uint32_t members)
{
	for (uint32_t r = 0; r < REF_RES; r++) {
		int64_t asked = ref_asked(s, r) * members;
		if (asked && n->cap[r] - (empty ? 0 : n->used[r]) < asked)
			return false;
	}
	return true;
}

/* With all pods; in parts of 1024, of cpu, memory and pods the fullest. */
static int64_t level(const struct ref_node *n)
{
	int64_t most = 0;
	for (uint32_t r = 0; r < 3; r++) {
		if (n->total[r] <= 0)
			continue;
		int64_t l = (int64_t)((__int128)(n->used[r] + n->others[r]) * 1024 / n->total[r]);
		most = l > most ? l : most;
	}
	return most < 1024 ? most : 1024;
}

static void use(struct ref_node *n, const struct job_spec *s)
{
	for (uint32_t r = 0; r < REF_RES; r++)
		n->used[r] += ref_asked(s, r);
}

static bool usable(const struct ref_node *n)
{
	return n->agent && n->ready && !n->cordoned;
}

/* jobs */

uint32_t ref_there(const struct ref_job *j, uint32_t node)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < job_completions(j->spec); i++)
		n += j->where[i] == (int32_t)node;
	return n;
}

/* The node may have so many members of the job more. */
static bool may_share(const struct ref_job *j, uint32_t node, uint32_t members)
{
	return ref_there(j, node) + members <= job_per_node(j->spec);
}

/* How many of its indexes are there, or nowhere, or done. */
static uint32_t count(const struct ref_job *j, int32_t from, int32_t to)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < job_completions(j->spec); i++)
		n += j->where[i] >= from && j->where[i] <= to;
	return n;
}

/* So many more are to be there: parallelism at most. */
uint32_t ref_missing(const struct ref_job *j)
{
	uint32_t most = j->spec->parallelism, there = count(j, 0, INT32_MAX);
	uint32_t nowhere = count(j, REF_NOWHERE, REF_NOWHERE);
	most = most > there ? most - there : 0;
	return nowhere < most ? nowhere : most;
}

uint32_t ref_needed(const struct ref_job *j)
{
	uint32_t have = count(j, 0, INT32_MAX) + count(j, REF_DONE, REF_DONE);
	uint32_t gang = job_gang(j->spec);
	return j->started || have >= gang ? 1 : gang - have;
}

static bool ahead(const struct ref_job *a, const struct ref_job *b)
{
	if (a->spec->priority != b->spec->priority)
		return a->spec->priority > b->spec->priority;
	if (a->created_ms != b->created_ms)
		return a->created_ms < b->created_ms;
	return strcmp(a->key, b->key) < 0;
}

/* The deadline, and what its pods may take to stop. */
static int64_t end_of(const struct ref *r, const struct ref_job *j)
{
	if (j->spec->active_deadline_s < 0)
		return INT64_MAX;
	return (j->started ? j->end_ms : r->now_ms + j->spec->active_deadline_s * 1000) +
	       j->spec->grace_s * 1000;
}

static bool not_ours(const struct ref_hold *h, const struct ref_job *j)
{
	return h->own && strcmp(h->job->ns, j->ns) != 0;
}

/* Whether the hold is one that the job must leave alone. */
static bool kept_from(const struct ref *r, const struct ref_hold *h, const struct ref_job *j)
{
	if (h->job == j || ahead(j, h->job) || not_ours(h, j))
		return false;
	if (h->job->spec->priority == j->spec->priority && !h->equal)
		return false;
	return h->at_ms == INT64_MAX || end_of(r, j) > h->at_ms;
}

/* With so many more members of j the node has, of all that j takes of, what so many of the other
 * job need. */
static bool room_beside(const struct ref_node *n, const struct ref_job *j, uint32_t members,
			const struct ref_job *other, uint32_t kept)
{
	for (uint32_t r = 0; r < REF_RES; r++) {
		int64_t takes = ref_asked(j->spec, r) * members;
		int64_t needs = ref_asked(other->spec, r) * kept;
		if (takes && needs && n->cap[r] - n->used[r] < takes + needs)
			return false;
	}
	return true;
}

const struct ref_hold *ref_kept(const struct ref *r, const struct ref_job *j, uint32_t node,
				uint32_t members)
{
	for (uint32_t i = 0; i < r->nholds; i++) {
		const struct ref_hold *h = &r->hold[i];
		if (h->nodes[node] && kept_from(r, h, j) &&
		    !room_beside(&r->nodes[node], j, members, h->job, h->nodes[node]))
			return h;
	}
	return NULL;
}

const struct ref_hold *ref_hold_of(const struct ref *r, const struct ref_job *j)
{
	for (uint32_t i = 0; i < r->nholds; i++) {
		if (r->hold[i].job == j)
			return &r->hold[i];
	}
	return NULL;
}

/* A node for one more member of a job, the nth that is there. */
struct place {
	uint32_t node, nth;
};

/* Whether the place is better than the other for this job. */
static bool better(const struct ref *r, const struct job_spec *s, struct place a, struct place b)
{
	uint32_t avoid_a = intolerable(&r->nodes[a.node], s, true);
	uint32_t avoid_b = intolerable(&r->nodes[b.node], s, true);
	if (avoid_a != avoid_b)
		return avoid_a < avoid_b;
	uint32_t pa = preferred(r, s, a.node), pb = preferred(r, s, b.node);
	if (pa != pb)
		return pa > pb;
	if (r->spread && a.nth != b.nth)
		return a.nth < b.nth;
	int64_t la = level(&r->nodes[a.node]), lb = level(&r->nodes[b.node]);
	if (la != lb)
		return r->spread ? la < lb : la > lb;
	return a.node < b.node || (a.node == b.node && a.nth < b.nth);
}

/* The node may have so many members of the job more, now. */
static bool may_have(const struct ref *r, const struct ref_job *j, uint32_t node, uint32_t members)
{
	const struct ref_node *n = &r->nodes[node];
	return usable(n) && ref_matches(n, j->spec) && may_share(j, node, members) &&
	       ref_fits(n, j->spec, false, members) && !ref_kept(r, j, node, members);
}

uint32_t ref_pick(const struct ref *r, const struct ref_job *j, uint32_t max, uint32_t *ret)
{
	AUTO(mem_freep) struct place *v = mem_zalloc(max + 1, sizeof *v);
	uint32_t n = 0;
	for (uint32_t i = 0; i < r->nnodes; i++) {
		for (uint32_t k = 1; may_have(r, j, i, k); k++) {
			struct place p = {i, ref_there(j, i) + k};
			uint32_t at = n < max ? n++ : n;
			for (; at && better(r, j->spec, p, v[at - 1]); at--) {
				if (at < max)
					v[at] = v[at - 1];
			}
			if (at < max)
				v[at] = p;
		}
	}
	for (uint32_t i = 0; i < n; i++)
		ret[i] = v[i].node;
	return n;
}

static void start(struct ref *r, struct ref_job *j)
{
	if (j->started)
		return;
	if (j->spec->active_deadline_s >= 0)
		j->end_ms = r->now_ms + j->spec->active_deadline_s * 1000;
	j->started = true;
}

/* holds */

enum { DAY_MS = 86400000, MINUTE_MS = 60000 };
enum { MOST_LIKELY, OTHERS_THERE, KEPT_AHEAD };
#define NEVER(how) (INT64_MAX - 2 + (how)) /* nobody knows when */

struct offer {
	int64_t at;
	uint32_t node;
};

/* An end in a day, or that is not long overdue. */
static int64_t sure_end(const struct ref *r, const struct ref_job *j)
{
	int64_t at = end_of(r, j);
	if (at > r->now_ms + DAY_MS || at <= r->now_ms - MINUTE_MS)
		return INT64_MAX;
	return at <= r->now_ms ? r->now_ms + 1 : at;
}

static bool fits_most(const struct ref_node *n, const struct job_spec *s, uint32_t members)
{
	struct ref_node alone = *n;
	memcpy(alone.cap, n->most, sizeof alone.cap);
	return ref_fits(&alone, s, true, members);
}

/* Whether it could ever run so many members of the job more, as far as Muster's own pods are
 * concerned. */
static bool possible(const struct ref *r, const struct ref_job *j, uint32_t node, uint32_t members)
{
	const struct ref_node *n = &r->nodes[node];
	return usable(n) && ref_matches(n, j->spec) && may_share(j, node, members) &&
	       fits_most(n, j->spec, members);
}

static int64_t free_at(const struct ref *r, const struct ref_job *j, uint32_t node,
		       uint32_t members)
{
	int64_t best = NEVER(MOST_LIKELY);
	if (ref_kept(r, j, node, members))
		return NEVER(KEPT_AHEAD);
	if (ref_fits(&r->nodes[node], j->spec, false, members))
		return r->now_ms;
	if (!ref_fits(&r->nodes[node], j->spec, true, members))
		return NEVER(OTHERS_THERE);
	for (uint32_t e = 0; e < r->njobs; e++) { /* would it fit when this one has ended? */
		struct ref_node then = r->nodes[node];
		int64_t at = sure_end(r, &r->jobs[e]);
		if (at >= best || !r->jobs[e].known || !ref_there(&r->jobs[e], node))
			continue;
		for (uint32_t k = 0; k < r->njobs; k++) {
			const struct ref_job *o = &r->jobs[k];
			if (!o->known || !ref_there(o, node) || sure_end(r, o) > at)
				continue;
			for (uint32_t x = 0; x < REF_RES; x++)
				then.used[x] -= ref_asked(o->spec, x) * ref_there(o, node);
		}
		if (ref_fits(&then, j->spec, false, members))
			best = at;
	}
	return best;
}

static uint32_t sort_offers(const struct ref *r, const struct ref_job *j, struct offer *v)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < r->nnodes; i++) {
		for (uint32_t k = 1; k <= ref_needed(j) && possible(r, j, i, k); k++) {
			struct offer o = {free_at(r, j, i, k), i};
			uint32_t at = n++;
			for (; at && v[at - 1].at > o.at; at--)
				v[at] = v[at - 1];
			v[at] = o;
		}
	}
	return n;
}

static bool shares(const struct ref *r, const struct ref_job *j)
{
	for (uint32_t h = 0; h < r->nholds; h++) {
		for (uint32_t i = 0; i < r->nnodes && !not_ours(&r->hold[h], j); i++) {
			if (possible(r, j, i, 1) && possible(r, r->hold[h].job, i, 1))
				return true;
		}
	}
	return false;
}

/* Of those of its namespace; all: that keep nodes from all. */
static uint32_t holds_of(const struct ref *r, const struct ref_job *j, bool all)
{
	uint32_t n = 0;
	for (uint32_t h = 0; h < r->nholds; h++) {
		const struct ref_hold *o = &r->hold[h];
		bool binds = o->at_ms != INT64_MAX || o->until_ms != INT64_MAX;
		n += !strcmp(o->job->ns, j->ns) && (!all || (binds && !o->own));
	}
	return n;
}

static uint32_t pause_at(const struct ref *r, const struct ref_job *j)
{
	uint32_t i = 0;
	while (i < REF_NAMESPACES - 1 && r->share[i].ns && strcmp(r->share[i].ns, j->ns) != 0)
		i++;
	return i;
}

int64_t ref_pause(const struct ref *r, const struct ref_job *j)
{
	return r->share[pause_at(r, j)].until_ms;
}

static bool may_hold_from_all(const struct ref *r, const struct ref_job *j, bool known)
{
	if (!r->namespace_holds)
		return true;
	if (!known && r->now_ms < ref_pause(r, j))
		return false;
	return holds_of(r, j, true) < r->namespace_holds;
}

/* Holding from all without a known end costs time, which comes back while nothing is held so. */
static void spend(struct ref *r, struct ref_share *s, bool spends)
{
	int64_t dt = r->now_ms - s->seen_ms;
	s->seen_ms = r->now_ms;
	if (r->now_ms >= s->until_ms) {
		s->spent_ms += s->spends ? dt : -dt;
		if (s->spent_ms < 0)
			s->spent_ms = 0;
		if (s->spends && s->spent_ms >= r->max_hold_ms) {
			s->until_ms = r->now_ms + r->max_hold_ms;
			s->spent_ms = 0;
		}
	}
	s->spends = spends;
}

static void spend_all(struct ref *r, bool ends)
{
	for (uint32_t i = 0; i < REF_NAMESPACES && r->share[i].ns; i++) {
		bool spends = false;
		for (uint32_t h = 0; h < r->nholds; h++)
			spends |= !r->hold[h].own && r->hold[h].until_ms != INT64_MAX &&
				  !strcmp(r->hold[h].job->ns, r->share[i].ns);
		spend(r, &r->share[i], ends ? spends : r->share[i].spends);
	}
}

static bool nobody_ahead(const struct ref *r, const struct ref_job *j)
{
	for (uint32_t h = 0; h < r->nholds; h++) {
		if (!not_ours(&r->hold[h], j))
			return false;
	}
	return true;
}

/* Nobody knows when the job can start. False: it has held nodes long enough. */
static bool may_hold_on(struct ref *r, struct ref_job *j)
{
	int64_t pause = r->max_hold_ms;
	if (!j->held_ms)
		j->held_ms = r->now_ms;
	if (r->now_ms - j->held_ms < r->max_hold_ms)
		return true;
	for (uint32_t i = 0; i < j->in_vain && i < 6; i++)
		pause *= 2;
	j->pause_ms = r->now_ms + (pause < DAY_MS ? pause : DAY_MS);
	j->held_ms = 0;
	j->in_vain++;
	return false;
}

static void reserve(struct ref *r, struct ref_job *j)
{
	uint32_t need = ref_needed(j);
	AUTO(mem_freep) struct offer *v = mem_zalloc((size_t)r->nnodes * need + 1, sizeof *v);
	bool first = nobody_ahead(r, j), lower = j->spec->priority > r->floor;
	bool old = r->now_ms >= j->since_ms + r->pass_limit_ms, shared = shares(r, j);
	if (j->pause_ms > r->now_ms || r->nholds == REF_HOLDS ||
	    holds_of(r, j, false) == REF_HOLDS_OF_ONE)
		return;
	if (!first && !lower && (!old || shared))
		return;
	if (sort_offers(r, j, v) < need)
		return;
	bool known = v[need - 1].at < NEVER(MOST_LIKELY);
	struct ref_hold h = {.job = j, .at_ms = INT64_MAX, .until_ms = INT64_MAX};
	h.equal = known || (old && !shared);
	if (known)
		h.at_ms = v[need - 1].at;
	if (!known && (h.equal || lower)) {
		if (!may_hold_on(r, j))
			return;
		h.until_ms = j->held_ms + r->max_hold_ms;
	}
	h.own = !may_hold_from_all(r, j, known);
	uint32_t *nodes = r->kept + (size_t)r->nholds * r->nnodes;
	for (uint32_t i = 0; i < r->nnodes; i++)
		nodes[i] = 0;
	for (uint32_t i = 0; i < need; i++)
		nodes[v[i].node]++;
	h.nodes = nodes;
	r->hold[r->nholds++] = h;
	if (!h.own && h.until_ms != INT64_MAX) {
		struct ref_share *share = &r->share[pause_at(r, j)];
		if (!share->ns)
			*share = (struct ref_share){.ns = j->ns, .seen_ms = r->now_ms};
		spend(r, share, true);
	}
}

/* the queue */

static void waits(const struct ref *r, struct ref_job *j, bool placed)
{
	if (j->waits && !placed)
		return;
	j->waits = true;
	j->since_ms = r->now_ms;
	j->held_ms = j->pause_ms = 0;
	j->in_vain = 0;
}

static void look(struct ref *r, struct ref_job *j)
{
	uint32_t want = ref_missing(j), need = ref_needed(j);
	AUTO(mem_freep) uint32_t *v = mem_zalloc(want + 1, sizeof *v);
	uint32_t n = ref_pick(r, j, want, v), k = 0;
	if (n >= need) {
		start(r, j);
		for (uint32_t i = 0; i < job_completions(j->spec) && k < n; i++) {
			if (j->where[i] != REF_NOWHERE)
				continue;
			use(&r->nodes[v[k]], j->spec);
			j->where[i] = (int32_t)v[k++];
		}
	}
	j->missing = want - k;
	waits(r, j, k > 0);
	j->waits = j->missing; /* one that ends may leave room for another index */
}

static struct ref_job *next(struct ref *r, const bool *seen)
{
	struct ref_job *first = NULL;
	for (uint32_t i = 0; i < r->njobs; i++) {
		struct ref_job *j = &r->jobs[i];
		if (!seen[i] && j->known && ref_missing(j) && (!first || ahead(j, first)))
			first = j;
	}
	return first;
}

static void find_floor(struct ref *r)
{
	r->floor = INT32_MAX;
	for (uint32_t i = 0; i < r->njobs; i++) {
		const struct ref_job *j = &r->jobs[i];
		if (j->known && ref_missing(j) && j->spec->priority < r->floor)
			r->floor = j->spec->priority;
	}
}

void ref_cycle(struct ref *r)
{
	AUTO(mem_freep) bool *seen = mem_zalloc(r->njobs + 1, sizeof *seen);
	struct ref_job *j;
	spend_all(r, false);
	r->nholds = 0;
	find_floor(r);
	while ((j = next(r, seen))) {
		seen[j - r->jobs] = true;
		look(r, j);
		if (j->missing)
			reserve(r, j);
	}
	spend_all(r, true);
}

void ref_passed(struct ref *r)
{
	ref_cycle(r);
}

/* It is on a node that is kept for another: by right, but what is kept is reckoned anew. */
static bool has_held(const struct ref *r, const struct ref_job *j)
{
	for (uint32_t i = 0; i < r->nholds; i++) {
		const struct ref_hold *h = &r->hold[i];
		for (uint32_t m = 0; m < job_completions(j->spec); m++) {
			if (j->where[m] >= 0 && h->nodes[j->where[m]] &&
			    (h->at_ms != INT64_MAX || h->until_ms != INT64_MAX))
				return true;
		}
	}
	return false;
}

/* What no cycle has seen yet is looked at alone, but where nodes may have to be kept from it, or
 * for it. */
void ref_new(struct ref *r, struct ref_job *j)
{
	waits(r, j, false);
	if (r->nholds && j->spec->priority < r->floor) {
		ref_cycle(r);
		return;
	}
	look(r, j);
	if (has_held(r, j)) {
		ref_cycle(r);
		return;
	}
	if (!j->missing)
		return;
	if (!r->nholds || ahead(j, r->hold[r->nholds - 1].job))
		ref_cycle(r);
	else
		reserve(r, j);
}
