/* SPDX-License-Identifier: Apache-2.0 */
/* Decodes a ComputeJob. The defaults here are those of the CRD, for objects that were stored
 * before a default existed. */
#include "kube/decode_job.h"

#include <string.h>

#include "kube/decode_meta.h"
#include "kube/pod.h"
#include "kube/pod_launcher.h"
#include "kube/pod_share.h"

enum { GRACE_DEFAULT_S = 30 }; /* corev1.DefaultTerminationGracePeriodSeconds */

enum taint_effect decode_effect(const char *s)
{
	if (str_eq(s, "NoSchedule"))
		return EFFECT_NO_SCHEDULE;
	if (str_eq(s, "PreferNoSchedule"))
		return EFFECT_PREFER_NO_SCHEDULE;
	return str_eq(s, "NoExecute") ? EFFECT_NO_EXECUTE : EFFECT_ANY;
}

/* core/v1: zero and less evict at once. */
static int64_t decode_seconds(const json_t *o)
{
	int64_t s = js_int(o, "tolerationSeconds", 0);
	return s < 0 ? 0 : s > TOLERATION_S_MAX ? TOLERATION_S_MAX : s;
}

const struct toleration *decode_tolerations(struct arena *a, const json_t *array, uint32_t *ret_n)
{
	size_t n = json_array_size(array);
	struct toleration *v = arena_alloc(a, n * sizeof *v);
	*ret_n = 0;
	for (size_t i = 0; v && i < n && i < TOLERATIONS_MAX; i++) {
		const json_t *o = json_array_get(array, i);
		v[(*ret_n)++] = (struct toleration){
			.key = str_or_empty(js_str(o, "key")),
			.value = str_or_empty(js_str(o, "value")),
			.exists = str_eq(js_str(o, "operator"), "Exists"),
			.effect = decode_effect(js_str(o, "effect")),
			.timed = json_is_integer(json_object_get(o, "tolerationSeconds")),
			.seconds = decode_seconds(o),
		};
	}
	return v;
}

static enum sel_op decode_op(const char *s)
{
	static const char *const ops[] = {
		[SEL_IN] = "In",         [SEL_NOT_IN] = "NotIn",
		[SEL_EXISTS] = "Exists", [SEL_DOES_NOT_EXIST] = "DoesNotExist",
		[SEL_GT] = "Gt",         [SEL_LT] = "Lt"};
	for (unsigned i = 0; i < ARRAY_LEN(ops); i++) {
		if (str_eq(s, ops[i]))
			return (enum sel_op)i;
	}
	return SEL_IN; /* without values it matches nothing */
}

struct sel_term decode_term(struct arena *a, const json_t *o)
{
	const json_t *l = json_object_get(o, "matchExpressions");
	size_t n = json_array_size(l);
	struct sel_expr *v = arena_alloc(a, n * sizeof *v);
	for (size_t i = 0; v && i < n; i++) {
		const json_t *x = json_array_get(l, i);
		v[i] = (struct sel_expr){str_or_empty(js_str(x, "key")),
					 decode_op(js_str(x, "operator")),
					 js_strs(a, json_object_get(x, "values"))};
	}
	return (struct sel_term){v, v ? (uint32_t)n : 0};
}

static void decode_affinity(struct arena *a, const json_t *spec, struct job_spec *ret)
{
	const json_t *l = js_path(spec, "nodeAffinity", "nodeSelectorTerms");
	size_t n = json_array_size(l);
	struct sel_term *v = arena_alloc(a, n * sizeof *v);
	for (size_t i = 0; v && i < n; i++)
		v[i] = decode_term(a, json_array_get(l, i));
	ret->terms = v;
	ret->nterms = v ? (uint32_t)n : 0;
}

static uint32_t bounded(int64_t v, int64_t min, int64_t max)
{
	return (uint32_t)(v < min ? min : v > max ? max : v);
}

static void decode_preferred(struct arena *a, const json_t *spec, struct job_spec *ret)
{
	const json_t *l =
		js_path(spec, "nodeAffinity", "preferredDuringSchedulingIgnoredDuringExecution");
	size_t n = json_array_size(l);
	struct sel_preference *v;
	n = n < PREFERRED_MAX ? n : PREFERRED_MAX;
	v = arena_alloc(a, n * sizeof *v);
	for (size_t i = 0; v && i < n; i++) {
		const json_t *o = json_array_get(l, i);
		v[i] = (struct sel_preference){bounded(js_int(o, "weight", 1), 1, PREFERENCE_MAX),
					       decode_term(a, json_object_get(o, "preference"))};
	}
	ret->preferred = v;
	ret->npreferred = v ? (uint32_t)n : 0;
}

