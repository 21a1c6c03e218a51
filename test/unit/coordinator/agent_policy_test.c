/* SPDX-License-Identifier: Apache-2.0 */
/* Whether agents may create pods, by what an API server of the test's own says of their policy. */
#include "coordinator/agent_policy.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "test/lib/check.h"

struct world {
	bool asked, canceled;
	enum api_kind kind;
	struct api_sink sink;
	int64_t now_ms;
	uint32_t told, lines;
	bool bound;
	struct log log;
	struct agent_policy_config cfg;
	struct agent_policy *p;
};

static void count_line(void *self, enum log_level level, const char *msg, const struct log_kv *kv,
		       size_t n)
{
	(void)level, (void)msg, (void)kv, (void)n;
	((struct world *)self)->lines++;
}

static uint64_t submit(void *self, const struct api_request *req, const struct api_sink *sink)
{
	struct world *w = self;
	assert_false(w->asked);
	assert_int_equal(req->verb, API_GET);
	assert_string_equal(req->name, "agents");
	w->asked = true;
	w->kind = req->kind;
	w->sink = *sink;
	return 7;
}

static void cancel(void *self, uint64_t id)
{
	struct world *w = self;
	assert_int_equal(id, 7);
	w->asked = false;
	w->canceled = true;
}

static void on_bound(void *self, bool bound)
{
	struct world *w = self;
	assert_true(w->bound != bound);
	w->bound = bound;
	w->told++;
}

static int setup(void **state)
{
	struct world *w = mem_zalloc(1, sizeof *w);
	w->log = (struct log){.sink = count_line, .self = w};
	w->cfg = (struct agent_policy_config){.name = "agents", .self = w, .on_bound = on_bound};
	struct api api = {w, submit, cancel};
	w->p = agent_policy_new(&w->cfg, &api, &w->log);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	agent_policy_free(w->p);
	free(w);
	return 0;
}

static void turn(struct world *w, int64_t ms)
{
	w->now_ms += ms;
	agent_policy_now(w->p, w->now_ms);
	agent_policy_tick(w->p);
}

static void serve(struct world *w, enum rc rc, const char *why, const char *policy)
{
	struct admission a = {.policy = policy, .why = why};
	struct api_object o = {.kind = w->kind, .meta = &a.meta, .admission = &a};
	struct api_result res = {.rc = rc, .reason = "", .message = "words", .rv = ""};
	assert_true(w->asked);
	w->asked = false;
	if (rc == RC_OK)
		w->sink.on_object(w->sink.self, 7, WATCH_ADDED, &o);
	w->sink.on_done(w->sink.self, 7, &res);
}

static void both(struct world *w)
{
	turn(w, 0);
	assert_int_equal(w->kind, API_ADMISSION_POLICY);
	serve(w, RC_OK, "", "");
	assert_true(agent_policy_deadline(w->p) <= w->now_ms);
	turn(w, 0);
	assert_int_equal(w->kind, API_ADMISSION_BINDING);
	serve(w, RC_OK, "", "agents");
}

static void both_are_read_again_and_again(void **state)
{
	struct world *w = *state;
	turn(w, 0);
	assert_false(w->asked); /* it does not lead */
	assert_int_equal(agent_policy_deadline(w->p), INT64_MAX);
	agent_policy_lead(w->p);
	assert_false(agent_policy_bound(w->p));
	both(w);
	assert_true(agent_policy_bound(w->p) && w->bound && w->told == 1 && !w->lines);
	assert_int_equal(agent_policy_deadline(w->p), w->now_ms + 10000);
	turn(w, 9999);
	assert_false(w->asked);
	turn(w, 1);
	assert_int_equal(agent_policy_deadline(w->p), INT64_MAX);
	agent_policy_unlead(w->p);
	assert_true(w->canceled && !agent_policy_bound(w->p));
}

static void what_is_wrong_is_said_once(void **state)
{
	static const struct {
		const char *name;
		enum rc policy;
		const char *policy_why;
		enum rc binding;
		const char *binding_why, *names;
	} cases[] = {
		{"no policy", RC_NOTFOUND, "", RC_OK, "", ""},
		{"no right", RC_FORBIDDEN, "", RC_OK, "", ""},
		{"a weak policy", RC_OK, "policy has no validations", RC_OK, "", ""},
		{"no binding", RC_OK, "", RC_NOTFOUND, "", ""},
		{"a weak binding", RC_OK, "", RC_OK, "binding without Deny", "agents"},
		{"another's binding", RC_OK, "", RC_OK, "", "others"},
	};
	struct world *w = *state;
	agent_policy_lead(w->p);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		both(w);
		CASE(cases[i].name, w->bound);
		for (int again = 0; again < 2; again++) {
			w->lines = 0;
			turn(w, 10000);
			serve(w, cases[i].policy, cases[i].policy_why, "");
			turn(w, 0);
			if (w->asked)
				serve(w, cases[i].binding, cases[i].binding_why, cases[i].names);
			CASE(cases[i].name, !w->bound && w->lines == (again ? 0 : 1));
		}
		w->lines = 0;
		turn(w, 10000);
		serve(w, RC_OK, "", "");
		turn(w, 0);
		serve(w, RC_OK, "", "agents");
		CASE(cases[i].name, w->bound && w->lines == 1); /* in force again */
		turn(w, 10000);
		serve(w, RC_OK, "", "");
		turn(w, 0);
		serve(w, RC_OK, "", "agents");
		turn(w, 10000);
		w->asked = false;
		agent_policy_unlead(w->p);
		w->bound = false;
		agent_policy_lead(w->p);
	}
}

/* An API server that does not answer is no "no", for a minute. */
static void silence_counts_after_a_minute(void **state)
{
	struct world *w = *state;
	agent_policy_lead(w->p);
	turn(w, 0);
	serve(w, RC_UNREACHABLE, "", "");
	assert_true(!w->bound && w->lines == 1); /* it never said yes */
	assert_true(agent_policy_deadline(w->p) > w->now_ms);
	w->now_ms = agent_policy_deadline(w->p);
	both(w);
	assert_true(w->bound && w->lines == 2);
	for (int64_t began = w->now_ms; w->now_ms - began < 59000;) {
		turn(w, 1000);
		if (w->asked)
			serve(w, RC_UNREACHABLE, "", "");
		assert_true(w->bound);
	}
	turn(w, 20000);
	serve(w, RC_UNREACHABLE, "", "");
	assert_true(!w->bound && w->lines == 3);
	assert_null(agent_policy_free(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(both_are_read_again_and_again, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_wrong_is_said_once, setup, teardown),
		cmocka_unit_test_setup_teardown(silence_counts_after_a_minute, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
