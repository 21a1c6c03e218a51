/* SPDX-License-Identifier: Apache-2.0 */
/* A hundred agents at work: they connect, get orders at once, report, live through a change of the
 * server's certificate, and the loop is never held up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/mem.h"
#include "os/clock.h"
#include "rig.h"

enum { AGENTS = 100 };

static struct rig *rig;

static void connects(void **state)
{
	(void)state;
	int64_t start = rig_now();
	for (unsigned i = 0; i < AGENTS; i++) {
		AUTO(buf_done) struct buf node = BUF_INIT(31);
		buf_printf(&node, "node-%u", i);
		agent_add(rig, buf_str(&node), NULL, NULL, NULL);
	}
	bool ok = rig_until(rig, 20000, all_connected, NULL);
	if (!ok)
		printf("an agent says: %s\n", rig->agents[0]->why);
	assert_true(ok);
	assert_int_equal(rig->nviews, AGENTS);
	printf("%d agents connected in %d ms\n", AGENTS, (int)(rig_now() - start));
}

static void orders_arrive_at_once(void **state)
{
	(void)state;
	int64_t worst = 0;
	for (uint32_t attempt = 1; attempt <= 20; attempt++) {
		int64_t start = rig_now();
		rig_order(rig, attempt);
		assert_true(rig_until(rig, 5000, all_ordered, &attempt));
		int64_t took = rig_now() - start;
		worst = took > worst ? took : worst;
		rig_run(rig, 20);
	}
	printf("20 times new orders for all: at worst in %d ms\n", (int)worst);
	assert_true(worst < 2000);
}

static bool reported(struct rig *r, void *arg)
{
	(void)arg;
	for (uint32_t i = 0; i < r->nviews; i++) {
		if (r->views[i].members != 5 || r->views[i].reports == 0)
			return false;
	}
	return true;
}

static void reports_arrive(void **state)
{
	(void)state;
	for (unsigned i = 0; i < AGENTS; i++) {
		rig->agents[i]->report_members = 5;
		agent_session_poke(rig->agents[i]->session);
	}
	assert_true(rig_until(rig, 1500, reported, NULL));
}

/* Longer than the heartbeat and the silence that is allowed: heartbeats carry it. */
static void stays_connected(void **state)
{
	(void)state;
	rig_run(rig, 7000);
	struct link_listener_stats s;
	link_listener_stats(rig->listener, &s);
	for (unsigned i = 0; i < AGENTS; i++)
		assert_int_equal(rig->agents[i]->hangups, 0);
	assert_int_equal(s.pipes_waiting, 0);
	assert_int_equal(s.parked, AGENTS);
	assert_true(s.receiving >= 64);
	assert_true(s.probes >= 2);
	assert_int_equal(s.probes_failed, 0);
	assert_int_equal(s.relistens, 0);
	if (rig->warnings)
		printf("a warning: %s\n", rig->last_warning);
	assert_int_equal(rig->warnings, 0);
}

/* A new CA: agents that are connected stay so, who has read the bundle of both gets in, who has
 * only the old one does not. */
static void certificate_is_replaced(void **state)
{
	const char *names[] = {SERVER_NAME};
	struct tls_pair ca = {0}, cert = {0};
	struct err e;
	AUTO(buf_done) struct buf bundle = BUF_INIT(TLS_PEM_MAX);
	int64_t now = clock_wall_ms();
	struct link_listener_stats s;
	(void)state;
	assert_int_equal(tls_make_ca("the next", now, &ca, &e), RC_OK);
	assert_int_equal(tls_make_server(&ca, names, 1, now, &cert, &e), RC_OK);
	assert_int_equal(tls_bundle(ca.cert, rig->ca.cert, now, &bundle, &e), RC_OK);
	assert_int_equal(
		link_listener_replace(rig->listener, "junk", cert.key, NULL, rig_now(), &e),
		RC_TLS);
	assert_int_equal(link_listener_replace(rig->listener, cert.cert, cert.key, buf_str(&bundle),
					       rig_now(), &e),
			 RC_OK);
	const struct agent *old = agent_add(rig, "believes-the-old", rig->ca.cert, NULL, NULL);
	const struct agent *both = agent_add(rig, "believes-both", buf_str(&bundle), NULL, NULL);
	rig_run(rig, 1500);
	assert_false(old->connected);
	assert_true(both->connected);
	link_listener_stats(rig->listener, &s);
	assert_int_equal(s.probes_failed, 0);
	for (unsigned i = 0; i < AGENTS; i++)
		assert_int_equal(rig->agents[i]->hangups, 0);
	tls_pair_done(&ca);
	tls_pair_done(&cert);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connects),
		cmocka_unit_test(orders_arrive_at_once),
		cmocka_unit_test(reports_arrive),
		cmocka_unit_test(stays_connected),
		cmocka_unit_test(certificate_is_replaced),
	};
	rig = rig_new();
	rig_leave(cmocka_run_group_tests_name("link-work", tests, NULL, NULL));
}
