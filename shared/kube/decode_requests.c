/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/decode_requests.h"

#include <string.h>

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
	if (sum && __builtin_add_overflow(*sum, milli, sum))
		*sum = INT64_MAX;
}

static void add_all(struct sums *s, const struct reslist *l)
{
	for (uint32_t i = 0; i < l->n; i++)
		add_to(slot(s, l->v[i].name), l->v[i].milli);
}

static bool list_has(const struct reslist *l, const char *name)
{
	for (uint32_t i = 0; i < l->n; i++) {
		if (!strcmp(l->v[i].name, name))
			return true;
	}
	return false;
}

/* Adds the requests of a container. A limit without a request counts as a request (API
 * defaulting). */
static void add_container(struct sums *s, const json_t *container)
{
	struct reslist requests =
		js_resources(s->arena, js_path(container, "resources", "requests"));
	struct reslist limits = js_resources(s->arena, js_path(container, "resources", "limits"));
	add_all(s, &requests);
	for (uint32_t i = 0; i < limits.n; i++) {
		if (!list_has(&requests, limits.v[i].name))
			add_to(slot(s, limits.v[i].name), limits.v[i].milli);
	}
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

static void raise_to(struct sums *s, const struct sums *least)
{
	for (uint32_t i = 0; i < least->n; i++) {
		int64_t *have = slot(s, least->v[i].name);
		if (have && *have < least->v[i].milli)
			*have = least->v[i].milli;
	}
}

/* Init containers run one after another, beside the sidecars that were started before them. */
static void add_init(struct sums *total, const json_t *list)
{
	struct sums sidecars = sums_new(total->arena), peak = sums_new(total->arena);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *c = json_array_get(list, i);
		struct sums now = sums_new(total->arena);
		if (str_eq(js_str(c, "restartPolicy"), "Always")) {
			add_container(&sidecars, c);
			continue;
		}
		add_container(&now, c);
		add_all(&now, &(struct reslist){sidecars.v, sidecars.n});
		raise_to(&peak, &now);
	}
	add_all(total, &(struct reslist){sidecars.v, sidecars.n});
	raise_to(total, &peak);
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

struct reslist decode_requests(struct arena *a, const json_t *pod_spec)
{
	struct sums total = sums_new(a);
	const json_t *list = json_object_get(pod_spec, "containers");
	for (size_t i = 0; i < json_array_size(list); i++)
		add_container(&total, json_array_get(list, i));
	add_init(&total, json_object_get(pod_spec, "initContainers"));
	/* Requests of the whole pod replace the sums. */
	struct reslist whole = js_resources(a, js_path(pod_spec, "resources", "requests"));
	for (uint32_t i = 0; i < whole.n; i++) {
		int64_t *have = slot(&total, whole.v[i].name);
		if (have)
			*have = whole.v[i].milli;
	}
	struct reslist overhead = js_resources(a, json_object_get(pod_spec, "overhead"));
	add_all(&total, &overhead);
	return without_unused(&total);
}
