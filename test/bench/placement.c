/* SPDX-License-Identifier: Apache-2.0 */
/* How fast the coordinator's core places members, beside a plain scheduler that looks at every node
 * for every member. Both get the same nodes and jobs; afterwards each assignment of the core is
 * checked: the node matches, has room, and holds one member of a job. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "coordinator/core/core.h"
#include "model/selector.h"
#include "os/clock.h"
#include "os/options.h"

enum { VARIANTS = 200, ZONES = 8, CPU_EACH = 100, TEXT = 32 };

struct bench {
	int64_t nodes, jobs, parallelism;
	bool selector;
	char (*node_names)[TEXT], (*node_uids)[TEXT], (*zones)[TEXT], (*variants)[TEXT];
	char (*job_names)[TEXT], (*job_uids)[TEXT];
	int64_t *used;            /* of the plain scheduler: milli-CPU for each node */
	int64_t now_ms, worst_us; /* the longest step */
	struct core *core;
};

static void text(char ret[TEXT], const char *prefix, int64_t i)
{
	AUTO(buf_done) struct buf b = BUF_INIT(TEXT - 1);
	buf_printf(&b, "%s%lld", prefix, (long long)i);
	memcpy(ret, buf_str(&b), b.len + 1);
}

static int64_t node_cpu(const struct bench *b)
{
	return (b->jobs * b->parallelism / b->nodes + 2) * 2 * CPU_EACH;
}

static void names(struct bench *b)
{
	b->node_names = mem_zalloc((size_t)b->nodes, TEXT);
	b->node_uids = mem_zalloc((size_t)b->nodes, TEXT);
	b->zones = mem_zalloc(ZONES, TEXT);
	b->variants = mem_zalloc(VARIANTS, TEXT);
	b->job_names = mem_zalloc((size_t)b->jobs, TEXT);
	b->job_uids = mem_zalloc((size_t)b->jobs, TEXT);
	b->used = mem_zalloc((size_t)b->nodes, sizeof *b->used);
	for (int64_t i = 0; i < b->nodes; i++) {
		text(b->node_names[i], "n", i);
		text(b->node_uids[i], "node-uid-", i);
	}
	for (int64_t i = 0; i < ZONES; i++)
		text(b->zones[i], "zone-", i);
	for (int64_t i = 0; i < VARIANTS; i++)
		text(b->variants[i], "absent-", i);
	for (int64_t i = 0; i < b->jobs; i++) {
		text(b->job_names[i], "j", i);
		text(b->job_uids[i], "job-uid-", i);
	}
}

static void step(struct bench *b, struct core_event *ev)
{
	struct core_actions actions;
	ev->now_ms = ++b->now_ms;
	ev->wall_ms = 1700000000000 + b->now_ms;
	int64_t began = clock_mono_us();
	core_step(b->core, ev, &actions);
	int64_t took = clock_mono_us() - began;
	b->worst_us = took > b->worst_us ? took : b->worst_us;
}

static void tell_node(struct bench *b, int64_t i)
{
	const struct res room[] = {
		{"cpu", node_cpu(b)}, {"memory", INT64_C(1) << 50}, {"pods", 1000000000}};
	const struct kv labels[] = {{"zone", b->zones[i % ZONES]}};
	struct node node = {.meta = {.name = b->node_names[i],
				     .uid = b->node_uids[i],
				     .rv = "1",
				     .labels = {labels, ARRAY_LEN(labels)}},
			    .allocatable = {room, ARRAY_LEN(room)},
			    .ready = COND_TRUE};
	struct cnode cnode = {.meta = {.name = b->node_names[i], .uid = b->node_uids[i], .rv = "1"},
			      .owned_by_node = true,
			      .resources = {room, ARRAY_LEN(room)}};
	struct core_event ev = {.type = CEV_NODE, .node = &node};
	step(b, &ev);
	ev = (struct core_event){.type = CEV_CNODE, .cnode = &cnode};
	step(b, &ev);
}

static void say_hello(struct bench *b, int64_t i)
{
	struct capacity capacity = {0};
	struct core_event ev = {.type = CEV_HELLO,
				.agent = {.node = b->node_names[i],
					  .session = (uint64_t)i + 1,
					  .boot_id = "boot",
					  .version = "1",
					  .capacity = &capacity}};
	step(b, &ev);
}

