/* SPDX-License-Identifier: Apache-2.0 */
/* Pods of jobs. A template is the pod without the parts that differ by member, made once from
 * the user's spec. The pod of a member is the template with name, owner, node, labels and
 * environment. */
#pragma once

#include "base/buf.h"
#include "kube/js.h"
#include "model/job.h"
#include "model/member.h"

/* Appends the JSON of a member's pod. RC_MALFORMED: the text of the template is not a pod;
 * RC_TOOBIG. */
enum rc pod_render(const struct pod_create *p, struct buf *out, struct err *e) must_use;
/* Fills in the template's hashes and text, the requests, what else the pod needs, credentials,
 * doubt, and invalid (in words) if no pod can be made. default_image is for containers without an
 * image; may be NULL. */
void pod_template(struct arena *a, const json_t *job_spec, const char *default_image,
		  const char *ns, struct job_spec *spec);
