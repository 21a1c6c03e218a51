/* SPDX-License-Identifier: Apache-2.0 */
#include "test/fuzz/core.h"

#include <string.h>

#include "base/mem.h"

#define MAKE(w, type, n) ((type *)arena_alloc(&(w)->arena, (size_t)(n) * sizeof(type)))

char *in_copy(struct world *w, const char *s)
{
	return arena_strdup(&w->arena, s ? s : "");
}

const char *core_job_uid(uint32_t job, uint32_t uid)
{
	static const char *const uids[CORE_JOBS][CORE_UIDS] = {
		{"u0.0", "u0.1", "u0.2", "u0.3", "u0.4", "u0.5"},
		{"u1.0", "u1.1", "u1.2", "u1.3", "u1.4", "u1.5"},
		{"u2.0", "u2.1", "u2.2", "u2.3", "u2.4", "u2.5"},
		{"u3.0", "u3.1", "u3.2", "u3.3", "u3.4", "u3.5"}};
	return uids[job][uid];
}

/* No door lets a negative amount in. */
static struct reslist resources(struct world *w)
{
	static const int64_t amounts[] = {0, 500, 1000, 3000, 4000, 1, INT64_MAX, INT64_MAX / 2};
	uint32_t n = in_number(&w->in, 4);
	struct res *v = MAKE(w, struct res, n + 1);
	for (uint32_t i = 0; i < n; i++)
		v[i] = (struct res){in_text(&w->in, "cpu", "memory", "pods", "example.com/gpu"),
				    amounts[in_number(&w->in, ARRAY_LEN(amounts))]};
	return (struct reslist){v, n};
}

static struct host_ports ports(struct world *w)
{
	uint32_t n = in_number(&w->in, 3);
	uint64_t *v = MAKE(w, uint64_t, n + 1);
	for (uint32_t i = 0; i < n; i++)
		v[i] = host_port(in_text(&w->in, "TCP", "UDP", ""),
				 in_text(&w->in, "", "1.2.3.4", "::1"),
				 (uint16_t)(80 + in_number(&w->in, 2)));
	return (struct host_ports){v, host_ports_sort(v, n)};
}

static struct sel_term term(struct world *w)
{
	static const char *const values[] = {"x", "y", "5", "", "not a number"};
	uint32_t n = in_number(&w->in, 3);
	struct sel_expr *v = MAKE(w, struct sel_expr, n + 1);
	for (uint32_t i = 0; i < n; i++)
		v[i] = (struct sel_expr){
			.key = in_text(&w->in, "k", "zone", ""),
			.op = (enum sel_op)in_number(&w->in, SEL_LT + 1),
			.values = {values + in_number(&w->in, 4), in_number(&w->in, 2)}};
	return (struct sel_term){v, n};
}

static struct toleration *tolerations(struct world *w, uint32_t *ret_n)
{
	*ret_n = in_number(&w->in, 3);
	struct toleration *v = MAKE(w, struct toleration, *ret_n + 1);
	for (uint32_t i = 0; i < *ret_n; i++)
		v[i] = (struct toleration){
			.key = in_text(&w->in, "k", "node.kubernetes.io/not-ready", ""),
			.value = in_text(&w->in, "x", ""),
			.exists = in_number(&w->in, 2),
			.effect = (enum taint_effect)in_number(&w->in, EFFECT_NO_EXECUTE + 1),
			.timed = in_number(&w->in, 2),
			.seconds = in_number(&w->in, 2) ? 5 : TOLERATION_S_MAX};
	return v;
}

