/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/decode_requests.h"

#include <string.h>

#include "model/quantity.h"

struct sums {
	struct arena *arena;
	struct res *v;
	uint32_t n, cap;
};

/* The first places are those of every node's resources, so that a pod which asks for very many
 * others still counts with these. */
static const char *const native[] = {"cpu", "memory", "ephemeral-storage"};

static int64_t *slot(struct sums *s, const char *name)
{
	for (uint32_t i = 0; i < s->n; i++) {
		if (!strcmp(s->v[i].name, name))
			return &s->v[i].milli;
	}
	if (s->n == s->cap)
		return NULL;
	s->v[s->n] = (struct res){name, 0};
	return &s->v[s->n++].milli;
}

static void add_to(int64_t *sum, int64_t milli)
{
	if (sum)
		*sum = quantity_sum(*sum, milli);
}

static void add_all(struct sums *s, struct reslist l)
{
	for (uint32_t i = 0; i < l.n; i++)
		add_to(slot(s, l.v[i].name), l.v[i].milli);
}

static bool list_has(const struct reslist *l, const char *name)
{
	for (uint32_t i = 0; i < l->n; i++) {
		if (!strcmp(l->v[i].name, name))
			return true;
	}
	return false;
}

/* Which amounts of a container are summed: what it desires, what the kubelet has promised it, or
 * what its runtime was told. They differ while a container is resized in place (KEP-1287). */
enum side { DESIRED, ALLOCATED, ACTUAL };

struct asking { /* the pod whose amounts are summed */
	const json_t *spec, *status;
	/* Its resize can never be done on this node: what it desires does not count. */
	bool infeasible;
};

/* A limit without a request counts as a request (API defaulting). */
static void add_desired(struct sums *s, const json_t *container)
{
	struct reslist requests =
		js_resources(s->arena, js_path(container, "resources", "requests"));
	struct reslist limits = js_resources(s->arena, js_path(container, "resources", "limits"));
	add_all(s, requests);
	for (uint32_t i = 0; i < limits.n; i++) {
		if (!list_has(&requests, limits.v[i].name))
			add_to(slot(s, limits.v[i].name), limits.v[i].milli);
	}
}

/* What the kubelet tells of a container; NULL: nothing. What it has promised stands in for what the
 * runtime was told. */
static const json_t *told_of(const struct asking *p, const json_t *container, enum side side)
{
	const char *name = js_str(container, "name");
	const json_t *o = js_named(json_object_get(p->status, "containerStatuses"), name);
	if (!o)
		o = js_named(json_object_get(p->status, "initContainerStatuses"), name);
	const json_t *actual = js_path(o, "resources", "requests");
	return side == ACTUAL && actual ? actual : json_object_get(o, "allocatedResources");
}

static void add_container(struct sums *s, const struct asking *p, const json_t *container,
			  enum side side)
{
	const json_t *told = side == DESIRED ? NULL : told_of(p, container, side);
	if (told)
		add_all(s, js_resources(s->arena, told));
	else if (side == DESIRED || !p->infeasible)
		add_desired(s, container);
}

static struct sums sums_new(struct arena *a)
{
	enum { NAMES_MAX = 64 };
	struct sums s = {.arena = a, .v = arena_alloc(a, NAMES_MAX * sizeof(struct res))};
	s.cap = s.v ? NAMES_MAX : 0;
	for (size_t i = 0; i < ARRAY_LEN(native); i++)
		(void)slot(&s, native[i]);
	return s;
}

static struct reslist list_of(const struct sums *s)
{
	return (struct reslist){s->v, s->n};
}

static void raise_to(struct sums *s, struct reslist least)
{
	for (uint32_t i = 0; i < least.n; i++) {
		int64_t *have = slot(s, least.v[i].name);
		if (have && *have < least.v[i].milli)
			*have = least.v[i].milli;
	}
}

/* Init containers run one after another, beside the sidecars that were started before them. */
static void add_init(struct sums *total, const struct asking *p, enum side side)
{
	const json_t *list = json_object_get(p->spec, "initContainers");
	struct sums sidecars = sums_new(total->arena), peak = sums_new(total->arena);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *c = json_array_get(list, i);
		struct sums now = sums_new(total->arena);
		if (str_eq(js_str(c, "restartPolicy"), "Always")) {
			add_container(&sidecars, p, c, side);
			continue;
		}
		add_container(&now, p, c, side);
		add_all(&now, list_of(&sidecars));
		raise_to(&peak, list_of(&now));
	}
	add_all(total, list_of(&sidecars));
	raise_to(total, list_of(&peak));
}

static struct sums sum_containers(struct arena *a, const struct asking *p, enum side side)
{
	struct sums s = sums_new(a);
	const json_t *list = json_object_get(p->spec, "containers");
	for (size_t i = 0; i < json_array_size(list); i++)
		add_container(&s, p, json_array_get(list, i), side);
	add_init(&s, p, side);
	return s;
}

