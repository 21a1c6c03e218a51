/* SPDX-License-Identifier: Apache-2.0 */
/* Placement where there is much of something: more work than a step may do, more selections than
 * are kept, more nodes than a word has bits, more taints than are told apart. */
#include "test/unit/coordinator/core/world.h"

#include <malloc.h>
#include <string.h>

static const char *where(struct world *w, struct wjob *j, uint32_t index)
{
	const char *node = "";
	w_order(w, j, index, &node);
	return node;
}

static void request(struct wjob *j, const char *name, int64_t milli)
{
	uint32_t n = j->job.spec.requests.n;
	j->requests[n] = (struct res){name, milli};
	j->job.spec.requests = (struct reslist){j->requests, n + 1};
}

/* Nodes n1…n<n> with agents; nothing is decided yet. */
static void unsynced_nodes(struct world *w, uint32_t n)
{
	char name[16];
	for (uint32_t i = 1; i <= n; i++) {
		w_text(name, sizeof name, "n%u", i);
		w_tell_node(w, w_node(w, name));
		w_hello(w, name);
	}
}

/* Jobs c0…c<n-1> of one member, each older than the next; selective: each wants a node of its own
 * number. */
static void crowd(struct world *w, uint32_t n, bool selective)
{
	char name[16], value[16];
	for (uint32_t i = 0; i < n; i++) {
		struct kv kv = {"number", value};
		w_text(name, sizeof name, "c%u", i);
		w_text(value, sizeof value, "%u", i);
		struct job job = {.meta = {.ns = "default",
					   .name = name,
					   .uid = name,
					   .rv = "1",
					   .generation = 1,
					   .created_ms = w->wall_ms + i},
				  .spec = {.parallelism = 1,
					   .min_parallelism = 1,
					   .backoff_limit = 6,
					   .active_deadline_s = -1,
					   .ttl_s = -1,
					   .max_unavailable = 1,
					   .template_hash = "00000000000000aa",
					   .node_selector = {&kv, selective}}};
		struct core_event ev = {.type = CEV_JOB, .job = &job};
		w_step(w, &ev);
	}
}

static uint64_t placed(struct world *w)
{
	struct core_stats s;
	core_stats(w->core, &s);
	return s.placements;
}

static void tick(struct world *w)
{
	struct core_event ev = {.type = CEV_TICK};
	w_step(w, &ev);
}

/* One step and no other: what it would have written stays. */
static void sync_alone(struct world *w)
{
	w->no_writes = true;
	w_sync(w);
	w->no_writes = false;
}

static size_t in_use(void)
{
	return mallinfo2().uordblks;
}

/* Bytes that a job of so many members costs while it waits. completions: 0: as many. */
static size_t bytes_of_waiting(struct world *w, uint32_t parallelism, uint32_t completions)
{
	enum { JOBS = 100 };
	char name[32];
	size_t before = in_use();
	for (uint32_t i = 0; i < JOBS; i++) {
		w_text(name, sizeof name, "p%06u-%06u-%02u", parallelism, completions, i);
		struct job job = {.meta = {.ns = "default",
					   .name = name,
					   .uid = name,
					   .rv = "1",
					   .generation = 1,
					   .created_ms = w->wall_ms + i},
				  .spec = {.completions = completions,
					   .parallelism = parallelism,
					   .min_parallelism = parallelism,
					   .active_deadline_s = -1,
					   .ttl_s = -1,
					   .template_hash = "00000000000000aa",
					   .node_selector = {&(struct kv){"no", "node"}, 1}}};
		struct core_event ev = {.type = CEV_JOB, .job = &job};
		w_step(w, &ev);
	}
	for (uint32_t i = 0; i < 30; i++) { /* until each has said why it waits */
		w->now_ms += 100;
		tick(w);
	}
	return (in_use() - before) / JOBS;
}

