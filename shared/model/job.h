/* SPDX-License-Identifier: Apache-2.0 */
/* ComputeJob: decoded spec and status, and the status that the coordinator writes. Bounds, defaults
 * and meanings are those of crds/muster.dev_computejobs.yaml. */
#pragma once

#include "base/bitset.h"
#include "model/host_port.h"
#include "model/needed.h"
#include "model/object.h"

enum job_state { JOB_NONE, JOB_PENDING, JOB_RUNNING, JOB_COMPLETED, JOB_FAILED, JOB_SUSPENDED };
enum node_loss { LOSS_REPLACE, LOSS_WAIT, LOSS_FAIL };
enum update_type { UPDATE_ROLLING, UPDATE_RECREATE };

const char *job_state_text(enum job_state s);  /* "Pending"…; "" for JOB_NONE */
enum job_state job_state_parse(const char *s); /* JOB_NONE when unknown */

/* What a job waits for of another of its namespace. Started: that one is Running, or was started
 * before it ended. */
enum dependency_condition { DEPENDS_COMPLETE, DEPENDS_FAILED, DEPENDS_FINISHED, DEPENDS_STARTED };

/* "Complete", "Failed", "Finished", "Started" */
const char *dependency_text(enum dependency_condition c);
enum dependency_condition dependency_parse(const char *s); /* DEPENDS_COMPLETE when unknown */

struct dependency {
	const char *name;
	enum dependency_condition condition;
};

/* Of spec.successPolicy: so many of these indexes have succeeded, or of all; all of these if no
 * count is given. */
struct success_rule {
	const char *indexes; /* "0,2-5"; NULL: of all */
	bool counted;
	uint32_t count;
};

struct job_spec {
	uint32_t completions;     /* 0: as many as parallelism; else 1…COMPLETIONS_MAX */
	uint32_t parallelism;     /* 1…PARALLELISM_MAX; more than completions count as these */
	uint32_t min_parallelism; /* effective: 1…parallelism */
	uint32_t per_node;        /* membersPerNode: 1…PER_NODE_MAX; 0: 1 */
	int32_t priority;
	bool suspend;
	bool names; /* enableDNSHostnames: by default if there is more than one member */
	uint32_t backoff_limit;
	uint32_t failures_fail_index; /* so many of an index: backoffLimitPerIndex + 1; 0: none is
				       * set */
	uint32_t failed_indexes_fail; /* so many fail the job: maxFailedIndexes + 1; 0: no number
				       * does */
	const struct success_rule *success; /* at most SUCCESS_RULES_MAX */
	uint32_t nsuccess;
	int64_t active_deadline_s, ttl_s; /* -1: none */
	int64_t start_deadline_s;         /* startDeadlineSeconds; 0: none */
	int64_t grace_s;                  /* terminationGracePeriodSeconds of the pods */
	enum node_loss on_node_loss;
	enum update_type update;
	uint32_t max_unavailable; /* a number, or percent of parallelism */
	bool max_unavailable_percent;
	struct kvs node_selector;
	const struct sel_term *terms; /* nodeAffinity; ORed; none: no constraint */
	uint32_t nterms;
	const struct sel_preference *preferred; /* at most PREFERRED_MAX */
	uint32_t npreferred;
	const struct dependency *depends_on; /* each name once; at most DEPENDENCIES_MAX */
	uint32_t ndepends_on;
	const struct toleration *tolerations;
	uint32_t ntolerations;
	struct reslist requests; /* of one member's pod: as the scheduler counts (containers summed,
				  * the largest init container, overhead), without "pods" */
	/* What admission adds to the pods, as far as it is known: no part of the object. In serial
	 * form (the coordinator's core), added_bytes long; NULL: nothing. */
	const char *added;
	uint32_t added_bytes;
	const char *runtime_class; /* NULL or "": none */
	struct strs claims;        /* of its volumes: "namespace/name"; at most CLAIMS_MAX */
	struct host_ports ports;   /* that the pod takes of its node; at most POD_PORTS_MAX */
	/* What runs. hash is over what the user asks for before Muster's defaults, 40 hex digits,
	 * and
	 * "-" and 16 more if there are tolerations; text is the pod without its per-member parts
	 * (kube/pod.h), borrowed. */
	const char *template_hash, *template_text;
	/* The hash as versions up to 0.1 made it, 16 digits instead of 40: pods that carry it and
	 * run on after an upgrade are compared by it. NULL or "": no pod is. */
	const char *old_template_hash;
	/* Pods of one shape are alike for admission: it is a hash of the pod without the values of
	 * command, args and env, 16 hex digits; NULL: unknown. */
	const char *shape;
	bool credentials;    /* the pod carries somebody's: only the coordinator may create it */
	const char *invalid; /* why no pod can be made of this spec and what to do, or NULL */
	const char *doubt;   /* an amount that Kubernetes takes but nobody means, and what to do, or
				NULL */
};

/* How many indexes have to succeed. */
static inline uint32_t job_completions(const struct job_spec *s)
{
	return s->completions ? s->completions : s->parallelism;
}

/* How many members run at once at most. */
static inline uint32_t job_at_once(const struct job_spec *s)
{
	uint32_t n = job_completions(s);
	return s->parallelism < n ? s->parallelism : n;
}

/* How many of them start together. */
static inline uint32_t job_gang(const struct job_spec *s)
{
	uint32_t n = job_at_once(s);
	return s->min_parallelism < n ? s->min_parallelism : n;
}

/* How many members may share a node. */
static inline uint32_t job_per_node(const struct job_spec *s)
{
	return s->per_node ? s->per_node : 1;
}

/* An attempt on a lost node that may run on although a newer one of its index counts instead. */
struct superseded {
	uint32_t index, attempt, by; /* by: the attempt that counts */
	const char *node;
};

enum { SUPERSEDED_MAX = 100 }; /* told at most */

/* An attempt that failed and was charged. message: its last words, or those of its kubelet, in one
 * line. */
struct failure {
	uint32_t index, attempt;
	int32_t exit_code;
	int64_t finished_ms; /* wall time in whole seconds */
	const char *node, *reason, *message;
};

enum { FAILURES_MAX = 10, FAILURE_WORDS_MAX = 512 }; /* told at most; bytes of a message */

/* Both read and written. Strings written are borrowed from the core until its next step. */
struct job_status {
	enum job_state state;
	int64_t start_ms, end_ms;
	struct strs active_nodes;
	uint32_t active, ready, succeeded, failed;
	uint32_t attempts;          /* the highest attempt number given so far */
	const char *completed;      /* completedIndexes: "0,2-5" */
	const char *failed_indexes; /* the same of failedIndexes */
	const char *selector, *reason, *message;
	int64_t observed_generation;
	const struct superseded *superseded; /* by index; at most SUPERSEDED_MAX */
	uint32_t nsuperseded;
	const struct failure *failures; /* the newest, by time; at most FAILURES_MAX */
	uint32_t nfailures;
	const struct dependency *satisfied; /* of depends_on; at most DEPENDENCIES_MAX */
	uint32_t nsatisfied;
	const struct cond *conds; /* Scheduled, Suspended, Complete, Failed */
	uint32_t nconds;
};

struct job {
	struct meta meta;
	struct job_spec spec;
	struct job_status status;
};
