/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/people/plan.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"

/* Three of four flaps are over before a node counts as lost for it. */
enum { CALM_START_MS = 3000, BUSY_MS = 120000, FLAP_MS = 55000 };
enum { LARGE_PERCENT = 2, LARGE_MAX = 40 };

static void put(char *ret, size_t size, const struct buf *b)
{
	must(b->len < size);
	for (size_t i = 0; i <= b->len; i++)
		ret[i] = buf_str(b)[i];
}

/* The kinds of operations that a plan draws from. Half of the plans know a few kinds only, so that
 * these meet each other ("swarm testing": what is left out of a test makes room for the rest). */
struct pool {
	enum op_type of[OP_N];
	uint32_t n;
};

static struct pool make_pool(enum op_type from, enum op_type to, struct rng *r)
{
	struct pool ret = {0};
	uint32_t few = draw_percent(r, 50) ? (uint32_t)draw(r, 2, 5) : OP_N;
	for (uint32_t t = from; t <= (uint32_t)to; t++)
		ret.of[ret.n++] = (enum op_type)t;
	while (ret.n > few) {
		uint32_t i = (uint32_t)rng_below(r, ret.n);
		ret.of[i] = ret.of[--ret.n];
	}
	return ret;
}

static enum op_type draw_of(const struct pool *pool, struct rng *r)
{
	return pool->of[rng_below(r, pool->n)];
}

static struct plan_op *add(struct plan *p, enum op_type type, int64_t at_ms)
{
	static struct plan_op nowhere;
	if (p->nops == PLAN_OPS_MAX)
		return &nowhere;
	struct plan_op *op = &p->op[p->nops++];
	*op = (struct plan_op){.at_ms = at_ms, .type = type};
	return op;
}

/* How it ends when it is asked to stop: many programs catch SIGTERM and end with 0, in some
 * clusters all, some after a while; and how late its end is told. */
static void make_stop(struct buf *b, bool all_catch, struct rng *r)
{
	if (draw_percent(r, all_catch ? 100 : 20))
		buf_puts(b, " term=0");
	if (draw_percent(r, 15))
		buf_printf(b, " stop=%" PRId64, draw(r, 100, 35000));
	if (draw_percent(r, 15))
		buf_printf(b, " late=%" PRId64, draw(r, 100, 3000));
}

/* What else is in its pods, and how long that takes. */
static void make_containers(struct buf *b, struct rng *r)
{
	if (draw_percent(r, 12))
		buf_printf(b, " init=%" PRId64, draw(r, 100, draw_percent(r, 80) ? 4000 : 70000));
	if (draw_percent(r, 10))
		buf_printf(b, " sidecar=%" PRId64, draw(r, 0, draw_percent(r, 80) ? 3000 : 15000));
	if (draw_percent(r, 8))
		buf_puts(b, " second=1");
	if (draw_percent(r, 10))
		buf_printf(b, " inject=%" PRId64, draw(r, 0, 20000));
	if (draw_percent(r, 8))
		buf_printf(b, " pull=%" PRId64, draw(r, 1000, 30000));
	if (draw_percent(r, 10))
		buf_printf(b, " ready=%" PRId64, draw(r, 0, 5000));
}

static void add_words(struct plan_job *j, const char *words)
{
	AUTO(buf_done) struct buf b = BUF_INIT(sizeof j->template_text - 1);
	buf_printf(&b, "%s%s", j->template_text, words);
	put(j->template_text, sizeof j->template_text, &b);
}

/* What a kubelet does about a pod for what the pod is. From draws of its own, so the rest of the
 * plan is as it would be without. */
static void make_own_fault(struct plan_job *j, const struct rng *r)
{
	struct rng own = {.s = r->s ^ 0x5bd1e995};
	if (j->expect_failed && draw_percent(&own, 30)) {
		add_words(j, " evict=1");
	} else if (draw_percent(&own, 6)) {
		j->sysctl = (uint32_t)draw(&own, 1, 2);
		add_words(j, j->sysctl == 1 ? " sysctl=1" : " sysctl=2");
	}
}

