/* SPDX-License-Identifier: Apache-2.0 */
/* What admission makes of a pod is asked before the first one is made, and counts as its room. */
#include <string.h>

#include "test/unit/coordinator/core/world.h"

static struct world *asking(void **state, uint32_t nodes)
{
	struct world *w = w_of(state);
	w->cfg.ask_admission = true;
	w_restart(w);
	w_nodes(w, nodes);
	return w;
}

/* A job whose template asks for so much. */
static struct wjob *job_of(struct world *w, const char *name, uint32_t parallelism,
			   const char *shape, int64_t cpu)
{
	struct wjob *j = w_new_job(w, name, parallelism);
	j->job.spec.shape = shape;
	j->requests[0] = (struct res){"cpu", cpu};
	j->job.spec.requests = (struct reslist){j->requests, cpu ? 1 : 0};
	return j;
}

static void answer(struct world *w, const char *key, enum rc rc, int64_t cpu)
{
	struct res r = {"cpu", cpu};
	struct core_event ev = {
		.type = CEV_POD_ASKED,
		.asked = {.key = key, .rc = rc, .message = "words", .requests = {&r, cpu ? 1 : 0}}};
	w_step(w, &ev);
}

/* The pod of a member is seen, with so much. */
static void shown(struct world *w, struct wjob *j, uint32_t index, int64_t cpu)
{
	const char *node;
	struct res r = {"cpu", cpu};
	const struct order *o = w_order(w, j, index, &node);
	struct member m = w_member(w, j, node, index, o->attempt, MEMBER_RUNNING);
	m.requests = (struct reslist){&r, 1};
	w_report(w, &m);
}

static void asked_once_a_shape(void **state)
{
	struct world *w = asking(state, 1);
	struct wjob *a = job_of(w, "a", 1, "s1", 0), *b = job_of(w, "b", 1, "s1", 0);
	struct wjob *other = job_of(w, "other", 1, "s2", 0);
	w_clear(w);
	w_job(w, a);
	assert_true(w_has(w, "ask default/s1 as a 0.1 on n1\n"));
	w_clear(w);
	w_job(w, b);
	assert_false(w_has(w, "ask"));
	w_job(w, other);
	assert_true(w_has(w, "ask default/s2 as other 0.1 on n1\n"));
	assert_int_equal(w_orders(w, a) + w_orders(w, b) + w_orders(w, other), 0);
	/* 4 CPU: two of 1.5 fit, a third does not. */
	answer(w, "default/s1", RC_OK, 1500);
	assert_int_equal(w_orders(w, a) + w_orders(w, b), 2);
	assert_true(w_told(w, "admission changes what pods ask for"));
	answer(w, "default/s2", RC_OK, 1500);
	assert_int_equal(w_orders(w, other), 0);
	w_wait(w, 2000);
	assert_non_null(strstr(w_status(w, other).message, "lacks cpu"));
	/* A job of a known shape asks no more. */
	w_clear(w);
	w_job(w, job_of(w, "late", 1, "s1", 0));
	assert_false(w_has(w, "ask"));
}

static void answer_where(struct world *w, const char *key, const struct pod_where *where)
{
	struct core_event ev = {.type = CEV_POD_ASKED,
				.asked = {.key = key, .rc = RC_OK, .message = "", .where = *where}};
	w_step(w, &ev);
}

