/* SPDX-License-Identifier: Apache-2.0 */
#include "test/unit/sync/fake_api.h"

#include <string.h>

#include "base/mem.h"

void fake_copy(char *to, const char *from)
{
	size_t n = strlen(str_or_empty(from));
	must(n < FAKE_TEXT);
	memcpy(to, str_or_empty(from), n + 1);
}

static uint64_t submit(void *self, const struct api_request *req, const struct api_sink *sink)
{
	struct fake_api *f = self;
	must(f->n < FAKE_OPS_MAX);
	struct fake_op *op = &f->ops[f->n++];
	*op = (struct fake_op){.id = f->n,
			       .verb = req->verb,
			       .kind = req->kind,
			       .limit = req->limit,
			       .deadline_ms = req->deadline_ms,
			       .sink = *sink,
			       .live = true};
	fake_copy(op->name, req->name);
	fake_copy(op->ns, req->ns);
	fake_copy(op->rv, req->rv);
	fake_copy(op->cont, req->cont);
	fake_copy(op->field_selector, req->field_selector);
	if (req->kind == API_TOKENREVIEW)
		fake_copy(op->token, req->token);
	if (req->kind == API_POD && req->verb == API_CREATE)
		fake_copy(op->token, req->pod_create->template_text);
	if (req->kind == API_LEASE && req->lease) {
		fake_copy(op->holder, req->lease->holder);
		fake_copy(op->address, req->lease->address);
		op->duration_s = req->lease->duration_s;
		op->acquire_ms = req->lease->acquire_ms;
		op->renew_ms = req->lease->renew_ms;
		op->transitions = req->lease->transitions;
	}
	return op->id;
}

static void cancel(void *self, uint64_t id)
{
	struct fake_api *f = self;
	must(id > 0 && id <= f->n && f->ops[id - 1].live);
	f->ops[id - 1].live = false;
	f->ops[id - 1].canceled = true;
}

struct api fake_api(struct fake_api *f)
{
	return (struct api){f, submit, cancel};
}

struct fake_op *fake_last(struct fake_api *f)
{
	must(f->n > 0);
	return &f->ops[f->n - 1];
}

struct fake_op *fake_at(struct fake_api *f, uint32_t i)
{
	must(i < f->n);
	return &f->ops[i];
}

uint32_t fake_live(const struct fake_api *f)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < f->n; i++)
		n += f->ops[i].live;
	return n;
}

void fake_object(struct fake_op *op, enum watch_event ev, const struct api_object *obj)
{
	must(op->live);
	op->sink.on_object(op->sink.self, op->id, ev, obj);
}

void fake_done(struct fake_op *op, const struct api_result *res)
{
	struct api_result r = *res;
	must(op->live);
	op->live = false;
	r.message = str_or_empty(r.message);
	r.reason = str_or_empty(r.reason);
	r.rv = str_or_empty(r.rv);
	r.cont = str_or_empty(r.cont);
	op->sink.on_done(op->sink.self, op->id, &r);
}

void fake_end(struct fake_op *op, enum rc rc)
{
	fake_done(op, &(struct api_result){.rc = rc});
}

void fake_listed(struct fake_op *op, const char *rv, const char *cont)
{
	fake_done(op, &(struct api_result){.rc = RC_OK, .http = 200, .rv = rv, .cont = cont});
}

void fake_node(struct fake_op *op, enum watch_event ev, const char *name, const char *uid,
	       const char *rv)
{
	struct node node = {.meta = {.name = name, .uid = uid, .rv = rv}};
	struct api_object obj = {.kind = API_NODE, .meta = &node.meta, .node = &node};
	fake_object(op, ev, &obj);
}