/* Each job's selector: a zone, or a NotIn of one of VARIANTS values, so that requests differ. */
static void tell_job(struct bench *b, int64_t i)
{
	const struct res requests[] = {{"cpu", CPU_EACH}};
	const struct kv zone[] = {{"zone", b->zones[i % ZONES]}};
	const char *const value[] = {b->variants[i % VARIANTS]};
	const struct sel_expr expr[] = {{"zone", SEL_NOT_IN, {value, 1}}};
	const struct sel_term term[] = {{expr, 1}};
	struct job job = {.meta = {.ns = "default",
				   .name = b->job_names[i],
				   .uid = b->job_uids[i],
				   .rv = "1",
				   .generation = 1,
				   .created_ms = 1700000000000},
			  .spec = {.parallelism = (uint32_t)b->parallelism,
				   .min_parallelism = (uint32_t)b->parallelism,
				   .backoff_limit = 6,
				   .active_deadline_s = -1,
				   .ttl_s = -1,
				   .max_unavailable = 1,
				   .requests = {requests, 1},
				   .template_hash = "0123456789abcdef",
				   .template_text = "{}"}};
	if (b->selector) {
		job.spec.node_selector = (struct kvs){zone, 1};
		job.spec.terms = term;
		job.spec.nterms = 1;
	}
	struct core_event ev = {.type = CEV_JOB, .job = &job};
	step(b, &ev);
}

static void set_up(struct bench *b)
{
	struct core_config cfg = {.node_silent_grace_ms = 1 << 30,
				  .node_unheard_ms = 1 << 30,
				  .loop_gap_ms = 1 << 30,
				  .retry_base_ms = 10000,
				  .retry_cap_ms = 360000,
				  .cnode_numbers_ms = 30000,
				  .message_refresh_ms = 60000,
				  .spread = true,
				  .agent_launch = true};
	struct core_event ev = {.type = CEV_LEAD, .epoch = 1};
	b->core = core_new(&cfg, NULL, 1);
	step(b, &ev);
	for (int64_t i = 0; i < b->nodes; i++)
		tell_node(b, i);
	ev = (struct core_event){.type = CEV_SYNCED};
	step(b, &ev);
	for (int64_t i = 0; i < b->nodes; i++)
		say_hello(b, i);
}

/* Microseconds until all members are placed. */
static int64_t run_core(struct bench *b)
{
	struct core_stats stats = {0};
	int64_t began = clock_mono_us(), idle = 0;
	uint64_t wanted = (uint64_t)(b->jobs * b->parallelism), before = 0;
	b->worst_us = 0;
	for (int64_t i = 0; i < b->jobs; i++)
		tell_job(b, i);
	while (stats.placements < wanted && idle < 1000) {
		struct core_event ev = {.type = CEV_TICK};
		step(b, &ev);
		core_stats(b->core, &stats);
		idle = stats.placements == before ? idle + 1 : 0;
		before = stats.placements;
	}
	return clock_mono_us() - began;
}

/* Every order stands on a node that matches, at most one of a job there, within the node's CPU. */
static bool check(struct bench *b, uint64_t *ret_orders)
{
	bool ok = true;
	*ret_orders = 0;
	for (int64_t i = 0; i < b->nodes; i++) {
		const struct order *v;
		uint32_t n;
		uint64_t revision;
		core_orders(b->core, b->node_names[i], &v, &n, &revision);
		*ret_orders += n;
		ok = ok && (int64_t)n * CPU_EACH <= node_cpu(b);
		for (uint32_t k = 0; k < n; k++) {
			int64_t job = strtoll(v[k].job_name + 1, NULL, 10);
			ok = ok && (!b->selector || job % ZONES == i % ZONES);
			for (uint32_t m = 0; m < k; m++)
				ok = ok && strcmp(v[m].job_uid, v[k].job_uid) != 0;
		}
	}
	return ok;
}

/* The plain scheduler: each member goes to the least loaded node that matches and has none of it.
 */