/* A nodeSelector and tolerations that admission adds: PodNodeSelector, PodTolerationRestriction. */
static void where_admission_lets_pods_run(void **state)
{
	static const struct kv red[] = {{"team", "red"}};
	static const struct toleration own = {.key = "a", .exists = true},
				       all[] = {{.key = "a", .exists = true},
						{.key = "k", .exists = true}};
	struct world *w = asking(state, 4);
	for (uint32_t i = 2; i <= 4; i++) {
		char name[8];
		w_text(name, sizeof name, "n%u", i);
		struct wnode *n = w_node(w, name);
		n->labels[n->nlabels++] = red[0];
		if (i > 2)
			n->taints[n->ntaints++] =
				(struct taint){i > 3 ? "a" : "k", "", EFFECT_NO_SCHEDULE};
		w_tell_node(w, n);
	}
	struct wjob *a = job_of(w, "a", 1, "s", 0), *b = job_of(w, "b", 3, "t", 0);
	const char *node = "";
	w_job(w, a);
	answer_where(w, "default/s", &(struct pod_where){.node_selector = {red, 1}});
	w_order(w, a, 0, &node);
	assert_string_equal(node, "n2");
	/* Its own toleration is no addition: nothing is asked again for its sake. */
	b->job.spec.tolerations = &own;
	b->job.spec.ntolerations = 1;
	w_job(w, b);
	answer_where(w, "default/t", &(struct pod_where){.tolerations = all, .ntolerations = 1});
	assert_int_equal(w_orders(w, b), 3); /* n1, n2, n4 */
	struct wjob *e = job_of(w, "e", 3, "u", 0);
	e->job.spec.tolerations = &own;
	e->job.spec.ntolerations = 1;
	w_job(w, e);
	answer_where(w, "default/u",
		     &(struct pod_where){{red, 1}, .tolerations = all, .ntolerations = 2});
	assert_int_equal(w_orders(w, e), 3); /* n2, n3, n4 */
	struct wjob *f = job_of(w, "f", 4, "v", 0);
	w_job(w, f);
	answer_where(w, "default/v", &(struct pod_where){.node_selector = {red, 1}});
	w_wait(w, 2000);
	assert_string_equal(w_status(w, f).message,
			    "needs 4 nodes: 1 fits; 2 have a taint that is not tolerated, 1 does "
			    "not match the nodeSelector that admission adds; add nodes, or change "
			    "what keeps these away");
	/* What was added may go again, and is asked for. */
	w_clear(w);
	w_wait(w, 61000);
	assert_true(w_has(w, "ask default/v"));
	answer_where(w, "default/v", &(struct pod_where){.ntolerations = 0});
	w_wait(w, 2000);
	assert_non_null(strstr(w_status(w, f).message, "2 fit; 2 have a taint"));
}

/* The nodeSelector of a RuntimeClass is read by itself. */
static void where_a_runtime_class_lets_pods_run(void **state)
{
	static const struct kv red[] = {{"team", "red"}};
	static const struct toleration t = {.key = "k", .value = "v"}, other = {.key = "o"};
	struct world *w = asking(state, 1);
	struct wjob *a = job_of(w, "a", 1, "s", 0);
	a->job.spec.runtime_class = "box";
	w_job(w, a);
	const struct toleration v[] = {t, other};
	answer_where(w, "default/s",
		     &(struct pod_where){{red, 1}, .tolerations = v, .ntolerations = 2});
	const struct needed class = {.tolerations = &t, .ntolerations = 1};
	struct core_event ev = {
		.type = CEV_LOOKED_UP,
		.looked_up = {
			.kind = NEEDED_RUNTIME_CLASS, .ns = "", .name = "box", .obj = &class}};
	w_step(w, &ev);
	assert_int_equal(w_orders(w, a), 1);
}

static void the_same_numbers_change_nothing(void **state)
{
	struct world *w = asking(state, 1);
	struct wjob *a = job_of(w, "a", 1, "s", 1000);
	w_job(w, a);
	answer(w, "default/s", RC_OK, 1000);
	assert_int_equal(w_orders(w, a), 1);
	assert_false(w_told(w, "admission changes"));
}

static void without_an_answer_the_templates_numbers_hold(void **state)
{
	struct world *w = asking(state, 1);
	struct wjob *a = job_of(w, "a", 1, "s", 1000), *b = job_of(w, "b", 1, "t", 1000);
	w_job(w, a);
	w_wait(w, 4500);
	assert_int_equal(w_orders(w, a), 0);
	w_wait(w, 1000);
	assert_int_equal(w_orders(w, a), 1);
	assert_true(w_told(w, "no answer about what pods need"));
	/* An error is an answer that comes at once. */
	w_job(w, b);
	answer(w, "default/t", RC_BADREQUEST, 0);
	assert_int_equal(w_orders(w, b), 1);
	/* What comes too late, or is about nothing that a job has, changes nothing. */
	answer(w, "default/t", RC_OK, 9000);
	answer(w, "default/nothing", RC_OK, 1);
	answer(w, NULL, RC_SERVER, 0);
	struct wjob *c = job_of(w, "c", 1, "t", 1000);
	w_job(w, c);
	assert_int_equal(w_orders(w, c), 1);
}

