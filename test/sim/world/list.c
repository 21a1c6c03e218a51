/* SPDX-License-Identifier: Apache-2.0 */
/* A list is answered from a snapshot, page by page; the continue token says which and from where.
 */
#include "test/sim/world/list.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/selector.h"

/* "key=value" of a field selector, or a label key that must be there. */
bool selector_matches(const struct api_request *req, const struct version *v)
{
	static const char by_node[] = "spec.nodeName=", by_name[] = "metadata.name=";
	static const char nominated[] = "status.nominatedNodeName!=,spec.nodeName=";
	const char *f = req->field_selector;
	if (req->ns && !str_eq(req->ns, v->meta.ns))
		return false;
	if (f && str_eq(f, nominated) &&
	    !(v->kind == API_POD && !*str_or_empty(v->pod.node) && *str_or_empty(v->pod.nominated)))
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

void list_answer(struct server *s, const struct api_request *req, struct answer *ret)
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
	answer_text(ret->cont, sizeof ret->cont, buf_str(&cont));
}
