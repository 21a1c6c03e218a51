/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/place/placing.h"

#include <stdlib.h>

#include "coordinator/core/state/selection.h"

struct placing *placing_new(void)
{
	return mem_zalloc(1, sizeof(struct placing));
}

struct placing *placing_free(struct placing *p)
{
	if (!p)
		return NULL;
	bitset_done(&p->ok);
	bitset_done(&p->tier);
	bitset_done(&p->last);
	for (uint32_t i = 0; i <= PREFER_BITS; i++)
		bitset_done(&p->part[i]);
	bitset_done(&p->held);
	bitset_done(&p->some);
	selection_question_done(&p->scratch);
	free(p->candidates);
	free(p->shared);
	free(p->plan);
	free(p);
	return NULL;
}
