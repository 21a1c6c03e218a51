/* SPDX-License-Identifier: Apache-2.0 */
/* What sync/api.h promises, as cmocka cases over any struct api: the model API server runs them
 * here, shared/kube with a real server runs the same ones (test/integration/kube). A model that
 * passes what the real one passes tells the truth. */
#pragma once

#include <stddef.h>

#include "sync/api.h"

struct contract_env {
	struct api api;
	const char
		*ns; /* an existing namespace; empty of jobs and pods whose name has the prefix */
	const char *prefix; /* all names begin with it, so that runs do not meet */
	/* A template text of which the server accepts a pod. */
	const char *template_text;
	void *self;
	void (*turn)(void *self); /* waits for the next completions, 100 ms at most */
	/* What struct api cannot do: kubectl's part. They end when it is done. */
	void (*make_job)(void *self, const char *ns, const char *name, uint32_t parallelism);
	void (*scale_job)(void *self, const char *ns, const char *name, uint32_t parallelism);
	/* A server-side apply by another field manager. */
	void (*own_cpu)(void *self, const char *compute_node, int64_t milli);
	/* kubectl label --overwrite */
	void (*label)(void *self, const char *compute_node, const char *key, const char *value);
	/* A pod without a node. */
	void (*make_pod)(void *self, const char *ns, const char *name);
	/* kube-scheduler's part: the pod waits for the node; it is bound there. */
	void (*nominate)(void *self, const char *ns, const char *name, const char *node);
	void (*bind)(void *self, const char *ns, const char *name, const char *node);
};

struct contract_case {
	const char *name;
	void (*run)(struct contract_env *env);
};
extern const struct contract_case contract_cases[];
extern const size_t contract_ncases;
