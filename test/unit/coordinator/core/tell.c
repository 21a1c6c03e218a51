/* SPDX-License-Identifier: Apache-2.0 */
/* What a test tells the core and asks of it. */
#include <stdio.h>
#include <string.h>

#include "test/unit/coordinator/core/world.h"

struct wnode *w_find(struct world *w, const char *name)
{
	for (uint32_t i = 0; i < w->nnodes; i++) {
		if (!strcmp(w->nodes[i].name, name))
			return &w->nodes[i];
	}
	fail_msg("no node %s", name);
	return NULL;
}

struct wnode *w_node(struct world *w, const char *name)
{
	assert_in_range(w->nnodes, 0, W_NODES - 1);
	struct wnode *n = &w->nodes[w->nnodes++];
	*n = (struct wnode){
		.alloc = {{"cpu", 4000}, {"memory", INT64_C(8) * GI * 1000}, {"pods", 110000}},
		.nalloc = 3};
	w_text(n->name, sizeof n->name, "%s", name);
	n->labels[n->nlabels++] = (struct kv){"kubernetes.io/hostname", n->name};
	return n;
}

void w_tell_node(struct world *w, struct wnode *n)
{
	char uid[64];
	w_text(uid, sizeof uid, "uid-%s", n->name);
	struct node node = {.meta = {.name = n->name, .uid = uid, .rv = "1"},
			    .allocatable = {n->alloc, n->nalloc},
			    .taints = n->taints,
			    .ntaints = n->ntaints,
			    .unschedulable = n->cordoned,
			    .ready = n->not_ready ? COND_FALSE : COND_TRUE};
	node.meta.labels = (struct kvs){n->labels, n->nlabels};
	struct core_event ev = {.type = CEV_NODE, .node = &node};
	w_step(w, &ev);
}

void w_node_gone(struct world *w, const char *name)
{
	struct meta gone = {.name = name};
	struct core_event ev = {.type = CEV_NODE_GONE, .gone = &gone};
	w_step(w, &ev);
}

void w_compute_node(struct world *w, const char *name, bool cordoned)
{
	struct wnode *n = w_find(w, name);
	char uid[64], rv[24];
	w_text(uid, sizeof uid, "cuid-%s", name);
	w_text(rv, sizeof rv, "%llu", (unsigned long long)++w->rvs);
	struct compute_node cn = {.meta = {.name = name, .uid = uid, .rv = rv, .generation = 1},
				  .owned_by_node = true,
				  .resources = {n->alloc, n->nalloc},
				  .unschedulable = cordoned};
	struct core_event ev = {.type = CEV_COMPUTE_NODE, .compute_node = &cn};
	w_step(w, &ev);
}

void w_hello_with(struct world *w, const char *name, struct member *m, uint32_t n)
{
	struct wnode *node = w_find(w, name);
	struct capacity cap = {.foreign = {node->foreign, node->nforeign}, .foreign_pods = 0};
	node->session = ++w->sessions;
	struct core_event ev = {.type = CEV_HELLO,
				.agent = {.node = name,
					  .session = node->session,
					  .boot_id = "boot",
					  .proofs = !w->old_agents,
					  .completions = !w->old_agents,
					  .version = "0.1.0",
					  .capacity = &cap,
					  .members = m,
					  .nmembers = n}};
	w_step(w, &ev);
}

void w_hello(struct world *w, const char *name)
{
	w_hello_with(w, name, NULL, 0);
}

void w_hangup(struct world *w, const char *name)
{
	struct wnode *n = w_find(w, name);
	struct core_event ev = {.type = CEV_HANGUP, .agent = {.node = name, .session = n->session}};
	n->session = 0;
	w_step(w, &ev);
}

void w_nodes(struct world *w, uint32_t n)
{
	char name[32];
	for (uint32_t i = 1; i <= n; i++) {
		w_text(name, sizeof name, "n%u", i);
		w_tell_node(w, w_node(w, name));
	}
	w_sync(w);
	for (uint32_t i = 1; i <= n; i++) {
		w_text(name, sizeof name, "n%u", i);
		w_hello(w, name);
	}
}

struct wjob *w_new_job(struct world *w, const char *name, uint32_t parallelism)
{
	assert_in_range(w->njobs, 0, W_JOBS - 1);
	struct wjob *j = &w->jobs[w->njobs++];
	memset(j, 0, sizeof *j);
	w_text(j->name, sizeof j->name, "%s", name);
	w_text(j->uid, sizeof j->uid, "job-%s-%u", name, w->njobs);
	j->job = (struct job){.meta = {.ns = "default",
				       .name = j->name,
				       .uid = j->uid,
				       .rv = j->rv,
				       .created_ms = w->wall_ms + w->njobs},
			      .spec = {.parallelism = parallelism,
				       .min_parallelism = parallelism,
				       .backoff_limit = 6,
				       .active_deadline_s = -1,
				       .ttl_s = -1,
				       .max_unavailable = 1,
				       .template_hash = "00000000000000aa"}};
	return j;
}

void w_echo(struct world *w, struct wjob *j)
{
	struct core_event ev = {.type = CEV_JOB, .job = &j->job};
	w_step(w, &ev);
}

