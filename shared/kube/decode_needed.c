/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/decode_needed.h"

#include <string.h>

#include "kube/decode_job.h"
#include "kube/decode_meta.h"
#include "model/quantity.h"

enum { ZONE_KEYS = 4 };

static const char nobody[] = "muster.dev/no-node-has-this-label";

/* The labels of zones and regions: first those that Kubernetes used before 1.17, then in the same
 * order those of today. */
static const char *const zone_keys[ZONE_KEYS] = {
	"failure-domain.beta.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/region",
	"topology.kubernetes.io/zone", "topology.kubernetes.io/region"};

static struct sel_terms none_match(struct arena *a)
{
	struct sel_expr *x = arena_alloc(a, sizeof *x);
	struct sel_term *t = arena_alloc(a, sizeof *t);
	if (!x || !t)
		return (struct sel_terms){0};
	*x = (struct sel_expr){.key = nobody, .op = SEL_EXISTS};
	*t = (struct sel_term){x, 1};
	return (struct sel_terms){t, 1};
}

/* A node selector of core/v1. matchFields are not read: a term that has some matches nothing, as
 * with the scheduler, which compares a volume's with labels alone. */
static struct sel_terms node_selector(struct arena *a, const json_t *terms)
{
	size_t n = json_array_size(terms);
	struct sel_term *v = arena_alloc(a, (n + 1) * sizeof *v);
	struct sel_terms ret = {v, 0};
	if (!n || !v)
		return (struct sel_terms){0};
	for (size_t i = 0; i < n && ret.n < TERMS_MAX; i++) {
		const json_t *t = json_array_get(terms, i);
		struct sel_term term = decode_term(a, t);
		if (term.n && term.n <= EXPRS_MAX &&
		    !json_array_size(json_object_get(t, "matchFields")))
			v[ret.n++] = term;
	}
	return ret.n ? ret : none_match(a);
}

/* A set of labels: all of them are to be there. */
static struct sel_terms all_labels(struct arena *a, const struct kvs *labels)
{
	struct sel_expr *x = arena_alloc(a, (labels->n + 1) * sizeof *x);
	struct sel_term *t = arena_alloc(a, sizeof *t);
	if (!labels->n || !x || !t)
		return (struct sel_terms){0};
	if (labels->n > EXPRS_MAX)
		return none_match(a);
	for (uint32_t i = 0; i < labels->n; i++)
		x[i] = (struct sel_expr){labels->v[i].key, SEL_IN, {&labels->v[i].val, 1}};
	*t = (struct sel_term){x, labels->n};
	return (struct sel_terms){t, 1};
}

/* "a__b" of a volume that several zones can reach. */
static struct strs zones_of(struct arena *a, const char *s)
{
	const char **v = arena_alloc(a, EXPR_VALUES_MAX * sizeof *v);
	struct strs ret = {v, 0};
	while (v && ret.n < EXPR_VALUES_MAX) {
		const char *end = strstr(s, "__");
		v[ret.n++] = end ? arena_strndup(a, s, (size_t)(end - s)) : arena_strdup(a, s);
		if (!end)
			break;
		s = end + 2;
	}
	return ret;
}

/* The rule of VolumeZone: a node that has labels of zones at all has those of the volume, by the
 * old name or by the one of today. */
static struct sel_terms zones(struct arena *a, const struct kvs *labels)
{
	struct sel_expr *x = arena_alloc(a, 3 * ZONE_KEYS * sizeof *x);
	struct sel_term *t = arena_alloc(a, 3 * sizeof *t);
	struct sel_expr *old = x, *young = x + ZONE_KEYS, *none = x + 2 * ZONE_KEYS;
	uint32_t n = 0;
	for (uint32_t k = 0; x && t && k < ZONE_KEYS; k++) {
		none[k] = (struct sel_expr){.key = zone_keys[k], .op = SEL_DOES_NOT_EXIST};
		for (uint32_t i = 0; i < labels->n; i++) {
			if (!str_eq(labels->v[i].key, zone_keys[k]))
				continue;
			struct strs values = zones_of(a, labels->v[i].val);
			old[n] = (struct sel_expr){zone_keys[k], SEL_IN, values};
			young[n++] =
				(struct sel_expr){zone_keys[k < 2 ? k + 2 : k], SEL_IN, values};
		}
	}
	if (!n)
		return (struct sel_terms){0};
	t[0] = (struct sel_term){old, n};
	t[1] = (struct sel_term){young, n};
	t[2] = (struct sel_term){none, ZONE_KEYS};
	return (struct sel_terms){t, 3};
}

