/* SPDX-License-Identifier: Apache-2.0 */
/* Placement requests and what they select by, as records that jobs share. */
#pragma once

#include "coordinator/core/state/node_record.h"

enum { AVOID_MAX = 8, SELECTIONS_KEPT = 512 };

/* What a job selects by labels and taints; equal ones are one. blob is its serial form. */
struct selection {
	UT_hash_handle hh;
	char *blob;
	uint32_t blob_bytes, refs;
	uint64_t id;
	uint32_t kept;       /* its place among those that are evaluated + 1; 0: it is not */
	uint64_t version;    /* of core.label_version when it was */
	struct bitset match; /* labels match, and no taint keeps it away */
	struct bitset avoid[AVOID_MAX]; /* nodes with more than i taints to be avoided */
};

/* A placement request: equal ones are one. key: the selection and what is asked for. */
struct request {
	UT_hash_handle hh;
	char *key;
	uint32_t key_bytes, refs;
	struct needs needs;
	uint32_t nres_seen; /* core.nres when names were last looked up */
	struct selection *set;
};
