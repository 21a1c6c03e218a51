/* SPDX-License-Identifier: Apache-2.0 */
/* The objects that the API server's operations (api.h) carry, by kind. Of the kinds that are not in
 * model/, only what Muster reads or writes. Pointers are borrowed for the call that has them. */
#pragma once

#include "model/compute_node.h"
#include "model/job.h"
#include "model/member.h"
#include "model/needed.h"

enum api_kind {
	API_JOB,          /* muster.dev/v1alpha1 ComputeJob */
	API_COMPUTE_NODE, /* muster.dev/v1alpha1 ComputeNode */
	API_NODE,         /* v1 Node */
	API_POD,          /* v1 Pod */
	API_LEASE,        /* coordination.k8s.io/v1 Lease */
	API_EVENT,        /* events.k8s.io/v1 Event */
	API_SECRET,       /* v1 Secret */
	API_CONFIGMAP,    /* v1 ConfigMap */
	API_SERVICE,      /* v1 Service */
	API_TOKENREVIEW,  /* authentication.k8s.io/v1 TokenReview */
	/* Objects that pods need, in the order of enum needed_kind. */
	API_RUNTIME_CLASS, /* node.k8s.io/v1 RuntimeClass */
	API_CLAIM,         /* v1 PersistentVolumeClaim */
	API_VOLUME,        /* v1 PersistentVolume */
	API_STORAGE_CLASS, /* storage.k8s.io/v1 StorageClass */
	API_CSI_DRIVER,    /* storage.k8s.io/v1 CSIDriver */
	API_CSI_NODE,      /* storage.k8s.io/v1 CSINode */
	API_CSI_CAPACITY,  /* storage.k8s.io/v1 CSIStorageCapacity */
	/* admissionregistration.k8s.io/v1 */
	API_ADMISSION_POLICY,  /* ValidatingAdmissionPolicy */
	API_ADMISSION_BINDING, /* ValidatingAdmissionPolicyBinding */
	API_KIND_N
};
enum api_kind api_kind_needed(enum needed_kind kind);
const char *api_kind_text(enum api_kind kind); /* plural, as in URLs: "pods" */

struct lease {
	struct meta meta;
	const char *holder;
	const char *address; /* annotation muster.dev/address: where standbys send agents to */
	int64_t duration_s, acquire_ms, renew_ms;
	int64_t transitions;
};

struct event_note {     /* events.k8s.io/v1 */
	const char *ns; /* of the regarding object; "default" for cluster-scoped ones */
	const char *kind, *name, *uid; /* regarding */
	const char *reason, *action, *note;
	bool warning;
	int64_t when_ms;
};

struct token_identity {
	bool authenticated;
	const char *username;  /* system:serviceaccount:NS:NAME */
	const char *node_name; /* extra authentication.kubernetes.io/node-name */
	const char *error;
	int64_t expires_ms; /* exp of the token's payload; 0 unknown */
};

/* The headless Service of a job, whose name it has: the current pods of the job have names in DNS,
 * also before they are ready. Of an object that is read only the meta is known. */
struct job_service {
	const char *job_name, *job_uid;
};

/* The data of a Secret or ConfigMap: keys and values. Values of a Secret are decoded; ours hold no
 * NUL bytes. A PATCH takes away a key whose value is NULL. */
struct keyed_data {
	struct meta meta;
	struct kvs data;
};

/* A ValidatingAdmissionPolicy or its binding: only whether it holds for all that it could. */
struct admission {
	struct meta meta;
	const char *policy; /* binding: the policy that it names */
	/* "", or why it does not refuse everything that its expressions refuse: "policy's
	 * failurePolicy is Ignore" */
	const char *why;
};

struct api_object {
	enum api_kind kind;
	const struct meta *meta; /* never NULL; of a bookmark only rv is set */
	union {                  /* by kind; NULL of a bookmark */
		const struct job *job;
		const struct compute_node *compute_node;
		const struct node *node;
		const struct pod *pod;
		const struct lease *lease;
		const struct keyed_data *data; /* SECRET, CONFIGMAP */
		const struct token_identity *token;
		const struct needed *needed;       /* RUNTIME_CLASS … CSI_CAPACITY */
		const struct admission *admission; /* ADMISSION_POLICY, ADMISSION_BINDING */
	};
};
