/* SPDX-License-Identifier: Apache-2.0 */
/* The question what would be placed of a job if the job came now. The answer is what a job with
 * this spec gets in the next step if nothing else happens. Nothing changes that the core knows. */
#pragma once

#include "coordinator/core/place/placing.h"

/* p is memory of the question (placing_new). The nodes of the answer are in p->candidates, best
 * first. */
struct what_if place_what_if(const struct core *c, struct placing *p, const struct job_spec *spec);
