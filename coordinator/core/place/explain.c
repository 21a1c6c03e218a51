/* SPDX-License-Identifier: Apache-2.0 */
/* Each node is counted once, by the first thing that keeps the job from it. */
#include "coordinator/core/place/explain.h"

#include "base/clocktext.h"
#include "coordinator/core/place/passer.h"
#include "coordinator/core/place/places.h"
#include "coordinator/core/state/actions.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/objects.h"
#include "coordinator/core/state/ports.h"
#include "coordinator/core/state/refusals.h"
#include "coordinator/core/state/request.h"
#include "coordinator/core/state/reservation.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/selection.h"
#include "coordinator/core/state/share.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/terms.h"
#include "coordinator/core/state/volume_room.h"
#include "coordinator/core/state/waiting.h"

enum {
	WHY_EACH_MS = 20,
	WHY_AT_ONCE = 200,
	WHY_PER_STEP = 50,
	WHY_UNKNOWN_MS = 1000,    /* until the objects that the job needs were read */
	WHY_BYTES_MAX = 64 * 1024 /* all of it is put together; the message is cut at its end */
};

enum obstacle {
	W_FIT,
	W_LACK,
	W_SELECTOR,
	W_AFFINITY,
	W_TAINT,
	W_RUNTIME,
	W_ADDED,
	W_VOLUME,
	W_CORDONED,
	W_FAILED,
	W_AGENT,
	W_NARROW,
	W_FORBIDDEN,
	W_BUSY,
	W_IN_USE,
	W_LIMIT,
	W_PORT,
	W_REFUSED,
	W_RESERVED,
	W_N
};
_Static_assert((int)W_N <= (int)PLACES_KINDS, "places.h");

static const char *const words[W_N][2] = {
	[W_SELECTOR] = {"does not match nodeSelector", "do not match nodeSelector"},
	[W_AFFINITY] = {"does not match nodeAffinity", "do not match nodeAffinity"},
	[W_TAINT] = {"has a taint that is not tolerated", "have a taint that is not tolerated"},
	[W_CORDONED] = {"is cordoned", "are cordoned"},
	[W_FAILED] = {"is not ready", "are not ready"},
	[W_AGENT] = {"has no agent", "have no agent"},
	[W_NARROW] = {"has an agent of an older version, which takes no index above 9999",
		      "have agents of an older version, which take no index above 9999"},
	[W_FORBIDDEN] = {"refuses pods like these", "refuse pods like these"},
	[W_ADDED] = {"does not match the nodeSelector that admission adds",
		     "do not match the nodeSelector that admission adds"},
	[W_LIMIT] = {"can attach no more volumes", "can attach no more volumes"},
	[W_BUSY] = {"runs a member already", "run a member already"}, /* or full_words */
	[W_REFUSED] = {"refused a member lately", "refused a member lately"},
	[W_RESERVED] = {"is reserved for a job ahead", "are reserved for a job ahead"},
};

/* Where members may share nodes. */
static const char *const full_words[2] = {"runs as many members as may share a node",
					  "run as many members as may share a node"};

struct looking {
	struct selection_parts parts;
	struct places places;
	struct passer passer;
	const struct reservation *own;    /* NULL: no nodes are held for the job */
	uint32_t ready;                   /* nodes that are held for it and have room */
	const struct job_record *ahead;   /* a job for which nodes are held from this one */
	struct bitset claims[CLAIMS_MAX]; /* the nodes from which the volume of each is reached */
	uint32_t away[CLAIMS_MAX];        /* how many nodes are kept away by it */
	struct bitset attach[CLAIMS_MAX]; /* the nodes that can have it: no other node has it */
	uint32_t barred[CLAIMS_MAX];      /* how many cannot */
	struct bitset limit;              /* the nodes that can attach all of them */
	uint32_t nclaims;
	const char *lead; /* stands before what keeps nodes away */
	uint32_t small;   /* nodes that could not hold a member if they were empty */
	uint64_t port;    /* the port that is taken on the first node of W_PORT … */
	bool ports;       /* … while another one is on another */
};

/* The first claim whose set has not the node; l->nclaims: none. */
static uint32_t first_without(const struct looking *l, const struct bitset *sets, uint32_t node)
{
	uint32_t i = 0;
	while (i < l->nclaims && bitset_has(&sets[i], node))
		i++;
	return i;
}

