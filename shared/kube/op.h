/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: one operation, from its request (kube.c) to its answer (answer.c). */
#pragma once

#include "base/table.h"
#include "kube/decode.h"
#include "kube/kube.h"
#include "kube/split.h"
#include "net/http.h"

struct channel { /* one of the two HTTP clients as a struct api */
	struct kube *kube;
	struct http_client *http;
};

struct kube {
	uint32_t magic;
	struct loop *loop;
	struct kube_config cfg;
	struct kube_options opts;
	const struct log *log;
	struct channel main, lease;
	struct op *ops; /* by id */
	uint64_t last_id;
	struct arena arena; /* one decoded object at a time */
	uint64_t left_out;  /* objects of lists that could not be read */
	int64_t told_left_out_ms;
};

struct op {
	UT_hash_handle hh;
	uint64_t id;
	struct kube *kube;
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

/* answer.c */
void op_answer_init(struct op *op);
/* A piece of the answer; false: the operation is over (err and failed say why, or it is dead). */
bool op_answer_take(struct op *op, int status, const char *data, size_t len);
/* The end: the result's one way to the sink, if the operation is not dead by now. */
void op_answer_end(struct op *op, const struct http_result *hr);
