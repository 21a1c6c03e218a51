/* SPDX-License-Identifier: Apache-2.0 */
/* A kubelet that has refused a member of a job is not asked again at once, and not at all for what
 * the pod is. */
#pragma once

#include "test/sim/checks/record.h"

void check_asked_again(struct checks *c, const struct version *pod); /* it was created just now */
/* Its status was written: no job fails with PodRefused while a node might admit it. */
void check_refused_job(struct checks *c, const struct version *prev, const struct version *job);
void check_note_refused_gone(struct checks *c, const struct version *pod); /* it went just now */
bool check_refused_gone_lately(struct checks *c, const char *uid); /* a refused pod of the job */
