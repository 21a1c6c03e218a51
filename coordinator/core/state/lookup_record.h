/* SPDX-License-Identifier: Apache-2.0 */
/* Objects that pods of jobs need, as far as they were read. */
#pragma once

#include "base/bitset.h"
#include "base/heap.h"
#include "base/table.h"
#include "coordinator/core/state/volume_record.h"
#include "model/needed.h"

enum { POOL_MAX = 4096 };

/* A volume that no claim has. */
struct pooled {
	char *name, *rv, *where; /* where: as in struct lookup */
	int64_t bytes;
	uint32_t modes;
	bool block;
	bool taken; /* given to a claim since the list was read */
};

/* What a node can attach of a driver; node NULL: there is no limit. */
struct limit {
	char *node;
	uint32_t most;
};

enum { CAPACITIES_MAX = 65536 };

/* Where volumes of that size can be made at most. */
struct room_for_volumes {
	char *where; /* one list of terms (state/terms.h) */
	int64_t bytes;
};

/* A volume that was given to a claim, and need not be bound yet. */
struct given {
	char *volume, *ns, *claim, *uid; /* uid: "" if whoever gave it did not say */
};

/* One object, of all requests that name it. */
struct lookup {
	UT_hash_handle hh;
	char *key; /* kind, namespace, name */
	enum needed_kind kind;
	char *ns, *name;
	uint32_t refs;
	struct heap_node timer; /* the next question */
	bool asking;            /* a question is under way … */
	int64_t asked_ms;       /* … and when the last one was asked */
	bool answered;          /* at least once … */
	int64_t answered_ms;    /* … then last */
	bool read;              /* it was read well at least once … */
	int64_t read_ms;        /* … then last, … */
	int64_t told_ms;        /* … by a question that was asked then */
	char *failure;          /* why what was read last does not count any more, or "" */
	/* The answer. */
	bool exists, deleting, bound, lost, waits;
	bool selects, block, no_provisioner;
	uint32_t modes;
	int64_t bytes;
	char *uid, *rv, *selected; /* of a claim; selected: its node, or "" */
	char *provisioner;         /* of a StorageClass */
	bool attachless;           /* of a CSIDriver, … */
	bool tells_room;           /* … as well: its classes have a list of capacities */
	/* The choice of a first consumer for a claim. */
	bool selected_seen;    /* a read has shown the node; else it was written just now */
	struct bitset avoided; /* nodes whose choice came to nothing, by their index … */
	uint32_t avoided_last; /* … and the last of them */
	char *chosen;          /* the volume that was given to the claim, or "" */
	char *choice_failure;  /* why no choice could be written, or "" */
	int64_t choose_after_ms, chosen_ms;
	struct pooled *pool, *pool_next; /* of a pool; pool_next: while the list goes on */
	uint32_t npool, npool_next, pool_cap;
	struct given *given, *given_next; /* of a pool, in the same way */
	uint32_t ngiven, ngiven_next, given_cap;
	uint64_t print;       /* of all of it, to tell whether another answer differs */
	char *where;          /* two lists of terms (state/terms.h) and the tolerations … */
	uint64_t where_print; /* … and a hash of them */
	struct lookup *volume, *storage_class; /* of a claim; NULL: none */
	struct volume_use *use;                /* of a volume of a CSI driver; else NULL */
	struct lookup *driver;                 /* of one that one node alone may have, and of a
						  StorageClass whose volumes are to be made */
	struct lookup *limits_of_driver;       /* of such a volume, and of a StorageClass whose
						  volumes are to be made: NEEDED_CSI_NODES */
	/* Of NEEDED_CSI_NODES: by the index of the node; limits_next: while the list goes on. */
	struct limit *limits, *limits_next;
	uint32_t nlimits, nlimits_next, limits_cap;
	struct lookup *limited_prev, *limited_next;
	struct room_for_volumes *capacity, *capacity_next; /* of NEEDED_CAPACITY, in the same way */
	uint32_t ncapacity, ncapacity_next, capacity_cap;
	bool capacity_known;       /* a list has come to its end */
	struct lookup *free;       /* of a StorageClass that waits for a consumer: its pool */
	struct lookup *capacities; /* of one whose driver tells; else NULL */
};

struct lookup_table {
	struct lookup *all;
	struct lookup *limited; /* those of NEEDED_CSI_NODES (limited_next) */
	int64_t node_came_ms;   /* when a Node came last */
	uint32_t nasking;
	int64_t warn_after_ms; /* what others cause again and again is logged once a minute */
};