static enum obstacle obstacle(const struct core *c, const struct job_record *j,
			      const struct node_record *n, const struct looking *l,
			      uint32_t *ret_lack)
{
	if (n->verdict.loss != NODE_PRESENT || n->agent.silent)
		return W_FAILED;
	if (!node_registered(n) || !n->agent.capacity_known)
		return W_AGENT;
	if (j->spec.completions > INDEX_NARROW && n->agent.narrow)
		return W_NARROW;
	if (node_cordoned(n))
		return W_CORDONED;
	if (!bitset_has(&l->parts.selector, n->idx))
		return W_SELECTOR;
	if (!bitset_has(&l->parts.affinity, n->idx))
		return W_AFFINITY;
	if (!bitset_has(&l->parts.taints, n->idx))
		return W_TAINT;
	if (!bitset_has(&l->parts.runtime_class, n->idx))
		return W_RUNTIME;
	if (!bitset_has(&l->parts.added, n->idx))
		return W_ADDED;
	if ((*ret_lack = first_without(l, l->claims, n->idx)) < l->nclaims)
		return W_VOLUME;
	if (job_forbidden_by(c, j, n))
		return W_FORBIDDEN;
	if (places_full(&l->places, n->idx))
		return W_BUSY;
	if ((*ret_lack = first_without(l, l->attach, n->idx)) < l->nclaims)
		return W_IN_USE;
	if (l->nclaims && !bitset_has(&l->limit, n->idx))
		return W_LIMIT;
	if (ports_taken(j->spec.request, n->idx))
		return W_PORT;
	if (job_refused_by(c, j, n))
		return W_REFUSED;
	*ret_lack = res_lacking(c, n, &j->spec.request->needs);
	if (*ret_lack < j->spec.request->needs.n)
		return W_LACK;
	return passer_ahead(c, &l->passer, n->idx, 1) ? W_RESERVED : W_FIT;
}

static const char *sep(const struct looking *l, bool *first)
{
	const char *s = *first ? l->lead : ", ";
	*first = false;
	return s;
}

/* The name of a job in another namespace is not told. */
static void put_ahead(const struct job_record *j, const struct job_record *ahead, struct buf *b)
{
	if (ahead && str_eq(ahead->ns, j->ns))
		buf_printf(b, " (%s)", ahead->name);
}

/* The port, if it is the same on all nodes. */
static void put_ports(uint32_t n, const struct looking *l, bool *first, struct buf *b)
{
	const char *verb = n == 1 ? "does" : "do";
	if (!n)
		return;
	buf_printf(b, "%s%u %s not have ", sep(l, first), n, verb);
	if (l->ports)
		buf_puts(b, "the host ports free");
	else
		buf_printf(b, "host port %u/%s free", host_port_number(l->port),
			   host_port_protocol(l->port));
}

static void put_volumes(const struct job_record *j, const struct looking *l, bool *first,
			struct buf *b)
{
	for (uint32_t i = 0; i < l->nclaims; i++) {
		if (l->away[i])
			buf_printf(b, "%s%u %s not have volume %s", sep(l, first), l->away[i],
				   l->away[i] == 1 ? "does" : "do",
				   objects_claim(j->spec.request, i));
	}
}

static void put_in_use(const struct core *c, const struct job_record *j, const struct looking *l,
		       bool *first, struct buf *b)
{
	const struct request *r = j->spec.request;
	for (uint32_t i = 0; i < l->nclaims; i++) {
		if (l->barred[i])
			buf_printf(b, "%s%u cannot have volume %s, which is in use on %s",
				   sep(l, first), l->barred[i], objects_claim(r, i),
				   objects_claim_user(c, r, i));
	}
}

