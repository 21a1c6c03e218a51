/* SPDX-License-Identifier: Apache-2.0 */
/* How fast the coordinator's core places members, beside a plain scheduler that looks at every node
 * for every job (test/ref). Both get the same nodes and jobs; when the clock has stopped each
 * assignment of the core is checked. Printed are
 *
 *	placements_per_s	the whole queue is known, then the agents are: until all is placed
 *	fed_per_s		jobs come one by one to a cluster that works
 *	answers_per_s		the agents' reports that the pods of these are there
 *	worst_step_ms		the longest step of both
 *	gang_ms			a gang of as many members as there are nodes (shape gang)
 *	idle_*			what a turn costs while so many jobs wait that do not fit */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "drive.h"
#include "moments.h"
#include "orders.h"
#include "os/options.h"
#include "os/process.h"
#include "what_if.h"

static const char *const shapes[] = {"plain", "selector", "affinity", "taints",
				     "gang",  "backfill", NULL};

static double per_second(uint64_t n, int64_t us)
{
	return (double)n * 1e6 / (double)(us ? us : 1);
}

static double ms(int64_t us)
{
	return (double)us / 1000;
}

/* Shape backfill: a third of the nodes are busy for an hour, and a gang of higher priority waits
 * for some of them: four fifths of all nodes are kept for it. */
static uint32_t obstacles(struct drive *d, struct load_job more[2])
{
	if (d->l->shape != SHAPE_BACKFILL)
		return 0;
	load_one(d->l, &more[0], "run", d->l->nodes / 3, d->l->cpu_each / 3);
	more[0].spec.active_deadline_s = 3600;
	load_one(d->l, &more[1], "big", d->l->nodes * 4 / 5, d->l->cpu_each * 3 / 5);
	drive_job(d, &more[0], 0, 100);
	drive_job(d, &more[1], 0, 99);
	return 2;
}

struct result {
	int64_t us, worst_us, answer_us;
	size_t nodes_bytes, jobs_bytes, members_bytes;
	bool ok;
};

static size_t in_use(void)
{
	return mallinfo2().uordblks;
}

static bool all_placed(struct drive *d, const struct load_job *more, uint32_t nmore)
{
	uint64_t members;
	return drive_check(d, more, nmore, &members) &&
	       members == (uint64_t)(d->l->jobs * d->l->parallelism);
}

/* The queue is known, the agents come, and everything is placed in whole cycles: to have one
 * snapshot the agents' hellos come before the list of jobs is complete. */
static void run_queue(struct drive *d, struct result *r)
{
	struct load_job more[2];
	size_t before = in_use();
	drive_lead(d);
	drive_hellos(d);
	r->nodes_bytes = in_use() - before;
	uint32_t nmore = obstacles(d, more);
	for (int64_t i = 0; i < d->l->jobs; i++)
		drive_job(d, &d->l->job[i], LOAD_CREATED, 0);
	r->jobs_bytes = in_use() - before - r->nodes_bytes;
	d->busy_us = d->worst_us = 0;
	drive_sync(d);
	printf("sync_step_ms=%.1f ", ms(d->busy_us));
	d->worst_us = 0;
	drive_settle(d);
	r->us = d->busy_us;
	r->worst_us = d->worst_us;
	r->members_bytes = in_use() - before - r->nodes_bytes - r->jobs_bytes;
	r->ok = all_placed(d, more, nmore);
}

/* Jobs come one a millisecond, and their pods are there some milliseconds later: else their tickets
 * would time out, and most of the time would be spent on that. */
enum { ANSWERED_TOGETHER = 20 };

static void run_fed(struct drive *d, struct result *r)
{
	struct load_job more[2];
	drive_lead(d);
	drive_sync(d);
	drive_hellos(d);
	uint32_t nmore = obstacles(d, more);
	drive_settle(d);
	d->busy_us = d->worst_us = 0;
	for (int64_t i = 0; i < d->l->jobs; i++) {
		d->now_ms++;
		drive_job(d, &d->l->job[i], LOAD_CREATED + i, 0);
		if (i % ANSWERED_TOGETHER == 0)
			drive_answer(d);
	}
	drive_settle(d);
	r->us = d->busy_us;
	r->worst_us = d->worst_us;
	drive_answer(d);
	r->answer_us = d->answer_us;
	r->ok = all_placed(d, more, nmore);
}

/* As many members as nodes, in one decision. */
static void run_gang(struct drive *d)
{
	struct load_job gang;
	if (d->l->shape != SHAPE_GANG)
		return;
	load_one(d->l, &gang, "gang", d->l->nodes, 50);
	static const struct toleration all = {.exists = true};
	gang.spec.tolerations = &all;
	gang.spec.ntolerations = 1;
	uint64_t before = drive_placed(d);
	d->worst_us = 0;
	drive_job(d, &gang, LOAD_CREATED, 0);
	drive_settle(d);
	printf("gang_members=%llu gang_ms=%.1f\n", (unsigned long long)(drive_placed(d) - before),
	       ms(d->worst_us));
}