static void spec(struct world *w, struct job_spec *s)
{
	/* Few jobs are large: each step is followed by a look at all indexes. */
	static const uint32_t sizes[] = {1, 2, 3, 4, 5, 0, 1, 2, 3, 2, 3, 1, 2, 3, 70, UINT32_MAX};
	static const int64_t times[] = {-1, 0, 1, 60, INT64_MAX, INT64_MIN};
	struct kv *kv = MAKE(w, struct kv, 1);
	struct sel_term *terms = MAKE(w, struct sel_term, 2);
	struct sel_preference *prefer = MAKE(w, struct sel_preference, 1);
	*kv = (struct kv){in_text(&w->in, "k", "zone"), in_text(&w->in, "x", "y")};
	*s = (struct job_spec){
		.completions = sizes[in_number(&w->in, ARRAY_LEN(sizes))],
		.parallelism = sizes[in_number(&w->in, ARRAY_LEN(sizes))],
		.min_parallelism = sizes[in_number(&w->in, ARRAY_LEN(sizes))],
		.priority = (int32_t[]){0, 1, -1, INT32_MAX, INT32_MIN}[in_number(&w->in, 5)],
		.suspend = in_number(&w->in, 8) == 7,
		.backoff_limit = (uint32_t[]){0, 6, UINT32_MAX}[in_number(&w->in, 3)],
		.failures_fail_index = (uint32_t[]){0, 1, 2, UINT32_MAX}[in_number(&w->in, 4)],
		.failed_indexes_fail = (uint32_t[]){0, 1, 2, UINT32_MAX}[in_number(&w->in, 4)],
		.active_deadline_s = times[in_number(&w->in, ARRAY_LEN(times))],
		.ttl_s = times[in_number(&w->in, ARRAY_LEN(times))],
		.names = in_number(&w->in, 2),
		.start_deadline_s = times[in_number(&w->in, 4)],
		.grace_s = 30,
		.on_node_loss = (enum node_loss)in_number(&w->in, LOSS_FAIL + 1),
		.update = (enum update_type)in_number(&w->in, 2),
		.max_unavailable = (uint32_t[]){1, 0, 50, UINT32_MAX}[in_number(&w->in, 4)],
		.max_unavailable_percent = in_number(&w->in, 2),
		.template_hash = in_text(&w->in, "00000000000000aa", "00000000000000bb",
					 "00000000000000aa-0000000000000001", ""),
		.template_text = "{}",
		.credentials = in_number(&w->in, 4) == 3,
		.shape = in_text(&w->in, "s1", "s2", NULL),
	};
	uint32_t odd = in_number(&w->in, 64);
	if (odd % 5 == 4) {
		struct dependency *d = MAKE(w, struct dependency, 1);
		*d = (struct dependency){in_text(&w->in, "j1", "j2", "none"),
					 (enum dependency_condition)in_number(&w->in, 4)};
		s->depends_on = d;
		s->ndepends_on = 1;
	}
	struct success_rule *success = MAKE(w, struct success_rule, 1);
	*success =
		(struct success_rule){in_text(&w->in, "0-1", "1,3", "x", NULL), odd & 1, odd % 5};
	s->success = success;
	s->nsuccess = odd & 4 ? 1 : 0;
	s->node_selector = (struct kvs){kv, odd & 1};
	if (odd & 2) {
		terms[0] = term(w);
		s->terms = terms;
		s->nterms = 1;
	}
	if (odd & 4) {
		*prefer = (struct sel_preference){1 + in_number(&w->in, 100), term(w)};
		s->preferred = prefer;
		s->npreferred = 1;
	}
	if (odd & 8)
		s->tolerations = tolerations(w, &s->ntolerations);
	if (odd & 16)
		s->ports = ports(w);
	if (odd & 32) {
		static const char *const claims[] = {"t/c1", "t/c2"};
		s->claims = (struct strs){claims, 1 + in_number(&w->in, 2)};
		s->runtime_class = in_text(&w->in, "", "rc");
	}
	s->requests = resources(w);
}

/* A status that somebody else may have written. */
static void stranger_status(struct world *w, struct job_status *s)
{
	s->state = (enum job_state)in_number(&w->in, JOB_SUSPENDED + 1);
	s->attempts =
		(uint32_t[]){0, 3, ATTEMPT_MAX - 1, ATTEMPT_MAX, UINT32_MAX}[in_number(&w->in, 5)];
	s->start_ms = in_number(&w->in, 2) ? w->wall_ms : 0;
}

struct job *make_job(struct world *w, uint32_t job)
{
	struct job *j = MAKE(w, struct job, 1);
	struct fuzz_job *f = &w->jobs[job];
	spec(w, &j->spec);
	j->meta = (struct meta){.ns = "t",
				.name = core_job_name(job),
				.uid = core_job_uid(job, f->uid),
				.rv = arena_printf(&w->arena, "%llu", (unsigned long long)++w->rv),
				.generation = ++f->generation,
				.created_ms = w->wall_ms,
				.deleted_ms = in_number(&w->in, 16) == 15 ? w->wall_ms : 0};
	j->status = f->stored;
	if (in_number(&w->in, 16) == 15)
		stranger_status(w, &j->status);
	return j;
}

