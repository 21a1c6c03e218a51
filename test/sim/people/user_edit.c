/* SPDX-License-Identifier: Apache-2.0 */
/* Edits of one live field of a job, and the selections to choose from. */
#include "test/sim/people/user_edit.h"

#include "base/mem.h"
#include "test/sim/world/copy.h"

#define VALUES(...)                          \
	{(const char *const[]){__VA_ARGS__}, \
	 sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)}
#define TERM(...)                                \
	{(const struct sel_expr[]){__VA_ARGS__}, \
	 sizeof((const struct sel_expr[]){__VA_ARGS__}) / sizeof(struct sel_expr)}

/* Nodes have the labels zone=a or b and size=1…; users relabel them. */
static const struct sel_term zone_a[] = {TERM({"zone", SEL_IN, VALUES("a")})};
static const struct sel_term not_zone_a[] = {TERM({"zone", SEL_NOT_IN, VALUES("a", "c")})};
static const struct sel_term has_zone[] = {TERM({"zone", SEL_EXISTS, {NULL, 0}})};
static const struct sel_term no_team[] = {TERM({"team", SEL_DOES_NOT_EXIST, {NULL, 0}})};
static const struct sel_term big[] = {TERM({"size", SEL_GT, VALUES("2")})};
static const struct sel_term small_or_b[] = {
	TERM({"size", SEL_LT, VALUES("3")}),
	TERM({"zone", SEL_IN, VALUES("b")}, {"size", SEL_EXISTS, {NULL, 0}})};

static const struct sel_preference in_b[] = {{60, TERM({"zone", SEL_IN, VALUES("b")})}};
static const struct sel_preference high_or_a[] = {
	{40, TERM({"rack", SEL_IN, VALUES("high")})},
	{20, TERM({"zone", SEL_IN, VALUES("a")}, {"size", SEL_GT, VALUES("1")})}};
static const struct sel_preference large[] = {{1, TERM({"size", SEL_GT, VALUES("2")})},
					      {1, TERM({"size", SEL_GT, VALUES("4")})}};

const struct sel_term *pattern_terms(uint32_t n, uint32_t *ret_n)
{
	static const struct {
		const struct sel_term *v;
		uint32_t n;
	} all[] = {{NULL, 0},    {zone_a, 1}, {not_zone_a, 1}, {has_zone, 1},
		   {no_team, 1}, {big, 1},    {small_or_b, 2}};
	*ret_n = all[n % ARRAY_LEN(all)].n;
	return all[n % ARRAY_LEN(all)].v;
}

const struct sel_preference *pattern_preferred(uint32_t n, uint32_t *ret_n)
{
	static const struct {
		const struct sel_preference *v;
		uint32_t n;
	} all[] = {{in_b, 1}, {high_or_a, 2}, {NULL, 0}, {large, 2}};
	*ret_n = all[n % ARRAY_LEN(all)].n;
	return all[n % ARRAY_LEN(all)].v;
}

const struct toleration *pattern_tolerations(uint32_t n, uint32_t *ret_n)
{
	static const struct toleration all[] = {{"", "", true, EFFECT_ANY, false, 0}};
	static const struct toleration team[] = {{"team", "x", false, EFFECT_NO_SCHEDULE, false, 0},
						 {"team", "", true, EFFECT_NO_EXECUTE, false, 0}};
	static const struct toleration patient[] = {
		{"node.kubernetes.io/not-ready", "", true, EFFECT_NO_EXECUTE, false, 0},
		{"node.kubernetes.io/unreachable", "", true, EFFECT_NO_EXECUTE, true, 200}};
	static const struct {
		const struct toleration *v;
		uint32_t n;
	} each[] = {{NULL, 0},
		    {all, ARRAY_LEN(all)},
		    {team, ARRAY_LEN(team)},
		    {patient, ARRAY_LEN(patient)}};
	*ret_n = each[n % ARRAY_LEN(each)].n;
	return each[n % ARRAY_LEN(each)].v;
}

static void edit_selector(struct version *v, uint32_t n)
{
	struct kv *kv = arena_alloc(&v->arena, sizeof *kv);
	v->job.spec.node_selector = (struct kvs){NULL, 0};
	if (n % 3 == 0)
		return;
	*kv = n % 3 == 1 ? (struct kv){"zone", n % 2 ? "a" : "b"}
			 : (struct kv){"kubernetes.io/hostname",
				       arena_printf(&v->arena, "n%u", 1 + n % 7)};
	v->job.spec.node_selector = (struct kvs){kv, 1};
}

static const char *const names[] = {"j0", "j1", "j2", "j3", "j4",  "j5",
				    "j6", "j7", "j8", "j9", "j10", "j11"};

struct dependency pattern_dependency(uint32_t n)
{
	return (struct dependency){names[n % ARRAY_LEN(names)],
				   (enum dependency_condition)(n / ARRAY_LEN(names) % 4)};
}

/* The API server refuses it once the job has started, and the job's own name. */
static void edit_dependencies(struct version *v, uint32_t n)
{
	struct dependency *d = arena_alloc(&v->arena, sizeof *d);
	*d = pattern_dependency(n / 2);
	if (v->job.status.start_ms || str_eq(d->name, v->meta.name))
		return;
	v->job.spec.depends_on = d;
	v->job.spec.ndepends_on = n % 2;
}

static void edit_strategy(struct job_spec *spec, uint32_t n)
{
	spec->update = n % 3 ? UPDATE_ROLLING : UPDATE_RECREATE;
	spec->max_unavailable_percent = n % 2;
	spec->max_unavailable = n % 2 ? 10 + n % 90 : 1 + n % 3;
}

void edit_spec(struct version *v, enum edit what, uint32_t n)
{
	struct job_spec *spec = &v->job.spec;
	switch (what) {
	case EDIT_TEMPLATE:
		/* At times the same in other words. */
		spec->template_text = arena_printf(&v->arena, "%s %s=%u", spec->template_text,
						   n % 5 == 4 ? "spelt" : "v", n);
		break;
	case EDIT_SELECTOR: edit_selector(v, n); break;
	case EDIT_AFFINITY: spec->terms = pattern_terms(n, &spec->nterms); break;
	case EDIT_TOLERATIONS:
		spec->tolerations = pattern_tolerations(n, &spec->ntolerations);
		break;
	case EDIT_PRIORITY: spec->priority = (int32_t)(n % 5) - 2; break;
	case EDIT_BACKOFF:
		if (spec->failures_fail_index && n % 2)
			spec->failed_indexes_fail = n % 5;
		else
			spec->backoff_limit = n % 5;
		break;
	case EDIT_DEADLINE:
		if (n % 7 == 3)
			spec->start_deadline_s = n % 2 ? 5 + (int64_t)(n % 90) : 0;
		else
			spec->active_deadline_s = n % 3 ? 5 + (int64_t)(n % 90) : -1;
		break;
	case EDIT_TTL:
		spec->names ^= n % 11 == 5;
		spec->ttl_s = n % 3 ? (int64_t)(n % 60) : -1;
		break;
	case EDIT_MIN:
		if (n % 3 == 2)
			edit_dependencies(v, n / 3);
		else
			spec->min_parallelism = 1 + n % spec->parallelism;
		break;
	case EDIT_STRATEGY: edit_strategy(spec, n); break;
	case EDIT_LOSS: spec->on_node_loss = (enum node_loss)(n % 3); break;
	}
}
