/* SPDX-License-Identifier: Apache-2.0 */
/* Members: names, what a pod tells about one, and the orders of the coordinator to the agents. */
#pragma once

#include "model/host_port.h"
#include "model/object.h"

/* Label keys on members' pods. */
#define LABEL_JOB_NAME "muster.dev/job-name"
#define LABEL_JOB_UID "muster.dev/job-uid"
#define LABEL_INDEX "muster.dev/member-index"
#define LABEL_ATTEMPT "muster.dev/attempt"
#define LABEL_TEMPLATE "muster.dev/template-hash"
/* Annotation: all 64 digits of the hash whose first 40 are in the label, without tolerations. */
#define ANNOTATION_TEMPLATE LABEL_TEMPLATE
/* Annotation of a member's pod: the names of the containers that its user wrote, with commas
 * between them. What else the pod has was added by admission. */
#define ANNOTATION_CONTAINERS "muster.dev/containers"
/* Annotation of a member's pod: the proof that the coordinator ordered it (proof/proof.h). */
#define ANNOTATION_PROOF "muster.dev/proof"
/* "true" on each pod, until another pod takes its place while its node is lost: for Services. */
#define LABEL_CURRENT "muster.dev/current"
#define API_VERSION "muster.dev/v1alpha1"
#define KIND_JOB_NAME "ComputeJob"
#define KIND_NODE_NAME "ComputeNode"

enum { POD_NAME_BYTES = 80, TEMPLATE_HASH_BYTES = 58 };

/* <job>-<index>-<5 letters of hash(job uid, index, attempt)>; as Indexed Jobs name theirs. */
void member_pod_name(const char *job, const char *job_uid, uint32_t index, uint32_t attempt,
		     char ret[POD_NAME_BYTES]);

/* True if pods of both template hashes run the same program: only their tolerations may differ.
 * Hashes of different kinds are never the same, since their lengths differ. */
bool member_same_run(const char *hash_a, const char *hash_b);

enum member_phase {
	MEMBER_NONE,      /* in a Hello: its create is under way, its pod may come to be; with a
			   * message, also in Reports: the create keeps failing, and why */
	MEMBER_PENDING,   /* the pod exists, its work has not started: init containers and sidecars
			   * come first */
	MEMBER_RUNNING,   /* each container that the user wrote has started */
	MEMBER_SUCCEEDED, /* phase Succeeded, and it ended before anybody asked it to stop */
	MEMBER_FAILED,    /* it ended by its own fault: charged against backoffLimit */
	MEMBER_DISRUPTED, /* ended by eviction for the node's sake, deletion, preemption, reboot…,
			   * be it with 0: never charged */
	MEMBER_REFUSED, /* the kubelet did not admit it (OutOfcpu and kin; under pressure, or while
			 * its node shuts down): never charged */
	MEMBER_GONE,    /* it was reported before and its pod object is gone: a disruption */
	MEMBER_HELD,    /* the pod's name is taken by something else: the next attempt is used */
	MEMBER_DENIED,  /* the API server refused to create it (403, 422: quota, policy, invalid) */
	MEMBER_PHASE_N
};

const char *member_phase_text(enum member_phase p);
enum member_phase member_phase_parse(const char *s); /* MEMBER_NONE when unknown */
/* Will not change any more (SUCCEEDED and all after it). */
bool member_phase_final(enum member_phase p);

/* What the proof that a pod or a report carries is worth. The coordinator's shell finds out. */
enum member_proof {
	PROOF_NONE,  /* there is none, or of a key that nobody knows */
	PROOF_WRONG, /* it is about something else */
	PROOF_OLD,   /* there is none, and the pod is older than the proofs: it may be a member */
	PROOF_VALID  /* a coordinator ordered this attempt to this node */
};

enum { PROOF_TEXT_BYTES = 42 }; /* of a proof, with its NUL */

