/* SPDX-License-Identifier: Apache-2.0 */
#include "mutants.h"

#include <stdio.h>

#ifndef MUSTER_MUTANTS

bool mutants_turn_on(const char *name)
{
	(void)name;
	return false;
}

int mutants_run(const char *list, uint64_t from, uint64_t to)
{
	(void)list;
	(void)from;
	(void)to;
	fputs("muster-sim: seeded bugs are in preset mutants only: test/run sim --mutants\n",
	      stderr);
	return 2;
}

#else

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/mutant.h"
#include "run.h"

enum { SEED_SECONDS_MAX = 60, CHILDREN_MAX = 64 };

enum mutant mutant_on;

static const struct {
	const char *name, *file, *what;
	bool neutral;
	const char *lacks; /* OPEN: what the simulator lacks to notice it */
} table[MUTANT_N] = {
#define BUG(name, file, what) [MUTANT_##name] = {#name, file, what, false, NULL},
#define NEUTRAL(name, file, what) [MUTANT_##name] = {#name, file, what, true, NULL},
#define OPEN(name, file, what, lacks) [MUTANT_##name] = {#name, file, what, false, lacks},
#include "base/mutants.def"
#undef NEUTRAL
#undef OPEN
#undef BUG
};

/* Shared with the child that fills it. */
struct verdict {
	uint64_t seed, tried; /* the one under way or the failing one; how many were run */
	bool failed;
	char by[48], how[160];
};

struct child {
	pid_t pid;
	enum mutant m;
	FILE *err;
};

bool mutants_turn_on(const char *name)
{
	for (int m = MUTANT_NONE + 1; m < MUTANT_N; m++) {
		if (!strcmp(table[m].name, name)) {
			mutant_on = (enum mutant)m;
			return true;
		}
	}
	return false;
}

/* All levels of faults take their turns: some bugs show best while nothing else goes wrong. */
static enum fault_level level_of(uint64_t seed)
{
	static const enum fault_level levels[] = {FAULTS_ALL, FAULTS_ALL, FAULTS_NONE, FAULTS_SOME};
	return levels[seed % ARRAY_LEN(levels)];
}

static void run_seeds(struct verdict *v, uint64_t from, uint64_t to)
{
	static struct plan p; /* large */
	for (v->seed = from; v->seed <= to; v->seed++) {
		struct sim_config cfg;
		struct plan_config want = {.seed = v->seed, .faults = level_of(v->seed)};
		alarm(SEED_SECONDS_MAX);
		plan_make(&p, &want, &cfg);
		cfg.log_level = LOG_INFO;
		struct outcome o = run_plan(&p, &cfg);
		v->tried++;
		if (!o.failed)
			continue;
		v->failed = true;
		memcpy(v->by, o.invariant, sizeof v->by);
		memcpy(v->how, o.failure, sizeof v->how - 1);
		return;
	}
}

static void start(struct child *ch, enum mutant m, struct verdict *v, uint64_t from, uint64_t to)
{
	ch->m = m;
	ch->err = tmpfile();
	must(ch->err);
	fflush(stdout);
	ch->pid = fork();
	must(ch->pid >= 0);
	if (ch->pid)
		return;
	/* A bug may make a run endless, in time or in memory. */
	struct rlimit memory = {1ul << 30, 1ul << 30};
	setrlimit(RLIMIT_AS, &memory);
	dup2(fileno(ch->err), STDERR_FILENO);
	mutant_on = m;
	run_seeds(v, from, to);
	_exit(0);
}

/* A child that did not end by itself: an assertion of the programs, or it hung. */
static void read_crash(const struct child *ch, int status, struct verdict *v)
{
	if (WIFEXITED(status))
		return;
	bool hung = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
	const char *by = hung ? "hangs" : "assertion";
	v->failed = true;
	v->tried++;
	memcpy(v->by, by, strlen(by) + 1);
	rewind(ch->err);
	if (fgets(v->how, sizeof v->how, ch->err))
		v->how[strcspn(v->how, "\n")] = '\0';
}

