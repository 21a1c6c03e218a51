/* SPDX-License-Identifier: Apache-2.0 */
/* A pod is created once for each order, by its name, which no other attempt has. Created means
 * seen: an order whose pod was ever seen, by this agent or by the coordinator (then the order has
 * the UID), is never carried out again. The pod of such an order is gone only if it vanished
 * before our eyes or a live read did not find it. A create whose answer got lost finds its name
 * taken: the pod is read, the same attempt is adopted, any other pod holds the name.
 *
 * An order is a lease: no create begins when no leader was heard for ORDER_LEASE_MS. So the next
 * leader knows for how long orders of the previous leader may still be carried out: the lease, the
 * create's own deadline and what TCP sends again, together less than node_unheard_ms. */
#include "agent/core/launch.h"

#include "base/mem.h"

enum { IN_FLIGHT_MAX = 32, ORDER_LEASE_MS = 10000, LEASE_LOOK_MS = 1000 };

/* ---- requests ---- */

static void create_pod(struct order_table *t, struct step *st, struct order_record *o)
{
	AUTO(mem_freep) char *job = pod_key(o->o.ns, o->o.job_name);
	order_create_out(t, o);
	log_info(t->log, "member launching", KS("job", job), KI("member", o->o.index),
		 KI("attempt", o->o.attempt), KS("pod", o->o.pod));
	step_act(st, &(struct agent_action){.type = AACT_CREATE,
					    .create = {.ns = o->o.ns,
						       .name = o->o.pod,
						       .job_name = o->o.job_name,
						       .job_uid = o->o.job_uid,
						       .node = t->node,
						       .index = o->o.index,
						       .attempt = o->o.attempt,
						       .parallelism = o->o.parallelism,
						       .completions = o->o.completions,
						       .template_hash = o->o.template_hash,
						       .proof = o->o.proof}});
}

static void read_pod(struct order_table *t, struct step *st, struct order_record *o)
{
	order_read_out(t, o);
	step_act(st, &(struct agent_action){.type = AACT_READ, .read = {o->o.ns, o->o.pod}});
}

/* The coordinator knows the order's pod, this agent does not: the pod is gone, or our watch lags
 * behind. */
static bool must_read(const struct order_record *o)
{
	return o->o.pod_uid[0] != '\0';
}

static bool can_create(struct order_table *t, struct step *st, struct order_record *o,
		       const struct template_set *templates, bool may_create)
{
	must(!order_was_seen(o));
	if (!o->o.launch)
		return false;
	if (may_create)
		return template_set_has(templates, o->o.ns, o->o.template_hash);
	/* The two programs are configured apart: the coordinator must create the pod. */
	order_refuse(t, st, o, MEMBER_DENIED, "LaunchDisabled",
		     "agents launch nothing here (--launch)");
	return false;
}

/* Carries out one order in WANT if it is due; else the step is due when it may be. */
static void launch(struct order_table *t, struct step *st, struct order_record *o, bool read)
{
	if (!read && st->unheard_ms > ORDER_LEASE_MS) {
		/* The next session brings orders anew. A session that goes on after a standstill of
		 * ours is heard again within a moment. */
		step_due(st, st->now_ms + LEASE_LOOK_MS);
	} else if (!read && order_awaits_ticket(o)) {
		return; /* the next set of orders has one */
	} else if (o->due_ms > st->now_ms) {
		step_due(st, o->due_ms);
	} else if (t->flying < IN_FLIGHT_MAX) {
		if (read)
			read_pod(t, st, o);
		else
			create_pod(t, st, o);
	}
}

void launch_due(struct order_table *t, struct step *st, const struct pod_table *pods,
		const struct template_set *templates, bool may_create)
{
	struct order_record *o, *next;
	if (!pods->synced)
		return;
	HASH_ITER (hh, t->records, o, next) {
		if (o->state != ORDER_WANT)
			continue;
		bool read = must_read(o);
		if (read || can_create(t, st, o, templates, may_create))
			launch(t, st, o, read);
	}
}

/* ---- answers ---- */

/* Never before the time that the server named. Who gives tickets spreads the tries, too. */
static int64_t pause(struct order_record *o, const struct agent_event *ev, struct rng *rng)
{
	int64_t ms = backoff_next(&o->backoff, rng), named_ms = ev->created.retry_after_ms;
	if (ev->type == AEV_CREATED && o->used)
		return named_ms;
	return ms > named_ms ? ms : named_ms + (int64_t)rng_below(rng, (uint64_t)named_ms / 4 + 1);
}

