/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/op.h"

#include <stdlib.h>

#include "base/mem.h"

struct op *kube_op_new(struct ops *ops, enum api_verb verb, enum api_kind kind,
		       const struct api_sink *sink)
{
	struct op *op = mem_zalloc(1, sizeof *op);
	op->id = ++ops->last_id;
	op->ops = ops;
	op->verb = verb;
	op->kind = kind;
	op->sink = *sink;
	op->path = BUF_INIT(16 * 1024);
	op->body = BUF_INIT(4 * 1024 * 1024);
	op->answer = BUF_INIT(SPLIT_ITEM_MAX);
	HASH_ADD(hh, ops->by_id, id, sizeof op->id, op);
	return op;
}

struct op *kube_op_find(const struct ops *ops, uint64_t id)
{
	struct op *op;
	HASH_FIND(hh, ops->by_id, &id, sizeof id, op);
	return op;
}

void kube_op_end(struct op *op)
{
	HASH_DEL(op->ops->by_id, op);
	op->dead = true;
}

struct op *kube_op_free(struct op *op)
{
	splitter_done(&op->split);
	buf_done(&op->path);
	buf_done(&op->body);
	buf_done(&op->answer);
	free(op);
	return NULL;
}

void kube_ops_done(struct ops *ops)
{
	struct op *op, *tmp;
	HASH_ITER (hh, ops->by_id, op, tmp) {
		kube_op_end(op);
		kube_op_free(op);
	}
	arena_done(&ops->arena);
}
