/* SPDX-License-Identifier: Apache-2.0 */
/* Pods of jobs. A template is the pod without its per-member parts, made once from the user's spec;
 * a member's pod is the template with name, owner, node, labels and environment filled in. */
#pragma once

#include "base/buf.h"
#include "kube/js.h"
#include "model/job.h"
#include "model/member.h"

/* The JSON of one member's pod. RC_MALFORMED: the template's text is no pod; RC_TOOBIG. */
enum rc pod_render(const struct pod_create *p, struct buf *out, struct err *e) must_use;
/* Fills in what runs of spec: template hash and text, requests, credentials; invalid, in words, if
 * no pod can be made of it. default_image: for containers without one; may be NULL. */
void pod_template(struct arena *a, const json_t *job_spec, const char *default_image,
		  struct job_spec *spec);
