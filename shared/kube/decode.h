/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: decodes JSON of the API server into structs of model. Strings point into
 * the tree, the rest is in the arena; both live for the call. A field that is missing or has a
 * wrong type counts as absent, since the API server's schemas have checked it. RC_MALFORMED only
 * if the object is useless. */
#pragma once

#include "kube/js.h"
#include "sync/api.h"

struct decoded { /* space for an object of any kind */
	struct api_object object;
	struct job job;
	struct compute_node compute_node;
	struct node node;
	struct pod pod;
	struct lease lease;
	struct keyed_data data;
	struct token_identity token;
	struct needed needed;
	struct admission admission;
	struct meta meta;
};

enum rc decode_object(enum api_kind kind, const json_t *o, const char *default_image,
		      struct arena *a, struct decoded *ret, struct err *e) must_use;