/* In a core of its own, in which memory that is kept and tables that grow have been paid for. */
static size_t bytes_of(uint32_t parallelism, uint32_t completions)
{
	struct world *w;
	w_setup((void **)&w);
	w_nodes(w, 3);
	w_sync(w);
	w->no_writes = true;
	(void)bytes_of_waiting(w, 2, 0);
	size_t bytes = bytes_of_waiting(w, parallelism, completions);
	w_teardown((void **)&w);
	return bytes;
}

/* Memory goes with what lives: 100,000 jobs that wait fit in a coordinator of 256 MiB, whatever
 * they ask for. */
static void a_waiting_job_of_10000_costs_what_one_of_1_costs(void **state)
{
	enum { MOST = 256 * 1024 * 1024 / 100000 };
	size_t small = bytes_of(1, 0), large = bytes_of(PARALLELISM_MAX, 0);
	size_t sweep = bytes_of(1, COMPLETIONS_MAX),
	       both = bytes_of(PARALLELISM_MAX, COMPLETIONS_MAX);
	(void)state;
	print_message("bytes of a waiting job: %zu of 1, %zu of parallelism %d, "
		      "%zu of completions %d, %zu of both\n",
		      small, large, PARALLELISM_MAX, sweep, COMPLETIONS_MAX, both);
	assert_true(large <= small + 256 && sweep <= small + 256 && both <= small + 256);
	assert_true(large <= MOST && both <= MOST); /* sanitizers count nothing */
}

static size_t bytes_jobs(const struct world *w)
{
	struct core_stats s;
	core_stats(w->core, &s);
	return s.bytes_jobs;
}

/* The record of a deleted job counts until its last member has ended. */
static void the_record_of_a_deleted_job_is_counted(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	assert_int_equal(bytes_jobs(w), 0);
	struct wjob *j = w_new_job(w, "a", 1);
	w_job(w, j);
	const char *node = "";
	uint32_t attempt = w_order(w, j, 0, &node)->attempt;
	struct member m = w_member(w, j, node, 0, attempt, MEMBER_RUNNING);
	w_report(w, &m);
	size_t known = bytes_jobs(w);
	assert_true(known > 0);
	w_job_gone(w, j);
	assert_int_equal(bytes_jobs(w), known);
	m.phase = MEMBER_GONE;
	w_report(w, &m);
	w_wait(w, 1000);
	assert_int_equal(bytes_jobs(w), 0);
}

/* What comes in the middle of a cycle is not lost by it, and placed in its turn. */
static void a_long_queue_is_placed_in_parts(void **state)
{
	enum { CROWD = 2500 };
	struct world *w = w_of(state);
	unsynced_nodes(w, 60);
	struct wjob *last = w_new_job(w, "last", 1), *large = w_new_job(w, "large", 1);
	last->job.meta.created_ms = large->job.meta.created_ms = w->wall_ms + 2 * CROWD;
	w_job(w, last);
	crowd(w, CROWD, false);
	sync_alone(w);
	assert_in_range(placed(w), 1, STEP_PLACEMENTS);
	assert_int_equal(core_deadline(w->core), w->now_ms);
	assert_int_equal(w_orders(w, last), 0);
	request(large, "cpu", 999000);
	w_job(w, large); /* a step like any other: it goes on */
	w_wait(w, 100);
	assert_int_equal(placed(w), CROWD + 1);
	assert_int_equal(w_orders(w, last), 1);
	w_wait(w, 2000);
	assert_string_equal(w_status(w, large).message,
			    "needs 1 node: 0 fit; 60 lack cpu; add nodes that have more, or lower "
			    "the requests");
	assert_true(core_deadline(w->core) > w->now_ms);
}

static void who_is_raised_meanwhile_is_next(void **state)
{
	enum { CROWD = 4000 };
	struct world *w = w_of(state);
	unsynced_nodes(w, 60);
	struct wjob *last = w_new_job(w, "last", 1);
	last->job.meta.created_ms = w->wall_ms + 2 * CROWD;
	w_job(w, last);
	crowd(w, CROWD - 1, false);
	sync_alone(w);
	assert_int_equal(w_orders(w, last), 0);
	last->job.spec.priority = 1;
	w_job(w, last);
	assert_int_equal(w_orders(w, last), 1);
	assert_in_range(placed(w), 1, CROWD - 1);
	w_wait(w, 100);
	assert_int_equal(placed(w), CROWD);
}

