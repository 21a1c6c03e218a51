/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: the operations under way. One lives from its submit until its on_done or its
 * cancel. Both may happen inside of a callback of its own, so it is marked dead and freed only when
 * no callback of it is on the stack (depth 0). kube.c talks HTTP for it, answer.c reads its answer.
 */
#pragma once

#include "base/log.h"
#include "base/table.h"
#include "kube/decode.h"
#include "kube/split.h"
#include "net/http.h"
#include "net/loop.h"

struct channel; /* kube.c's: one of its two HTTP clients */

struct ops { /* what all operations share */
	struct op *by_id;
	uint64_t last_id;
	struct loop *loop;
	const struct log *log;
	const char *default_image; /* for jobs without one; may be NULL */
	struct arena arena;        /* one decoded object at a time */
	uint64_t left_out;         /* objects of lists that could not be read */
	int64_t told_left_out_ms;
};

struct op {
	UT_hash_handle hh;
	uint64_t id;
	struct ops *ops;
	struct channel *channel;
	struct http_request *http;
	enum api_verb verb;
	enum api_kind kind;
	struct api_sink sink;
	struct splitter split;
	struct buf path, body, answer;
	const char *content_type;
	int64_t deadline_ms, heard_ms;
	bool retried, dead;
	int depth;      /* callbacks of it on the stack */
	enum rc failed; /* what ended it from inside: decode, frame, too big */
	int failed_http;
	struct err err;
};

/* A new operation, in the table under a number of its own. */
struct op *kube_op_new(struct ops *ops, enum api_verb verb, enum api_kind kind,
		       const struct api_sink *sink);
struct op *kube_op_find(const struct ops *ops, uint64_t id); /* NULL: it has ended */
/* Takes it out of the table; who is in a callback of it sees that it is dead. */
void kube_op_end(struct op *op);
struct op *kube_op_free(struct op *op); /* after kube_op_end */
void kube_ops_done(struct ops *ops);    /* ends and frees all, without a callback */
