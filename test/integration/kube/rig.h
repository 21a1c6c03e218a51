/* SPDX-License-Identifier: Apache-2.0 */
/* The client on a loop of its own, asked one thing at a time: an answer is what an operation gave,
 * copied. */
#pragma once

#include "base/log.h"
#include "kube/config_load.h"
#include "kube/kube.h"
#include "server.h"

enum { TEXT_MAX = 16 * 1024, PATIENCE_MS = 60000 };

struct answer {
	uint64_t id;
	bool done;
	enum rc rc;
	int http;
	int64_t retry_after_ms;
	uint32_t objects, bookmarks;
	struct buf names;                        /* "ADDED a, DELETED b"; LIST: "a, b" */
	struct buf reason, message, rv, cont;    /* of the end; rv: a bookmark's meanwhile */
	struct buf uid, object_rv, causes;       /* of the last object; causes: "x, y" */
	void (*look)(const struct api_object *); /* sees each object; may be NULL */
	/* sees each object, may submit and cancel; may be NULL */
	void (*act)(struct answer *a, void *self);
	void *act_self;
	bool list;
};

struct rig {
	char *dir;
	struct loop *loop;
	struct kube *kube;
	struct api api, lease;
	struct log log;
	struct buf logged;   /* messages */
	struct buf requests; /* "GET 200, ..." of the last asks */
	uint32_t nrequests;
};

/* A client with this kubeconfig (NULL: of dir). */
void rig_open(struct rig *r, const char *kubeconfig);
void rig_close(struct rig *r);

void answer_done(struct answer *a);
/* Submits to api; a collects. */
void rig_submit(const struct api *api, const struct api_request *req, struct answer *a);
/* Turns the loop until *flag, or the patience is over (then false). */
bool rig_until(struct rig *r, const bool *flag);
void rig_turn(struct rig *r, int64_t wait_ms);
/* submit, until done. */
void rig_ask(struct rig *r, const struct api_request *req, struct answer *a);
#define ANSWER ((struct answer){0})