/* All of them: a list that is too long is judged by job_bound. */
static const struct dependency *decode_dependencies(struct arena *a, const json_t *l,
						    uint32_t *ret_n)
{
	size_t n = json_array_size(l);
	struct dependency *v = arena_alloc(a, (n + 1) * sizeof *v);
	for (size_t i = 0; v && i < n; i++) {
		const json_t *o = json_array_get(l, i);
		v[i] = (struct dependency){str_or_empty(js_str(o, "name")),
					   dependency_parse(js_str(o, "condition"))};
	}
	*ret_n = v ? (uint32_t)n : 0;
	return v;
}

static enum node_loss decode_loss(const char *s)
{
	if (str_eq(s, "Wait"))
		return LOSS_WAIT;
	return str_eq(s, "Fail") ? LOSS_FAIL : LOSS_REPLACE;
}

/* "25%" or a number; 1 by default. */
static void decode_update(const json_t *spec, struct job_spec *ret)
{
	const json_t *o = json_object_get(spec, "updateStrategy");
	const json_t *v = json_object_get(o, "maxUnavailable");
	const char *s = json_string_value(v);
	ret->update = str_eq(js_str(o, "type"), "Recreate") ? UPDATE_RECREATE : UPDATE_ROLLING;
	ret->max_unavailable =
		json_is_integer(v) ? bounded(json_integer_value(v), 0, PARALLELISM_MAX) : 1;
	if (!s)
		return;
	uint32_t n = 0;
	for (; *s >= '0' && *s <= '9' && n <= 1000; s++)
		n = n * 10 + (uint32_t)(*s - '0');
	ret->max_unavailable = n;
	ret->max_unavailable_percent = *s == '%';
}

static int32_t priority_of(int64_t v)
{
	return (int32_t)(v < -PRIORITY_MAX ? -PRIORITY_MAX : v > PRIORITY_MAX ? PRIORITY_MAX : v);
}

/* Of the job, else of its template; a negative one counts as 1 (validation.ValidatePodSpec). */
static int64_t decode_grace(const json_t *spec)
{
	const json_t *pod = js_path(spec, "template", "spec");
	int64_t s = js_int(pod, "terminationGracePeriodSeconds", GRACE_DEFAULT_S);
	s = js_int(spec, "terminationGracePeriodSeconds", s);
	return s < 0 ? 1 : s < INT32_MAX ? s : INT32_MAX;
}

/* A limit, plus 1; 0: there is none. */
static uint32_t above(const json_t *o, const char *key, int64_t max)
{
	return bounded(js_int(o, key, -1), -1, max) + 1U;
}

/* As batch/v1's SetDefaults_Job. */
static uint32_t decode_backoff_limit(const json_t *spec)
{
	bool per_index = js_int(spec, "backoffLimitPerIndex", -1) >= 0;
	return bounded(js_int(spec, "backoffLimit", per_index ? INT32_MAX : 6), 0, INT32_MAX);
}

/* One more than may be is kept, so that model/job_bounds.h refuses it. */
static void decode_success(struct arena *a, const json_t *l, struct job_spec *ret)
{
	size_t n = json_array_size(l);
	struct success_rule *v;
	n = n <= SUCCESS_RULES_MAX ? n : SUCCESS_RULES_MAX + 1;
	v = arena_alloc(a, (n + 1) * sizeof *v);
	for (size_t i = 0; v && i < n; i++) {
		const json_t *o = json_array_get(l, i);
		v[i] = (struct success_rule){
			.indexes = js_str(o, "succeededIndexes"),
			.counted = json_is_integer(json_object_get(o, "succeededCount")),
			.count = bounded(js_int(o, "succeededCount", 0), 0, COMPLETIONS_MAX)};
	}
	ret->success = v;
	ret->nsuccess = v ? (uint32_t)n : 0;
}

static void decode_spec(struct arena *a, const json_t *spec, struct job_spec *ret)
{
	*ret = (struct job_spec){
		.parallelism = bounded(js_int(spec, "parallelism", 1), 1, PARALLELISM_MAX),
		.completions = bounded(js_int(spec, "completions", 0), 0, COMPLETIONS_MAX),
		.per_node = pod_per_node(spec),
		.priority = priority_of(js_int(spec, "priority", 0)),
		.suspend = js_bool(spec, "suspend"),
		.backoff_limit = decode_backoff_limit(spec),
		.failures_fail_index = above(spec, "backoffLimitPerIndex", INT32_MAX),
		.failed_indexes_fail = above(spec, "maxFailedIndexes", COMPLETIONS_MAX),
		.active_deadline_s = js_int(spec, "activeDeadlineSeconds", -1),
		.ttl_s = js_int(spec, "ttlSecondsAfterFinished", -1),
		.start_deadline_s = js_int(spec, "startDeadlineSeconds", 0),
		.grace_s = decode_grace(spec),
		.on_node_loss = decode_loss(js_str(spec, "onNodeLoss")),
		.node_selector = js_kvs(a, json_object_get(spec, "nodeSelector")),
	};
	ret->names = job_at_once(ret) > 1 || pod_launcher(spec);
	if (json_is_boolean(json_object_get(spec, "enableDNSHostnames")))
		ret->names = js_bool(spec, "enableDNSHostnames");
	ret->min_parallelism =
		bounded(js_int(spec, "minParallelism", ret->parallelism), 1, ret->parallelism);
	ret->tolerations =
		decode_tolerations(a, json_object_get(spec, "tolerations"), &ret->ntolerations);
	decode_update(spec, ret);
	decode_affinity(a, spec, ret);
	decode_preferred(a, spec, ret);
	ret->depends_on =
		decode_dependencies(a, json_object_get(spec, "dependsOn"), &ret->ndepends_on);
	decode_success(a, js_path(spec, "successPolicy", "rules"), ret);
}

