/* SPDX-License-Identifier: Apache-2.0 */
/* Answers about objects that pods need: in whose words a failure is told, and which jobs say anew
 * why they wait. */
#include "coordinator/core/observe/looked_up.h"

#include "coordinator/core/state/choice.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/lookup.h"
#include "coordinator/core/state/objects.h"
#include "coordinator/core/state/queue.h"
#include "test/unit/coordinator/state/tables.h"

static const char *const names[] = {"default/data"};
static const struct job_spec spec = {.claims = {names, 1}};

/* A job that waits in the queue for its claim, which is being read. */
static struct job_record *waiting(struct core *c, enum queue_stage stage)
{
	struct job_record *j = tables_job(c, "a", 1);
	tables_request(c, j, &spec);
	queue_put(c, j, 1);
	j->place.stage = stage;
	lookup_ask(c, j->spec.request->claims[0]);
	(void)tables_did(c);
	return j;
}

static struct core_event answer(enum rc rc, const char *message, const struct needed *obj)
{
	return (struct core_event){.looked_up = {.kind = NEEDED_CLAIM,
						 .ns = "default",
						 .name = "data",
						 .rc = rc,
						 .message = message,
						 .obj = obj}};
}

static void why_it_is_not_known(void **state)
{
	static const struct {
		const char *name;
		enum rc rc;
		const char *message, *failure;
		bool exists;
	} cases[] = {
		{"it is there", RC_OK, "", "", true},
		{"it is not there", RC_NOTFOUND, "not found", "", false},
		{"in the server's words", RC_SERVER, "etcd is slow", "etcd is slow", false},
		{"without words of a server", RC_TIMEOUT, "", "deadline exceeded", false},
		{"without any", RC_TIMEOUT, NULL, "deadline exceeded", false},
		{"without the right to read it, it counts as there", RC_FORBIDDEN, "no right", "",
		 true},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct needed bound = {.bound = true, .volume = ""};
		struct job_record *j = waiting(c, QUEUE_BLOCKED);
		const struct lookup *l = j->spec.request->claims[0];
		struct core_event ev =
			answer(cases[i].rc, cases[i].message, cases[i].rc == RC_OK ? &bound : NULL);
		looked_up(c, &ev);
		CASE(cases[i].name, l->answered && l->exists == cases[i].exists);
		CASE_STR(cases[i].name, l->failure, cases[i].failure);
		j->place.stage = QUEUE_OUT;
		tables_teardown(&world);
	}
	(void)state;
}

/* Only a job that was found not to fit has said why it waits. */
static void who_says_it_anew(void **state)
{
	static const struct {
		const char *name;
		enum queue_stage stage;
		bool news, says;
	} cases[] = {
		{"one that waits", QUEUE_BLOCKED, true, true},
		{"not without news", QUEUE_BLOCKED, false, false},
		{"not one that nobody has looked at yet", QUEUE_NEW, true, false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct job_record *j = waiting(c, cases[i].stage);
		struct lookup *l = j->spec.request->claims[0];
		struct core_event ev = answer(RC_NOTFOUND, "", NULL);
		if (!cases[i].news) {
			lookup_answer(c, l, NULL, "");
			lookup_due(c, l);
		}
		looked_up(c, &ev);
		CASE(cases[i].name, (c->waiting.first == j) == cases[i].says);
		j->place.stage = QUEUE_OUT;
		tables_teardown(&world);
	}
	(void)state;
}

/* A choice that was refused is told in the server's words, or by what the code means. */
static void why_a_choice_was_refused(void **state)
{
	static const struct {
		const char *name, *message, *words;
	} cases[] = {
		{"in the server's words", "policy says no",
		 "waits for its first consumer, and Muster could not name it: policy says no"},
		{"without words of a server", "",
		 "waits for its first consumer, and Muster could not name it: forbidden"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		AUTO(buf_done) struct buf b = BUF_INIT(1024);
		struct needed claim = {.volume = "", .storage_class = "fast"};
		struct needed class = {.waits = true, .provisioner = "p"};
		struct job_record *j = waiting(c, QUEUE_BLOCKED);
		struct lookup *l = j->spec.request->claims[0];
		lookup_answer(c, l, &claim, "");
		lookup_answer(c, l->storage_class, &class, "");
		lookup_chosen(c, l, "n1", NULL);
		struct core_event ev = answer(RC_FORBIDDEN, cases[i].message, NULL);
		ev.looked_up.choice = true;
		looked_up(c, &ev);
		CASE(cases[i].name, choice_obstacle(l, &b));
		CASE_STR(cases[i].name, buf_str(&b), cases[i].words);
		j->place.stage = QUEUE_OUT;
		tables_teardown(&world);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(why_it_is_not_known),
		cmocka_unit_test(who_says_it_anew),
		cmocka_unit_test(why_a_choice_was_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