static void put_counts(const struct core *c, const struct job_record *j, const uint32_t *counts,
		       const uint32_t *lacks, const struct looking *l, struct buf *b)
{
	bool first = true;
	for (uint32_t i = 0; i < j->spec.request->needs.n; i++) {
		if (lacks[i])
			buf_printf(b, "%s%u %s %s", sep(l, &first), lacks[i],
				   lacks[i] == 1 ? "lacks" : "lack",
				   request_resource(j->spec.request, i));
	}
	for (uint32_t w = W_SELECTOR; w < W_N; w++) {
		if (w == W_VOLUME)
			put_volumes(j, l, &first, b);
		else if (w == W_IN_USE)
			put_in_use(c, j, l, &first, b);
		else if (w == W_RUNTIME && counts[w])
			buf_printf(b, "%s%u %s not match RuntimeClass %s", sep(l, &first),
				   counts[w], counts[w] == 1 ? "does" : "do",
				   j->spec.request->set->runtime_class->name);
		else if (w == W_PORT)
			put_ports(counts[w], l, &first, b);
		else if (counts[w] && w == W_BUSY && l->places.per_node > 1)
			buf_printf(b, "%s%u %s", sep(l, &first), counts[w],
				   full_words[counts[w] != 1]);
		else if (counts[w])
			buf_printf(b, "%s%u %s", sep(l, &first), counts[w],
				   words[w][counts[w] != 1]);
		if (counts[w] && w == W_FORBIDDEN)
			buf_printf(b, " (%s)", j->told.forbidden);
		if (w == W_REFUSED && counts[w] && *j->told.last_refusal)
			buf_printf(b, " (%s)", j->told.last_refusal);
		if (w == W_RESERVED)
			put_ahead(j, l->ahead, b);
	}
}

/* places: of nodes that each such thing keeps away, for how many members they may have room.
 * What helps a job that would otherwise not get enough nodes, even after all has passed that passes
 * without anybody's help. */
static void put_next_step(const uint32_t *places, uint32_t need, struct buf *b)
{
	uint32_t passing = places[W_FIT] + places[W_LACK] + places[W_BUSY] + places[W_REFUSED] +
			   places[W_PORT] + places[W_IN_USE] + places[W_LIMIT] + places[W_RESERVED];
	uint32_t kept_away = places[W_SELECTOR] + places[W_AFFINITY] + places[W_TAINT] +
			     places[W_RUNTIME] + places[W_ADDED] + places[W_VOLUME] +
			     places[W_CORDONED] + places[W_FAILED] + places[W_AGENT] +
			     places[W_NARROW] + places[W_FORBIDDEN];
	if (!passing && !kept_away)
		buf_puts(b, "; there are no nodes: add some");
	else if (passing < need && !kept_away)
		buf_puts(b, "; add nodes");
	else if (passing < need)
		buf_puts(b, "; add nodes, or change what keeps these away");
	else if (passing - places[W_BUSY] < need)
		buf_puts(b, "; add nodes, or wait until a member of the job has ended");
}

/* Some nodes, so many, lack what the job asks for even without any member, and no other node will
 * do. Whether it was put. nowhere: such a resource that no node lists; or NULL. */
static bool put_too_small(const uint32_t *places, uint32_t small, uint32_t need,
			  const char *nowhere, struct buf *b)
{
	uint32_t all = 0, passing = places[W_FIT] + places[W_LACK] - small + places[W_BUSY] +
				    places[W_REFUSED] + places[W_IN_USE] + places[W_LIMIT] +
				    places[W_RESERVED];
	if (!small || passing >= need)
		return false;
	if (nowhere) {
		buf_printf(b,
			   "; no node lists %s: add nodes whose device plugin offers it (Muster "
			   "makes no claims of devices)",
			   nowhere);
		return true;
	}
	for (uint32_t w = 0; w < W_N; w++)
		all += places[w];
	buf_puts(b, "; add nodes that have more, or lower the requests");
	if (all > passing + small)
		buf_puts(b, ", or change what keeps the others away");
	return true;
}

static void put_until(const struct core *c, int64_t at_ms, struct buf *b)
{
	char text[CLOCKTEXT_BYTES];
	clocktext_seconds(c->wall_ms + (at_ms - c->now_ms) + 999, text);
	buf_printf(b, " until %s", text);
}

/* Its nodes are held from its own namespace only, and why. */
static void put_own(const struct core *c, const struct reservation *r, struct buf *b)
{
	int64_t pause_ms = r->at_ms == INT64_MAX ? share_pause(c, r->job->ns) : 0;
	buf_puts(b, " (from jobs of its namespace only");
	if (pause_ms)
		put_until(c, pause_ms, b);
	buf_puts(b, pause_ms ? ", since its namespace held nodes for long)"
			     : ", since a job ahead in its namespace holds nodes)");
}