static void retry(struct order_table *t, struct step *st, struct order_record *o,
		  const struct agent_event *ev, struct rng *rng)
{
	AUTO(mem_freep) char *job = pod_key(o->o.ns, o->o.job_name);
	enum rc rc = ev->created.rc;
	const char *reason = str_or_empty(ev->created.reason);
	const char *message = str_or_empty(ev->created.message);
	int64_t ms = pause(o, ev, rng);
	LOG_AT(t->log, o->failing ? LOG_DEBUG : LOG_WARN,
	       ev->type == AEV_READ ? "pod not read, trying again"
				    : "pod not created, trying again",
	       KS("job", job), KI("member", o->o.index), KI("attempt", o->o.attempt),
	       KS("pod", o->o.pod), KS("rc", rc_name(ev->created.rc)),
	       KS("error", ev->created.message), KI("after_ms", ms));
	order_retry(t, o, st->now_ms + ms);
	o->busy = ev->created.busy;
	o->retry_after_ms = ev->created.retry_after_ms;
	if (ev->type == AEV_CREATED && (rc != RC_EXISTS || o->used))
		order_create_failed(st, o, *reason ? reason : rc_name(rc),
				    *message ? message : rc_text(rc));
}

/* What the API server will say again however often it is asked. */
static bool denied(enum rc rc)
{
	return rc == RC_FORBIDDEN || rc == RC_INVALID || rc == RC_BADREQUEST || rc == RC_TOOBIG ||
	       rc == RC_NOTFOUND || rc == RC_CONFIG;
}

/* Whether the pod that was read is the order's attempt, on this node. */
static bool is_ours(const struct order_table *t, const struct order_record *o,
		    const struct pod *pod)
{
	struct member m;
	return member_of_pod(pod, &m) && order_is_of(o, &m) && str_eq(m.node, t->node);
}

static void launched(struct order_table *t, struct step *st, struct order_record *o,
		     struct pod_table *pods, const struct pod *pod)
{
	order_launched(t, o, pod->meta.uid);
	pods_put(pods, st, pod, false);
}

/* The order that an answer is about. */
static struct order_record *answered(const struct order_table *t, const struct agent_event *ev)
{
	AUTO(mem_freep) char *key = pod_key(ev->created.ns, ev->created.name);
	return order_find(t, key);
}

void launch_created(struct order_table *t, struct step *st, struct pod_table *pods,
		    const struct agent_event *ev, struct rng *rng)
{
	struct order_record *o = answered(t, ev);
	const struct pod *pod = ev->created.pod;
	enum rc rc = ev->created.rc;
	/* The order was dropped meanwhile, or the watch was faster and has told more than this
	 * answer can. */
	if (!o || o->state != ORDER_FLYING)
		return;
	must(!pod || rc == RC_OK || rc == RC_EXISTS);
	if (pod && is_ours(t, o, pod))
		launched(t, st, o, pods, pod);
	else if (pod && rc == RC_OK)
		order_refuse(t, st, o, MEMBER_HELD, "NameTaken",
			     "the pod that was created is not as ordered");
	else if (pod)
		order_refuse(t, st, o, MEMBER_HELD, "NameTaken", "another pod has this name");
	else if (denied(rc))
		order_refuse(t, st, o, MEMBER_DENIED, ev->created.reason, ev->created.message);
	else if (!o->withdrawn)
		retry(t, st, o, ev, rng);
	if (o->withdrawn && o->state != ORDER_REFUSED)
		order_drop(t, o);
}

void launch_read(struct order_table *t, struct step *st, struct pod_table *pods,
		 const struct agent_event *ev, struct rng *rng)
{
	struct order_record *o = answered(t, ev);
	const struct pod *pod = ev->created.pod;
	enum rc rc = ev->created.rc;
	if (!o || o->state != ORDER_READING)
		return;
	bool exists = rc == RC_OK && pod && str_eq(pod->meta.uid, o->o.pod_uid);
	if (exists && is_ours(t, o, pod))
		launched(t, st, o, pods, pod);
	else if (rc == RC_OK || rc == RC_NOTFOUND)
		order_refuse(t, st, o, MEMBER_GONE, "PodGone", "the pod does not exist any more");
	else
		retry(t, st, o, ev, rng);
}
