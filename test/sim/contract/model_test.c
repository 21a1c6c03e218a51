/* SPDX-License-Identifier: Apache-2.0 */
/* The contract of sync/api.h, held against the model API server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "test/sim/contract/contract.h"
#include "test/sim/world/conns.h"
#include "test/sim/world/copy.h"
#include "test/sim/world/pod_edit.h"
#include "test/sim/world/pod_make.h"

struct model {
	struct clock clock;
	struct server server;
	struct conns *conns;
	struct contract_env env;
};

static void turn(void *self)
{
	struct model *w = self;
	int64_t until = w->clock.now_ms + 100;
	while (clock_next(&w->clock) <= until)
		clock_step(&w->clock);
	w->clock.now_ms = until;
}

static void make_job(void *self, const char *ns, const char *name, uint32_t parallelism)
{
	struct model *w = self;
	struct version *v = version_new(API_JOB);
	v->meta.ns = copy_str(&v->arena, ns);
	v->meta.name = copy_str(&v->arena, name);
	v->job.spec.parallelism = parallelism;
	server_put(&w->server, v);
}

static void scale_job(void *self, const char *ns, const char *name, uint32_t parallelism)
{
	struct model *w = self;
	struct version *v = version_clone(store_find(&w->server.store, API_JOB, ns, name));
	v->job.spec.parallelism = parallelism;
	v->meta.generation++;
	server_put(&w->server, v);
}

static void own_cpu(void *self, const char *compute_node, int64_t milli)
{
	struct model *w = self;
	struct version *v =
		version_clone(store_find(&w->server.store, API_COMPUTE_NODE, NULL, compute_node));
	static const char *const owned[] = {"cpu"};
	struct res *r = arena_alloc(&v->arena, sizeof *r);
	*r = (struct res){"cpu", milli};
	v->compute_node.resources = (struct reslist){r, 1};
	v->user_res = (struct strs){owned, 1};
	v->meta.generation++;
	server_put(&w->server, v);
}

static void label(void *self, const char *compute_node, const char *key, const char *value)
{
	struct model *w = self;
	struct version *v =
		version_clone(store_find(&w->server.store, API_COMPUTE_NODE, NULL, compute_node));
	version_label(v, key, value);
	server_put(&w->server, v);
}

static void make_pod(void *self, const char *ns, const char *name)
{
	struct model *w = self;
	server_put(&w->server, pod_make_nominated(ns, name, "", 100));
}

static struct version *pod_of(struct model *w, const char *ns, const char *name)
{
	return version_clone(store_find(&w->server.store, API_POD, ns, name));
}

static void nominate(void *self, const char *ns, const char *name, const char *node)
{
	struct model *w = self;
	struct version *v = pod_of(w, ns, name);
	pod_nominate(v, node);
	server_put(&w->server, v);
}

static void bind_pod(void *self, const char *ns, const char *name, const char *node)
{
	struct model *w = self;
	struct version *v = pod_of(w, ns, name);
	assert_string_equal(v->pod.nominated, node);
	pod_bind(v, w->clock.now_ms);
	server_put(&w->server, v);
}

static void on_change(void *self, const struct change *ch)
{
	struct model *w = self;
	conns_change(w->conns, ch);
}

static int setup(void **state)
{
	struct model *w = mem_zalloc(1, sizeof *w);
	server_init(&w->server, &w->clock, 1767225600000);
	w->server.self = w;
	w->server.ns_gone = "contract-no-such-namespace";
	w->server.on_change = on_change;
	w->conns = conns_new(&w->server, &w->clock, 7);
	w->env = (struct contract_env){.api = conn_api(conn_open(w->conns, NULL, "test")),
				       .ns = "default",
				       .prefix = "c",
				       .template_text = "run=1000 cpu=100",
				       .self = w,
				       .turn = turn,
				       .make_job = make_job,
				       .scale_job = scale_job,
				       .own_cpu = own_cpu,
				       .label = label,
				       .make_pod = make_pod,
				       .nominate = nominate,
				       .bind = bind_pod};
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct model *w = *state;
	conns_free(w->conns);
	server_done(&w->server);
	clock_done(&w->clock);
	free(w);
	return 0;
}

static void run_all(void **state)
{
	for (size_t i = 0; i < contract_ncases; i++) {
		print_message("%s\n", contract_cases[i].name);
		setup(state);
		contract_cases[i].run(&((struct model *)*state)->env);
		teardown(state);
	}
}

/* Beyond the contract: what only a model can be made to do. */
static void test_compaction(void **state)
{
	setup(state);
	struct model *w = *state;
	make_job(w, "default", "a", 1);
	uint64_t rv = w->server.store.rv;
	make_job(w, "default", "b", 1);
	make_job(w, "default", "c", 1);
	assert_int_equal(w->server.store.shelf[API_JOB].nhistory, 3);
	store_compact(&w->server.store, 1);
	assert_int_equal(w->server.store.shelf[API_JOB].nhistory, 1);
	assert_true(w->server.store.shelf[API_JOB].compacted_rv > rv);
	teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(run_all),
		cmocka_unit_test(test_compaction),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
