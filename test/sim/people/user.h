/* SPDX-License-Identifier: Apache-2.0 */
/* What people do to jobs with kubectl. What returns bool tells whether there was anything to do it
 * to. */
#pragma once

#include "model/job.h"
#include "test/sim/people/user_edit.h"
#include "test/sim/world/world.h"

#define TENANT_NS "evil" /* the namespace of a hostile tenant (tenant.h) */

struct job_want {
	const char *name;
	const char *ns;       /* NULL: "default" */
	uint32_t completions; /* 0: as many as parallelism */
	uint32_t parallelism, min_parallelism, backoff_limit;
	uint32_t per_node;                                 /* 0: 1 */
	uint32_t failures_fail_index, failed_indexes_fail; /* 0: none */
	const struct success_rule *success;
	uint32_t nsuccess;
	int32_t priority;
	int64_t deadline_s, ttl_s; /* -1: none */
	int64_t start_deadline_s;  /* 0: none */
	bool nameless;             /* no names in DNS */
	enum node_loss on_node_loss;
	enum update_type update;
	uint32_t max_unavailable; /* 0: the default */
	bool max_unavailable_percent;
	const char *template_text;
	const char *selector_key, *selector_value; /* NULL: none */
	const struct sel_term *terms;              /* nodeAffinity */
	uint32_t nterms;
	const struct sel_preference *preferred;
	uint32_t npreferred;
	const struct toleration *tolerations;
	uint32_t ntolerations;
	bool credentials, suspend;
	struct dependency depends_on[2];
	uint32_t ndepends_on;
};

/* A name is looked for in all namespaces: names of one run are unique. */
/* Of the honest namespaces; NULL: none. */
struct version *user_job(struct world *w, const char *name);
/* What its containers do and ask for (template_parse); its hash follows. */
void user_set_template(const struct world *w, struct version *v, const char *text);
/* From now on jobs are read as an older version reads them, with its hash alone; or as this version
 * does. */
void user_upgrade(struct world *w, bool older);
void user_apply_job(struct world *w,
		    const struct job_want *want); /* creates, or changes the spec */
/* Creates it, whatever jobs of that name other namespaces have. */
void user_make_job(struct world *w, const struct job_want *want);
enum deletion { DELETE_BACKGROUND, DELETE_FOREGROUND, DELETE_ORPHAN };
bool user_delete_job(struct world *w, const char *name, enum deletion how);
bool user_hold_job(struct world *w, const char *name, bool on); /* a finalizer of the user's own */
/* Somebody deletes the Secret with the keys of orders. False: there is none. */
bool user_lose_keys(struct world *w);
bool user_scale(struct world *w, const char *name, uint32_t parallelism);
/* Of a job whose completions may be others than its parallelism; n: what else is changed. */
bool user_renumber(struct world *w, const char *name, uint32_t parallelism, uint32_t n);
bool user_suspend(struct world *w, const char *name, bool suspend);
bool user_touch(struct world *w, const char *name);   /* a label: new resourceVersion, same spec */
void user_delete_ns(struct world *w, const char *ns); /* made again a while after it is gone */

bool user_edit(struct world *w, const char *name, enum edit what, uint32_t n);
/* kubectl replace with what was read before: fenced by its resourceVersion, or not at all. */
struct held {
	uint64_t rv;
	const char *uid;
	struct job_spec spec;
};
struct held *user_get_job(struct world *w, const char *name); /* lives as long as the run */
bool user_replace_job(struct world *w, const char *name, const struct held *h, bool fenced,
		      uint32_t n);