/* Whether nodes are held for the job. False: nothing is to be said. */
static bool put_hold(const struct core *c, const struct job_record *j, const struct looking *l,
		     struct buf *b)
{
	const struct reservation *r = l->own;
	uint32_t need = job_needs_at_once(j);
	if (r && (r->at_ms != INT64_MAX || r->until_ms != INT64_MAX))
		buf_printf(b,
			   l->places.per_node > 1 ? "; holds room for %u of %u member%s"
						  : "; holds %u of %u node%s",
			   l->ready, need, need == 1 ? "" : "s");
	if (r && r->own && !reservation_binds_nobody(r))
		put_own(c, r, b);
	if (r && r->at_ms != INT64_MAX) {
		buf_printf(b, "; expected to start in %lld s",
			   (long long)((r->at_ms - c->now_ms + 999) / 1000));
	} else if (r && r->until_ms != INT64_MAX) {
		buf_puts(b, r->equal ? "" : " from jobs of lower priority");
		put_until(c, r->until_ms, b);
	} else if (r) {
		buf_puts(b, "; jobs of its priority may pass it");
		put_until(c, j->place.since_ms + c->cfg.pass_limit_ms, b);
	} else if (j->place.pause_ms > c->now_ms) {
		buf_puts(b, "; held nodes in vain, so jobs behind it may pass");
		put_until(c, j->place.pause_ms, b);
	}
	return r || j->place.pause_ms > c->now_ms;
}

static void note_port(struct looking *l, uint64_t port)
{
	l->ports |= l->port && l->port != port;
	l->port = port;
}

static void look_at_claims(const struct core *c, const struct request *r, struct looking *l)
{
	l->nclaims = r->nclaims;
	nodes_all(c, &l->limit);
	volume_room_leave(c, r, &l->limit);
	for (uint32_t i = 0; i < l->nclaims; i++) {
		nodes_all(c, &l->claims[i]);
		objects_claim_reachable(c, r, i, &l->claims[i]);
		nodes_all(c, &l->attach[i]);
		objects_claim_attachable(c, r, i, &l->attach[i]);
	}
}

/* It passes without anybody's help. */
static bool passes(enum obstacle o)
{
	return o == W_FIT || o == W_LACK || o == W_BUSY || o == W_REFUSED || o == W_PORT ||
	       o == W_IN_USE || o == W_LIMIT || o == W_RESERVED;
}

/* What keeps the job away from the node. lacks: by resource, nodes that lack it. */
static void look_at_node(struct core *c, const struct job_record *j, const struct node_record *n,
			 struct looking *l, uint32_t *counts, uint32_t *lacks)
{
	uint32_t lack = 0;
	enum obstacle o = obstacle(c, j, n, l, &lack);
	counts[o]++;
	uint32_t fit = o == W_FIT ? places_fit(c, &l->places, &l->passer, n) : 0;
	places_count(c, &l->places, n, o, passes(o));
	l->small += o == W_LACK && !res_fits_empty(c, n, &j->spec.request->needs);
	if (o == W_LACK)
		lacks[lack]++;
	if (o == W_VOLUME)
		l->away[lack]++;
	if (o == W_IN_USE)
		l->barred[lack]++;
	if (o == W_PORT)
		note_port(l, ports_taken(j->spec.request, n->idx));
	if (fit && l->own && bitset_has(&l->own->nodes, n->idx))
		l->ready += fit < reservation_members(l->own, n->idx)
				    ? fit
				    : reservation_members(l->own, n->idx);
	if (o == W_RESERVED && !l->ahead)
		l->ahead = passer_ahead(c, &l->passer, n->idx, 1);
}