static void asked_again_while_a_job_waits(void **state)
{
	struct world *w = asking(state, 1);
	struct wjob *a = job_of(w, "a", 1, "s", 1000);
	w_job(w, a);
	answer(w, "default/s", RC_OK, 5000);
	assert_int_equal(w_orders(w, a), 0);
	w_clear(w);
	w_wait(w, 59000);
	assert_false(w_has(w, "ask"));
	w_wait(w, 2000);
	assert_true(w_has(w, "ask default/s as a"));
	answer(w, "default/s", RC_SERVER, 0); /* what was told holds */
	assert_int_equal(w_orders(w, a), 0);
	w_clear(w);
	w_wait(w, 117000);
	assert_false(w_has(w, "ask"));
	w_wait(w, 3000);
	assert_true(w_has(w, "ask default/s as a"));
	answer(w, "default/s", RC_OK, 1000);
	assert_int_equal(w_orders(w, a), 1);
	/* Nobody waits: nobody asks. */
	w_clear(w);
	w_wait(w, 600000);
	assert_false(w_has(w, "ask"));
}

/* An answer that changes nothing ends no waiting either. */
static void the_same_answer_is_asked_for_again(void **state)
{
	struct world *w = asking(state, 1);
	struct wjob *a = job_of(w, "a", 1, "s", 1000);
	w_job(w, a);
	answer(w, "default/s", RC_OK, 5000);
	for (uint32_t minutes = 1; minutes <= 16; minutes *= 2) {
		w_clear(w);
		w_wait(w, (minutes < 8 ? minutes : 8) * 60000 + 1000);
		assert_true(w_has(w, "ask default/s as a"));
		answer(w, "default/s", RC_OK, 5000);
	}
}

static void answer_from(struct world *w, uint32_t from, uint32_t to, int64_t cpu)
{
	for (uint32_t i = from; i < to; i++) {
		char key[32];
		w_text(key, sizeof key, "default/t%u", i);
		answer(w, key, RC_OK, cpu);
	}
}

/* Jobs b0, b1 … that wait, each of its own shape, for the third time asked about for 8 minutes. */
static void several(struct world *w, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		char name[8];
		w_text(name, sizeof name, "b%u", i);
		struct wjob *b = job_of(w, name, 1, "", 1000);
		w_text(b->texts[0], sizeof b->texts[0], "t%u", i);
		b->job.spec.shape = b->texts[0];
		w_job(w, b);
	}
	answer_from(w, 0, n, 5000);
	for (uint32_t minutes = 1; minutes < 8; minutes *= 2) {
		w_wait(w, minutes * 60000 + 100);
		answer_from(w, 0, n, 5000);
	}
}

static uint32_t asks(const struct world *w)
{
	uint32_t n = 0;
	for (const char *s = buf_str(&w->did); (s = strstr(s, "ask default/t")); s++)
		n++;
	return n;
}

/* The answer about one shape changes: all that wait are asked about, one after another. */
static void a_change_is_a_reason_to_ask_for_all(void **state)
{
	enum { SHAPES = 40 };
	struct world *w = asking(state, 1);
	struct wjob *a = job_of(w, "a", 1, "s", 1000);
	several(w, SHAPES);
	w_job(w, a);
	answer(w, "default/s", RC_OK, 6000);
	w_clear(w);
	w_wait(w, 59000);
	assert_int_equal(asks(w), 0); /* the first answer about a shape is no change */
	w_wait(w, 2000);
	w_clear(w);
	answer(w, "default/s", RC_OK, 7000);
	w_wait(w, 10);
	assert_int_equal(asks(w), 16);
	w_wait(w, 300);
	assert_int_equal(asks(w), 16); /* none was answered */
	answer_from(w, 0, 10, 1500);
	w_wait(w, 100);
	assert_int_equal(asks(w), 26);
	assert_int_equal(w_orders(w, &w->jobs[1]) + w_orders(w, &w->jobs[2]), 2);
	/* One job of those that are still to be asked for goes, and others do, too. */
	for (uint32_t i = 26; i < SHAPES; i++)
		w_job_gone(w, &w->jobs[1 + i]);
	answer_from(w, 10, 26, 1500);
	w_clear(w);
	w_wait(w, 30000);
	assert_int_equal(asks(w), 0); /* what changed in the round begins no other one */
}

