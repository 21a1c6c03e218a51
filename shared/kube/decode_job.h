/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: a ComputeJob. */
#pragma once

#include "kube/js.h"
#include "model/job.h"

/* default_image is for containers without an image; may be NULL. */
void decode_job(struct arena *a, const json_t *o, const char *default_image, struct job *ret);
/* A term of a node selector of core/v1, without its matchFields. */
struct sel_term decode_term(struct arena *a, const json_t *o);
/* At most TOLERATIONS_MAX. */
const struct toleration *decode_tolerations(struct arena *a, const json_t *array, uint32_t *ret_n);
enum taint_effect decode_effect(const char *s); /* EFFECT_ANY if the effect is unknown */
