/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/world/ask.h"

#include <string.h>

#include "test/sim/world/answer.h"
#include "test/sim/world/list.h"
#include "test/sim/world/verbs.h"

static void get(struct server *s, const struct api_request *req, struct answer *ret)
{
	struct version *v = store_find(&s->store, req->kind, req->ns, req->name);
	if (strchr(req->name, '/')) /* no path has such a name; the client says so (kube.c) */
		answer_refuse(ret, RC_INVALID, 400, "BadRequest",
			      "the request lacks a name or is too long");
	else if ((s->reads_fail && req->kind >= API_RUNTIME_CLASS && req->kind <= API_CSI_DRIVER) ||
		 (s->drivers_fail && req->kind == API_CSI_DRIVER))
		answer_refuse(ret, RC_SERVER, 500, "InternalError",
			      "etcdserver: request timed out");
	else if (v)
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
	case API_LIST: list_answer(s, req, ret); break;
	case API_GET: get(s, req, ret); break;
	case API_CREATE: verb_create(s, who, req, ret); break;
	case API_PATCH: verb_patch(s, req, ret); break;
	case API_PATCH_STATUS: verb_patch_status(s, req, ret); break;
	case API_APPLY: verb_apply(s, req, arena, ret); break;
	case API_DELETE: verb_delete(s, who, req, ret); break;
	case API_WATCH: must(!"a watch is the connection's");
	}
}
