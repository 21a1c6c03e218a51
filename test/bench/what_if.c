/* SPDX-License-Identifier: Apache-2.0 */
#include "what_if.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { ASKED_A_STEP = 100, SAMPLES = 200 };

static const struct job_spec *question(const struct load *l, int64_t i)
{
	return &l->job[l->jobs / 2 + i % (l->jobs - l->jobs / 2)].spec;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The nodes that hold a member of the job, in the order of their names; how many. */
static uint32_t nodes_of(const struct drive *d, const struct load_job *j, const char **v)
{
	uint32_t k = 0;
	for (int64_t i = 0; i < d->l->nodes; i++) {
		const struct order *o;
		uint32_t n;
		uint64_t revision;
		core_orders(d->core, d->l->node[i].name, &o, &n, &revision);
		for (uint32_t m = 0; m < n; m++) {
			if (!strcmp(o[m].job_name, j->name))
				v[k++] = d->l->node[i].name;
		}
	}
	qsort(v, k, sizeof *v, by_name);
	return k;
}

static bool agrees(struct drive *d, const struct load_job *j, int64_t created_ms)
{
	struct what_if w;
	core_what_if(d->core, &j->spec, &w);
	const char **said = mem_zalloc(w.n + 1, sizeof *said);
	const char **is = mem_zalloc((size_t)d->l->nodes, sizeof *is);
	memcpy(said, w.nodes, w.n * sizeof *said);
	qsort(said, w.n, sizeof *said, by_name);
	uint32_t n = w.n;
	drive_job(d, j, created_ms, 0);
	drive_settle(d);
	bool same = nodes_of(d, j, is) == n;
	for (uint32_t i = 0; same && i < n; i++)
		same = !strcmp(said[i], is[i]);
	free(said);
	free(is);
	return same;
}

bool what_if_run(struct load *l, int64_t n)
{
	struct drive d = {.l = l};
	uint64_t starts = 0, agreed = 0, asked_of = 0;
	load_make(l);
	drive_lead(&d);
	drive_sync(&d);
	drive_hellos(&d);
	for (int64_t i = 0; i < l->jobs / 2; i++)
		drive_job(&d, &l->job[i], LOAD_CREATED + i, 0);
	drive_settle(&d);
	uint64_t placed = drive_placed(&d);
	int64_t began = cpu_us();
	for (int64_t i = 0; i < n; i++) {
		struct what_if w;
		core_what_if(d.core, question(l, i), &w);
		starts += w.starts;
		if (i % ASKED_A_STEP == ASKED_A_STEP - 1)
			drive_tick(&d, 1); /* answers live until the next step */
	}
	int64_t us = cpu_us() - began;
	bool unchanged = drive_placed(&d) == placed;
	for (int64_t i = l->jobs / 2; i < l->jobs && asked_of < SAMPLES; i++, asked_of++)
		agreed += agrees(&d, &l->job[i], LOAD_CREATED + i);
	drive_done(&d);
	load_done(l);
	printf("what_if_per_s=%.0f questions=%lld starts=%llu checked=%llu agreed=%llu "
	       "changed_nothing=%s\n",
	       (double)n * 1e6 / (double)(us ? us : 1), (long long)n, (unsigned long long)starts,
	       (unsigned long long)asked_of, (unsigned long long)agreed, unchanged ? "yes" : "no");
	return unchanged && agreed == asked_of;
}
