/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/world/pod_seal.h"

#include "base/clocktext.h"
#include "kube/decode_pod.h"
#include "kube/js.h"

void pod_unseal(struct version *c, const struct version *v)
{
	c->json = json_pack("{s:o?, s:o*, s:o?}", "metadata",
			    json_copy(json_object_get(v->json, "metadata")), "spec",
			    json_incref(json_object_get(v->json, "spec")), "status",
			    json_deep_copy(json_object_get(v->json, "status")));
	must(c->json);
	decode_pod(&c->arena, c->json, &c->pod_decoded);
	c->labels_were = c->meta.labels.v;
	c->unsealed = true;
	c->grace_s = v->grace_s;
	c->began_ms = v->began_ms;
	c->ended_ms = v->ended_ms;
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

static void put_meta(json_t *o, const struct version *v)
{
	const struct meta *m = &v->meta;
	put_text(o, "namespace", m->ns);
	put_text(o, "name", m->name);
	put_text(o, "uid", m->uid);
	put_text(o, "resourceVersion", m->rv);
	put_time(o, "creationTimestamp", m->created_ms);
	put_time(o, "deletionTimestamp", m->deleted_ms);
	if (m->deleted_ms)
		json_object_set_new(o, "deletionGracePeriodSeconds", json_integer(v->grace_s));
	if (v->labels_were != m->labels.v)
		put_labels(o, &m->labels);
	if (!m->owner_uid)
		json_object_del(o, "ownerReferences");
}

void pod_seal(struct version *v)
{
	must(v->unsealed);
	put_meta(json_object_get(v->json, "metadata"), v);
	decode_pod(&v->arena, v->json, &v->pod_decoded);
	must(!v->arena.toobig);
	v->unsealed = false;
}

void pod_done(struct version *v)
{
	json_decref(v->json);
}
