/* SPDX-License-Identifier: Apache-2.0 */
/* Placement requests and selections: records that jobs share. */
#pragma once

#include "coordinator/core/state/lookup_record.h"
#include "coordinator/core/state/node_record.h"
#include "coordinator/core/state/port_record.h"

enum { AVOID_MAX = 8, PREFER_BITS = 7, SELECTIONS_KEPT = 512 };

/* What a job selects nodes by: labels, taints, preferences, and the RuntimeClass. Equal selections
 * are one record; blob is the serial form by which the record is found. */
struct selection {
	UT_hash_handle hh;
	char *blob;
	uint32_t blob_bytes, refs;
	uint32_t moves_bytes;         /* of the blob: what a running member's node must match */
	uint32_t own_bytes;           /* of the blob: what the job says; admission adds the rest */
	struct lookup *runtime_class; /* its nodeSelector and tolerations are added; or NULL */
	uint64_t id;
	uint32_t kept;       /* the place among the evaluated ones + 1; 0: not evaluated */
	uint64_t version;    /* core.labels.version at the evaluation */
	struct bitset match; /* nodes whose labels match and whose taints are tolerated */
	struct bitset avoid[AVOID_MAX]; /* nodes with more than i taints that are to be avoided */
	/* How much each node is preferred: a number, and prefer[i] has the nodes with its bit i. */
	struct bitset prefer[PREFER_BITS];
	bool prefers; /* some node is preferred */
};

/* A placement request. Equal requests are one record. key: the selection, the host ports, the
 * claims and the requested resources. */
struct request {
	UT_hash_handle hh;
	char *key;
	uint32_t key_bytes, refs;
	uint32_t skip; /* bytes of the key before the resources */
	struct needs needs;
	struct host_ports ports;
	struct asked_port **asked; /* for each of ports; NULL: there is none, or it is a question */
	uint32_t res_seen;         /* core.res.version when unknown names were last looked up */
	struct lookup **claims;    /* of its volumes */
	uint32_t nclaims;
	struct selection *set;
};
