/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: the variables of containers. */
#pragma once

#include "kube/js.h"

void pod_env_add(json_t *env, const char *name, const char *value);
/* Puts the variables at the front of the container's, so that a user's value can refer to
 * $(MUSTER_MEMBER_INDEX). A name that is there keeps its place and its value. */
void pod_env_lead(json_t *container, const json_t *more);
/* The same at the end. */
void pod_env_append(json_t *container, const json_t *more);
