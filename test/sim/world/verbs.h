/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the model API server: writes and how answers are made. */
#pragma once

#include "test/sim/world/server.h"

void answer_refuse(struct answer *a, enum rc rc, int http, const char *reason, const char *message);
void answer_not_found(struct answer *a);
void answer_conflict(struct answer *a);
void answer_ok(struct answer *a, int http, struct version *v); /* with the object as it is now */

void verb_create(struct server *s, const char *who, const struct api_request *req,
		 struct answer *ret);
/* pods.c */
void verb_create_pod(struct server *s, const char *who, const struct api_request *req,
		     struct answer *ret);

/* verbs.c */
void verb_patch(struct server *s, const struct api_request *req, struct answer *ret);
void verb_patch_status(struct server *s, const struct api_request *req, struct answer *ret);
void verb_apply(struct server *s, const struct api_request *req, struct arena *arena,
		struct answer *ret);
void verb_delete(struct server *s, const char *who, const struct api_request *req,
		 struct answer *ret);
