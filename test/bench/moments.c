/* SPDX-License-Identifier: Apache-2.0 */
/* Moments at which much changes at once. Each has a core of its own; printed are the steps' time
 * together and the longest of them. */
#include "moments.h"

#include <stdio.h>

#include "base/mem.h"

enum { PAGE = 500, HOUR_S = 3600, DAY_S = 24 * HOUR_S, GRACE_MS = 7000 };

static void begin(struct drive *d)
{
	d->busy_us = d->worst_us = 0;
}

static void end(struct drive *d, const char *moment)
{
	drive_settle(d);
	printf("moment=%s total_ms=%.1f worst_step_ms=%.1f\n", moment, (double)d->busy_us / 1000,
	       (double)d->worst_us / 1000);
	begin(d);
}

static void close_core(struct drive *d)
{
	drive_done(d);
}

/* A job of its own size; it fits where nothing else asks for so much, or nowhere. */
static void numbered(struct drive *d, struct load_job *ret, int64_t i, int64_t cpu)
{
	char name[LOAD_TEXT];
	ref_text(name, sizeof name, "w%lld", (long long)i);
	load_one(d->l, ret, name, 1, cpu);
	ret->requests[1].milli += 1000 * i;
}

static void work(struct drive *d)
{
	drive_lead(d);
	drive_sync(d);
	drive_hellos(d);
	drive_settle(d);
}

static void fill(struct drive *d, int64_t n, int64_t cpu, int64_t deadline_s)
{
	struct load_job j;
	for (int64_t i = 0; i < n; i++) {
		numbered(d, &j, i, cpu);
		j.spec.active_deadline_s = deadline_s;
		drive_job(d, &j, LOAD_CREATED + i, 0);
	}
	drive_settle(d);
}

static int64_t too_much(const struct drive *d)
{
	return d->l->cpu_each * 19 / 20;
}

/* What the jobs of fill() run, on node n % nodes each. */
static uint32_t members(const struct drive *d, int64_t from, int64_t step, int64_t n,
			struct member *v, char (*text)[3][LOAD_TEXT])
{
	uint32_t k = 0;
	for (int64_t i = from; i < n && k < PAGE; i += step, k++) {
		ref_text(text[k][0], LOAD_TEXT, "w%lld", (long long)i);
		ref_text(text[k][1], LOAD_TEXT, "uid-w%lld", (long long)i);
		ref_text(text[k][2], LOAD_TEXT, "w%lld-0-1", (long long)i);
		v[k] = (struct member){.ns = "default",
				       .job_name = text[k][0],
				       .job_uid = text[k][1],
				       .pod = text[k][2],
				       .pod_uid = text[k][2],
				       .node = d->l->node[i % d->l->nodes].name,
				       .attempt = 1,
				       .template_hash = "0123456789abcdef",
				       .phase = MEMBER_RUNNING};
	}
	return k;
}

static void adopt(struct drive *d, int64_t n)
{
	struct member v[PAGE];
	char text[PAGE][3][LOAD_TEXT];
	drive_lead(d);
	fill(d, n, d->l->cpu_each / 100000 + 1, -1);
	for (int64_t i = 0; i < n; i += PAGE)
		drive_pods(d, v, members(d, i, 1, n, v, text), i + PAGE >= n);
	begin(d);
	drive_sync(d);
	end(d, "sync_running");
	for (int64_t i = 0; i < d->l->nodes; i++)
		drive_hello(d, i, v, members(d, i, d->l->nodes, n, v, text));
	end(d, "heard_running");
	close_core(d);
}

static void wait_for_agents(struct drive *d, int64_t n)
{
	drive_lead(d);
	fill(d, n, too_much(d), -1);
	begin(d);
	drive_sync(d);
	end(d, "sync_waiting");
	drive_hellos(d);
	end(d, "heard_waiting");
	close_core(d);
}

static void delete(struct drive *d, int64_t n, bool oldest_first)
{
	struct load_job j;
	work(d);
	fill(d, n, too_much(d), -1);
	begin(d);
	for (int64_t i = 0; i < n; i++) {
		numbered(d, &j, oldest_first ? i : n - 1 - i, 0);
		drive_job_gone(d, &j);
	}
	end(d, oldest_first ? "deleted_oldest_first" : "deleted_newest_first");
	close_core(d);
}

static void deadline(struct drive *d, int64_t n)
{
	work(d);
	fill(d, n, d->l->cpu_each / 100000 + 1, HOUR_S);
	begin(d);
	drive_tick(d, (HOUR_S + 1) * 1000);
	end(d, "deadlines_at_once");
	close_core(d);
}

static void silence(struct drive *d, int64_t n)
{
	d->grace_ms = GRACE_MS;
	work(d);
	fill(d, n, d->l->cpu_each / 100000 + 1, -1);
	begin(d);
	drive_tick(d, GRACE_MS + 1);
	end(d, "all_agents_silent");
	drive_hellos(d);
	end(d, "all_agents_back");
	d->grace_ms = 0;
	close_core(d);
}

/* Each node runs so many members, each with an end of its own; a gang waits for most of the nodes,
 * and others wait behind it. */
static void reservations(struct drive *d, int64_t each, int64_t waiting)
{
	struct load_job j;
	char name[LOAD_TEXT];
	work(d);
	for (int64_t i = 0; i < each; i++) {
		ref_text(name, sizeof name, "run%lld", (long long)i);
		load_one(d->l, &j, name, d->l->nodes, d->l->cpu_each / 6 / each);
		j.spec.active_deadline_s = DAY_S + i * 7919 % each * 60;
		drive_job(d, &j, LOAD_CREATED, 100);
	}
	drive_settle(d);
	begin(d);
	load_one(d->l, &j, "big", d->l->nodes * 4 / 5, d->l->cpu_each * 7 / 8);
	drive_job(d, &j, LOAD_CREATED, 50);
	fill(d, waiting, d->l->cpu_each * 7 / 8, HOUR_S);
	ref_text(name, sizeof name, "reserve_%lld_a_node", (long long)each);
	end(d, name);
	load_one(d->l, &j, "run0", d->l->nodes, 0);
	drive_job_gone(d, &j);
	ref_text(name, sizeof name, "freed_%lld_a_node", (long long)each);
	end(d, name);
	close_core(d);
}

void moments(struct load *l, int64_t n)
{
	struct drive d = {.l = l};
	wait_for_agents(&d, n);
	adopt(&d, n);
	delete (&d, n, false);
	delete (&d, n, true);
	deadline(&d, n);
	silence(&d, n);
	reservations(&d, 20, n / 100);
	reservations(&d, 100, n / 100);
}
