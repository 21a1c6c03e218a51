/* SPDX-License-Identifier: Apache-2.0 */
/* What people do with kubectl. What returns bool tells whether there was anything to do it to. */
#pragma once

#include "model/job.h"
#include "test/sim/world/store.h"

struct sim;

struct job_want {
	const char *name;
	const char *ns; /* NULL: "default" */
	uint32_t parallelism, min_parallelism, backoff_limit;
	int32_t priority;
	int64_t deadline_s, ttl_s; /* -1: none */
	enum node_loss on_node_loss;
	enum update_type update;
	uint32_t max_unavailable; /* 0: the default */
	bool max_unavailable_percent;
	const char *template_text;
	const char *selector_key, *selector_value; /* NULL: none */
	const struct sel_term *terms;              /* nodeAffinity */
	uint32_t nterms;
	const struct toleration *tolerations;
	uint32_t ntolerations;
	bool credentials, suspend;
};

/* user.c: jobs. A name is looked for in all namespaces: names of one run are unique. */
struct version *user_job(struct sim *s, const char *name); /* NULL: none */
/* What its containers do and ask for (template_parse); its hash follows. */
void user_set_template(struct version *v, const char *text);
void user_apply_job(struct sim *s, const struct job_want *w); /* creates, or changes the spec */
enum deletion { DELETE_BACKGROUND, DELETE_FOREGROUND, DELETE_ORPHAN };
bool user_delete_job(struct sim *s, const char *name, enum deletion how);
bool user_scale(struct sim *s, const char *name, uint32_t parallelism);
bool user_suspend(struct sim *s, const char *name, bool suspend);
bool user_touch(struct sim *s, const char *name);   /* a label: new resourceVersion, same spec */
void user_delete_ns(struct sim *s, const char *ns); /* made again a while after it is gone */

/* user_edit.c: one live field of a job, as n says. */
enum edit {
	EDIT_TEMPLATE,
	EDIT_SELECTOR,
	EDIT_AFFINITY,
	EDIT_TOLERATIONS,
	EDIT_PRIORITY,
	EDIT_BACKOFF,
	EDIT_DEADLINE,
	EDIT_TTL,
	EDIT_MIN,
	EDIT_STRATEGY,
	EDIT_LOSS,
};
bool user_edit(struct sim *s, const char *name, enum edit what, uint32_t n);
void edit_spec(struct version *v, enum edit what, uint32_t n); /* the template apart */
/* kubectl replace with what was read before: fenced by its resourceVersion, or not at all. */
struct held {
	uint64_t rv;
	const char *uid;
	struct job_spec spec;
};
struct held *user_get_job(struct sim *s, const char *name); /* lives as long as the run */
bool user_replace_job(struct sim *s, const char *name, const struct held *h, bool fenced,
		      uint32_t n);
/* Some selections and tolerations to choose from; 0: none. */
const struct sel_term *pattern_terms(uint32_t n, uint32_t *ret_n);
const struct toleration *pattern_tolerations(uint32_t n, uint32_t *ret_n);

/* user_node.c: Nodes, ComputeNodes and pods. */
bool user_cordon(struct sim *s, const char *node, bool on);       /* the Node */
bool user_cordon_cnode(struct sim *s, const char *node, bool on); /* the ComputeNode */
bool user_label(struct sim *s, const char *node, const char *key, const char *value);
bool user_label_cnode(struct sim *s, const char *node, const char *key, const char *value);
bool user_taint(struct sim *s, const char *node, const struct taint *t, bool on);
/* The kubelet was configured anew: what it offers of one resource; milli < 0: nothing any more. */
bool user_resize(struct sim *s, const char *node, const char *res, int64_t milli);
bool user_limit(struct sim *s, const char *node, const char *res, int64_t milli);
bool user_delete_cnode(struct sim *s, const char *node);
bool user_delete_pod(struct sim *s, const char *ns, const char *name);
bool user_force_delete_pod(struct sim *s, const char *ns, const char *name);
bool user_evict_node(struct sim *s, const char *node); /* drain: each pod is evicted */
/* A pod of somebody else on that node, running at once. */
bool user_foreign_pod(struct sim *s, const char *name, const char *node, int64_t cpu_milli);
/* The cluster keeps no more than so many finished pods: the oldest go. */
bool user_collect_finished(struct sim *s, uint32_t keep);
