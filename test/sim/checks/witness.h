/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: what no fault does directly, but several together, is counted. */
#pragma once

#include "test/sim/cluster/cluster.h"

/* A process has had its turn. */
void witness_turn(const struct proc *p);
/* A request has come to the API server. */
void witness_request(struct cluster *cl, const char *who, const struct api_request *req);
