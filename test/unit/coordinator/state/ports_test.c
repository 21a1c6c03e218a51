/* SPDX-License-Identifier: Apache-2.0 */
/* Host ports alone: where the ports of requests are taken, through all that changes it. */
#include "coordinator/core/state/ports.h"

#include <string.h>

#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/request.h"
#include "test/unit/coordinator/state/tables.h"

static uint64_t web[] = {80}, web_here[1], dns[] = {53, 80};

static struct job_spec asks(uint64_t *v, uint32_t n)
{
	return (struct job_spec){.ports = {v, n}};
}

static void foreign(struct core *c, struct node_record *n, uint64_t *v, uint32_t count)
{
	const struct host_ports p = {v, count};
	ports_foreign_set(c, n, &p);
}

/* The nodes that are left of all for the request. */
static const char *free_for(struct core *c, const struct request *r)
{
	AUTO(bitset_done) struct bitset nodes = {0};
	for (uint32_t i = 0; i < c->nodes.n; i++) {
		if (c->nodes.at[i])
			bitset_set(&nodes, i);
	}
	ports_leave_free(c, r, &nodes);
	return tables_names(c, &nodes);
}

static void three_nodes(struct core *c, struct node_record *ret[3])
{
	static const char *const names[] = {"n1", "n2", "n3"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		ret[i] = tables_node(c, names[i], 4000, INT64_C(8000) * GI);
	web_here[0] = host_port(NULL, "10.0.0.1", 80);
}

static void where_pods_of_others_have_them(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n[3];
	three_nodes(c, n);
	struct job_spec spec = asks(web, 1), here = asks(web_here, 1), two = asks(dns, 2);
	foreign(c, n[0], web, 1);
	struct request *r = request_get(c, &spec); /* learns of what was there before */
	assert_string_equal(free_for(c, r), "n2 n3");
	foreign(c, n[1], web_here, 1);
	struct request *q = request_get(c, &here), *d = request_get(c, &two);
	assert_string_equal(free_for(c, r), "n3");
	assert_string_equal(free_for(c, q), "n3");
	assert_true(ports_taken(d, n[1]->idx) == 80 && ports_foreign(d, n[1]->idx));
	assert_true(!ports_taken(d, n[2]->idx) && !ports_foreign(d, n[2]->idx));
	bitset_zero(&c->queue.grown);
	bitset_zero(&c->queue.grown_whole);
	foreign(c, n[1], web_here, 1); /* the same again */
	foreign(c, n[2], dns, 1);      /* no port of r */
	assert_string_equal(tables_names(c, &c->queue.grown), "");
	foreign(c, n[1], NULL, 0);
	assert_string_equal(tables_names(c, &c->queue.grown_whole), "n2");
	assert_string_equal(free_for(c, r), "n2 n3");
	assert_string_equal(free_for(c, d), "n2");
	request_put(c, q);
	request_put(c, d);
	foreign(c, n[0], web_here, 1); /* nobody asks for this address any more */
	assert_string_equal(free_for(c, r), "n2 n3");
	request_put(c, r);
	assert_null(c->ports.keys);
	foreign(c, n[0], NULL, 0);
}

static void where_members_have_them(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n[3];
	three_nodes(c, n);
	struct job_spec spec = asks(web, 1);
	struct job_record *j = tables_job(c, "a", 2);
	tables_request(c, j, &spec);
	struct request *r = j->spec.request;
	struct attempt *a = tables_attempt(c, j, 0, n[0]), *b = tables_attempt(c, j, 1, n[1]);
	assert_string_equal(free_for(c, r), "n3");
	assert_true(ports_taken(r, n[0]->idx) && !ports_foreign(r, n[0]->idx));
	attempt_set_state(c, a, ATTEMPT_ENDED);
	assert_string_equal(free_for(c, r), "n1 n3");
	attempt_move(c, b, n[2]);
	assert_string_equal(free_for(c, r), "n1 n2");
	/* A request that comes later finds the members that are there. */
	struct job_spec two = asks(dns, 2);
	struct request *d = request_get(c, &two);
	assert_string_equal(free_for(c, d), "n1 n2");
	request_put(c, d);
}

/* A question leaves no record. */
static void a_question(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n[3];
	three_nodes(c, n);
	struct job_spec spec = asks(web, 1);
	struct job_record *j = tables_job(c, "a", 1);
	tables_request(c, j, &spec);
	tables_attempt(c, j, 0, n[0]);
	foreign(c, n[1], dns, 2);
	struct request q = {.ports = spec.ports}, none = {0};
	assert_string_equal(free_for(c, &q), "n3");
	assert_string_equal(free_for(c, &none), "n1 n2 n3");
}

/* The index of a node that is gone is that of another one. */
static void a_node_goes(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n[3];
	three_nodes(c, n);
	struct job_spec spec = asks(web, 1);
	struct request *r = request_get(c, &spec);
	foreign(c, n[1], web, 1);
	node_free(c, n[1]);
	struct job_spec two = asks(dns, 2);
	struct request *d = request_get(c, &two); /* looks at the nodes that are left */
	assert_string_equal(free_for(c, d), "n1 n3");
	request_put(c, d);
	tables_node(c, "n4", 4000, INT64_C(8000) * GI);
	assert_string_equal(free_for(c, r), "n1 n4 n3");
	foreign(c, n[0], web, 1);
	request_put(c, r);
}

static void keys_tell_them_apart(void **state)
{
	struct core *c = tables_of(state);
	struct job_spec spec = asks(web, 1), two = asks(dns, 2), none = asks(NULL, 0);
	static const struct res cpu[] = {{"cpu", 1}};
	spec.requests = (struct reslist){cpu, 1};
	struct request *r = request_get(c, &spec), *q = request_get(c, &two);
	struct request *o = request_get(c, &none);
	assert_true(r != q && q != o && request_get(c, &spec) == r);
	assert_string_equal(request_resource(r, 0), "cpu");
	assert_string_equal(request_resource(q, 0), "pods");
	request_put(c, r);
	request_put(c, r);
	request_put(c, q);
	request_put(c, o);
	assert_null(c->ports.keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(where_pods_of_others_have_them),
		T(where_members_have_them),
		T(a_question),
		T(a_node_goes),
		T(keys_tell_them_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
