/* SPDX-License-Identifier: Apache-2.0 */
/* Defaults are left out rather than filled in, so that a row of the table which is new changes
 * nothing for pods that do not name its field. Recursion goes as deep as the table, not as the pod.
 */
#include "kube/pod_form.h"

#include <string.h>

#include "model/quantity.h"

enum shape {
	SHAPE_NONE,
	SHAPE_POD,
	SHAPE_META,
	SHAPE_SPEC,
	SHAPE_CONTAINER,
	SHAPE_ENV,
	SHAPE_VALUE_FROM,
	SHAPE_FIELD_REF,
	SHAPE_RESOURCE_REF,
	SHAPE_ENV_FROM,
	SHAPE_NAMED,
	SHAPE_PORT,
	SHAPE_RESOURCES,
	SHAPE_MOUNT,
	SHAPE_PROBE,
	SHAPE_LIFECYCLE,
	SHAPE_HOOK,
	SHAPE_EXEC,
	SHAPE_HTTP,
	SHAPE_TCP,
	SHAPE_GRPC,
	SHAPE_SECURITY,
	SHAPE_CAPABILITIES,
	SHAPE_POD_SECURITY,
	SHAPE_DNS,
	SHAPE_HOST_ALIAS,
	SHAPE_VOLUME,
	SHAPE_EMPTY_DIR,
	SHAPE_HOST_PATH,
	SHAPE_SECRET,
	SHAPE_CONFIG_MAP,
	SHAPE_DOWNWARD,
	SHAPE_DOWNWARD_FILE,
	SHAPE_PROJECTED,
	SHAPE_SOURCE,
	SHAPE_SOURCE_ITEMS,
	SHAPE_SOURCE_DOWNWARD,
	SHAPE_TOKEN,
	SHAPE_CLAIM,
	SHAPE_NFS,
	SHAPE_CSI,
	SHAPE_IMAGE,
	SHAPE_ISCSI,
};

enum kind {
	KIND_LEAF,
	KIND_OBJECT,
	KIND_OBJECT_OR,
	KIND_OBJECTS,
	KIND_ONE,
	KIND_ONE_OR,
	KIND_MANY
};

static const struct field {
	enum shape object;
	const char *key;
	enum kind kind;
	enum shape of;
	const char *none[2]; /* the values of a leaf that are the same as no value */
} fields[] = {
#define LEAF(object, field, a, b) {SHAPE_##object, #field, KIND_LEAF, SHAPE_NONE, {a, b}},
#define PART(object, field, kind, of) {SHAPE_##object, #field, KIND_##kind, SHAPE_##of, {"", ""}},
#define AMOUNT(object, field, kind) {SHAPE_##object, #field, KIND_##kind, SHAPE_NONE, {"", ""}},
#include "kube/pod_fields.def"
#undef LEAF
#undef PART
#undef AMOUNT
};

static void walk(json_t *o, enum shape shape, bool strip);

/* ---- values ---- */

static bool is_empty(const json_t *v)
{
	return (json_is_object(v) && !json_object_size(v)) ||
	       (json_is_array(v) && !json_array_size(v));
}

/* v is the JSON text, which is a scalar, {} or []. */
static bool is(const json_t *v, const char *text)
{
	AUTO(buf_done) struct buf b = BUF_INIT(64);
	if ((json_is_object(v) || json_is_array(v)) && !is_empty(v))
		return false;
	if (json_string_length(v) > 32)
		return false;
	js_dump(v, &b);
	return str_eq(buf_str(&b), text);
}

/* Another way to write the amount, or NULL. What int64 thousandths cannot hold stays as it is: two
 * such amounts are alike only if their texts are. */
static json_t *amount_of(const json_t *v, bool strip)
{
	AUTO(buf_done) struct buf text = BUF_INIT(64), form = BUF_INIT(64);
	int64_t milli;
	if (json_is_string(v) && strip && json_string_length(v) < 64)
		buf_puts(&text, json_string_value(v));
	else if (json_is_real(v) || (json_is_integer(v) && strip))
		js_number(v, &text);
	if (!text.len)
		return NULL;
	if (!strip || quantity_parse(buf_str(&text), &milli) != RC_OK || milli == INT64_MAX)
		return json_is_real(v) ? json_string(buf_str(&text)) : NULL;
	quantity_format(&form, milli);
	return json_string(buf_str(&form));
}

static void set_amount(json_t *o, const char *key, const json_t *v, bool strip)
{
	json_t *other = amount_of(v, strip);
	if (other)
		json_object_set_new(o, key, other);
}

static void set_amounts(json_t *map, bool strip)
{
	if (!json_is_object(map))
		return;
	for (void *i = json_object_iter(map); i; i = json_object_iter_next(map, i)) {
		json_t *other = amount_of(json_object_iter_value(i), strip);
		if (other)
			json_object_iter_set_new(map, i, other);
	}
}

static void drop_nulls(json_t *o)
{
	const char *key;
	json_t *v;
	void *next;
	json_object_foreach_safe(o, next, key, v)
	{
		if (json_is_null(v))
			json_object_del(o, key);
	}
}

static void drop_if_empty(json_t *o, const char *key)
{
	if (is_empty(json_object_get(o, key)))
		json_object_del(o, key);
}

/* ---- defaults that depend on other fields ---- */

