/* SPDX-License-Identifier: Apache-2.0 */
/* muster-sim: runs seeds or a story. A failing seed is printed with the command that replays it
 * and the shortened plan. */
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "test/sim/run.h"
#include "test/sim/stories/runner/story.h"

static const char usage_text[] =
	"muster-sim --seeds A-B | --fresh N [--jobs N] [--nodes N] [--faults none|some|all] "
	"[--narrow]\n"
	"           [--trace] [--stats]\n"
	"muster-sim --story FILE [--trace] [--update]\n"
	"muster-sim --until-failure --seeds A-B\n"
	"muster-sim --reasons FILE…\n"
	"muster-sim --page FILE…\n"
	"\n"
	"  --seeds A-B   run these seeds; a seed gives a cluster, its users and its faults\n"
	"  --fresh N     run N seeds that were never chosen; their range is printed\n"
	"  --jobs N      number of jobs (default: 1 to 6, from the seed)\n"
	"  --nodes N     number of nodes, at most 64 (default: 1 to 7, from the seed)\n"
	"  --faults F    none (default), some (processes, connections, API errors) or all\n"
	"  --narrow      users only create and delete jobs, cordon and drain nodes\n"
	"  --stats       print how often each deed and fault took place; exits with 1 if one\n"
	"                of them never did\n"
	"  --keep LIST   run only these operations of the plan (a shortened plan: 0,4,7)\n"
	"  --trace       print the log while it runs; twice: also debug lines and requests\n"
	"  --story FILE  run a story; --update writes its log section anew\n"
	"  --until-failure  stop at the first seed that fails; the levels of faults take turns.\n"
	"                Prints seed=N before each seed and seed=N FAILED invariant=NAME TEXT at\n"
	"                the end, for test/mutants/run\n"
	"  --reasons     run these stories; together they must show every reason of the table\n"
	"  --page        run these stories and print what they show: docs/messages.md\n"
	"\n"
	"Exits with 1 if an invariant broke or a story did not come out as told.\n";

enum { FRESH_FROM = 1000000, FRESH_MAX = 1000000 };

struct options {
	uint64_t from, to; /* seeds */
	struct plan_config plan;
	const char *keep, *story;
	bool trace, debug, update, stats, until_failure, reasons, page;
};

/* What an assertion that fails has to say: which seed it was. */
static volatile sig_atomic_t current_seed;

static void on_abort(int sig)
{
	char text[96] = "the program asserted or crashed in seed ";
	size_t n = strlen(text), digits = 1;
	unsigned long seed = (unsigned long)current_seed;
	for (unsigned long v = seed; v >= 10; v /= 10)
		digits++;
	for (size_t i = digits; i-- > 0; seed /= 10)
		text[n + i] = (char)('0' + seed % 10);
	text[n + digits] = '\n';
	if (write(2, text, n + digits + 1) < 0)
		_exit(1);
	signal(sig, SIG_DFL);
	raise(sig);
}

static bool number(const char *s, uint64_t *ret)
{
	char *end;
	*ret = strtoull(s, &end, 10);
	return end != s && !*end && *s != '-';
}

static bool seeds(const char *s, struct options *o)
{
	const char *dash = strchr(s, '-');
	if (!dash) {
		o->to = 0;
		return number(s, &o->from) && number(s, &o->to);
	}
	AUTO(mem_freep) char *from = mem_strndup(s, (size_t)(dash - s));
	return number(from, &o->from) && number(dash + 1, &o->to) && o->from <= o->to;
}

/* So many seeds that were hardly ever run; small enough for sig_atomic_t. */
static bool fresh(const char *s, struct options *o)
{
	uint64_t n = 0;
	uint32_t any = 0;
	if (!number(s, &n) || !n || n > FRESH_MAX || getrandom(&any, sizeof any, 0) != sizeof any)
		return false;
	o->from = FRESH_FROM + any % (INT32_MAX - FRESH_FROM - FRESH_MAX);
	o->to = o->from + n - 1;
	printf("fresh seeds: --seeds %" PRIu64 "-%" PRIu64 "\n", o->from, o->to);
	fflush(stdout);
	return true;
}

static bool faults(const char *s, enum fault_level *ret)
{
	static const char *const texts[] = {"none", "some", "all"};
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (str_eq(s, texts[i])) {
			*ret = (enum fault_level)i;
			return true;
		}
	}
	return false;
}