static void put_why(struct core *c, const struct job_record *j, struct buf *b)
{
	struct looking l = {.passer = passer_of(c, j), .own = reservation_of(c, j)};
	uint32_t counts[W_N] = {0}, need = job_needs_at_once(j);
	request_resolve(c, j->spec.request);
	AUTO(mem_freep) uint32_t *lacks = mem_zalloc(j->spec.request->needs.n + 1, sizeof *lacks);
	places_begin(c, j, W_BUSY, &l.places);
	selection_parts(c, j->spec.request->set, &l.parts);
	look_at_claims(c, j->spec.request, &l);
	for (uint32_t i = 0; i < c->nodes.n; i++) {
		const struct node_record *n = c->nodes.at[i];
		if (n && n->kube.exists)
			look_at_node(c, j, n, &l, counts, lacks);
	}
	bitset_done(&l.limit);
	selection_parts_done(&l.parts);
	for (uint32_t i = 0; i < l.nclaims; i++) {
		bitset_done(&l.claims[i]);
		bitset_done(&l.attach[i]);
	}
	if (j->life.start_ms)
		need = j->place.want;
	if (l.places.per_node > 1)
		places_put(&l.places, need, j->life.start_ms, b);
	else
		buf_printf(b, "needs %u%s node%s: %u fit%s", need, j->life.start_ms ? " more" : "",
			   need == 1 ? "" : "s", counts[W_FIT], counts[W_FIT] == 1 ? "s" : "");
	l.lead = l.places.per_node == 1 ? "; " : counts[W_FIT] ? "; other nodes: " : "; nodes: ";
	put_counts(c, j, counts, lacks, &l, b);
	const char *nowhere = request_nowhere(c, j->spec.request, lacks);
	bool said = put_too_small(l.places.of, l.small, need, nowhere, b);
	if (!put_hold(c, j, &l, b) && !said)
		put_next_step(l.places.of, need, b);
	places_done(&l.places);
}

static void explain(struct core *c, struct job_record *j)
{
	AUTO(buf_done) struct buf b = BUF_INIT(WHY_BYTES_MAX);
	struct objects_for who = {j->spec.parallelism, job_needs_at_once(j),
				  job_most_on_node(j) > 1};
	if (!objects_obstacle(j->spec.request, who, &b))
		put_why(c, j, &b);
	if (!j->life.start_ms)
		job_set_condition(c, j, JC_SCHEDULED, COND_FALSE, R_Unschedulable);
	job_set_message(j, R_Unschedulable, "%s", buf_str(&b));
	if (!j->told.waiting) {
		job_told_waiting(j, true);
		log_info(c->log, "job waiting", KS("job", j->key), KS("why", j->told.message));
		event_job(c, j, R_Unschedulable, j->told.message);
	}
	job_dirty(c, j);
}

static void fill(struct core *c)
{
	int64_t most = WHY_AT_ONCE * WHY_EACH_MS;
	c->waiting.tokens_ms += c->waiting.filled_ms ? c->now_ms - c->waiting.filled_ms : most;
	c->waiting.tokens_ms = c->waiting.tokens_ms > most ? most : c->waiting.tokens_ms;
	c->waiting.filled_ms = c->now_ms;
}

static struct job_record *due(const struct core *c)
{
	struct job_record *j = c->waiting.first ? c->waiting.first : c->waiting.again;
	return j && j->waiting_ms <= c->now_ms ? j : NULL;
}

void explain_due(struct core *c)
{
	struct job_record *j;
	uint32_t n = 0;
	fill(c);
	while ((j = due(c)) && n < WHY_PER_STEP && c->waiting.tokens_ms >= WHY_EACH_MS) {
		/* Before the gate opens, it is not known which nodes have agents: the message that
		 * the previous leader wrote stays. */
		if (!c->gate.open && j->told.reason == R_Unschedulable) {
			waiting_again(c, j, c->gate.opens_ms);
			continue;
		}
		waiting_again(c, j, c->now_ms + c->cfg.message_refresh_ms);
		if (!job_blocked(j))
			continue;
		if (!objects_known(j->spec.request)) {
			waiting_again(c, j, c->now_ms + WHY_UNKNOWN_MS);
			continue;
		}
		explain(c, j);
		c->waiting.tokens_ms -= WHY_EACH_MS;
		n++;
	}
}

int64_t explain_deadline(const struct core *c)
{
	int64_t at = INT64_MAX, lack = WHY_EACH_MS - c->waiting.tokens_ms;
	if (c->waiting.first)
		at = c->waiting.first->waiting_ms;
	else if (c->waiting.again)
		at = c->waiting.again->waiting_ms;
	int64_t tokens = c->waiting.filled_ms + (lack > 0 ? lack : 0);
	return at == INT64_MAX || at > tokens ? at : tokens;
}
