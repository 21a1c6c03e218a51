/* SPDX-License-Identifier: Apache-2.0 */
/* The Kubernetes objects that Muster reads, decoded to what it needs. All pointers of a decoded
 * object are borrowed for the call that hands it over (they live in the decoder's arena); who keeps
 * something copies it. Absent strings are NULL or "". Times are wall milliseconds, 0 when unset. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kv {
	const char *key, *val;
};

struct kvs { /* labels, node selectors */
	const struct kv *v;
	uint32_t n;
};

struct res { /* a quantity in thousandths: cpu in milli-CPU, memory in bytes * 1000 */
	const char *name;
	int64_t milli;
};

struct reslist {
	const struct res *v;
	uint32_t n;
};

struct strs {
	const char *const *v;
	uint32_t n;
};

enum { /* bounds of numbers and lengths, the same at every door: docs/design/0011-bounds.md */
       JOB_NAME_MAX = 57,
       UID_MAX = 128,
       LABEL_KEY_MAX = 317,
       LABEL_VALUE_MAX = 63,
       PARALLELISM_MAX = 10000,
       PER_NODE_MAX = 256,       /* members of a job on one node */
       COMPLETIONS_MAX = 100000, /* an index of a member is below it … */
       INDEX_NARROW = 10000,     /* … and below this one on a node whose agent is older than that */
       PRIORITY_MAX = 1000,
       ATTEMPT_MAX = 1000000000,
       SELECTOR_MAX = 64,
       TERMS_MAX = 16,
       EXPRS_MAX = 16,
       EXPR_VALUES_MAX = 64,
       PREFERRED_MAX = 16,
       DEPENDENCIES_MAX = 16,
       SUCCESS_RULES_MAX = 20,        /* of spec.successPolicy … */
       SUCCESS_BYTES_MAX = 64 * 1024, /* … and bytes of all their indexes */
       PREFERENCE_MAX = 100,
       AFFINITY_VALUES_MAX = 2048, /* of all expressions together */
       TOLERATIONS_MAX = 32,
       TOLERATION_S_MAX = 10 * 365 * 86400,
       REQUESTS_MAX = 64, /* names of resources of a pod */
       NODE_VOLUMES_MAX = 1024,
       POD_BYTES_MAX = 64 * 1024,
       MESSAGE_MAX = 1024,
};

struct meta {
	const char *ns, *name, *uid;
	const char *rv; /* resourceVersion, opaque */
	int64_t generation, created_ms;
	int64_t deleted_ms; /* deletionTimestamp */
	/* When its deletion was asked for: deletionTimestamp minus deletionGracePeriodSeconds; 0
	 * where the latter is not told. */
	int64_t delete_asked_ms;
	bool orphan_finalizer; /* metadata.finalizers has "orphan" */
	struct kvs labels;
	/* the owner with controller: true */
	const char *owner_kind, *owner_name, *owner_uid;
};

enum taint_effect { EFFECT_ANY, EFFECT_NO_SCHEDULE, EFFECT_PREFER_NO_SCHEDULE, EFFECT_NO_EXECUTE };

struct taint {
	const char *key, *value;
	enum taint_effect effect;
};

struct toleration { /* core/v1 Toleration */
	const char *key, *value;
	bool exists; /* operator Exists; else Equal */
	enum taint_effect effect;
	bool timed;      /* tolerationSeconds is given … */
	int64_t seconds; /* … cut to 0…TOLERATION_S_MAX */
};

/* What admission adds to where a pod may run (PodNodeSelector, ExtendedResourceToleration,
 * PodTolerationRestriction, mutating webhooks), beside what its job says. */
struct pod_where {
	struct kvs node_selector;
	const struct toleration *tolerations;
	uint32_t ntolerations;
};

enum sel_op { SEL_IN, SEL_NOT_IN, SEL_EXISTS, SEL_DOES_NOT_EXIST, SEL_GT, SEL_LT };

struct sel_expr {
	const char *key;
	enum sel_op op;
	struct strs values; /* Gt, Lt: one integer */
};

struct sel_term { /* its expressions are ANDed; a term without any matches nothing */
	const struct sel_expr *v;
	uint32_t n;
};

/* core/v1 PreferredSchedulingTerm: a term without expressions adds nothing. */
struct sel_preference {
	uint32_t weight; /* 1…PREFERENCE_MAX */
	struct sel_term term;
};

/* A condition as metav1.Condition. */
enum cond_status { COND_UNKNOWN, COND_FALSE, COND_TRUE };

struct cond {
	const char *type;
	enum cond_status status;
	const char *reason, *message;
	int64_t since_ms; /* lastTransitionTime */
	int64_t observed_generation;
};

struct node { /* v1 Node */
	struct meta meta;
	struct reslist allocatable;
	const struct taint *taints;
	uint32_t ntaints;
	bool unschedulable;
	enum cond_status ready;
	const char *ready_reason, *boot_id, *kubelet_version;
	int64_t ready_since_ms; /* the last transition of Ready */
	/* status.volumesInUse, those of CSI drivers: "DRIVER^HANDLE". A kubelet names a volume from
	 * when a pod with it comes until it is unmounted; volumes that nobody attaches are not
	 * named. At most NODE_VOLUMES_MAX. */
	struct strs in_use;
};

/* When the deletion of an object was asked for first, in wall ms; 0: that cannot be told. The API
 * server sets deletionTimestamp to the time of the request plus the grace period. A later request
 * may shorten the period; where that would lead into the past, as with the kubelet's last request
 * for a pod, deletionTimestamp becomes the time of the later request and the period 0 or 1
 * (BeforeDelete of k8s.io/apiserver). So a period below 2 s tells nothing of the first request.
 * grace_s: negative if it is not told. */
int64_t delete_asked_ms(int64_t deleted_ms, int64_t grace_s);

/* Whether resourceVersion a is older than b; false where either is not decimal: only decimal ones
 * are ordered (KEP-5504). */
bool rv_older(const char *a, const char *b);
