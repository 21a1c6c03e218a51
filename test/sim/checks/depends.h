/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs that wait for others (spec.dependsOn): none starts before what it waits for was true, what
 * was true once is not lost, and who waits in vain fails or says so. */
#pragma once

#include "test/sim/checks/record.h"
#include "test/sim/world/depends.h"

void check_note_dependencies(struct checks *c, const struct version *job); /* it is there so */
void check_depends_born(struct checks *c, const struct version *pod);
void check_depends_told(struct checks *c, const struct version *was, const struct version *is);
/* A coordinator deletes a finished job. */
void check_depends_deleted(struct checks *c, const char *who, const struct api_request *req);
void check_depends_quiet(struct cluster *cl, const struct version *job);
void check_depends_free(struct checks *c);