/* One attempt as its pod tells it; what agents report and lists yield. */
struct member {
	const char *ns, *job_name, *job_uid;
	const char *pod, *pod_uid; /* pod_uid "" for HELD and DENIED */
	const char *node;
	uint32_t index, attempt;
	const char *template_hash;
	enum member_phase phase;
	bool ready, deleting; /* deletionTimestamp set */
	int32_t exit_code;    /* of the first failed container; 0 else */
	const char *reason,
		*message; /* why it waits or how it ended (ErrImagePull, OOMKilled, Evicted…) */
	int64_t started_ms, ended_ms; /* by the kubelet's clock */
	int64_t created_ms; /* when its pod was created; 0: that is not told (by agents) */
	struct reslist requests;
	struct host_ports ports;
	const char *proof; /* as carried, or "" */
	enum member_proof proven;
	/* NONE: a create has ended without a pod, and this was its ticket (0: it is under way, or
	 * its agent knows of no tickets) … */
	uint32_t ticket;
	bool busy;               /* … because the API server has too much to do (429, 503) … */
	uint32_t retry_after_ms; /* … and named this time; 0: none */
};

enum pod_phase { POD_PENDING, POD_RUNNING, POD_SUCCEEDED, POD_FAILED, POD_UNKNOWN };

/* v1 Pod, of which a member is a special case. */
struct pod {
	struct meta meta;
	const char *node, *reason, *message; /* status.reason, status.message */
	enum pod_phase phase;
	bool ready, started;   /* condition Ready; a container has run or runs */
	bool working;          /* each container of the work runs or has run */
	const char *nominated; /* status.nominatedNodeName, or "" */
	const char *proof;     /* its annotation, or "" */
	bool disruption_target;
	int64_t disruption_ms; /* since when; 0: not told */
	const char *disruption_reason, *disruption_message;
	const char *waiting_reason, *waiting_message;       /* what its containers wait for */
	const char *terminated_reason, *terminated_message; /* of the first failed container */
	int32_t exit_code;
	int64_t started_ms, ended_ms;
	int64_t finished_ms; /* of the last container of the work; 0 unless all say it */
	struct reslist requests;
	struct host_ports ports;
	/* Its nodeSelector and tolerations, without those that every pod gets
	 * (DefaultTolerationSeconds); at most SELECTOR_MAX and TOLERATIONS_MAX. */
	struct pod_where where;
};

/* Reasons of a container that waits although nothing is wrong; "" and NULL too. WAIT_SIDECAR is
 * Muster's own: a sidecar runs and has not started up. */
#define WAIT_SIDECAR "SidecarNotStarted"
bool wait_is_usual(const char *reason);

/* True if the pod's controller is a ComputeJob and its labels are complete; then *ret is what
 * the pod says (pointers into the pod). Rules: KEP-3329 (DisruptionTarget), kubelet admission
 * reasons. */
bool member_of_pod(const struct pod *pod, struct member *ret);

/* A kubelet that refuses a pod for this reason (status.reason) refuses each pod of the same
 * template until the kubelet is configured anew: it is about what the pod asks for, not about room,
 * devices, pressure or labels. */
bool member_refused_for_shape(const char *reason);

/* An order to run: this attempt shall exist on this node. An agent obeys the full set of a node. */
struct order {
	const char *ns, *job_name, *job_uid;
	const char *pod;
	const char *pod_uid; /* "" until first reported; from then on it is never created again */
	uint32_t index, attempt, parallelism, completions;
	const char *template_hash;
	bool by_agent; /* the agent is to create it, now or later; not told to the agent */
	bool launch; /* the agent creates it now; false: it waits, or the coordinator creates it */
	uint32_t ticket;   /* one create may begin for each number; 0: as often as is needed */
	uint32_t number;   /* names it in its session (protocol.md); 0: nothing does */
	const char *proof; /* for the pod's annotation, or "" */
};

/* What is needed to create a member's pod; kube/pod.h makes the JSON of it. */
struct pod_create {
	const char *ns, *name, *job_name, *job_uid, *node;
	uint32_t index, attempt, parallelism, completions;
	const char *template_hash, *template_text;
	const char *proof; /* for the annotation; NULL or "": there is none */
};