void w_job(struct world *w, struct wjob *j)
{
	j->job.meta.generation++;
	w_text(j->rv, sizeof j->rv, "%llu", (unsigned long long)++w->rvs);
	w_echo(w, j);
}

void w_job_gone(struct world *w, struct wjob *j)
{
	struct core_event ev = {.type = CEV_JOB_GONE, .gone = &j->job.meta};
	w_step(w, &ev);
}

static char pod_text[16][2][POD_NAME_BYTES + 32];

struct member w_member(struct world *w, struct wjob *j, const char *node, uint32_t index,
		       uint32_t attempt, enum member_phase phase)
{
	static unsigned turn;
	char(*t)[POD_NAME_BYTES + 32] = pod_text[turn++ % 16];
	(void)w;
	member_pod_name(j->name, j->uid, index, attempt, t[0]);
	w_text(t[1], sizeof t[1], "pod-%s-%u.%u", j->name, index, attempt);
	return (struct member){.ns = "default",
			       .job_name = j->name,
			       .job_uid = j->uid,
			       .pod = t[0],
			       .pod_uid =
				       phase == MEMBER_HELD || phase == MEMBER_DENIED ? "" : t[1],
			       .node = node,
			       .index = index,
			       .attempt = attempt,
			       .template_hash = j->job.spec.template_hash,
			       .phase = phase,
			       .ready = phase == MEMBER_RUNNING,
			       .exit_code = phase == MEMBER_FAILED,
			       .reason = phase == MEMBER_FAILED ? "Error" : "",
			       .message = "",
			       .requests = j->job.spec.requests};
}

void w_report(struct world *w, const struct member *m)
{
	struct core_event ev = {.type = CEV_REPORT,
				.agent = {.node = m->node,
					  .session = w_find(w, m->node)->session,
					  .members = m,
					  .nmembers = 1}};
	w_step(w, &ev);
}

void w_tell(struct world *w, struct wjob *j, const char *node, uint32_t index, uint32_t attempt,
	    enum member_phase phase)
{
	struct member m = w_member(w, j, node, index, attempt, phase);
	w_report(w, &m);
}

void w_pods(struct world *w, const char *node, const struct member *m, uint32_t n, bool last)
{
	struct core_event ev = {.type = CEV_PODS,
				.pods = {.node = node, .members = m, .nmembers = n, .last = last}};
	w_step(w, &ev);
}

struct core_event w_pod_done(enum pod_op op, const struct member *m, enum rc rc, const char *words)
{
	return (struct core_event){.type = CEV_POD_DONE,
				   .pod = {.op = op,
					   .rc = rc,
					   .reason = "Forbidden",
					   .message = words,
					   .ns = m->ns,
					   .pod = m->pod,
					   .member = rc == RC_OK ? m : NULL}};
}

const struct order *w_order(struct world *w, struct wjob *j, uint32_t index, const char **ret_node)
{
	for (uint32_t i = 0; i < w->nnodes; i++) {
		const struct order *v;
		uint32_t n;
		uint64_t rev;
		core_orders(w->core, w->nodes[i].name, &v, &n, &rev);
		for (uint32_t k = 0; k < n; k++) {
			if (strcmp(v[k].job_uid, j->uid) || v[k].index != index)
				continue;
			if (ret_node)
				*ret_node = w->nodes[i].name;
			return &v[k];
		}
	}
	return NULL;
}

uint32_t w_orders(struct world *w, struct wjob *j)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < 256; i++)
		n += w_order(w, j, i, NULL) != NULL;
	return n;
}

uint32_t w_all(struct world *w, struct wjob *j, enum member_phase phase)
{
	uint32_t told = 0;
	for (uint32_t i = 0; i < 256; i++) {
		const char *node = NULL;
		const struct order *o = w_order(w, j, i, &node);
		if (!o)
			continue;
		w_tell(w, j, node, i, o->attempt, phase);
		told++;
	}
	return told;
}

struct job_status w_status(struct world *w, struct wjob *j)
{
	(void)w;
	return j->job.status;
}

const char *w_cond(const struct job_status *s, const char *type)
{
	static char t[128];
	for (uint32_t i = 0; i < s->nconds; i++) {
		if (strcmp(s->conds[i].type, type))
			continue;
		w_text(t, sizeof t, "%s %s", s->conds[i].status == COND_TRUE ? "True" : "False",
		       s->conds[i].reason);
		return t;
	}
	return "";
}

enum compute_node_state w_compute_node_state(struct world *w, const char *name)
{
	return w_find(w, name)->state;
}

void w_clear(struct world *w)
{
	buf_reset(&w->did);
	buf_reset(&w->story);
}

void w_did(struct world *w, const char *expected)
{
	assert_string_equal(buf_str(&w->did), expected);
	buf_reset(&w->did);
}

void w_story(struct world *w, const char *expected)
{
	assert_string_equal(buf_str(&w->story), expected);
	buf_reset(&w->story);
}

bool w_has(struct world *w, const char *part)
{
	return strstr(buf_str(&w->did), part);
}

bool w_told(struct world *w, const char *part)
{
	return strstr(buf_str(&w->story), part);
}
