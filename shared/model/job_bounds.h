/* SPDX-License-Identifier: Apache-2.0 */
/* The bounds of a ComputeJob once more, behind the CRD's: objects may have been stored before a
 * bound was tightened, and the CRD that is installed may be another. */
#pragma once

#include "base/buf.h"
#include "model/job.h"

/* Cuts *j to the bounds of model/object.h; numbers go to the nearest that is allowed, and a list
 * that is too long or has too long an entry is emptied. False: such a list was met, so nothing of
 * the job may be made; *why gets the field and its bound, for its author. */
bool job_bound(struct job *j, struct buf *why);