/* One member that was placed ends. */
static void end_one(struct drive *d)
{
	for (int64_t i = 0; i < d->l->nodes; i++) {
		const struct order *v;
		uint32_t n;
		uint64_t revision;
		core_orders(d->core, d->l->node[i].name, &v, &n, &revision);
		if (!n)
			continue;
		char pod[POD_NAME_BYTES];
		memcpy(pod, v->pod, strlen(v->pod) + 1);
		struct member m = {.ns = "default",
				   .job_name = v->job_name,
				   .job_uid = v->job_uid,
				   .pod = pod,
				   .pod_uid = "u",
				   .node = d->l->node[i].name,
				   .index = v->index,
				   .attempt = v->attempt,
				   .template_hash = "0123456789abcdef",
				   .phase = MEMBER_SUCCEEDED};
		drive_report(d, &m, (uint64_t)i + 1);
		drive_settle(d);
		return;
	}
}

static void run_idle(struct drive *d, int64_t waiting)
{
	struct load_job j;
	char name[LOAD_TEXT];
	d->worst_us = 0;
	for (int64_t i = 0; i < waiting; i++) {
		ref_text(name, sizeof name, "w%lld", (long long)i);
		load_one(d->l, &j, name, 1, d->l->cpu_each * 19 / 20);
		j.requests[1].milli += 1000 * i;
		d->now_ms++;
		drive_job(d, &j, LOAD_CREATED + 1000000 + i, -1);
	}
	drive_settle(d);
	int64_t fill_worst = d->worst_us;
	d->worst_us = d->busy_us = 0;
	enum { TURNS = 1000 };
	for (int i = 0; i < TURNS; i++)
		drive_tick(d, 10);
	printf("queued=%lld fill_worst_step_ms=%.2f idle_turn_ms=%.4f idle_worst_ms=%.2f ",
	       (long long)waiting, ms(fill_worst), ms(d->busy_us) / (double)TURNS, ms(d->worst_us));
	d->busy_us = 0;
	end_one(d);
	printf("freed_ms=%.2f ", ms(d->busy_us));
	d->busy_us = 0;
	load_one(d->l, &j, "last", 1, d->l->cpu_each * 19 / 20);
	drive_job(d, &j, LOAD_CREATED + 3000000, -1);
	drive_settle(d);
	printf("new_job_ms=%.2f\n", ms(d->busy_us));
}

/* The plain scheduler on the same nodes and jobs, for about a second. */
static double run_plain(struct load *l)
{
	AUTO(mem_freep) uint32_t *v = mem_zalloc((size_t)l->parallelism, sizeof *v);
	AUTO(mem_freep) int32_t *where = mem_zalloc((size_t)l->parallelism, sizeof *where);
	struct ref r = {.nodes = l->rnode, .nnodes = (uint32_t)l->nodes, .spread = true};
	int64_t began = cpu_us();
	uint64_t placed = 0;
	for (int64_t i = 0; i < l->jobs && cpu_us() - began < 1000000; i++) {
		struct ref_job j = {.spec = &l->job[i].spec, .where = where};
		for (int64_t m = 0; m < l->parallelism; m++)
			where[m] = REF_NOWHERE;
		uint32_t n = ref_pick(&r, &j, (uint32_t)l->parallelism, v);
		for (uint32_t k = 0; k < n; k++) {
			for (uint32_t x = 0; x < REF_RES; x++)
				l->rnode[v[k]].used[x] += ref_asked(j.spec, x);
		}
		placed += n;
	}
	return per_second(placed, cpu_us() - began);
}

