/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/place/what_if.h"

#include "coordinator/core/place/passer.h"
#include "coordinator/core/place/pick.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/selection.h"
#include "coordinator/core/state/tables.h"

struct what_if place_what_if(const struct core *c, struct placing *p, const struct job_spec *spec)
{
	struct request r = {.needs = needs_asked(c, &spec->requests), .ports = spec->ports};
	struct pick q = {.request = &r,
			 .selection = selection_question(c, spec, &p->scratch),
			 .passer = passer_of_spec(c, spec, &r.needs),
			 .per_node = spec->ports.n ? 1 : job_per_node(spec),
			 .need = 1, /* so that fit is known for a job that does not start, too */
			 .want = spec->parallelism};
	bool kept;
	uint32_t n = pick_nodes(c, p, &q, &kept);
	bool starts = n >= spec->min_parallelism;
	needs_done(&r.needs);
	return (struct what_if){.starts = starts, .n = starts ? n : 0, .fit = n, .kept = kept};
}