struct node *make_node(struct world *w, uint32_t node)
{
	struct node *n = MAKE(w, struct node, 1);
	struct res *have = MAKE(w, struct res, 3);
	struct kv *label = MAKE(w, struct kv, 1);
	struct taint *taint = MAKE(w, struct taint, 1);
	uint32_t odd = in_number(&w->in, 256);
	have[0] = (struct res){"cpu", 4000};
	have[1] = (struct res){"memory", INT64_C(8) << 30};
	have[2] = (struct res){"pods", 110000};
	*label = (struct kv){in_text(&w->in, "k", "zone"), in_text(&w->in, "x", "y", "5")};
	*taint = (struct taint){in_text(&w->in, "k", "node.kubernetes.io/not-ready"), "x",
				(enum taint_effect)(1 + in_number(&w->in, 3))};
	n->meta = (struct meta){.ns = "",
				.name = core_node_name(node),
				.uid = odd & 1 ? "m1" : "m2",
				.rv = arena_printf(&w->arena, "%llu", (unsigned long long)++w->rv),
				.labels = {label, 1}};
	n->allocatable = odd & 2 ? resources(w) : (struct reslist){have, 3};
	n->taints = taint;
	n->ntaints = odd / 4 & 1;
	n->unschedulable = odd & 8;
	n->ready = odd & 16 ? COND_FALSE : odd & 32 ? COND_UNKNOWN : COND_TRUE;
	n->ready_reason = "";
	n->boot_id = odd & 64 ? "b1" : "b2";
	n->kubelet_version = "v";
	n->ready_since_ms = w->wall_ms;
	return n;
}

struct compute_node *make_compute_node(struct world *w, uint32_t node)
{
	struct compute_node *n = MAKE(w, struct compute_node, 1);
	n->meta = (struct meta){.ns = "",
				.name = core_node_name(node),
				.uid = in_text(&w->in, "c1", "c2"),
				.rv = arena_printf(&w->arena, "%llu", (unsigned long long)++w->rv),
				.generation = 1};
	n->owned_by_node = in_number(&w->in, 2);
	n->unschedulable = in_number(&w->in, 2);
	n->resources = resources(w);
	n->status.state = (enum compute_node_state)in_number(&w->in, COMPUTE_NODE_FAILED + 1);
	return n;
}

struct capacity *make_capacity(struct world *w)
{
	struct capacity *c = MAKE(w, struct capacity, 1);
	*c = (struct capacity){.foreign = resources(w),
			       .foreign_pods =
				       (uint32_t[]){0, 1, 200, UINT32_MAX}[in_number(&w->in, 4)],
			       .ports = ports(w)};
	return c;
}

/* A frame takes names of 253 bytes; no job is called so. */
#define TEN "aaaaaaaaaa"
#define FIFTY TEN TEN TEN TEN TEN
static const char long_name[] = FIFTY FIFTY FIFTY FIFTY FIFTY "aaa";