/* Numbers with commas between them; empty: none. */
static bool is_list(const char *s)
{
	return strspn(s, "0123456789,") == strlen(s);
}

static bool take(int c, const char *arg, struct options *o)
{
	uint64_t n = 0;
	switch (c) {
	case 's': return seeds(arg, o);
	case 'F': return fresh(arg, o);
	case 'j':
		o->plan.jobs = number(arg, &n) && n <= PLAN_JOBS_MAX ? (uint32_t)n : 0;
		return o->plan.jobs > 0;
	case 'n':
		o->plan.machines = number(arg, &n) && n <= MACHINES_MAX ? (uint32_t)n : 0;
		return o->plan.machines > 0;
	case 'f': return faults(arg, &o->plan.faults);
	case 'w': return true; /* what --narrow is not: the default */
	case 'N': o->plan.narrow = true; return true;
	case 'c': o->stats = true; return true;
	case 'k': o->keep = arg; return is_list(arg);
	case 't':
		o->debug = o->trace;
		o->trace = true;
		return true;
	case 'u': o->update = true; return true;
	case 'S': o->story = arg; return true;
	case 'U': o->until_failure = true; return true;
	case 'R': o->reasons = true; return true;
	case 'P': o->page = true; return true;
	default: return false;
	}
}

/* *ret_bad: the option that is wrong, or NULL where some are missing. */
static bool options(int argc, char **argv, struct options *o, const char **ret_bad)
{
	static const struct option longs[] = {
		{"seeds", 1, NULL, 's'},   {"jobs", 1, NULL, 'j'},  {"nodes", 1, NULL, 'n'},
		{"faults", 1, NULL, 'f'},  {"wide", 0, NULL, 'w'},  {"narrow", 0, NULL, 'N'},
		{"stats", 0, NULL, 'c'},   {"keep", 1, NULL, 'k'},  {"trace", 0, NULL, 't'},
		{"update", 0, NULL, 'u'},  {"fresh", 1, NULL, 'F'}, {"story", 1, NULL, 'S'},
		{"reasons", 0, NULL, 'R'}, {"page", 0, NULL, 'P'},  {"until-failure", 0, NULL, 'U'},
		{NULL, 0, NULL, 0}};
	int c;
	opterr = 0; /* what is wrong is one line, of main's */
	for (int at = optind; (c = getopt_long(argc, argv, "", longs, NULL)) != -1; at = optind) {
		if (!take(c, optarg, o)) {
			*ret_bad = argv[at];
			return false;
		}
	}
	if (optind < argc && !o->reasons && !o->page)
		*ret_bad = argv[optind];
	return o->reasons || o->page ? optind < argc : optind == argc && (o->story || o->to);
}

static bool listed(const char *list, uint32_t i)
{
	for (const char *p = list; p && *p;) {
		char *end;
		if (strtoul(p, &end, 10) == i)
			return true;
		p = *end == ',' ? end + 1 : "";
	}
	return false;
}

static void make(struct plan *p, struct cluster_config *cfg, const struct options *o, uint64_t seed)
{
	struct plan_config want = o->plan;
	want.seed = seed;
	plan_make(p, &want, cfg);
	cfg->trace = o->trace;
	cfg->log_level = o->debug ? LOG_DEBUG : LOG_INFO;
	for (uint32_t i = 0; o->keep && i < p->nops; i++)
		p->op[i].off = !listed(o->keep, i);
}

static void print_replay(const struct plan *p, const struct options *o, uint64_t seed)
{
	static const char *const texts[] = {"none", "some", "all"};
	printf("  replay: build/release/bin/muster-sim --seeds %" PRIu64 "-%" PRIu64
	       " --faults %s%s",
	       seed, seed, texts[o->plan.faults], o->plan.narrow ? " --narrow" : "");
	if (o->plan.jobs)
		printf(" --jobs %u", o->plan.jobs);
	if (o->plan.machines)
		printf(" --nodes %u", o->plan.machines);
	printf(" --trace --keep ");
	for (uint32_t i = 0, n = 0; i < p->nops; i++) {
		if (!p->op[i].off)
			printf("%s%u", n++ ? "," : "", i);
	}
	printf("\n");
	for (uint32_t i = 0; i < p->nops; i++) {
		AUTO(buf_done) struct buf text = BUF_INIT(256);
		if (!p->op[i].off)
			printf("    %u: %s\n", i, plan_op_text(&p->op[i], &text));
	}
}