/* Always for the tag latest, and without tag and digest; else IfNotPresent. */
static const char *default_policy(const char *image)
{
	const char *slash = strrchr(image, '/'), *name = slash ? slash + 1 : image;
	size_t end = strcspn(name, "@"), tag = strcspn(name, ":@");
	bool latest = name[tag] == ':' ? end - tag == 7 && !strncmp(name + tag, ":latest", 7)
				       : !name[tag];
	return latest ? "Always" : "IfNotPresent";
}

/* Which policy Muster's default image has is not known here. */
static void strip_policy(json_t *o, const char *image, const char *policy)
{
	const char *name = js_str(o, image);
	if (name && str_eq(js_str(o, policy), default_policy(name)))
		json_object_del(o, policy);
}

/* A limit without a request is its own request. */
static void strip_requests(json_t *container)
{
	json_t *resources = json_object_get(container, "resources"), *v;
	json_t *requests = json_object_get(resources, "requests");
	const char *key;
	void *next;
	json_object_foreach_safe(requests, next, key, v)
	{
		if (json_equal(v, json_object_get(json_object_get(resources, "limits"), key)))
			json_object_del(requests, key);
	}
	drop_if_empty(resources, "requests");
	drop_if_empty(container, "resources");
}

/* Kubernetes 1.33 fills in NotRequired for each resource. */
static void strip_resize_policy(json_t *container)
{
	json_t *l = json_object_get(container, "resizePolicy");
	for (size_t i = json_array_size(l); i-- > 0;) {
		if (str_eq(js_str(json_array_get(l, i), "restartPolicy"), "NotRequired"))
			json_array_remove(l, i);
	}
	drop_if_empty(container, "resizePolicy");
}

/* A volume of no kind is an emptyDir. */
static void strip_empty_dir(json_t *volume)
{
	if (json_object_size(volume) == 2 && json_object_get(volume, "name"))
		drop_if_empty(volume, "emptyDir");
}

/* serviceAccount is an old name of serviceAccountName. */
static void strip_account(json_t *spec)
{
	json_t *old = json_object_get(spec, "serviceAccount");
	if (!json_is_string(old))
		return;
	if (!json_object_get(spec, "serviceAccountName") && json_string_length(old))
		json_object_set(spec, "serviceAccountName", old);
	json_object_del(spec, "serviceAccount");
}

static void strip_host_ports(const json_t *containers)
{
	for (size_t i = 0; i < json_array_size(containers); i++) {
		json_t *l = json_object_get(json_array_get(containers, i), "ports");
		for (size_t k = 0; k < json_array_size(l); k++) {
			json_t *p = json_array_get(l, k);
			if (json_equal(json_object_get(p, "hostPort"),
				       json_object_get(p, "containerPort")))
				json_object_del(p, "hostPort");
		}
	}
}

static void strip_spec(json_t *spec)
{
	strip_account(spec);
	if (!js_bool(spec, "hostNetwork"))
		return;
	strip_host_ports(json_object_get(spec, "containers"));
	strip_host_ports(json_object_get(spec, "initContainers"));
}

static void strip_whole(json_t *o, enum shape shape)
{
	if (shape == SHAPE_CONTAINER) {
		strip_policy(o, "image", "imagePullPolicy");
		strip_requests(o);
		strip_resize_policy(o);
	} else if (shape == SHAPE_IMAGE) {
		strip_policy(o, "reference", "pullPolicy");
	} else if (shape == SHAPE_VOLUME) {
		strip_empty_dir(o);
	} else if (shape == SHAPE_SPEC) {
		strip_spec(o);
	}
}

/* ---- fields ---- */

static void visit_list(json_t *l, enum shape of, bool strip)
{
	for (size_t i = 0; i < json_array_size(l); i++)
		walk(json_array_get(l, i), of, strip);
}

static void visit(json_t *o, const struct field *f, json_t *v, bool strip)
{
	bool none = false;
	switch (f->kind) {
	case KIND_LEAF: none = strip && (is(v, f->none[0]) || is(v, f->none[1])); break;
	case KIND_OBJECT: walk(v, f->of, strip); break;
	case KIND_OBJECT_OR:
		walk(v, f->of, strip);
		none = json_is_object(v) && is_empty(v);
		break;
	case KIND_OBJECTS:
		visit_list(v, f->of, strip);
		none = json_is_array(v) && is_empty(v);
		break;
	case KIND_ONE: set_amount(o, f->key, v, strip); break;
	case KIND_ONE_OR:
		set_amount(o, f->key, v, strip);
		none = is(json_object_get(o, f->key), "\"0\"");
		break;
	case KIND_MANY:
		set_amounts(v, strip);
		none = json_is_object(v) && is_empty(v);
		break;
	}
	if (strip && none)
		json_object_del(o, f->key);
}

static void walk(json_t *o, enum shape shape, bool strip)
{
	if (!json_is_object(o))
		return;
	drop_nulls(o);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		json_t *v = fields[i].object == shape ? json_object_get(o, fields[i].key) : NULL;
		if (v)
			visit(o, &fields[i], v, strip);
	}
	if (strip)
		strip_whole(o, shape);
}

void pod_clean(json_t *pod)
{
	walk(pod, SHAPE_POD, false);
}

json_t *pod_form(const json_t *pod)
{
	json_t *form = json_deep_copy(pod);
	must(form);
	walk(form, SHAPE_POD, true);
	return form;
}