static void make_text(struct plan_job *j, bool narrow, bool all_catch, struct rng *r)
{
	AUTO(buf_done) struct buf b = BUF_INIT(sizeof j->template_text - 1);
	j->run_ms = draw_percent(r, 60) ? draw(r, 200, 30000) : draw(r, 20000, 120000);
	bool bad = draw_percent(r, 12), flaky = !bad && draw_percent(r, 20);
	buf_printf(&b, "run=%" PRId64 " exit=%d cpu=%" PRId64 " memory=%" PRId64, j->run_ms,
		   bad ? 3 : 0, draw(r, 1, 8) * 250, draw(r, 1, 4) * 1000);
	if (flaky)
		buf_puts(&b, " fails=1");
	if (draw_percent(r, 10))
		buf_puts(&b, " refuse=1");
	make_stop(&b, all_catch, r);
	make_containers(&b, r);
	if (!narrow && draw_percent(r, 8))
		buf_puts(&b, " " RES_GPU "=1000");
	put(j->template_text, sizeof j->template_text, &b);
	j->expect_failed = bad;
	j->may_fail = flaky;
	if (!narrow)
		make_own_fault(j, r);
}

/* Where it may run, and how it is changed. */
static void make_selection(struct plan_job *j, struct rng *r)
{
	if (draw_percent(r, 25))
		j->want.terms = pattern_terms((uint32_t)draw(r, 1, 6), &j->want.nterms);
	if (draw_percent(r, 25)) {
		j->want.tolerations =
			pattern_tolerations((uint32_t)draw(r, 1, 3), &j->want.ntolerations);
		add_words(j, draw_percent(r, 40) ? " tolseconds=0" : "");
	}
	if (draw_percent(r, 30))
		j->want.update = UPDATE_RECREATE;
	j->want.max_unavailable_percent = draw_percent(r, 30);
	j->want.max_unavailable = (uint32_t)draw(r, 1, j->want.max_unavailable_percent ? 100 : 3);
}

/* What few jobs have; some of it makes more than one end right. */
static void make_rare(struct plan_job *j, struct rng *r)
{
	if (draw_percent(r, 15))
		j->want.on_node_loss = LOSS_WAIT;
	else if (draw_percent(r, 10))
		j->want.on_node_loss = LOSS_FAIL;
	if (draw_percent(r, 25))
		j->want.min_parallelism = (uint32_t)draw(r, 1, j->want.parallelism);
	if (draw_percent(r, 10))
		j->want.deadline_s = draw(r, 5, 90);
	if (draw_percent(r, 10))
		j->want.ttl_s = draw(r, 0, 60);
	if (draw_percent(r, 25))
		j->want.ns = PLAN_NS;
	make_selection(j, r);
	j->may_fail = j->may_fail || j->want.deadline_s >= 0 || j->want.on_node_loss == LOSS_FAIL;
}

/* Drawn apart, so that all else of a plan stays as it is: fewer than parallelism, as many, more. */
static void make_completions(const struct plan *p, struct plan_job *j, uint64_t seed)
{
	struct rng r = {.s = seed * 64 + p->njobs + 7919};
	if (p->sweeps && draw_percent(&r, 60))
		j->want.completions = (uint32_t)draw(&r, 1, 2 * j->want.parallelism + 3);
}

/* Drawn apart, too: mostly of jobs that came before, now and then in a circle or of no job. */
static void make_dependencies(const struct plan *p, struct plan_job *j, uint64_t seed)
{
	struct rng r = {.s = seed * 64 + p->njobs + 104729};
	if (!p->depends || !draw_percent(&r, 60))
		return;
	uint32_t most = p->njobs && draw_percent(&r, 80) ? p->njobs : p->njobs + 3;
	for (int64_t n = draw(&r, 1, ARRAY_LEN(j->want.depends_on)); n > 0; n--) {
		uint32_t of = (uint32_t)rng_below(&r, most);
		uint32_t condition = draw_percent(&r, 60) ? 0 : (uint32_t)draw(&r, 1, 3);
		struct dependency d = pattern_dependency(of % 12 + 12 * condition);
		bool twice = j->want.ndepends_on && str_eq(j->want.depends_on[0].name, d.name);
		if (!twice && !str_eq(d.name, j->name))
			j->want.depends_on[j->want.ndepends_on++] = d;
	}
}

/* Drawn apart likewise: so many may share a node, and there may be more members than nodes. */
static void make_shares(const struct plan *p, struct plan_job *j, uint64_t seed)
{
	struct rng r = {.s = seed * 64 + p->njobs + 104729};
	if (!p->shares || !draw_percent(&r, 70))
		return;
	j->want.per_node = (uint32_t)draw(&r, 2, 4);
	if (j->want.parallelism > 1)
		j->want.parallelism += (uint32_t)draw(&r, 0, 4);
}