/* All of a node's orders end so. */
static void end_all(struct world *w, const char *node, enum member_phase phase)
{
	static struct member m[64];
	static char text[64][2][POD_NAME_BYTES + 64];
	const struct order *v;
	uint32_t n;
	uint64_t rev;
	core_orders(w->core, node, &v, &n, &rev);
	assert_in_range(n, 1, 64);
	for (uint32_t i = 0; i < n; i++) {
		w_text(text[i][0], sizeof text[i][0], "%s", v[i].pod);
		w_text(text[i][1], sizeof text[i][1], "uid-%s", v[i].pod);
		m[i] = (struct member){.ns = "default",
				       .job_name = v[i].job_name,
				       .job_uid = v[i].job_uid,
				       .pod = text[i][0],
				       .pod_uid = text[i][1],
				       .node = node,
				       .index = v[i].index,
				       .attempt = v[i].attempt,
				       .template_hash = "00000000000000aa",
				       .phase = phase,
				       .exit_code = 1,
				       .reason = "Error",
				       .message = ""};
	}
	struct core_event ev = {.type = CEV_REPORT,
				.agent = {.node = node,
					  .session = w_find(w, node)->session,
					  .members = m,
					  .nmembers = n}};
	w_step(w, &ev);
}

/* The backoffs of 34 jobs on all of 64 nodes end in one moment. */
static void many_at_once_are_placed_in_parts(void **state)
{
	enum { NODES = 64, JOBS = 34 };
	struct world *w = w_of(state);
	char name[16];
	w->cfg.retry_cap_ms = w->cfg.retry_base_ms;
	core_free(w->core);
	w->core = core_new(&w->cfg, &w->log);
	w_lead(w);
	w_nodes(w, NODES);
	for (uint32_t i = 0; i < JOBS; i++) {
		w_text(name, sizeof name, "j%u", i);
		struct wjob *j = w_new_job(w, name, NODES);
		j->job.spec.backoff_limit = 10000;
		w_job(w, j);
	}
	assert_int_equal(placed(w), NODES * JOBS);
	for (uint32_t i = 0; i < NODES; i++)
		end_all(w, w->nodes[i].name, MEMBER_FAILED);
	w_wait(w, w->cfg.retry_base_ms - 1);
	assert_int_equal(placed(w), NODES * JOBS);
	w->now_ms++;
	w->wall_ms++;
	tick(w); /* up to a job more than a step may place */
	assert_in_range(placed(w), NODES * JOBS + 1, NODES * JOBS + STEP_PLACEMENTS + NODES);
	assert_int_equal(core_deadline(w->core), w->now_ms);
	tick(w);
	assert_int_equal(placed(w), 2 * NODES * JOBS);
}

/* More selections than are kept: each is still its own, though no label has changed since those of
 * the first were dropped. */
static void every_selection_finds_its_node(void **state)
{
	enum { SELECTIONS = 600 };
	static const uint32_t some[] = {0, 1, 300, 511, 512, 599};
	struct world *w = w_of(state);
	char name[16], value[ARRAY_LEN(some)][16];
	for (uint32_t i = 0; i < ARRAY_LEN(some); i++) {
		w_text(name, sizeof name, "x%u", i);
		w_text(value[i], sizeof value[i], "%u", some[i]);
		struct wnode *node = w_node(w, name);
		node->labels[node->nlabels++] = (struct kv){"number", value[i]};
		w_tell_node(w, node);
	}
	crowd(w, SELECTIONS, true);
	w_sync(w);
	w_wait(w, 100);
	assert_int_equal(placed(w), 0);
	for (uint32_t i = 0; i < ARRAY_LEN(some); i++) {
		const struct order *v;
		uint32_t n;
		uint64_t rev;
		w_text(name, sizeof name, "x%u", i);
		w_hello(w, name);
		w_wait(w, 10);
		core_orders(w->core, name, &v, &n, &rev);
		w_text(name, sizeof name, "c%u", some[i]);
		assert_int_equal(n, 1);
		assert_string_equal(v[0].job_name, name);
	}
}

