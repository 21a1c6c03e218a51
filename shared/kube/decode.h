/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: JSON of the API server to structs of model. Strings point into the tree, the
 * rest is in the arena; both live for the call. What is missing or of a wrong type is as if absent:
 * the API server's schemas have checked it; only what makes an object useless is RC_MALFORMED. */
#pragma once

#include "kube/js.h"
#include "sync/api.h"

struct decoded { /* room for whatever kind it is */
	struct api_object object;
	struct job job;
	struct cnode cnode;
	struct node node;
	struct pod pod;
	struct lease lease;
	struct keyed_data data;
	struct token_identity token;
	struct meta meta;
};

enum rc decode_object(enum api_kind kind, const json_t *o, const char *default_image,
		      struct arena *a, struct decoded *ret, struct err *e) must_use;
