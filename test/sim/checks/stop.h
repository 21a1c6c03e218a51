/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: why a member may be stopped, and its pod deleted. */
#pragma once

#include "test/sim/checks/line.h"

/* A coordinator says that it stops a member of a known job. */
void check_stopped(struct checks *c, const struct mind *m, const struct line *l);
/* It does so because the job is deleted. */
void check_stopped_deleted(struct checks *c, struct mind *m, const struct line *l);
/* A DELETE comes to the API server. */
void check_delete(struct checks *c, const char *who, const struct api_request *req);