static void the_first_of_many_nodes(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 70);
	struct wjob *j = w_new_job(w, "a", 3);
	w_job(w, j);
	assert_string_equal(where(w, j, 0), "n1");
	assert_string_equal(where(w, j, 1), "n2");
	assert_string_equal(where(w, j, 2), "n3");
}

static void taint_softly(struct world *w, const char *node, uint32_t n)
{
	static const char *const keys[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
	struct wnode *x = w_find(w, node);
	for (uint32_t i = 0; i < n; i++)
		x->taints[x->ntaints++] = (struct taint){keys[i], "", EFFECT_PREFER_NO_SCHEDULE};
	w_tell_node(w, x);
}

/* Nodes with eight such taints or more are alike, and taken when all others are. */
static void the_most_tainted_is_taken_last(void **state)
{
	static const char *const order[] = {"n4", "n3", "n2", "n1", "n5"};
	struct world *w = w_of(state);
	w_nodes(w, 5);
	taint_softly(w, "n1", 10);
	taint_softly(w, "n2", 7);
	taint_softly(w, "n3", 6);
	taint_softly(w, "n5", 8);
	struct wjob *j = w_new_job(w, "a", 5);
	w_job(w, j);
	for (uint32_t i = 0; i < 5; i++)
		assert_string_equal(where(w, j, i), order[i]);
}

/* How full a node of 64 TiB is: its numbers times the number of levels pass 64 bits. */
static void the_emptier_of_two_large_nodes(void **state)
{
	const int64_t tib = INT64_C(1024) * GI * 1000;
	struct world *w = w_of(state);
	w_nodes(w, 2);
	for (uint32_t i = 0; i < 2; i++) {
		w->nodes[i].alloc[1].milli = 64 * tib;
		w_tell_node(w, &w->nodes[i]);
	}
	struct wjob *a = w_new_job(w, "a", 1), *b = w_new_job(w, "b", 1), *c = w_new_job(w, "c", 1);
	request(a, "memory", 48 * tib);
	request(b, "memory", 16 * tib);
	request(c, "memory", 8 * tib);
	w_job(w, a);
	w_job(w, b);
	w_job(w, c);
	assert_string_equal(where(w, a, 0), "n1");
	assert_string_equal(where(w, b, 0), "n2");
	assert_string_equal(where(w, c, 0), "n2");
}

static void a_thousandth_counts(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *most = w_new_job(w, "most", 1), *three = w_new_job(w, "three", 1),
		    *two = w_new_job(w, "two", 1), *one = w_new_job(w, "one", 1);
	request(most, "cpu", 3998);
	request(three, "cpu", 3);
	request(two, "cpu", 2);
	request(one, "cpu", 1);
	struct wjob *all[] = {most, three, two, one};
	for (uint32_t i = 0; i < 4; i++)
		w_job(w, all[i]);
	assert_int_equal(w_orders(w, three), 0);
	assert_int_equal(w_orders(w, two), 1);
	assert_int_equal(w_orders(w, one), 0);
}

static void every_value_of_an_expression_counts(void **state)
{
	enum { VALUES = EXPR_VALUES_MAX };
	struct world *w = w_of(state);
	char text[VALUES][8];
	const char *values[VALUES];
	for (uint32_t i = 0; i < VALUES; i++) {
		w_text(text[i], sizeof text[i], "%u", i);
		values[i] = text[i];
	}
	struct wnode *n = w_node(w, "n0");
	n->labels[n->nlabels++] = (struct kv){"number", text[VALUES - 1]};
	w_tell_node(w, n);
	w_nodes(w, 1);
	w_hello(w, "n0");
	const struct sel_expr not_in = {"number", SEL_NOT_IN, {values, VALUES}},
			      in = {"number", SEL_IN, {values, VALUES}};
	const struct sel_term terms[] = {{&not_in, 1}, {&in, 1}};
	struct wjob *a = w_new_job(w, "a", 1), *b = w_new_job(w, "b", 1);
	a->job.spec.terms = &terms[0];
	b->job.spec.terms = &terms[1];
	a->job.spec.nterms = b->job.spec.nterms = 1;
	w_job(w, a);
	w_job(w, b);
	assert_string_equal(where(w, a, 0), "n1");
	assert_string_equal(where(w, b, 0), "n0");
}

/* The longest affinity that the CRD takes: as many terms, expressions and values as there may be,
 * each as long as it may be; n more values. */
static void largest_affinity(struct wjob *j, uint32_t n)
{
	static char key[LABEL_KEY_MAX + 1], value[LABEL_VALUE_MAX + 1];
	static const char *values[EXPR_VALUES_MAX];
	static struct sel_expr exprs[TERMS_MAX][EXPRS_MAX];
	static struct sel_term terms[TERMS_MAX];
	memset(key, 'k', LABEL_KEY_MAX);
	memset(value, 'v', LABEL_VALUE_MAX);
	for (uint32_t i = 0; i < EXPR_VALUES_MAX; i++)
		values[i] = value;
	for (uint32_t t = 0; t < TERMS_MAX; t++) {
		for (uint32_t e = 0; e < EXPRS_MAX; e++)
			exprs[t][e] = (struct sel_expr){key, SEL_NOT_IN, {values, 8}};
		terms[t] = (struct sel_term){exprs[t], EXPRS_MAX};
	}
	exprs[0][0].values.n += n;
	j->job.spec.terms = terms;
	j->job.spec.nterms = TERMS_MAX;
}

static void the_largest_affinity_is_taken_and_no_larger_one(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 2);
	struct wjob *a = w_new_job(w, "a", 1), *b = w_new_job(w, "b", 1), *c = w_new_job(w, "c", 1);
	largest_affinity(a, 0);
	w_job(w, a);
	assert_int_equal(w_orders(w, a), 1);
	largest_affinity(b, 1);
	w_job(w, b);
	w_job(w, c);
	w_wait(w, 2000);
	assert_int_equal(w_orders(w, b), 0);
	assert_int_equal(w_orders(w, c), 1);
	assert_string_equal(w_status(w, b).reason, "InvalidPodTemplate");
	assert_non_null(
		strstr(w_status(w, b).message, "spec.nodeAffinity has more than 2048 values"));
	largest_affinity(b, 0);
	w_job(w, b);
	w_wait(w, 2000);
	assert_int_equal(w_orders(w, b), 1);
}