/* Where the kubelet tells the sums itself, they stand for those of the containers. */
static void raise_to_told(struct sums *total, const struct asking *p)
{
	const json_t *allocated = json_object_get(p->status, "allocatedResources");
	const json_t *actual = js_path(p->status, "resources", "requests");
	struct arena *a = total->arena;
	if (allocated && actual) {
		raise_to(total, js_resources(a, allocated));
		raise_to(total, js_resources(a, actual));
		return;
	}
	struct sums x = sum_containers(a, p, ALLOCATED), y = sum_containers(a, p, ACTUAL);
	raise_to(total, list_of(&x));
	raise_to(total, list_of(&y));
}

/* Of the first places, those that are asked for. */
static struct reslist without_unused(const struct sums *s)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < s->n; i++) {
		if (i >= ARRAY_LEN(native) || s->v[i].milli)
			s->v[n++] = s->v[i];
	}
	return (struct reslist){s->v, n};
}

/* ---- the pod as a whole (KEP-2837) ---- */

static bool is_whole_name(const char *name)
{
	return str_eq(name, "cpu") || str_eq(name, "memory") || !strncmp(name, "hugepages-", 10);
}

static int64_t amount_of(struct reslist l, const char *name)
{
	for (uint32_t i = 0; i < l.n; i++) {
		if (!strcmp(l.v[i].name, name))
			return l.v[i].milli;
	}
	return 0;
}

static int64_t most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* What is asked for the whole pod takes the place of the sums. While it is resized in place, what
 * the kubelet tells of the pod, with its overhead, counts if it is more. */
static void apply_whole_requests(struct sums *total, const struct asking *p,
				 struct reslist requests)
{
	struct arena *a = total->arena;
	struct reslist overhead = js_resources(a, json_object_get(p->spec, "overhead"));
	struct reslist allocated =
		js_resources(a, json_object_get(p->status, "allocatedResources"));
	struct reslist actual = js_resources(a, js_path(p->status, "resources", "requests"));
	bool told = allocated.n || actual.n;
	for (uint32_t i = 0; i < requests.n; i++) {
		const char *name = requests.v[i].name;
		int64_t *have = is_whole_name(name) ? slot(total, name) : NULL;
		int64_t kept = most(amount_of(allocated, name), amount_of(actual, name));
		kept = most(kept, 0) - most(amount_of(overhead, name), 0);
		int64_t desired = p->infeasible && told ? 0 : requests.v[i].milli;
		if (have)
			*have = most(desired, told ? kept : 0);
	}
}

/* A limit of the pod stands in for what neither the pod nor a container asks for (API defaulting).
 */
static void apply_whole_limits(struct sums *total, const struct asking *p, struct reslist requests)
{
	struct reslist limits = js_resources(total->arena, js_path(p->spec, "resources", "limits"));
	for (uint32_t i = 0; i < limits.n; i++) {
		const char *name = limits.v[i].name;
		int64_t *have = is_whole_name(name) && !list_has(&requests, name)
					? slot(total, name)
					: NULL;
		if (have && (!*have || *name == 'h'))
			*have = limits.v[i].milli;
	}
}

/* The kubelet tells of amounts only where pods can be resized. */
static bool tells_amounts(const json_t *status)
{
	static const char *const lists[] = {"containerStatuses", "initContainerStatuses"};
	for (size_t k = 0; k < ARRAY_LEN(lists); k++) {
		const json_t *l = json_object_get(status, lists[k]);
		for (size_t i = 0; i < json_array_size(l); i++) {
			const json_t *o = json_array_get(l, i);
			if (json_object_get(o, "allocatedResources") ||
			    js_path(o, "resources", "requests"))
				return true;
		}
	}
	return json_object_get(status, "allocatedResources") != NULL;
}

static bool is_infeasible(const json_t *status)
{
	const json_t *l = json_object_get(status, "conditions");
	for (size_t i = 0; i < json_array_size(l); i++) {
		const json_t *o = json_array_get(l, i);
		if (str_eq(js_str(o, "type"), "PodResizePending"))
			return str_eq(js_str(o, "reason"), "Infeasible");
	}
	return false;
}

struct reslist decode_pod_requests(struct arena *a, const json_t *pod_spec, const json_t *status)
{
	struct asking p = {pod_spec, status, is_infeasible(status)};
	bool told = tells_amounts(status);
	struct sums total = told && p.infeasible ? sums_new(a) : sum_containers(a, &p, DESIRED);
	struct reslist requests = js_resources(a, js_path(pod_spec, "resources", "requests"));
	if (told)
		raise_to_told(&total, &p);
	apply_whole_requests(&total, &p, requests);
	apply_whole_limits(&total, &p, requests);
	add_all(&total, js_resources(a, json_object_get(pod_spec, "overhead")));
	return without_unused(&total);
}

struct reslist decode_requests(struct arena *a, const json_t *pod_spec)
{
	return decode_pod_requests(a, pod_spec, NULL);
}