static uint32_t count_of(const json_t *o, const char *key, int64_t max)
{
	return bounded(js_int(o, key, 0), 0, max);
}

static void decode_superseded(struct arena *a, const json_t *l, struct job_status *ret)
{
	size_t n = json_array_size(l);
	struct superseded *v;
	n = n < SUPERSEDED_MAX ? n : SUPERSEDED_MAX;
	v = arena_alloc(a, (n + 1) * sizeof *v);
	if (!v)
		return;
	for (size_t i = 0; i < n; i++) {
		const json_t *o = json_array_get(l, i);
		v[i] = (struct superseded){.index = count_of(o, "index", COMPLETIONS_MAX - 1),
					   .attempt = count_of(o, "attempt", ATTEMPT_MAX),
					   .by = count_of(o, "replacedBy", ATTEMPT_MAX),
					   .node = str_or_empty(js_str(o, "node"))};
	}
	ret->superseded = v;
	ret->nsuperseded = (uint32_t)n;
}

/* The newest, as the core keeps them. */
static void decode_failures(struct arena *a, const json_t *l, struct job_status *ret)
{
	size_t all = json_array_size(l), n = all < FAILURES_MAX ? all : FAILURES_MAX;
	struct failure *v = arena_alloc(a, (n + 1) * sizeof *v);
	if (!v)
		return;
	for (size_t i = 0; i < n; i++) {
		const json_t *o = json_array_get(l, all - n + i);
		int64_t code = js_int(o, "exitCode", 0);
		v[i] = (struct failure){
			.index = count_of(o, "index", COMPLETIONS_MAX - 1),
			.attempt = count_of(o, "attempt", ATTEMPT_MAX),
			.exit_code = code < INT32_MIN || code > INT32_MAX ? 0 : (int32_t)code,
			.finished_ms = js_time(o, "finishedAt"),
			.node = str_or_empty(js_str(o, "node")),
			.reason = str_or_empty(js_str(o, "reason")),
			.message = str_or_empty(js_str(o, "message"))};
	}
	ret->failures = v;
	ret->nfailures = (uint32_t)n;
}

static void decode_status(struct arena *a, const json_t *st, struct job_status *ret)
{
	*ret = (struct job_status){
		.state = job_state_parse(js_str(st, "state")),
		.start_ms = js_time(st, "startTime"),
		.end_ms = js_time(st, "endTime"),
		.active_nodes = js_strs(a, json_object_get(st, "activeNodes")),
		.active = count_of(st, "active", INT32_MAX),
		.ready = count_of(st, "ready", INT32_MAX),
		.succeeded = count_of(st, "succeeded", INT32_MAX),
		.failed = count_of(st, "failed", INT32_MAX),
		.attempts = count_of(st, "attempts", ATTEMPT_MAX),
		.completed = str_or_empty(js_str(st, "completedIndexes")),
		.failed_indexes = str_or_empty(js_str(st, "failedIndexes")),
		.selector = str_or_empty(js_str(st, "selector")),
		.reason = str_or_empty(js_str(st, "reason")),
		.message = str_or_empty(js_str(st, "message")),
		.observed_generation = js_int(st, "observedGeneration", 0),
	};
	decode_superseded(a, json_object_get(st, "superseded"), ret);
	decode_failures(a, json_object_get(st, "failures"), ret);
	ret->satisfied = decode_dependencies(a, json_object_get(st, "satisfiedDependencies"),
					     &ret->nsatisfied);
	ret->conds = decode_conds(a, json_object_get(st, "conditions"), &ret->nconds);
}

void decode_job(struct arena *a, const json_t *o, const char *default_image, struct job *ret)
{
	const json_t *spec = json_object_get(o, "spec");
	decode_meta(a, o, &ret->meta);
	decode_spec(a, spec, &ret->spec);
	decode_status(a, json_object_get(o, "status"), &ret->status);
	pod_template(a, spec, default_image, ret->meta.ns, &ret->spec);
}
