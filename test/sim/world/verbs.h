/* SPDX-License-Identifier: Apache-2.0 */
/* Writes at the model API server, one function a verb. */
#pragma once

#include "test/sim/world/answer.h"
#include "test/sim/world/server.h"

void verb_create(struct server *s, const char *who, const struct api_request *req,
		 struct answer *ret);
void verb_patch(struct server *s, const struct api_request *req, struct answer *ret);
void verb_patch_status(struct server *s, const struct api_request *req, struct answer *ret);
/* arena: for the names of fields in conflict, which the answer borrows. */
void verb_apply(struct server *s, const struct api_request *req, struct arena *arena,
		struct answer *ret);
void verb_delete(struct server *s, const char *who, const struct api_request *req,
		 struct answer *ret);
