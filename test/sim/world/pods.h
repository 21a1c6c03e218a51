/* SPDX-License-Identifier: Apache-2.0 */
/* Pods at the model API server. */
#pragma once

#include "test/sim/world/answer.h"
#include "test/sim/world/server.h"

/* Answers the create of a pod: admission and quota may refuse it. */
void verb_create_pod(struct server *s, const char *who, const struct api_request *req,
		     struct answer *ret);