/* The step is charged with them, so that many of them are spread over steps. */
static void large_selections_are_evaluated_in_parts(void **state)
{
	enum { JOBS = 60 };
	static struct kv kv[JOBS];
	static char value[JOBS][16];
	struct world *w = w_of(state);
	uint32_t steps = 1;
	unsynced_nodes(w, JOBS);
	for (uint32_t i = 0; i < JOBS; i++) {
		w_text(value[i], sizeof value[i], "%u", i);
		kv[i] = (struct kv){"number", value[i]};
		struct wjob *j = w_new_job(w, value[i], 1);
		largest_affinity(j, 0);
		j->job.spec.node_selector = (struct kvs){&kv[i], 1};
		w_job(w, j);
	}
	sync_alone(w);
	for (; core_deadline(w->core) <= w->now_ms; steps++)
		tick(w);
	assert_in_range(steps, 3, JOBS);
}

static void a_job_that_no_pod_could_be_named_after(void **state)
{
	struct world *w = w_of(state);
	struct wjob *a = w_new_job(w, "a", 1), *b = w_new_job(w, "b", 1);
	char name[JOB_NAME_MAX + 2], uid[UID_MAX + 2];
	memset(name, 'n', sizeof name - 1);
	memset(uid, 'u', sizeof uid - 1);
	name[sizeof name - 1] = uid[sizeof uid - 1] = '\0';
	w_nodes(w, 1);
	a->job.meta.name = name;
	w_job(w, a);
	a->job.meta.name = "a";
	a->job.meta.uid = uid;
	w_job(w, a);
	w_job(w, b);
	assert_int_equal(w_orders(w, b), 1);
}