/* A step looks at so many shapes and no more. Who is asked about already, or was since, is left
 * out; news while a round is under way begins no other one; the last of a round may go. */
static void a_round_goes_step_by_step(void **state)
{
	struct world *w = asking(state, 1);
	w->cfg.step_jobs = 3;
	w_restart(w);
	w_tell_all(w);
	w_sync(w);
	w_hello(w, "n1");
	struct wjob *a = job_of(w, "a", 1, "s", 1000), *other = job_of(w, "other", 1, "u", 1000);
	several(w, 8); /* the jobs after these two */
	w_job(w, a);
	answer(w, "default/s", RC_OK, 6000);
	w_job(w, other);
	answer(w, "default/u", RC_OK, 6000);
	w_wait(w, 60500);
	w_job(w, job_of(w, "new", 1, "t8", 1000)); /* which is being asked about */
	w_clear(w);
	answer(w, "default/s", RC_OK, 7000);
	answer(w, "default/u", RC_OK, 7000);
	uint32_t first = asks(w);
	assert_in_range(first, 1, 3);
	w_wait(w, 100);
	assert_in_range(asks(w), first + 1, 6);
	w_job_gone(w, &w->jobs[8]);
	w_job_gone(w, &w->jobs[9]);
	w_wait(w, 5000);
	assert_int_equal(asks(w), 6);
}

/* The round stands at the last shape, and that goes. */
static void the_last_of_a_round_goes(void **state)
{
	struct world *w = asking(state, 1);
	struct wjob *a = job_of(w, "a", 1, "s", 1000);
	w_job(w, a);
	answer(w, "default/s", RC_OK, 6000);
	several(w, 17);
	w_wait(w, 60500 * 8);
	w_clear(w);
	a->job.spec.suspend = true;
	answer(w, "default/s", RC_OK, 7000);
	answer_from(w, 0, 17, 5000);
	w_clear(w);
	w_wait(w, 61000);
	answer(w, "default/s", RC_OK, 8000);
	w_job_gone(w, &w->jobs[17]);
	w_wait(w, 5000);
	assert_in_range(asks(w), 0, 16);
}

/* Rounds are a minute apart, however often answers change. */
static void rounds_are_apart(void **state)
{
	struct world *w = asking(state, 1);
	struct wjob *a = job_of(w, "a", 1, "s", 1000);
	several(w, 1);
	w_job(w, a);
	answer(w, "default/s", RC_OK, 6000);
	w_wait(w, 61000);
	w_clear(w);
	answer(w, "default/s", RC_OK, 7000);
	w_wait(w, 1000);
	assert_int_equal(asks(w), 1);
	answer(w, "default/t0", RC_OK, 5000);
	w_clear(w);
	w_wait(w, 60000);
	assert_true(w_has(w, "ask default/s"));
	answer(w, "default/s", RC_OK, 8000);
	w_wait(w, 1000);
	assert_int_equal(asks(w), 1);
	answer(w, "default/t0", RC_OK, 5000);
	w_wait(w, 58000);
	assert_int_equal(asks(w), 1);
}

/* Of a shape of which no job waits nothing is asked, but when one does. */
static void a_round_leaves_out_who_does_not_wait(void **state)
{
	struct world *w = asking(state, 1);
	struct wjob *a = job_of(w, "a", 1, "s", 1000), *b = job_of(w, "b", 1, "t0", 1000);
	w_job(w, b);
	answer(w, "default/t0", RC_OK, 1000);
	w_job(w, a);
	answer(w, "default/s", RC_OK, 6000);
	w_wait(w, 61000);
	w_clear(w);
	answer(w, "default/s", RC_OK, 7000);
	w_wait(w, 30000);
	assert_int_equal(asks(w), 0);
	w_job(w, job_of(w, "c", 2, "t0", 1000));
	w_wait(w, 1000);
	assert_int_equal(asks(w), 1);
}