/* A member as its pod or its agent tells it: one that was ordered, in any state, or any other. */
static void member(struct world *w, uint32_t node, struct member *m)
{
	static const uint32_t indexes[] = {
		0, 0, 1, 1, 2, 3, 4, PARALLELISM_MAX - 1, COMPLETIONS_MAX - 1};
	static const uint32_t attempts[] = {1, 2, 3, 1, 2, 3, 0, ATTEMPT_MAX - 1, ATTEMPT_MAX};
	uint32_t odd = in_number(&w->in, 256), job = in_number(&w->in, CORE_JOBS);
	uint32_t phase = in_number(&w->in, MEMBER_PHASE_N + 4);
	const struct ordered *o = NULL;
	if (!w->jobs[job].exists)
		job = 0;
	if (w->nordered && odd & 1) {
		o = &w->ordered[w->nordered - 1 -
				in_number(&w->in, w->nordered < 200 ? w->nordered : 200)];
		job = o->job;
	}
	*m = (struct member){
		.ns = (odd & 6) == 6 ? in_text(&w->in, "t", "other") : "t",
		.job_name =
			o || !(odd & 8) ? core_job_name(job) : in_text(&w->in, "ghost", long_name),
		.job_uid = core_job_uid(job,
					odd & 16 ? in_number(&w->in, CORE_UIDS) : w->jobs[job].uid),
		.node = core_node_name(node), /* the doors set it */
		.index = o ? o->index : indexes[in_number(&w->in, ARRAY_LEN(indexes))],
		.attempt = o ? o->attempt : attempts[in_number(&w->in, ARRAY_LEN(attempts))],
		.template_hash = in_text(&w->in, "00000000000000aa", "00000000000000bb", ""),
		.phase = phase < MEMBER_PHASE_N ? (enum member_phase)phase : MEMBER_SUCCEEDED,
		.ready = odd & 64,
		.deleting = odd & 128,
		.exit_code = (int32_t[]){0, 1, 137, INT32_MIN}[in_number(&w->in, 4)],
		.reason = in_text(&w->in, "", "Evicted", "OutOfcpu", "ErrImagePull"),
		.message = in_text(&w->in, "", "words"),
		.proof = "",
	};
	m->pod = o ? in_copy(w, o->pod) : in_text(&w->in, "a-0-xxxxx", "b-1-yyyyy", "");
	m->pod_uid = in_text(&w->in, "p1", "p2", "p3", "p4", "");
	m->proven = (enum member_proof)in_number(&w->in, PROOF_VALID + 1);
	uint32_t more = in_number(&w->in, 256);
	m->started_ms = more & 1 ? w->wall_ms : 0;
	m->ended_ms = more & 2 ? w->wall_ms : more & 4 ? INT64_MAX : 0;
	m->created_ms = more & 8 ? w->wall_ms : 0;
	m->ticket = more & 16 ? more : 0;
	m->busy = more & 32;
	m->retry_after_ms = more & 64 ? UINT32_MAX : 0;
	if (more & 128) {
		m->requests = resources(w);
		m->ports = ports(w);
	}
}

struct member *make_members(struct world *w, uint32_t node, uint32_t *ret_n)
{
	*ret_n = in_number(&w->in, 4);
	struct member *v = MAKE(w, struct member, *ret_n + 1);
	for (uint32_t i = 0; i < *ret_n; i++)
		member(w, node, &v[i]);
	return v;
}

/* Only what a decoder fills in for an object of this kind. */
struct needed *make_needed(struct world *w, const struct pending *p)
{
	struct needed *o = MAKE(w, struct needed, 1);
	struct sel_term *t = MAKE(w, struct sel_term, 1);
	uint32_t odd = in_number(&w->in, 256);
	*t = term(w);
	bool claim = p->kind == NEEDED_CLAIM, class = p->kind == NEEDED_STORAGE_CLASS;
	*o = (struct needed){
		.meta = {.ns = p->ns,
			 .name = needed_listed(p->kind) ? "v1" : p->name,
			 .uid = in_text(&w->in, "q1", "q2"),
			 .rv = "7"},
		.where = {{t, odd & 1}},
		.bound = claim && odd & 2,
		.lost = claim && odd & 4,
		.volume = in_text(&w->in, "", "v1"),
		.storage_class = in_text(&w->in, "", "sc"),
		.modes = in_number(&w->in, 16),
		.selected_node = claim ? in_text(&w->in, "", "n1", "n9") : "",
		.selects = odd & 8,
		.bytes = (int64_t[]){0, 1000, INT64_MAX}[in_number(&w->in, 3)],
		.block = odd & 16,
		.taken = odd & 32,
		.for_ns = "t",
		.for_claim = in_text(&w->in, "", "c1"),
		.for_uid = in_text(&w->in, "", "q1"),
		.driver = claim || class ? "" : in_text(&w->in, "", "d"),
		.handle = in_text(&w->in, "", "h"),
		.waits = class && odd & 64,
		.provisioner = class ? in_text(&w->in, NO_PROVISIONER, "d", "") : "",
		.attachless = odd & 128,
		.tells_room = in_number(&w->in, 2),
	};
	if (p->kind == NEEDED_CSI_NODES) {
		struct volume_limit *l = MAKE(w, struct volume_limit, 1);
		*l = (struct volume_limit){"d", in_number(&w->in, 3)};
		o->meta.name = core_node_name(in_number(&w->in, CORE_NODES));
		o->limits = l;
		o->nlimits = 1;
	}
	return o;
}