static int64_t run_plain(struct bench *b, int64_t jobs)
{
	bool *taken = mem_zalloc((size_t)b->nodes, sizeof *taken);
	int64_t began = clock_mono_us();
	for (int64_t j = 0; j < jobs; j++) {
		struct kv want = {"zone", b->zones[j % ZONES]};
		memset(taken, 0, (size_t)b->nodes);
		for (int64_t m = 0; m < b->parallelism; m++) {
			int64_t best = -1;
			for (int64_t i = 0; i < b->nodes; i++) {
				struct kv have = {"zone", b->zones[i % ZONES]};
				struct kvs labels = {&have, 1};
				const char *value = kvs_get(&labels, want.key);
				if (taken[i] || b->used[i] + CPU_EACH > node_cpu(b) ||
				    (b->selector && strcmp(value, want.val) != 0))
					continue;
				if (best < 0 || b->used[i] < b->used[best])
					best = i;
			}
			if (best < 0)
				break;
			taken[best] = true;
			b->used[best] += CPU_EACH;
		}
	}
	free(taken);
	return clock_mono_us() - began;
}

static double per_second(int64_t n, int64_t us)
{
	return (double)n * 1e6 / (double)(us ? us : 1);
}

static int run(struct bench *b)
{
	int64_t plain_jobs = b->jobs < 50 ? b->jobs : 50;
	uint64_t orders;
	struct core_stats stats;
	names(b);
	set_up(b);
	int64_t us = run_core(b);
	core_stats(b->core, &stats);
	bool ok = check(b, &orders) && orders == (uint64_t)(b->jobs * b->parallelism);
	int64_t plain_us = run_plain(b, plain_jobs);
	double core_rate = per_second((int64_t)orders, us);
	double plain_rate = per_second(plain_jobs * b->parallelism, plain_us);
	printf("shape=%s nodes=%lld jobs=%lld parallelism=%lld placed=%llu correct=%s\n",
	       b->selector ? "selector" : "plain", (long long)b->nodes, (long long)b->jobs,
	       (long long)b->parallelism, (unsigned long long)orders, ok ? "yes" : "no");
	printf("placements_per_s=%.0f reference_per_s=%.0f ratio=%.1f worst_step_ms=%.1f\n",
	       core_rate, plain_rate, core_rate / plain_rate, (double)b->worst_us / 1000);
	printf("bytes_per_node=%zu bytes_per_job=%zu\n", stats.bytes_nodes / (size_t)b->nodes,
	       stats.bytes_jobs / (size_t)b->jobs);
	return ok ? 0 : 1;
}

static bool number(const char *s, int64_t max, int64_t *ret)
{
	char *end;
	*ret = strtoll(s, &end, 10);
	return *s && !*end && *ret > 0 && *ret <= max;
}

int main(int argc, char **argv)
{
	static const char *const shapes[] = {"plain", "selector", NULL};
	const char *nodes, *jobs, *parallelism, *word;
	int shape;
	struct err e;
	const struct option_rule rules[] = {
		{"nodes", OPTION_STRING, &nodes, NULL, "5000", NULL, "N", "nodes"},
		{"jobs", OPTION_STRING, &jobs, NULL, "200", NULL, "N", "jobs"},
		{"parallelism", OPTION_STRING, &parallelism, NULL, "500", NULL, "N",
		 "members of each"},
		{"shape", OPTION_CHOICE, &shape, NULL, "plain", shapes, "WORD",
		 "plain or selector"},
	};
	struct bench b = {0};
	if (options_asked(argc, argv, "--help")) {
		options_help(stdout, "bench-placement [OPTION…]", rules, ARRAY_LEN(rules));
		return 0;
	}
	if (options_parse(rules, ARRAY_LEN(rules), argc, argv, &word, &e) != RC_OK) {
		fprintf(stderr, "bench-placement: %s\n", e.msg);
		return 2;
	}
	b.selector = shape == 1;
	if (!number(nodes, 100000, &b.nodes) || !number(jobs, 1000000, &b.jobs) ||
	    !number(parallelism, PARALLELISM_MAX, &b.parallelism) ||
	    b.parallelism * (b.selector ? ZONES : 1) > b.nodes) {
		fprintf(stderr,
			"bench-placement: numbers must be positive, and a job must fit on the "
			"nodes that it matches\n");
		return 2;
	}
	return run(&b);
}
