/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: the operations in flight. An operation lives from its submit until its
 * on_done or its cancel. Both may happen during a callback of the operation itself, so it is
 * marked dead and freed when no callback of it runs (depth 0). kube.c sends the HTTP request,
 * answer.c reads the answer. */
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
	const char *default_image; /* for containers without an image; may be NULL */
	struct arena arena;        /* for one decoded object at a time */
	uint64_t unread;           /* objects that could not be read, or in part only */
	int64_t told_unread_ms;
	void *self; /* of on_unread, which may be NULL */
	void (*on_unread)(void *self, const char *kind);
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
	bool in_part;   /* the object at hand lacks what Muster does not read */
	int depth;      /* callbacks of this operation that run now */
	enum rc failed; /* why we ended it: decoding failed, an ERROR frame, too big */
	int failed_http;
	struct err err;
};

/* Makes an operation with a new number and adds it to the table. */
struct op *kube_op_new(struct ops *ops, enum api_verb verb, enum api_kind kind,
		       const struct api_sink *sink);
struct op *kube_op_find(const struct ops *ops, uint64_t id); /* NULL if it has ended */
/* Removes it from the table and marks it dead, for callbacks of it that still run. */
void kube_op_end(struct op *op);
struct op *kube_op_free(struct op *op); /* after kube_op_end */
void kube_ops_done(struct ops *ops);    /* ends and frees all; no callback */
