/* SPDX-License-Identifier: Apache-2.0 */
/* Two thousand TLS connections opened and dropped at every stage (dropper.c) while a hundred agents
 * work: none of them notices, new ones get in, and the descriptors come back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "rig.h"

enum {
	AGENTS = 100,
	DROPS = 2000,
	WORKERS = 4,
	DESCRIPTORS_LEFT_MAX = 20,
	ORDERS_EVERY_MS = 250,
	ORDERS_LATE_MS = 1000
};

extern char **environ;

static struct rig *rig;
static const char *dropper;
static uint32_t before;

struct churn {
	pid_t pid;
	int out; /* the dropper's standard output */
	uint32_t attempt, descriptors_max;
	int64_t ordered_ms, worst_ms;
};

static void hundred_agents_work(void **state)
{
	(void)state;
	for (unsigned i = 0; i < AGENTS; i++) {
		AUTO(buf_done) struct buf node = BUF_INIT(31);
		buf_printf(&node, "node-%u", i);
		agent_add(rig, buf_str(&node), NULL, NULL, NULL);
	}
	assert_true(rig_until(rig, 20000, all_connected, NULL));
	rig_run(rig, 1500);
	before = link_descriptors();
}

static void start_dropper(struct churn *c)
{
	int fds[2];
	AUTO(buf_done) struct buf port = BUF_INIT(16), drops = BUF_INIT(16), workers = BUF_INIT(16);
	posix_spawn_file_actions_t actions;
	buf_printf(&port, "%u", (unsigned)link_listener_port(rig->listener));
	buf_printf(&drops, "%d", DROPS);
	buf_printf(&workers, "%d", WORKERS);
	char *name = mem_strdup(dropper);
	char *argv[] = {name, port.data, drops.data, workers.data, NULL};
	must(pipe2(fds, O_CLOEXEC) == 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fds[1], 1);
	must(posix_spawn(&c->pid, dropper, &actions, NULL, argv, environ) == 0);
	posix_spawn_file_actions_destroy(&actions);
	close(fds[1]);
	c->out = fds[0];
	mem_freep(&name);
}

/* New orders for all every quarter of a second; how long the slowest agent took to have them. */
static void keep_ordering(struct rig *r, struct churn *c)
{
	int64_t now = rig_now();
	uint32_t open = link_descriptors();
	c->descriptors_max = open > c->descriptors_max ? open : c->descriptors_max;
	bool done = all_ordered(r, &c->attempt);
	if (c->attempt > 0 && !done) {
		c->worst_ms = now - c->ordered_ms > c->worst_ms ? now - c->ordered_ms : c->worst_ms;
		return;
	}
	if (now - c->ordered_ms < ORDERS_EVERY_MS)
		return;
	rig_order(r, ++c->attempt);
	c->ordered_ms = now;
}

static bool dropper_ended(struct rig *r, void *arg)
{
	struct churn *c = arg;
	struct pollfd p = {.fd = c->out, .events = POLLIN};
	keep_ordering(r, c);
	return poll(&p, 1, 0) > 0;
}

static unsigned dropper_result(struct churn *c)
{
	char text[32] = "";
	int status;
	unsigned n = 0;
	assert_true(read(c->out, text, sizeof text - 1) > 0);
	for (const char *p = text; *p >= '0' && *p <= '9'; p++)
		n = n * 10 + (unsigned)(*p - '0');
	assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
	assert_int_equal(status, 0);
	close(c->out);
	return n;
}

static void nobody_notices(void **state)
{
	struct churn c = {0};
	(void)state;
	int64_t start = rig_now();
	start_dropper(&c);
	assert_true(rig_until(rig, 120000, dropper_ended, &c));
	unsigned reached = dropper_result(&c);
	printf("    %d connections dropped in %d ms, %u of them at their stage; %u sets of orders, "
	       "at worst in %d ms; longest turn %d ms; at most %u descriptors\n",
	       DROPS, (int)(rig_now() - start), reached, c.attempt, (int)c.worst_ms,
	       (int)rig->turn_ms_max, c.descriptors_max);
	for (unsigned i = 0; i < AGENTS; i++)
		assert_int_equal(rig->agents[i]->hangups, 0);
	assert_true(c.worst_ms < ORDERS_LATE_MS);
	assert_true(c.attempt > 0 && reached > DROPS * 9 / 10);
}

static bool descriptors_back(struct rig *r, void *arg)
{
	(void)r;
	(void)arg;
	return link_descriptors() <= before + DESCRIPTORS_LEFT_MAX;
}

static void descriptors_come_back(void **state)
{
	(void)state;
	int64_t start = rig_now();
	bool back = rig_until(rig, 30000, descriptors_back, NULL);
	int64_t took = rig_now() - start;
	rig_run(rig, 12000); /* longer than nng gives a handshake: what is left now is lost */
	struct link_listener_stats s;
	link_listener_stats(rig->listener, &s);
	printf("    descriptors: %u before, within %d of it after %d ms, %u at the end; %u pipes, "
	       "%u waiting; %u handshakes failed\n",
	       before, DESCRIPTORS_LEFT_MAX, (int)took, link_descriptors(), s.pipes,
	       s.pipes_waiting, (unsigned)s.failed);
	assert_true(back);
	assert_true(descriptors_back(rig, NULL));
	assert_int_equal(s.pipes, AGENTS);
	assert_int_equal(s.relistens, 0);
	assert_int_equal(s.probes_failed, 0);
	for (unsigned i = 0; i < AGENTS; i++)
		assert_int_equal(rig->agents[i]->hangups, 0);
}

static void new_agents_get_in(void **state)
{
	(void)state;
	for (unsigned i = AGENTS; i < AGENTS + 50; i++) {
		AUTO(buf_done) struct buf node = BUF_INIT(31);
		buf_printf(&node, "node-%u", i);
		agent_add(rig, buf_str(&node), NULL, NULL, NULL);
	}
	assert_true(rig_until(rig, 5000, all_connected, NULL));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hundred_agents_work),
		cmocka_unit_test(nobody_notices),
		cmocka_unit_test(descriptors_come_back),
		cmocka_unit_test(new_agents_get_in),
	};
	if (argc != 2)
		return 2;
	dropper = argv[1];
	rig = rig_new();
	rig_leave(cmocka_run_group_tests_name("link-churn", tests, NULL, NULL));
}