/* Where no dry run is possible, the first pod of a shape is no change. A dry run that has become
 * possible is one. */
static void what_was_not_known_is_no_change(void **state)
{
	struct world *w = asking(state, 2);
	struct wjob *a = job_of(w, "a", 1, "s", 1000), *b = job_of(w, "b", 3, "t0", 1000);
	w_job(w, b);
	answer(w, "default/t0", RC_BADREQUEST, 0);
	w_job(w, a);
	answer(w, "default/s", RC_BADREQUEST, 0);
	w_clear(w);
	shown(w, a, 0, 2000);
	assert_true(w_told(w, "admission changes what pods ask for"));
	w_wait(w, 30000);
	assert_int_equal(asks(w), 0);
	struct wjob *d = job_of(w, "d", 3, "u", 1000);
	w_job(w, d);
	answer(w, "default/u", RC_BADREQUEST, 0);
	w_wait(w, 30500);
	assert_int_equal(asks(w), 1); /* its own time */
	answer(w, "default/t0", RC_BADREQUEST, 0);
	w_wait(w, 30500);
	w_clear(w);
	answer(w, "default/u", RC_OK, 1500);
	w_wait(w, 10);
	assert_int_equal(asks(w), 1);
}

static void nobody_waits_when_it_is_due(void **state)
{
	struct world *w = asking(state, 1);
	struct wjob *a = job_of(w, "a", 1, "s", 1000);
	w_job(w, a);
	answer(w, "default/s", RC_OK, 5000);
	a->job.spec.suspend = true;
	w_job(w, a);
	w_clear(w);
	w_wait(w, 200000);
	assert_false(w_has(w, "ask"));
}

/* Without a node there is nobody to ask for; when one comes, the question is due. */
static void no_node_is_left_when_it_is_due(void **state)
{
	struct world *w = asking(state, 1);
	struct wjob *a = job_of(w, "a", 1, "s", 1000);
	w_job(w, a);
	answer(w, "default/s", RC_OK, 5000);
	w_hangup(w, "n1");
	w_node_gone(w, "n1");
	w_clear(w);
	w_wait(w, 120000);
	assert_false(w_has(w, "ask"));
	w_tell_node(w, w_node(w, "n2"));
	w_hello(w, "n2");
	w_wait(w, 2000);
	assert_true(w_has(w, "ask default/s as a"));
}

static void a_pod_that_exists_corrects(void **state)
{
	struct world *w = asking(state, 1);
	struct wjob *a = job_of(w, "a", 1, "s", 1000), *b = job_of(w, "b", 2, "s", 1000);
	w_job(w, a);
	answer(w, "default/s", RC_OK, 1000);
	shown(w, a, 0, 3000);
	w_job(w, b);
	w_wait(w, 2000);
	assert_int_equal(w_orders(w, b), 0); /* 1 is free, and one member needs 3 */
	assert_non_null(strstr(w_status(w, b).message, "lacks cpu"));
	/* It is resized in place: the room is free again, but new pods are made as before. */
	shown(w, a, 0, 500);
	w_wait(w, 2000);
	assert_int_equal(w_orders(w, b), 0);
	w_job(w, job_of(w, "c", 1, "u", 3500));
	answer(w, "default/u", RC_OK, 3500);
	assert_true(w_told(w, "job=default/c member=0 attempt=1"));
}

