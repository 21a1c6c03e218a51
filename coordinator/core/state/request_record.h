/* SPDX-License-Identifier: Apache-2.0 */
/* Placement requests and selections: records that jobs share. */
#pragma once

#include "coordinator/core/state/node_record.h"

enum { AVOID_MAX = 8, SELECTIONS_KEPT = 512 };

/* What a job selects nodes by: labels and taints. Equal selections are one record; blob is the
 * serial form by which the record is found. */
struct selection {
	UT_hash_handle hh;
	char *blob;
	uint32_t blob_bytes, refs;
	uint64_t id;
	uint32_t kept;       /* the place among the evaluated ones + 1; 0: not evaluated */
	uint64_t version;    /* core.labels.version at the evaluation */
	struct bitset match; /* nodes whose labels match and whose taints are tolerated */
	struct bitset avoid[AVOID_MAX]; /* nodes with more than i taints that are to be avoided */
};

/* A placement request. Equal requests are one record. key: the selection and the requested
 * resources. */
struct request {
	UT_hash_handle hh;
	char *key;
	uint32_t key_bytes, refs;
	struct needs needs;
	uint32_t res_seen; /* core.res.version when unknown names were last looked up */
	struct selection *set;
};
