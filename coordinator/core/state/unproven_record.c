/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/unproven_record.h"

#include <stdlib.h>

void unproven_done(struct unproven *u)
{
	free(u->pod_uid);
	free(u->requests);
}

void node_unproven_done(struct node_unproven *all)
{
	for (uint32_t i = 0; i < all->n; i++)
		unproven_done(&all->v[i]);
	free(all->v);
	*all = (struct node_unproven){0};
}