/* allowedTopologies: terms of expressions key/values, which are In. */
static struct sel_terms topologies(struct arena *a, const json_t *l)
{
	size_t n = json_array_size(l);
	struct sel_term *v = arena_alloc(a, (n + 1) * sizeof *v);
	struct sel_terms ret = {v, 0};
	for (size_t i = 0; v && i < n && ret.n < TERMS_MAX; i++) {
		const json_t *exprs =
			json_object_get(json_array_get(l, i), "matchLabelExpressions");
		size_t k = json_array_size(exprs);
		struct sel_expr *x = arena_alloc(a, (k + 1) * sizeof *x);
		if (!k || k > EXPRS_MAX || !x)
			continue;
		for (size_t e = 0; e < k; e++) {
			const json_t *o = json_array_get(exprs, e);
			x[e] = (struct sel_expr){str_or_empty(js_str(o, "key")), SEL_IN,
						 js_strs(a, json_object_get(o, "values"))};
		}
		v[ret.n++] = (struct sel_term){x, (uint32_t)k};
	}
	return n && !ret.n ? none_match(a) : ret;
}

static uint32_t modes_of(const json_t *l)
{
	static const char *const names[] = {"ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany",
					    "ReadWriteOncePod"};
	uint32_t modes = 0;
	for (size_t i = 0; i < json_array_size(l); i++) {
		for (uint32_t k = 0; k < ARRAY_LEN(names); k++) {
			if (str_eq(json_string_value(json_array_get(l, i)), names[k]))
				modes |= 1U << k;
		}
	}
	return modes;
}

static int64_t storage(struct arena *a, const json_t *resources)
{
	struct reslist l = js_resources(a, resources);
	for (uint32_t i = 0; i < l.n; i++) {
		if (str_eq(l.v[i].name, "storage"))
			return l.v[i].milli;
	}
	return 0;
}

/* A claim is bound when it names a volume and the volume's controller has said so (the annotation
 * bind-completed, as the scheduler asks). */
static void claim(struct arena *a, const json_t *o, struct needed *ret)
{
	const json_t *spec = json_object_get(o, "spec");
	const json_t *notes = js_path(o, "metadata", "annotations");
	const char *old_class = js_str(notes, "volume.beta.kubernetes.io/storage-class");
	const char *phase = js_str(json_object_get(o, "status"), "phase");
	ret->volume = str_or_empty(js_str(spec, "volumeName"));
	ret->bound = *ret->volume && js_str(notes, "pv.kubernetes.io/bind-completed");
	ret->lost = str_eq(phase, "Lost");
	ret->storage_class = old_class ? old_class : str_or_empty(js_str(spec, "storageClassName"));
	ret->modes = modes_of(json_object_get(spec, "accessModes"));
	ret->selects = json_object_size(json_object_get(spec, "selector")) > 0;
	ret->bytes = storage(a, js_path(spec, "resources", "requests"));
	ret->block = str_eq(js_str(spec, "volumeMode"), "Block");
	ret->selected_node = str_or_empty(js_str(notes, "volume.kubernetes.io/selected-node"));
}

static void volume(struct arena *a, const json_t *o, struct needed *ret)
{
	const json_t *spec = json_object_get(o, "spec");
	const json_t *required = js_path(spec, "nodeAffinity", "required");
	const char *phase = js_str(json_object_get(o, "status"), "phase");
	ret->where[0] = node_selector(a, json_object_get(required, "nodeSelectorTerms"));
	ret->where[1] = zones(a, &ret->meta.labels);
	ret->modes = modes_of(json_object_get(spec, "accessModes"));
	ret->storage_class = str_or_empty(js_str(spec, "storageClassName"));
	ret->bytes = storage(a, json_object_get(spec, "capacity"));
	ret->block = str_eq(js_str(spec, "volumeMode"), "Block");
	const json_t *csi = json_object_get(spec, "csi");
	ret->driver = str_or_empty(js_str(csi, "driver"));
	ret->handle = str_or_empty(js_str(csi, "volumeHandle"));
	const json_t *ref = json_object_get(spec, "claimRef");
	bool over = ret->meta.deleted_ms || str_eq(phase, "Released") || str_eq(phase, "Failed");
	ret->taken = ref || over || !(str_eq(phase, "Available") || str_eq(phase, "Pending"));
	if (!ref || over)
		return;
	ret->for_ns = str_or_empty(js_str(ref, "namespace"));
	ret->for_claim = str_or_empty(js_str(ref, "name"));
	ret->for_uid = str_or_empty(js_str(ref, "uid"));
}