/* Drawn apart, too. In half of these jobs each second or third index fails whatever is done. */
static void make_index_limits(const struct plan *p, struct plan_job *j, uint64_t seed)
{
	struct rng r = {.s = seed * 64 + p->njobs + 1299709};
	if (!p->indexes || !draw_percent(&r, 50))
		return;
	j->want.failures_fail_index = (uint32_t)draw(&r, 1, 3);
	if (draw_percent(&r, 50))
		j->want.failed_indexes_fail = (uint32_t)draw(&r, 1, 4);
	if (draw_percent(&r, 70))
		j->want.backoff_limit = INT32_MAX;
	static const struct success_rule rules[] = {
		{"1-2,4", false, 0}, {"0,2-5", true, 2}, {NULL, true, 3}, {"0-100", true, 1}};
	if (draw_percent(&r, 40)) {
		uint32_t from = (uint32_t)draw(&r, 0, 3);
		j->want.success = rules + from;
		j->want.nsuccess = (uint32_t)draw(&r, 1, (int64_t)ARRAY_LEN(rules) - from);
	}
	if (draw_percent(&r, 50)) {
		add_words(j, draw_percent(&r, 50) ? " bad=2" : " bad=3");
		j->may_fail = true;
	}
}

static void make_job(struct plan *p, const struct plan_config *cfg,
		     const struct cluster_config *cluster, bool all_catch, struct rng *r)
{
	static const char *const ports[] = {" port=8080", "", " port=8080/10.0.0.1", " port=8081"};
	static const char *const first[] = {" claim=made", " claim=there", "",
					    " claim=made claim=there"};
	static const char *const needs[] = {
		" runtime=box", " claim=data",           "", " claim=data runtime=box",
		" claim=disk",  " claim=disk claim=data"};
	static const char *const says[] = {" says=1", " says=2", " says=3", " says=4", " says=5"};
	struct plan_job *j = &p->job[p->njobs];
	const struct sel_preference *wants_prefer = NULL;
	uint32_t nprefer = 0;
	AUTO(buf_done) struct buf name = BUF_INIT(sizeof j->name - 1);
	buf_printf(&name, "j%u", p->njobs);
	put(j->name, sizeof j->name, &name);
	make_text(j, cfg->narrow, all_catch, r);
	if (p->first)
		add_words(j, first[(cfg->seed / 8 + p->njobs) % ARRAY_LEN(first)]);
	if (p->needs)
		add_words(j, needs[(cfg->seed / 8 + p->njobs) % ARRAY_LEN(needs)]);
	if (!cfg->narrow && (cfg->seed / 8 + p->njobs) % 2)
		add_words(j, says[(cfg->seed + p->njobs) % ARRAY_LEN(says)]);
	if (p->prefers)
		wants_prefer = pattern_preferred((uint32_t)(cfg->seed / 8 + p->njobs), &nprefer);
	if (p->ports)
		add_words(j, ports[(cfg->seed / 8 + p->njobs) % ARRAY_LEN(ports)]);
	uint32_t most = cluster->machines < 6 ? cluster->machines : 6;
	j->want = (struct job_want){.name = j->name,
				    .parallelism = (uint32_t)draw(r, 1, most),
				    .backoff_limit = (uint32_t)draw(r, 0, 3),
				    .priority = (int32_t)draw(r, -1, 1),
				    .deadline_s = -1,
				    .ttl_s = -1,
				    .template_text = j->template_text,
				    .preferred = wants_prefer,
				    .npreferred = nprefer,
				    .credentials = draw_percent(r, 20)};
	if (draw_percent(r, 15)) {
		j->want.selector_key = "kubernetes.io/hostname";
		j->want.selector_value = draw_percent(r, 70) ? "n1" : "nowhere";
		j->want.parallelism = 1;
	}
	if (!cfg->narrow)
		make_rare(j, r);
	/* Drawn of the seed alone: the other jobs of a plan stay as they are. */
	if (!cfg->narrow && (cfg->seed / 8 + p->njobs) % 9 == 4) {
		j->want.start_deadline_s = 3 + (int64_t)((cfg->seed + p->njobs * 7) % 60);
		j->may_fail = true;
	}
	j->want.nameless = (cfg->seed / 8 + p->njobs) % 9 == 5;
	if (p->first && p->njobs % 3)
		j->want.parallelism = j->want.min_parallelism = 1;
	if (strstr(j->template_text, "claim=disk"))
		j->want.min_parallelism = 1; /* its members run one after another */
	make_shares(p, j, cfg->seed);
	make_completions(p, j, cfg->seed);
	make_dependencies(p, j, cfg->seed);
	make_index_limits(p, j, cfg->seed);
	p->njobs++;
}

