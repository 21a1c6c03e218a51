/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/world/pod_seal.h"

#include "base/clocktext.h"
#include "kube/decode_pod.h"
#include "kube/js.h"

static void opened(struct pod_tree *t, struct arena *a, struct pod *ret)
{
	decode_pod(a, t->root, ret);
	t->labels_were = ret->meta.labels.v;
	t->unsealed = true;
}

void pod_tree_init(struct pod_tree *t, json_t *own_root, struct arena *a, struct pod *ret)
{
	/* As the API server stores it first. */
	json_object_set_new(own_root, "status", json_pack("{s:s}", "phase", "Pending"));
	t->root = own_root;
	opened(t, a, ret);
}

void pod_tree_clone(struct pod_tree *c, const struct pod_tree *t, struct arena *a, struct pod *ret)
{
	c->root = json_pack("{s:o, s:O, s:o}", "metadata",
			    json_copy(json_object_get(t->root, "metadata")), "spec",
			    json_object_get(t->root, "spec"), "status",
			    json_deep_copy(json_object_get(t->root, "status")));
	must(c->root);
	opened(c, a, ret);
}

static void put_text(json_t *o, const char *key, const char *s)
{
	if (s)
		json_object_set_new(o, key, json_string(s));
	else
		json_object_del(o, key);
}

static void put_time(json_t *o, const char *key, int64_t wall_ms)
{
	char s[CLOCKTEXT_BYTES];
	clocktext_seconds(wall_ms, s);
	put_text(o, key, wall_ms ? s : NULL);
}

static void put_labels(json_t *o, const struct kvs *l)
{
	json_t *labels = json_object();
	for (uint32_t i = 0; i < l->n; i++)
		json_object_set_new(labels, l->v[i].key, json_string(l->v[i].val));
	json_object_set_new(o, "labels", labels);
}

static void put_meta(json_t *o, const struct meta *m, int64_t grace_s)
{
	put_text(o, "namespace", m->ns);
	put_text(o, "name", m->name);
	put_text(o, "uid", m->uid);
	put_text(o, "resourceVersion", m->rv);
	put_time(o, "creationTimestamp", m->created_ms);
	put_time(o, "deletionTimestamp", m->deleted_ms);
	if (m->deleted_ms)
		json_object_set_new(o, "deletionGracePeriodSeconds", json_integer(grace_s));
	if (!m->owner_uid)
		json_object_del(o, "ownerReferences");
}

void pod_tree_seal(struct pod_tree *t, int64_t grace_s, struct arena *a, struct pod *pod)
{
	json_t *meta = json_object_get(t->root, "metadata");
	must(t->unsealed);
	put_meta(meta, &pod->meta, grace_s);
	if (t->labels_were != pod->meta.labels.v)
		put_labels(meta, &pod->meta.labels);
	decode_pod(a, t->root, pod);
	must(!a->toobig);
	t->unsealed = false;
}

void pod_tree_done(struct pod_tree *t)
{
	json_decref(t->root);
}
