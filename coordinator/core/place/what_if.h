/* SPDX-License-Identifier: Apache-2.0 */
/* A question: what would be placed of a job if the job came now. An answer changes nothing that the
 * core knows; it is what a job with this spec would really get in the next step, if nothing else
 * happened. */
#pragma once

#include "coordinator/core/place/placing.h"

/* p is memory for the question alone (placing_new): the answer's nodes are in p->candidates, best
 * first. */
struct what_if place_what_if(const struct core *c, struct placing *p, const struct job_spec *spec);