static void tell(struct plan *p, const struct cluster_config *cfg, const struct options *o,
		 uint64_t seed, const struct outcome *out)
{
	printf("seed=%" PRIu64 " FAILED invariant=%s %s\n", seed, out->invariant, out->failure);
	fflush(stdout);
	if (!o->keep && !o->trace)
		run_shorten(p, cfg, out);
	print_replay(p, o, seed);
	fflush(stdout);
}

static int run_seeds(const struct options *o)
{
	uint64_t steps = 0, failures = 0, pods = 0, writes = 0;
	struct op_counts ops = {0};
	struct counts counts = {0};
	uint32_t never = 0;
	for (uint64_t seed = o->from; seed <= o->to; seed++) {
		static struct plan p; /* large */
		struct cluster_config cfg;
		current_seed = (sig_atomic_t)seed;
		make(&p, &cfg, o, seed);
		struct outcome out = run_with_twin(&p, &cfg);
		steps += out.steps;
		pods += out.pods;
		writes += out.status_writes;
		failures += out.failed;
		op_counts_add(&ops, &out.ops);
		counts_add(&counts, &out.counts);
		if (out.failed)
			tell(&p, &cfg, o, seed, &out);
	}
	printf("seeds=%" PRIu64 " steps=%" PRIu64 " failures=%" PRIu64 " pods=%" PRIu64
	       " status_writes=%" PRIu64 "\n",
	       o->to - o->from + 1, steps, failures, pods, writes);
	if (o->stats)
		never = op_counts_print(&ops, o->plan.faults) +
			counts_print(&counts, o->plan.faults);
	return failures || never ? 1 : 0;
}

/* All levels of faults take their turns: some bugs show best while nothing else goes wrong. */
static int run_until_failure(struct options *o)
{
	static const enum fault_level levels[] = {FAULTS_ALL, FAULTS_ALL, FAULTS_NONE, FAULTS_SOME};
	static struct plan p; /* large */
	struct cluster_config cfg;
	for (uint64_t seed = o->from; seed <= o->to; seed++) {
		current_seed = (sig_atomic_t)seed;
		printf("seed=%" PRIu64 "\n", seed);
		fflush(stdout); /* the reader knows which seed crashed, and that the run goes on */
		o->plan.faults = levels[seed % ARRAY_LEN(levels)];
		make(&p, &cfg, o, seed);
		struct outcome out = run_plan(&p, &cfg);
		if (out.failed) {
			printf("seed=%" PRIu64 " FAILED invariant=%s %s\n", seed, out.invariant,
			       out.failure);
			return 1;
		}
	}
	return 0;
}

static int print_page(char *const *paths, int n)
{
	AUTO(buf_done) struct buf page = BUF_INIT(4 << 20);
	struct err e = {0};
	if (story_page(paths, n, &page, &e) != RC_OK) {
		fprintf(stderr, "muster-sim: %s\n", e.msg);
		return 1;
	}
	fputs(buf_str(&page), stdout);
	return 0;
}

static int run_stories(const struct options *o, char *const *paths, int n)
{
	struct err e = {0};
	const char *what = o->story ? o->story : "reasons";
	enum rc rc = o->story ? story_run(o->story, o->trace, o->update, &e)
			      : story_reasons(paths, n, &e);
	printf("%s: %s\n", what, rc == RC_OK ? "as told" : e.msg);
	return rc == RC_OK ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct options o = {0};
	if (argc == 2 && str_eq(argv[1], "--help")) {
		fputs(usage_text, stdout);
		return 0;
	}
	const char *bad = NULL;
	if (!options(argc, argv, &o, &bad)) {
		if (bad)
			fprintf(stderr, "muster-sim: bad option or value: %s; see --help\n", bad);
		else
			fputs("muster-sim: say what to run: --seeds, --fresh, --story "
			      "or --reasons; see --help\n",
			      stderr);
		return 2;
	}
	signal(SIGABRT, on_abort);
	signal(SIGSEGV, on_abort);
	if (o.page)
		return print_page(argv + optind, argc - optind);
	if (!o.story && !o.reasons)
		return o.until_failure ? run_until_failure(&o) : run_seeds(&o);
	return run_stories(&o, argv + optind, argc - optind);
}