/* These may keep a job from the end that it was made for. */
static bool makes_fail(enum op_type type)
{
	return type == OP_EDIT_BACKOFF || type == OP_EDIT_DEADLINE || type == OP_EDIT_LOSS;
}

static void make_deed(struct plan *p, const struct pool *pool, const struct cluster_config *cluster,
		      struct rng *r)
{
	struct plan_op *op = add(p, draw_of(pool, r), 0);
	op->a = (uint32_t)rng_below(r, cluster->machines);
	op->b = (uint32_t)draw(r, 1, cluster->machines < 6 ? cluster->machines : 6);
	op->c = (uint32_t)rng_below(r, 1000);
	op->job = (uint32_t)rng_below(r, p->njobs);
	op->ms = draw(r, 500, 30000);
	const struct plan_job *j = &p->job[op->job];
	op->at_ms = j->at_ms + draw(r, 100, j->run_ms + 5000);
	if (op->type == OP_NS_DELETE && op->c % 2) /* while its pods are made */
		op->at_ms = j->at_ms + draw(r, 0, 20);
	if (op->type == OP_JOB_HELD && op->c % 3) /* while its members are ordered */
		op->at_ms = j->at_ms + draw(r, 0, 60);
	p->job[op->job].may_fail |= makes_fail(op->type);
}

static void make_users(struct plan *p, const struct plan_config *cfg,
		       const struct cluster_config *cluster, struct rng *r)
{
	uint32_t n = cfg->jobs ? cfg->jobs : (uint32_t)draw(r, 1, 6);
	bool all_catch = draw_percent(r, 25);
	for (uint32_t i = 0; i < n && i < PLAN_JOBS_MAX; i++) {
		make_job(p, cfg, cluster, all_catch, r);
		struct plan_op *op = add(p, OP_JOB, draw(r, 0, BUSY_MS / 2));
		op->job = i;
		p->job[i].at_ms = op->at_ms;
		if (draw_percent(r, 20)) {
			struct plan_op *del = add(p, OP_JOB_DELETE, op->at_ms + draw(r, 0, 40000));
			del->job = i;
			del->a = (uint32_t)draw(r, DELETE_BACKGROUND, DELETE_ORPHAN);
		}
	}
	static const struct pool basic = {
		{OP_TOUCH, OP_CORDON, OP_CORDON_COMPUTE_NODE, OP_POD_DELETE, OP_DRAIN}, 5};
	struct pool pool = cfg->narrow ? basic : make_pool(OP_JOB_DELETE, OP_NS_DELETE, r);
	for (int64_t k = draw(r, 0, cfg->narrow ? 4 : 12); k > 0; k--)
		make_deed(p, &pool, cluster, r);
}

static void make_faults(struct plan *p, const struct plan_config *cfg,
			const struct cluster_config *cluster, struct rng *r)
{
	uint32_t most = OP_N - 1;
	while (op_kinds[most].level > cfg->faults)
		most--;
	if (cfg->faults == FAULTS_NONE)
		return;
	struct pool pool = make_pool(OP_CRASH_COORDINATOR, (enum op_type)most, r);
	for (int64_t k = draw(r, 1, 14); k > 0; k--) {
		struct plan_op *op = add(p, draw_of(&pool, r), draw(r, 0, BUSY_MS));
		op->a = (uint32_t)rng_below(r, cluster->machines);
		op->b = (uint32_t)rng_below(r, 1000);
		op->c = (uint32_t)rng_below(r, 1000);
		op->job = (uint32_t)rng_below(r, p->njobs);
		op->ms = draw_percent(r, 70)   ? draw(r, 100, 15000)
			 : draw_percent(r, 80) ? draw(r, 10000, 120000)
					       : draw(r, 300000, 500000);
		if (draw_percent(r, 10)) /* there are many sorts of writes, and of mishaps */
			op->type = OP_AIMED;
		if (op->type == OP_AIMED)
			op->ms = draw(r, 20000, 90000);
		if (op->type == OP_OVERHEAD) /* members come and go meanwhile */
			op->ms = draw(r, 30000, 120000);
		if (op->type == OP_PAUSE && op->b % 2) /* a lease outlasts most */
			op->ms = draw(r, 15000, 60000);
		if (op->type == OP_FLAP)
			op->ms = op->b % 4 ? op->ms % FLAP_MS : FLAP_MS + op->ms % (2 * FLAP_MS);
	}
}