static void runtime_class(struct arena *a, const json_t *o, struct needed *ret)
{
	const json_t *scheduling = json_object_get(o, "scheduling");
	struct kvs labels = js_kvs(a, json_object_get(scheduling, "nodeSelector"));
	ret->where[0] = all_labels(a, &labels);
	ret->tolerations = decode_tolerations(a, json_object_get(scheduling, "tolerations"),
					      &ret->ntolerations);
}

/* A driver that tells no count has no limit (getVolumeLimits of kube-scheduler). */
static void csi_node(struct arena *a, const json_t *o, struct needed *ret)
{
	const json_t *l = js_path(o, "spec", "drivers");
	size_t n = json_array_size(l);
	struct volume_limit *v =
		arena_alloc(a, (n < NODE_DRIVERS_MAX ? n : NODE_DRIVERS_MAX) * sizeof *v);
	for (size_t i = 0; v && i < n && ret->nlimits < NODE_DRIVERS_MAX; i++) {
		const json_t *driver = json_array_get(l, i);
		int64_t most = js_int(json_object_get(driver, "allocatable"), "count", -1);
		if (most >= 0 && most <= INT32_MAX)
			v[ret->nlimits++] = (struct volume_limit){
				str_or_empty(js_str(driver, "name")), (uint32_t)most};
	}
	ret->limits = v;
}

/* metav1.LabelSelector: all of its labels and expressions hold; an empty one holds everywhere, none
 * at all nowhere (LabelSelectorAsSelector). */
static struct sel_terms label_selector(struct arena *a, const json_t *o)
{
	struct kvs labels = js_kvs(a, json_object_get(o, "matchLabels"));
	struct sel_term exprs = decode_term(a, o); /* the same form */
	uint32_t n = labels.n + exprs.n;
	struct sel_expr *x = arena_alloc(a, (n + 1) * sizeof *x);
	struct sel_term *t = arena_alloc(a, sizeof *t);
	if (!json_is_object(o) || n > EXPRS_MAX || !x || !t)
		return none_match(a);
	if (!n)
		return (struct sel_terms){0};
	for (uint32_t i = 0; i < labels.n; i++)
		x[i] = (struct sel_expr){labels.v[i].key, SEL_IN, {&labels.v[i].val, 1}};
	for (uint32_t i = 0; i < exprs.n; i++)
		x[labels.n + i] = exprs.v[i];
	*t = (struct sel_term){x, n};
	return (struct sel_terms){t, 1};
}

/* The rule of kube-scheduler (capacitySufficient): the largest volume, where it is told, else what
 * is free; where neither is, nothing can be made. */
static void capacity(struct arena *a, const json_t *o, struct needed *ret)
{
	const char *most = js_str(o, "maximumVolumeSize");
	int64_t bytes = 0;
	ret->storage_class = str_or_empty(js_str(o, "storageClassName"));
	ret->where[0] = label_selector(a, json_object_get(o, "nodeTopology"));
	if (quantity_parse(most ? most : str_or_empty(js_str(o, "capacity")), &bytes) != RC_OK)
		bytes = -1;
	ret->bytes = bytes;
}

void decode_needed(struct arena *a, enum needed_kind kind, const json_t *o, struct needed *ret)
{
	*ret = (struct needed){.volume = "",
			       .storage_class = "",
			       .selected_node = "",
			       .provisioner = "",
			       .for_ns = "",
			       .for_claim = "",
			       .for_uid = "",
			       .driver = "",
			       .handle = ""};
	decode_meta(a, o, &ret->meta);
	switch (kind) {
	case NEEDED_RUNTIME_CLASS: runtime_class(a, o, ret); break;
	case NEEDED_CLAIM: claim(a, o, ret); break;
	case NEEDED_VOLUME: volume(a, o, ret); break;
	case NEEDED_STORAGE_CLASS:
		ret->where[0] = topologies(a, json_object_get(o, "allowedTopologies"));
		ret->waits = str_eq(js_str(o, "volumeBindingMode"), "WaitForFirstConsumer");
		ret->provisioner = str_or_empty(js_str(o, "provisioner"));
		break;
	case NEEDED_CSI_DRIVER:
		ret->attachless = json_is_false(js_path(o, "spec", "attachRequired"));
		ret->tells_room = json_is_true(js_path(o, "spec", "storageCapacity"));
		break;
	case NEEDED_CSI_NODES: csi_node(a, o, ret); break;
	case NEEDED_CAPACITY: capacity(a, o, ret); break;
	case NEEDED_POOL:
	case NEEDED_KIND_N: break;
	}
}
