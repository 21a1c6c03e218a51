/* SPDX-License-Identifier: Apache-2.0 */
#include "drive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"

int64_t cpu_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void note_orders(struct drive *d, const struct core_actions *actions)
{
	for (uint32_t i = 0; i < actions->n; i++) {
		if (actions->v[i].type != ACT_ORDERS)
			continue;
		VEC_GROW(d->ordered, d->nordered, d->ordered_cap);
		d->ordered[d->nordered++] = (uint32_t)strtoul(actions->v[i].node + 1, NULL, 10);
	}
}

static void step(struct drive *d, struct core_event *ev)
{
	struct core_actions actions;
	ev->now_ms = d->now_ms;
	ev->wall_ms = INT64_C(1700000000000) + d->now_ms;
	int64_t began = cpu_us();
	core_step(d->core, ev, &actions);
	int64_t took = cpu_us() - began;
	d->busy_us += took;
	d->worst_us = took > d->worst_us ? took : d->worst_us;
	note_orders(d, &actions);
}

static void tell_node(struct drive *d, int64_t i)
{
	struct load_node *n = &d->l->node[i];
	const struct ref_node *r = &d->l->rnode[i];
	struct node node = {
		.meta = {.name = n->name, .uid = n->uid, .rv = "1", .labels = r->labels},
		.allocatable = {n->room, ARRAY_LEN(n->room)},
		.taints = r->taints,
		.ntaints = r->ntaints,
		.ready = COND_TRUE};
	struct compute_node compute_node = {.meta = {.name = n->name, .uid = n->uid, .rv = "1"},
					    .owned_by_node = true,
					    .resources = {n->room, ARRAY_LEN(n->room)}};
	struct core_event ev = {.type = CEV_NODE, .node = &node};
	step(d, &ev);
	ev = (struct core_event){.type = CEV_COMPUTE_NODE, .compute_node = &compute_node};
	step(d, &ev);
}

void drive_hello(struct drive *d, int64_t i, const struct member *v, uint32_t n)
{
	struct load_node *node = &d->l->node[i];
	struct capacity capacity = {.foreign = {node->foreign, 1}};
	struct core_event ev = {.type = CEV_HELLO,
				.agent = {.node = node->name,
					  .session = (uint64_t)i + 1,
					  .boot_id = "boot",
					  .version = "1",
					  .capacity = &capacity,
					  .members = v,
					  .nmembers = n}};
	step(d, &ev);
}

void drive_hellos(struct drive *d)
{
	for (int64_t i = 0; i < d->l->nodes; i++)
		drive_hello(d, i, NULL, 0);
}

void drive_lead(struct drive *d)
{
	struct core_config cfg = core_config_usual();
	struct core_event ev = {.type = CEV_LEAD, .epoch = 1};
	cfg.node_silent_grace_ms = d->grace_ms ? d->grace_ms : 1 << 30;
	cfg.node_not_ready_ms = 0;
	cfg.node_unheard_ms = 1000;
	cfg.loop_gap_ms = 1 << 30;
	cfg.creates_initial = d->window ? d->window : 100000;
	d->core = core_new(&cfg, NULL);
	d->now_ms = 1000;
	step(d, &ev);
	for (int64_t i = 0; i < d->l->nodes; i++)
		tell_node(d, i);
}

void drive_sync(struct drive *d)
{
	struct core_event ev = {.type = CEV_SYNCED};
	step(d, &ev);
}

void drive_job(struct drive *d, const struct load_job *j, int64_t created_ms, int32_t priority)
{
	struct job job = {.meta = {.ns = "default",
				   .name = j->name,
				   .uid = j->uid,
				   .rv = "1",
				   .generation = 1,
				   .created_ms = created_ms},
			  .spec = j->spec};
	job.spec.requests.v = j->requests;
	job.spec.priority = priority;
	struct core_event ev = {.type = CEV_JOB, .job = &job};
	step(d, &ev);
}

void drive_job_gone(struct drive *d, const struct load_job *j)
{
	struct meta gone = {.ns = "default", .name = j->name, .uid = j->uid, .rv = "2"};
	struct core_event ev = {.type = CEV_JOB_GONE, .gone = &gone};
	step(d, &ev);
}

void drive_pods(struct drive *d, const struct member *v, uint32_t n, bool last)
{
	struct core_event ev = {.type = CEV_PODS,
				.pods = {.members = v, .nmembers = n, .last = last}};
	step(d, &ev);
}

void drive_tick(struct drive *d, int64_t ms)
{
	struct core_event ev = {.type = CEV_TICK};
	d->now_ms += ms;
	step(d, &ev);
}

void drive_settle(struct drive *d)
{
	while (core_deadline(d->core) <= d->now_ms)
		drive_tick(d, 0);
}

void drive_report(struct drive *d, const struct member *m, uint64_t session)
{
	struct core_event ev = {
		.type = CEV_REPORT,
		.agent = {.node = m->node, .session = session, .members = m, .nmembers = 1}};
	step(d, &ev);
}

enum { TOLD_AT_ONCE = 64 };

