/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/pod_needs.h"

#include <string.h>

#include "kube/decode_ports.h"

enum { NAME_MAX_BYTES = 253 }; /* of an object: a DNS subdomain */

static bool strs_has(const struct strs *l, const char *s)
{
	for (uint32_t i = 0; i < l->n; i++) {
		if (str_eq(l->v[i], s))
			return true;
	}
	return false;
}

/* The names of the claims, each once. */
static struct strs claims_of(struct arena *a, const json_t *volumes, const char *ns)
{
	const char **v = arena_alloc(a, (CLAIMS_MAX + 1) * sizeof *v);
	struct strs ret = {v, 0};
	for (size_t i = 0; v && i < json_array_size(volumes) && ret.n <= CLAIMS_MAX; i++) {
		const json_t *claim =
			json_object_get(json_array_get(volumes, i), "persistentVolumeClaim");
		const char *name = js_str(claim, "claimName");
		if (!name)
			continue;
		const char *key = arena_printf(a, "%s/%s", str_or_empty(ns), name);
		if (key && !strs_has(&ret, key))
			v[ret.n++] = key;
	}
	return ret;
}

/* Longer than any name of an object: then the API server has none, and a record needs no bound. */
static bool names_too_long(const struct job_spec *spec, const char *ns)
{
	size_t prefix = strlen(str_or_empty(ns)) + 1;
	for (uint32_t i = 0; i < spec->claims.n; i++) {
		if (strlen(spec->claims.v[i]) > prefix + NAME_MAX_BYTES)
			return true;
	}
	return strlen(str_or_empty(spec->runtime_class)) > NAME_MAX_BYTES;
}

void pod_needs(struct arena *a, const json_t *pod_spec, const char *ns, struct job_spec *spec)
{
	spec->ports = decode_ports(a, pod_spec);
	spec->runtime_class = arena_strdup(a, js_str(pod_spec, "runtimeClassName"));
	spec->claims = claims_of(a, json_object_get(pod_spec, "volumes"), ns);
	if (spec->ports.n > POD_PORTS_MAX) {
		spec->ports.n = POD_PORTS_MAX;
		spec->invalid = "the pod asks for more than 256 host ports; ask for fewer";
	}
	if (names_too_long(spec, ns)) {
		spec->claims.n = 0;
		spec->runtime_class = NULL;
		spec->invalid = "runtimeClassName or a claimName has more than 253 characters; "
				"name an object";
	}
	if (spec->claims.n > CLAIMS_MAX) {
		spec->claims.n = CLAIMS_MAX;
		spec->invalid = "the pod has more than 32 PersistentVolumeClaims; use fewer";
	}
}
