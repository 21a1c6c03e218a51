/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/elect/lease_op.h"

#include "base/must.h"

static void submit(struct lease_op *op, enum lease_op_type type, const struct api_sink *sink,
		   struct api_request *req, int64_t now_ms)
{
	must(op->id == 0);
	req->kind = API_LEASE;
	req->ns = op->ns;
	req->name = op->name;
	req->deadline_ms = op->deadline_ms;
	op->type = type;
	op->found = false;
	op->sent_ms = now_ms;
	op->id = op->api.submit(op->api.self, req, sink);
}

void lease_op_read(struct lease_op *op, const struct api_sink *sink, int64_t now_ms)
{
	submit(op, LEASE_READ, sink, &(struct api_request){.verb = API_GET}, now_ms);
}

void lease_op_create(struct lease_op *op, const struct api_sink *sink, const struct lease *l,
		     int64_t now_ms)
{
	submit(op, LEASE_CREATE, sink, &(struct api_request){.verb = API_CREATE, .lease = l},
	       now_ms);
}

void lease_op_write(struct lease_op *op, const struct api_sink *sink, const struct lease *l,
		    const char *rv, int64_t now_ms)
{
	submit(op, LEASE_WRITE, sink,
	       &(struct api_request){.verb = API_PATCH, .rv = rv, .lease = l}, now_ms);
}

bool lease_op_cancel(struct lease_op *op)
{
	if (op->id == 0)
		return false;
	op->api.cancel(op->api.self, op->id);
	op->id = 0;
	return true;
}