/* The pod of an order, with the words of the order: those are the core's, and do not live long. */
struct told {
	char job_name[LOAD_TEXT], job_uid[LOAD_TEXT], pod[POD_NAME_BYTES];
};

/* The agent of node number i reports the pods that it was to make. */
static void answer_node(struct drive *d, uint32_t i)
{
	struct member m[TOLD_AT_ONCE];
	struct told text[TOLD_AT_ONCE];
	const struct order *v;
	uint32_t norders, n = 0, most = d->told_at_once ? d->told_at_once : TOLD_AT_ONCE;
	uint64_t revision;
	core_orders(d->core, d->l->node[i].name, &v, &norders, &revision);
	for (uint32_t k = 0; k < norders && n < most; k++) {
		if (!v[k].launch || *v[k].pod_uid || *v[k].job_name != 'j')
			continue;
		struct told *t = &text[n];
		ref_text(t->job_name, sizeof t->job_name, "%s", v[k].job_name);
		ref_text(t->job_uid, sizeof t->job_uid, "%s", v[k].job_uid);
		ref_text(t->pod, sizeof t->pod, "%s", v[k].pod);
		int64_t job = strtoll(t->job_name + 1, NULL, 10);
		m[n++] = (struct member){.ns = "default",
					 .job_name = t->job_name,
					 .job_uid = t->job_uid,
					 .pod = t->pod,
					 .pod_uid = t->pod,
					 .node = d->l->node[i].name,
					 .index = v[k].index,
					 .attempt = v[k].attempt,
					 .template_hash = "0123456789abcdef",
					 .requests = d->l->job[job].spec.requests,
					 .phase = MEMBER_PENDING};
	}
	struct core_event ev = {.type = CEV_REPORT,
				.agent = {.node = d->l->node[i].name,
					  .session = (uint64_t)i + 1,
					  .members = m,
					  .nmembers = n}};
	if (n)
		step(d, &ev);
}

void drive_answer(struct drive *d)
{
	int64_t busy_us = d->busy_us;
	uint32_t n = d->nordered;
	for (uint32_t i = 0; i < n; i++)
		answer_node(d, d->ordered[i]);
	d->nordered -= n; /* what these reports changed stays for the next call */
	memmove(d->ordered, d->ordered + n, d->nordered * sizeof *d->ordered);
	d->answer_us += d->busy_us - busy_us;
	d->busy_us = busy_us;
}

void drive_done(struct drive *d)
{
	core_free(d->core);
	free(d->ordered);
	*d = (struct drive){.l = d->l};
}

uint64_t drive_placed(const struct drive *d)
{
	struct core_stats stats = {0};
	core_stats(d->core, &stats);
	return stats.placements;
}

static const struct load_job *job_of(const struct load *l, const struct load_job *more,
				     uint32_t nmore, const struct order *o, int64_t *ret_number)
{
	*ret_number = -1;
	for (uint32_t i = 0; i < nmore; i++) {
		if (!strcmp(more[i].uid, o->job_uid))
			return &more[i];
	}
	*ret_number = strtoll(o->job_name + 1, NULL, 10);
	if (*ret_number < 0 || *ret_number >= l->jobs)
		return NULL;
	return &l->job[*ret_number];
}

enum { SEEN = 1024 };

/* seen: by job, the last node where it had a member, and how many it had there. */
static bool may_be_one_more(const struct load *l, int64_t job, int64_t node, int64_t *seen)
{
	if (job < 0)
		return true;
	int64_t n = seen[job] / SEEN == node ? seen[job] % SEEN + 1 : 1;
	seen[job] = node * SEEN + n;
	return n <= l->per_node;
}

static bool check_node(struct drive *d, const struct load_job *more, uint32_t nmore, int64_t i,
		       int64_t *seen, uint64_t *members)
{
	struct ref_node *n = &d->l->rnode[i];
	const struct order *v;
	uint32_t norders;
	uint64_t revision;
	int64_t used[REF_RES] = {0}, number;
	bool ok = true;
	core_orders(d->core, n->name, &v, &norders, &revision);
	for (uint32_t k = 0; k < norders; k++) {
		const struct load_job *j = job_of(d->l, more, nmore, &v[k], &number);
		if (!j)
			return false;
		ok = ok && ref_matches(n, &j->spec) && may_be_one_more(d->l, number, i, seen);
		*members += number >= 0;
		for (uint32_t r = 0; r < REF_RES; r++)
			used[r] += ref_asked(&j->spec, r);
	}
	for (uint32_t r = 0; r < REF_RES; r++)
		ok = ok && used[r] <= n->cap[r];
	return ok;
}

bool drive_check(struct drive *d, const struct load_job *more, uint32_t nmore,
		 uint64_t *ret_members)
{
	AUTO(mem_freep) int64_t *seen = mem_alloc((size_t)d->l->jobs * sizeof *seen);
	bool ok = true;
	*ret_members = 0;
	for (int64_t i = 0; i < d->l->jobs; i++)
		seen[i] = -SEEN;
	for (int64_t i = 0; i < d->l->nodes; i++)
		ok = check_node(d, more, nmore, i, seen, ret_members) && ok;
	return ok;
}