/* Its object is there still, and has the shape. */
static void a_job_that_has_ended_needs_no_room(void **state)
{
	struct world *w = asking(state, 1);
	struct wjob *a = job_of(w, "a", 1, "s", 1000), *b = job_of(w, "b", 1, "s", 1000);
	w_job(w, a);
	answer(w, "default/s", RC_OK, 1000);
	w_all(w, a, MEMBER_SUCCEEDED);
	w_wait(w, 2000);
	assert_int_equal(w_status(w, a).state, JOB_COMPLETED);
	uint32_t writes = a->writes;
	w_job(w, b);
	shown(w, b, 0, 3000);
	assert_true(w_told(w, "admission changes what pods ask for"));
	w_wait(w, 2000);
	assert_int_equal(w_status(w, a).state, JOB_COMPLETED);
	assert_int_equal(a->writes, writes);
	assert_int_equal(w_orders(w, a), 0);
	assert_int_equal(w_orders(w, b), 1);
}

/* A pod of the template before the edit says nothing about the one of today. */
static void a_pod_of_an_older_template_corrects_nothing(void **state)
{
	struct world *w = asking(state, 2);
	struct wjob *a = job_of(w, "a", 2, "s", 1000);
	w_job(w, a);
	answer(w, "default/s", RC_OK, 1000);
	struct member m = w_member(w, a, "n1", 0, 1, MEMBER_RUNNING);
	a->job.spec.shape = "t";
	a->job.spec.template_hash = "00000000000000bb";
	w_job(w, a);
	answer(w, "default/t", RC_OK, 1000);
	w_clear(w);
	struct res much = {"cpu", 3000};
	m.requests = (struct reslist){&much, 1};
	w_report(w, &m);
	assert_false(w_told(w, "admission changes what pods ask for"));
}

/* What pods are like is not known for a job whose template has no shape: it asks for nothing. */
static void a_job_without_a_shape_is_not_asked_for(void **state)
{
	struct world *w = asking(state, 1);
	struct wjob *a = job_of(w, "a", 1, "", 1000);
	w_clear(w);
	w_job(w, a);
	assert_false(w_has(w, "ask"));
	assert_int_equal(w_orders(w, a), 1);
}

static void an_edit_asks_for_the_new_shape(void **state)
{
	struct world *w = asking(state, 1);
	struct wjob *a = job_of(w, "a", 1, "s", 1000);
	w_job(w, a);
	answer(w, "default/s", RC_OK, 5000);
	w_clear(w);
	a->job.spec.shape = "t";
	w_job(w, a);
	assert_true(w_has(w, "ask default/t"));
	answer(w, "default/s", RC_OK, 1); /* no job has it any more */
	answer(w, "default/t", RC_OK, 1000);
	assert_int_equal(w_orders(w, a), 1);
}

static void without_a_node_nothing_is_asked(void **state)
{
	struct world *w = asking(state, 0);
	struct wjob *a = job_of(w, "a", 1, "s", 0), *far = job_of(w, "far", 1, "t", 0);
	w_clear(w);
	w_job(w, a);
	assert_false(w_has(w, "ask"));
	w_nodes(w, 2);
	assert_int_equal(w_orders(w, a), 1);
	/* No node matches: any will do for the question. */
	far->selector[0] = (struct kv){"zone", "moon"};
	far->job.spec.node_selector = (struct kvs){far->selector, 1};
	w_job(w, far);
	assert_true(w_has(w, "ask default/t as far 0.1 on n1\n"));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, w_setup, w_teardown)
	const struct CMUnitTest tests[] = {
		T(asked_once_a_shape),
		T(where_admission_lets_pods_run),
		T(where_a_runtime_class_lets_pods_run),
		T(the_same_numbers_change_nothing),
		T(without_an_answer_the_templates_numbers_hold),
		T(asked_again_while_a_job_waits),
		T(the_same_answer_is_asked_for_again),
		T(a_change_is_a_reason_to_ask_for_all),
		T(a_round_goes_step_by_step),
		T(the_last_of_a_round_goes),
		T(rounds_are_apart),
		T(a_round_leaves_out_who_does_not_wait),
		T(what_was_not_known_is_no_change),
		T(nobody_waits_when_it_is_due),
		T(no_node_is_left_when_it_is_due),
		T(a_pod_that_exists_corrects),
		T(a_job_that_has_ended_needs_no_room),
		T(a_pod_of_an_older_template_corrects_nothing),
		T(a_job_without_a_shape_is_not_asked_for),
		T(an_edit_asks_for_the_new_shape),
		T(without_a_node_nothing_is_asked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