/* A number that no order could carry is never given. */
static void no_attempt_above_the_bound(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 3);
	struct wjob *a = w_new_job(w, "a", 1);
	w_job(w, a);
	w_all(w, a, MEMBER_RUNNING);
	w_wait(w, 2000);
	a->job.status.attempts = UINT32_MAX;
	w_echo(w, a);
	w_wait(w, 2000);
	assert_int_equal(w_status(w, a).state, JOB_RUNNING);
	a->job.spec.parallelism = 2;
	w_job(w, a);
	w_wait(w, 2000);
	assert_int_equal(w_status(w, a).state, JOB_FAILED);
	assert_string_equal(w_status(w, a).reason, "AttemptsExhausted");
}

/* One index has had the highest number, by a pod that somebody made: no index is tried again. */
static void a_pod_with_the_highest_number(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 2);
	struct wjob *a = w_new_job(w, "a", 1);
	w_job(w, a);
	w_wait(w, 2000);
	const char *node = where(w, a, 0);
	struct member m =
		w_member(w, a, str_eq(node, "n1") ? "n2" : "n1", 0, ATTEMPT_MAX, MEMBER_RUNNING);
	w_tell(w, a, node, 0, 1, MEMBER_RUNNING);
	w_report(w, &m);
	w_pods(w, m.node, &m, 1, true);
	w_tell(w, a, node, 0, 1, MEMBER_DISRUPTED);
	w_wait(w, 5000);
	assert_string_equal(w_status(w, a).reason, "AttemptsExhausted");
}

/* Jobs may ask for whatever they like: what a node has is found all the same, and when it comes. */
static void resources_that_no_node_has_cost_none(void **state)
{
	enum { ASKED = 300 };
	struct world *w = w_of(state);
	char name[32];
	w_nodes(w, 1);
	for (uint32_t i = 0; i < ASKED; i++) {
		struct wjob *j = w_new_job(w, "x", 1);
		w_text(name, sizeof name, "example.com/r%u", i);
		request(j, name, 1000);
		w_job(w, j);
		w_job_gone(w, j);
		w->njobs--;
	}
	struct wjob *j = w_new_job(w, "a", 1);
	request(j, "pods", 1000);
	request(j, "cpu", 1000);
	request(j, "example.com/gpu", 1000);
	w_job(w, j);
	w_wait(w, 2000);
	assert_string_equal(
		w_status(w, j).message,
		"needs 1 node: 0 fit; 1 lacks example.com/gpu; no node lists "
		"example.com/gpu: add nodes whose device plugin offers it (Muster makes no "
		"claims of devices)");
	struct wnode *n = w_node(w, "n2");
	assert_int_equal(n->nalloc, 3);
	n->alloc[n->nalloc++] = (struct res){"example.com/gpu", 1000};
	w_tell_node(w, n);
	w_hello(w, "n2");
	assert_string_equal(where(w, j, 0), "n2");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, w_setup, w_teardown)
	const struct CMUnitTest tests[] = {
		T(a_waiting_job_of_10000_costs_what_one_of_1_costs),
		T(the_record_of_a_deleted_job_is_counted),
		T(a_long_queue_is_placed_in_parts),
		T(who_is_raised_meanwhile_is_next),
		T(many_at_once_are_placed_in_parts),
		T(every_selection_finds_its_node),
		T(the_first_of_many_nodes),
		T(the_most_tainted_is_taken_last),
		T(the_emptier_of_two_large_nodes),
		T(a_thousandth_counts),
		T(every_value_of_an_expression_counts),
		T(the_largest_affinity_is_taken_and_no_larger_one),
		T(large_selections_are_evaluated_in_parts),
		T(a_job_that_no_pod_could_be_named_after),
		T(no_attempt_above_the_bound),
		T(a_pod_with_the_highest_number),
		T(resources_that_no_node_has_cost_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
