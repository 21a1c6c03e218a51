/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/world/verbs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/selector.h"

void answer_done(struct answer *a)
{
	for (uint32_t i = 0; i < a->n; i++)
		version_unref(a->v[i]);
	free(a->v);
	*a = (struct answer){0};
}

static void answer_add(struct answer *a, struct version *v)
{
	VEC_GROW(a->v, a->n, a->cap);
	version_ref(v);
	a->v[a->n++] = v;
}

static void answer_put(char *ret, size_t size, const char *text)
{
	size_t len = strlen(text);
	len = len < size ? len : size - 1;
	memcpy(ret, text, len);
	ret[len] = 0;
}

void answer_refuse(struct answer *a, enum rc rc, int http, const char *reason, const char *message)
{
	a->rc = rc;
	a->http = http;
	a->reason = reason;
	answer_put(a->message, sizeof a->message, message);
}

void answer_not_found(struct answer *a)
{
	answer_refuse(a, RC_NOTFOUND, 404, "NotFound", "not found");
}

void answer_conflict(struct answer *a)
{
	answer_refuse(a, RC_CONFLICT, 409, "Conflict", "the object has been modified");
}

void answer_ok(struct answer *a, int http, struct version *v)
{
	a->rc = RC_OK;
	a->http = http;
	a->reason = "";
	a->rv = v->rv;
	answer_add(a, v);
}

int64_t server_wall(const struct server *s)
{
	return s->wall_ms + s->clock->now_ms;
}

static void on_store_change(void *self, const struct change *ch)
{
	struct server *s = self;
	if (s->on_change)
		s->on_change(s->self, ch);
}

void server_init(struct server *s, struct clock *clock, int64_t wall_ms)
{
	*s = (struct server){.clock = clock,
			     .wall_ms = wall_ms,
			     .names = ARENA_INIT(16 << 20),
			     .quota_ended_ms = INT64_MIN / 2};
	s->store.self = s;
	s->store.on_change = on_store_change;
	s->store.rv = 100;
	for (int k = 0; k < API_KIND_N; k++) /* what was before is not known any more */
		s->store.shelf[k].compacted_rv = 100;
}

void server_count(struct server *s, enum fact fact)
{
	s->counts.fact[fact]++;
}

static void snapshot_drop(struct snapshot *snap)
{
	for (uint32_t i = 0; i < snap->n; i++)
		version_unref(snap->v[i]);
	free(snap->v);
	*snap = (struct snapshot){0};
}

void server_done(struct server *s)
{
	for (size_t i = 0; i < SNAPSHOTS_MAX; i++)
		snapshot_drop(&s->snap[i]);
	store_done(&s->store);
	arena_done(&s->names);
}

struct version *server_put(struct server *s, struct version *own_v)
{
	return store_put(&s->store, own_v, server_wall(s));
}

/* ---- lists ---- */

/* "key=value" of a field selector, or a label key that must be there. */
bool selector_matches(const struct api_request *req, const struct version *v)
{
	static const char by_node[] = "spec.nodeName=", by_name[] = "metadata.name=";
	const char *f = req->field_selector;
	if (req->ns && !str_eq(req->ns, v->meta.ns))
		return false;
	if (f && !strncmp(f, by_node, sizeof by_node - 1) &&
	    !(v->kind == API_POD && str_eq(v->pod.node, f + sizeof by_node - 1)))
		return false;
	if (f && !strncmp(f, by_name, sizeof by_name - 1) &&
	    !str_eq(v->meta.name, f + sizeof by_name - 1))
		return false;
	return !req->label_selector || kvs_get(&v->meta.labels, req->label_selector);
}

static struct snapshot *snapshot_take(struct server *s, const struct api_request *req)
{
	const struct shelf *sh = &s->store.shelf[req->kind];
	struct snapshot *snap = &s->snap[s->snapshots % SNAPSHOTS_MAX];
	snapshot_drop(snap);
	*snap = (struct snapshot){.id = ++s->snapshots,
				  .rv = s->store.rv,
				  .v = mem_zalloc(sh->n + 1, sizeof(struct version *))};
	for (uint32_t i = 0; i < sh->n; i++) {
		if (!selector_matches(req, sh->v[i]))
			continue;
		version_ref(sh->v[i]);
		snap->v[snap->n++] = sh->v[i];
	}
	return snap;
}

static struct snapshot *snapshot_find(struct server *s, const char *cont, uint32_t *ret_from)
{
	char *end;
	uint64_t id = strtoull(cont, &end, 10);
	*ret_from = *end == ':' ? (uint32_t)strtoul(end + 1, NULL, 10) : 0;
	for (size_t i = 0; i < SNAPSHOTS_MAX; i++) {
		if (s->snap[i].id == id && id)
			return &s->snap[i];
	}
	return NULL;
}

static void list(struct server *s, const struct api_request *req, struct answer *ret)
{
	uint32_t from = 0;
	bool more = *str_or_empty(req->cont);
	struct snapshot *snap = more ? snapshot_find(s, req->cont, &from) : snapshot_take(s, req);
	/* A compaction ends what was begun before it (410 Expired). */
	if (!snap || (more && snap->rv < s->store.shelf[req->kind].compacted_rv)) {
		answer_refuse(ret, RC_GONE, 410, "Expired", "the continue token is too old");
		return;
	}
	uint32_t page = s->page_max && s->page_max < req->limit ? s->page_max : req->limit;
	uint32_t to = page && snap->n - from > page ? from + page : snap->n;
	for (uint32_t i = from; i < to; i++)
		answer_add(ret, snap->v[i]);
	ret->rv = snap->rv;
	ret->http = 200;
	ret->reason = "";
	if (to == snap->n)
		return;
	server_count(s, FACT_LIST_PAGED);
	AUTO(buf_done) struct buf cont = BUF_INIT(60);
	buf_printf(&cont, "%" PRIu64 ":%u", snap->id, to);
	answer_put(ret->cont, sizeof ret->cont, buf_str(&cont));
}

static void get(struct server *s, const struct api_request *req, struct answer *ret)
{
	struct version *v = store_find(&s->store, req->kind, req->ns, req->name);
	if (v)
		answer_ok(ret, 200, v);
	else
		answer_not_found(ret);
}

void server_ask(struct server *s, const char *who, const struct api_request *req,
		struct arena *arena, struct answer *ret)
{
	if (s->on_request)
		s->on_request(s->self, who, req);
	switch (req->verb) {
	case API_LIST: list(s, req, ret); break;
	case API_GET: get(s, req, ret); break;
	case API_CREATE: verb_create(s, who, req, ret); break;
	case API_PATCH: verb_patch(s, req, ret); break;
	case API_PATCH_STATUS: verb_patch_status(s, req, ret); break;
	case API_APPLY: verb_apply(s, req, arena, ret); break;
	case API_DELETE: verb_delete(s, who, req, ret); break;
	case API_WATCH: must(!"a watch is the connection's");
	}
}