static int run(struct load *l, int64_t waiting)
{
	struct drive d = {.l = l};
	struct result queue = {0}, fed = {0};
	uint64_t members = (uint64_t)(l->jobs * l->parallelism);
	load_make(l);
	printf("shape=%s nodes=%lld jobs=%lld parallelism=%lld per_node=%lld "
	       "distinct_requests=%u\n",
	       shapes[l->shape], (long long)l->nodes, (long long)l->jobs, (long long)l->parallelism,
	       (long long)l->per_node, l->distinct);
	run_queue(&d, &queue);
	printf("queue_correct=%s\n", queue.ok ? "yes" : "no");
	drive_done(&d);
	run_fed(&d, &fed);
	printf("fed_correct=%s\n", fed.ok ? "yes" : "no");
	run_gang(&d);
	if (waiting)
		run_idle(&d, waiting);
	drive_done(&d);
	double plain = run_plain(l), rate = per_second(members, queue.us);
	printf("placements_per_s=%.0f fed_per_s=%.0f reference_per_s=%.0f ratio=%.1f\n", rate,
	       per_second(members, fed.us), plain, rate / plain);
	printf("answers_per_s=%.0f\n", per_second(members, fed.answer_us));
	printf("worst_step_ms=%.1f fed_worst_step_ms=%.1f\n", ms(queue.worst_us), ms(fed.worst_us));
	printf("bytes_per_node=%zu bytes_per_job=%zu bytes_per_member=%zu\n",
	       queue.nodes_bytes / (size_t)l->nodes, queue.jobs_bytes / (size_t)l->jobs,
	       queue.members_bytes / (size_t)members);
	load_done(l);
	return queue.ok && fed.ok ? 0 : 1;
}

static int run_moments(struct load *l, int64_t n)
{
	load_make(l);
	moments(l, n);
	load_done(l);
	return 0;
}

static int run_orders(struct load *l, int64_t n)
{
	l->nodes = l->parallelism = 1;
	l->jobs = n;
	orders_run(l);
	return 0;
}

static bool number(const char *s, int64_t least, int64_t max, int64_t *ret)
{
	char *end;
	*ret = strtoll(s, &end, 10);
	return *s && !*end && *ret >= least && *ret <= max;
}

int main(int argc, char **argv)
{
	const char *nodes, *jobs, *parallelism, *per_node, *waiting, *many, *questions, *orders,
		*word;
	int shape;
	struct err e;
	const struct option_rule rules[] = {
		{"nodes", OPTION_STRING, &nodes, NULL, "5000", NULL, "N", "number of nodes"},
		{"jobs", OPTION_STRING, &jobs, NULL, "200", NULL, "N", "number of jobs"},
		{"parallelism", OPTION_STRING, &parallelism, NULL, "500", NULL, "N",
		 "members of each job"},
		{"per-node", OPTION_STRING, &per_node, NULL, "1", NULL, "N",
		 "so many members of a job may share a node"},
		{"queued", OPTION_STRING, &waiting, NULL, "0", NULL, "N",
		 "number of waiting jobs, for the cost of an idle turn"},
		{"moments", OPTION_STRING, &many, NULL, "0", NULL, "N",
		 "number of jobs that change at once; measures only that"},
		{"what-if", OPTION_STRING, &questions, NULL, "0", NULL, "N",
		 "number of questions what would be placed of a job; measures only that"},
		{"orders", OPTION_STRING, &orders, NULL, "0", NULL, "N",
		 "number of jobs that start on one node; measures only the orders that it is sent"},
		{"shape", OPTION_CHOICE, &shape, NULL, "plain", shapes,
		 "plain|selector|affinity|taints|gang|backfill", "what the jobs ask for"},
	};
	struct load l = {0};
	if (options_asked(argc, argv, "--help")) {
		options_help(stdout, "bench-placement [OPTION…]", rules, ARRAY_LEN(rules));
		return 0;
	}
	if (options_asked(argc, argv, "--version")) {
		printf("bench-placement %s\n", MUSTER_VERSION);
		return 0;
	}
	if (options_parse(rules, ARRAY_LEN(rules), argc, argv, &word, &e) != RC_OK) {
		fprintf(stderr, "bench-placement: %s\n", e.msg);
		return 2;
	}
	if (word) {
		fprintf(stderr,
			"bench-placement: unexpected argument %s; --help lists the "
			"options\n",
			word);
		return 2;
	}
	process_small_memory(); /* as the program has it */
	l.shape = (enum shape)shape;
	int64_t queued, at_once, asked, ordered;
	if (!number(nodes, 1, 100000, &l.nodes) || !number(jobs, 1, 1000000, &l.jobs) ||
	    !number(parallelism, 1, PARALLELISM_MAX, &l.parallelism) ||
	    !number(per_node, 1, PER_NODE_MAX, &l.per_node) ||
	    !number(waiting, 0, 1000000, &queued) || !number(many, 0, 1000000, &at_once) ||
	    !number(questions, 0, 10000000, &asked) || (asked && l.jobs < 2) ||
	    !number(orders, 0, 4096, &ordered) || l.parallelism * 4 > l.nodes) {
		fprintf(stderr, "bench-placement: numbers must be positive, and a job may have at "
				"most a quarter as many members as there are nodes\n");
		return 2;
	}
	if (ordered)
		return run_orders(&l, ordered);
	if (asked)
		return what_if_run(&l, asked) ? 0 : 1;
	return at_once ? run_moments(&l, at_once) : run(&l, queued);
}