static void print(enum mutant m, const struct verdict *v)
{
	bool expected = !table[m].neutral && !table[m].lacks;
	const char *mark = v->failed == expected ? "" : " <== WRONG";
	if (v->failed)
		printf("%-24s %-34s %-18s %6" PRIu64 "  %s%s\n", table[m].name, table[m].file,
		       v->by, v->seed, table[m].what, mark);
	else
		printf("%-24s %-34s %-18s %6s  %s%s\n", table[m].name, table[m].file,
		       table[m].neutral ? "no (neutral)"
		       : table[m].lacks ? "no (open)"
					: "no",
		       "-", table[m].what, mark);
	if (table[m].lacks && !v->failed)
		printf("    lacking: %s\n", table[m].lacks);
	if (*mark && v->failed)
		printf("    %s\n", v->how);
	fflush(stdout);
}

static bool listed(const char *list, const char *name)
{
	size_t n = strlen(name);
	for (const char *p = list; p; p = strchr(p, ','), p = p ? p + 1 : NULL) {
		if (!strncmp(p, name, n) && (!p[n] || p[n] == ','))
			return true;
	}
	return !list;
}

static void reap(struct child *running, uint32_t *n, struct verdict *v, bool *done)
{
	int status;
	pid_t pid = wait(&status);
	must(pid > 0);
	for (uint32_t i = 0; i < *n; i++) {
		if (running[i].pid != pid)
			continue;
		read_crash(&running[i], status, &v[running[i].m]);
		fclose(running[i].err);
		done[running[i].m] = true;
		running[i] = running[--*n];
		return;
	}
}

static int sum_up(const struct verdict *v, const bool *done, uint64_t from, uint64_t to)
{
	uint32_t bugs = 0, caught = 0, open = 0, shut = 0, neutral = 0, disturbed = 0;
	for (int m = MUTANT_NONE + 1; m < MUTANT_N; m++) {
		if (!done[m])
			continue;
		bool quiet = table[m].neutral, lacks = table[m].lacks;
		neutral += quiet;
		disturbed += quiet && v[m].failed;
		open += lacks;
		shut += lacks && v[m].failed;
		bugs += !quiet && !lacks;
		caught += !quiet && !lacks && v[m].failed;
	}
	printf("mutants=%u caught=%u survived=%u neutral=%u neutral_caught=%u open=%u "
	       "open_caught=%u "
	       "seeds=%" PRIu64 "-%" PRIu64 "\n",
	       bugs, caught, bugs - caught, neutral, disturbed, open, shut, from, to);
	return bugs == caught && !disturbed && !shut && bugs ? 0 : 1;
}

int mutants_run(const char *list, uint64_t from, uint64_t to)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	uint32_t max = cpus < 1 ? 1 : cpus > CHILDREN_MAX ? CHILDREN_MAX : (uint32_t)cpus, n = 0;
	struct verdict *v = mmap(NULL, MUTANT_N * sizeof *v, PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct child running[CHILDREN_MAX];
	bool done[MUTANT_N] = {false};
	int shown = MUTANT_NONE + 1;
	must(v != MAP_FAILED);
	printf("%-24s %-34s %-18s %6s  %s\n", "mutant", "file", "caught by", "seed",
	       "what is wrong");
	for (int m = MUTANT_NONE + 1; m < MUTANT_N || n;) {
		if (m < MUTANT_N && n < max) {
			if (listed(list, table[m].name))
				start(&running[n++], (enum mutant)m, &v[m], from, to);
			m++;
			continue;
		}
		reap(running, &n, v, done);
		for (; shown < MUTANT_N && (done[shown] || !listed(list, table[shown].name));
		     shown++) {
			if (done[shown])
				print((enum mutant)shown, &v[shown]);
		}
	}
	int rc = sum_up(v, done, from, to);
	munmap(v, MUTANT_N * sizeof *v);
	return rc;
}

#endif