/* Many jobs on small nodes: some wait for long while others come and go. */
static void make_crowd(struct plan *p, const struct plan_config *cfg,
		       struct cluster_config *cluster)
{
	enum { DEADLINE_MAX_S = 2147483647 }; /* 68 years */
	struct rng r = {.s = cfg->seed * 2 + 99991};
	cluster->cpu_milli = 2000;
	for (int64_t n = draw(&r, 6, 14); n > 0 && p->njobs < PLAN_JOBS_MAX; n--) {
		make_job(p, cfg, cluster, false, &r);
		struct plan_job *j = &p->job[p->njobs - 1];
		struct plan_op *op = add(p, OP_JOB, draw(&r, 0, BUSY_MS));
		op->job = p->njobs - 1;
		j->at_ms = op->at_ms;
		j->want.priority = (int32_t)draw(&r, -1, 1);
		if (draw_percent(&r, 10))
			j->want.deadline_s = DEADLINE_MAX_S;
	}
}

/* A few clusters are larger, and some have Nodes without agents. Drawn apart, so that all else of a
 * plan stays as it is. */
static void make_cluster(const struct plan_config *cfg, struct cluster_config *ret)
{
	struct rng r = {.s = cfg->seed * 2 + 2};
	if (!cfg->machines && !cfg->narrow && draw_percent(&r, LARGE_PERCENT))
		ret->machines = (uint32_t)draw(&r, 8, LARGE_MAX);
	if (ret->machines > 1 && draw_percent(&r, 12))
		ret->agentless = ret->machines > 4 && draw_percent(&r, 30) ? 2 : 1;
}

void plan_make(struct plan *p, const struct plan_config *cfg, struct cluster_config *ret_cluster)
{
	struct rng r = {.s = cfg->seed * 2 + 1};
	*p = (struct plan){.ports = cfg->seed % 8 == 3 && !cfg->narrow,
			   .prefers = cfg->seed % 8 == 2 && !cfg->narrow,
			   .sweeps = cfg->seed % 5 == 3 && !cfg->narrow,
			   .depends = cfg->seed % 4 == 2 && !cfg->narrow,
			   .shares = cfg->seed % 5 == 1 && !cfg->narrow,
			   .indexes = cfg->seed % 7 == 4 && !cfg->narrow,
			   .needs = cfg->seed % 8 == 5 && !cfg->narrow,
			   .first = cfg->seed % 8 == 6 && !cfg->narrow,
			   .room = cfg->seed / 8 % 2,
			   .where = cfg->seed % 8 == 7 && !cfg->narrow,
			   .tenant = cfg->seed % 6 == 4 && !cfg->narrow,
			   .stranger = cfg->seed % 6 == 1 && !cfg->narrow};
	*ret_cluster = (struct cluster_config){.seed = rng_next(&r),
					       .machines = cfg->machines ? cfg->machines
									 : (uint32_t)draw(&r, 1, 7),
					       .cpu_milli = draw(&r, 2, 8) * 1000,
					       .memory_milli = draw(&r, 4, 16) * 1000,
					       .coordinators = 2,
					       .labelled = !cfg->narrow,
					       .token_ms = cfg->narrow ? 0 : draw(&r, 0, 2) * 60000,
					       .log_level = LOG_INFO};
	must(ret_cluster->machines <= MACHINES_MAX);
	make_cluster(cfg, ret_cluster);
	make_users(p, cfg, ret_cluster, &r);
	make_faults(p, cfg, ret_cluster, &r);
	if (!cfg->narrow && cfg->seed % 10 == 3)
		make_crowd(p, cfg, ret_cluster);
	for (uint32_t i = 0; i < p->nops; i++) {
		int64_t end = p->op[i].at_ms + p->op[i].ms;
		p->end_ms = end > p->end_ms ? end : p->end_ms;
	}
}
