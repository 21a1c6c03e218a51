/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/world/needed.h"

#include <string.h>

#include "base/mem.h"
#include "model/selector.h"
#include "refmatch.h"
#include "test/sim/world/copy.h"

struct sel_terms needed_on(struct arena *a, const char *key, const char *values)
{
	struct sel_term *t = arena_alloc(a, sizeof *t);
	struct sel_expr *x = arena_alloc(a, sizeof *x);
	const char **v = arena_alloc(a, EXPR_VALUES_MAX * sizeof *v);
	*x = (struct sel_expr){.key = copy_str(a, key), .values.v = v};
	for (const char *p = values; *p; p += strcspn(p, ",") + (p[strcspn(p, ",")] == ','))
		v[x->values.n++] = arena_strndup(a, p, strcspn(p, ","));
	*t = (struct sel_term){x, 1};
	return (struct sel_terms){t, 1};
}

static bool term_holds(const struct sel_term *t, const struct version *node)
{
	for (uint32_t i = 0; i < t->n; i++) {
		if (!ref_expr_holds(&t->v[i], kvs_get(&node->meta.labels, t->v[i].key)))
			return false;
	}
	return true;
}

bool needed_admits(const struct needed *n, const struct version *node)
{
	for (size_t w = 0; w < ARRAY_LEN(n->where); w++) {
		bool any = !n->where[w].n;
		for (uint32_t t = 0; t < n->where[w].n; t++)
			any |= term_holds(&n->where[w].v[t], node);
		if (!any)
			return false;
	}
	return true;
}

const struct version *needed_claim(const struct store *s, const char *claim)
{
	char ns[64] = "";
	size_t n = strcspn(claim, "/");
	must(n < sizeof ns);
	memcpy(ns, claim, n);
	return store_find(s, API_CLAIM, ns, claim + n + 1);
}

const struct needed *needed_volume(const struct store *s, const char *claim)
{
	const struct version *v = needed_claim(s, claim);
	if (!v || !v->needed.bound || v->meta.deleted_ms)
		return NULL;
	const struct version *volume = store_find(s, API_VOLUME, NULL, v->needed.volume);
	return volume ? &volume->needed : NULL;
}

bool needed_attached(const struct store *s, const struct needed *volume)
{
	const char *name = str_or_empty(volume->driver);
	const struct version *driver = *name ? store_find(s, API_CSI_DRIVER, NULL, name) : NULL;
	return *name && !(driver && driver->needed.attachless);
}

bool needed_alone(const struct store *s, const char *claim)
{
	const struct needed *volume = needed_volume(s, claim);
	return volume && needed_attached(s, volume) && volume->modes &&
	       !(volume->modes & (MODE_RWX | MODE_ROX));
}

bool needed_one_by_one(const struct store *s, const struct job_spec *spec)
{
	for (uint32_t i = 0; i < spec->claims.n; i++) {
		if (needed_alone(s, spec->claims.v[i]))
			return true;
	}
	return false;
}

struct job_spec needed_tolerating(struct arena *a, const struct store *s,
				  const struct job_spec *spec)
{
	struct job_spec ret = *spec;
	const char *name = str_or_empty(spec->runtime_class);
	const struct version *class = *name ? store_find(s, API_RUNTIME_CLASS, NULL, name) : NULL;
	if (!class || !class->needed.ntolerations)
		return ret;
	uint32_t n = spec->ntolerations;
	struct toleration *v = arena_alloc(a, (n + class->needed.ntolerations) * sizeof *v);
	for (uint32_t i = 0; i < n; i++)
		v[i] = spec->tolerations[i];
	for (uint32_t i = 0; i < class->needed.ntolerations; i++)
		v[n++] = class->needed.tolerations[i];
	ret.tolerations = v;
	ret.ntolerations = n;
	return ret;
}

bool needed_is_there(const struct store *s, const struct needed *claim, const struct version *node,
		     int64_t wall_ms)
{
	const struct shelf *sh = &s->shelf[API_VOLUME];
	for (uint32_t i = 0; i < sh->n; i++) {
		const struct needed *v = &sh->v[i]->needed;
		if (!v->taken && needed_admits(v, node) && v->bytes >= claim->bytes &&
		    !(claim->modes & ~v->modes) && sh->v[i]->meta.created_ms <= wall_ms &&
		    str_eq(v->storage_class, claim->storage_class))
			return true;
	}
	return false;
}

/* As CSIStorageCapacities tell, if there is a CSIDriver that says so, and a size is asked for. */
static bool has_room(const struct store *s, const char *provisioner, const struct needed *claim,
		     const struct version *node)
{
	const struct version *driver = store_find(s, API_CSI_DRIVER, NULL, provisioner);
	const struct shelf *sh = &s->shelf[API_CSI_CAPACITY];
	if (!driver || !driver->needed.tells_room || !claim->bytes)
		return true;
	for (uint32_t i = 0; i < sh->n; i++) {
		const struct needed *room = &sh->v[i]->needed;
		if (str_eq(room->storage_class, claim->storage_class) &&
		    room->bytes >= claim->bytes && needed_admits(room, node))
			return true;
	}
	return false;
}

bool needed_makes(const struct store *s, const struct needed *claim, const struct version *node)
{
	const struct version *class = store_find(s, API_STORAGE_CLASS, NULL, claim->storage_class);
	return class && class->needed.waits && needed_admits(&class->needed, node) &&
	       !str_eq(class->needed.provisioner, NO_PROVISIONER) &&
	       has_room(s, class->needed.provisioner, claim, node);
}

static bool could_be_met(const struct store *s, const char *claim, const struct version *node)
{
	const struct version *v = needed_claim(s, claim);
	if (!v || v->needed.bound || !*str_or_empty(v->needed.storage_class))
		return false;
	const struct version *class =
		store_find(s, API_STORAGE_CLASS, NULL, v->needed.storage_class);
	return class && class->needed.waits &&
	       (needed_makes(s, &v->needed, node) ||
		needed_is_there(s, &v->needed, node, INT64_MAX));
}

static bool allows(const struct store *s, const struct job_spec *spec, const struct version *node,
		   bool later)
{
	if (*str_or_empty(spec->runtime_class)) {
		const struct version *class =
			store_find(s, API_RUNTIME_CLASS, NULL, spec->runtime_class);
		if (!class || !needed_admits(&class->needed, node))
			return false;
	}
	for (uint32_t i = 0; i < spec->claims.n; i++) {
		const struct needed *volume = needed_volume(s, spec->claims.v[i]);
		if (volume ? !needed_admits(volume, node)
			   : !later || !could_be_met(s, spec->claims.v[i], node))
			return false;
	}
	return true;
}

bool needed_allows(const struct store *s, const struct job_spec *spec, const struct version *node)
{
	return allows(s, spec, node, false);
}

bool needed_could_allow(const struct store *s, const struct job_spec *spec,
			const struct version *node)
{
	return allows(s, spec, node, true);
}
