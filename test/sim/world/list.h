/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of the model API server. */
#pragma once

#include "test/sim/world/answer.h"
#include "test/sim/world/server.h"

/* Answers a LIST, or its next page; 410 when the page's snapshot is gone. */
void list_answer(struct server *s, const struct api_request *req, struct answer *ret);
/* Whether namespace, field selector and label selector of a list or watch let the object through.
 */
bool selector_matches(const struct api_request *req, const struct version *v);
