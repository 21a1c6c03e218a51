/* SPDX-License-Identifier: Apache-2.0 */
/* Objects that the pods of a job need, beside a node: RuntimeClasses, PersistentVolumeClaims, and
 * what these name. Only what placement asks of them. Pointers are borrowed for the call. */
#pragma once

#include "model/object.h"

enum needed_kind {
	NEEDED_RUNTIME_CLASS,
	NEEDED_CLAIM,
	NEEDED_VOLUME,
	NEEDED_STORAGE_CLASS,
	NEEDED_CSI_DRIVER,
	NEEDED_CSI_NODES, /* what nodes can attach of a driver, its name; read by a list */
	NEEDED_CAPACITY,  /* where volumes of a StorageClass can be made; read by a list */
	NEEDED_POOL,      /* the volumes of a StorageClass that no claim has; read by a list */
	NEEDED_KIND_N
};

/* The kind is read by a list, and its name is no object's. */
static inline bool needed_listed(enum needed_kind kind)
{
	return kind == NEEDED_POOL || kind == NEEDED_CSI_NODES || kind == NEEDED_CAPACITY;
}

enum { CLAIMS_MAX = 32 };       /* of one pod */
enum { NODE_DRIVERS_MAX = 64 }; /* CSI drivers of one node */

/* How many volumes of a driver a node can have attached. */
struct volume_limit {
	const char *driver;
	uint32_t most;
};

enum access_mode { MODE_RWO = 1, MODE_ROX = 2, MODE_RWX = 4, MODE_RWOP = 8 }; /* bits */

/* With one of these, several nodes may have the volume at once; a volume that tells no mode at all
 * leaves that to its driver (IsMultiAttachAllowed of the attach/detach controller). */
enum { MODES_SHARED = MODE_ROX | MODE_RWX };

struct sel_terms { /* ORed; none: every node */
	const struct sel_term *v;
	uint32_t n;
};

#define NO_PROVISIONER "kubernetes.io/no-provisioner"

/* What is written to give a claim its first consumer: the claim's annotation, or the claimRef of a
 * volume. */
struct claim_choice {
	const char *node;             /* of a claim: its selected node */
	const char *ns, *claim, *uid; /* of a volume: whose it is */
};

struct needed {
	struct meta meta;
	/* RuntimeClass: scheduling.nodeSelector. Volume: nodeAffinity, and its zone labels as the
	 * scheduler's plugin VolumeZone reads them. StorageClass: allowedTopologies.
	 * CSIStorageCapacity: nodeTopology. A node is to match both. */
	struct sel_terms where[2];
	const struct toleration *tolerations; /* RuntimeClass: scheduling.tolerations */
	uint32_t ntolerations;
	/* Claim */
	bool bound, lost;
	const char *volume, *storage_class; /* "": none */
	uint32_t modes;                     /* bits of enum access_mode; a volume has them too */
	const char *selected_node;          /* annotation volume.kubernetes.io/selected-node */
	bool selects;                       /* has a selector of volumes */
	/* Claim, volume and CSIStorageCapacity */
	int64_t bytes; /* thousandths: what it asks for, has, or how large a volume can be made */
	bool block;    /* volumeMode: Block */
	bool taken;    /* a volume: a claim has it, or it goes … */
	/* … and is to be bound to the claim that its claimRef names; else "". uid may be "". */
	const char *for_ns, *for_claim, *for_uid;
	const char *driver, *handle; /* a volume of a CSI driver; else "" */
	/* StorageClass */
	bool waits; /* volumeBindingMode: WaitForFirstConsumer */
	const char *provisioner;
	/* CSIDriver */
	bool attachless; /* attachRequired: false: no node ever attaches its volumes */
	bool tells_room; /* storageCapacity: CSIStorageCapacities tell where it can make volumes */
	/* CSINode: of drivers that say so; at most NODE_DRIVERS_MAX */
	const struct volume_limit *limits;
	uint32_t nlimits;
};
