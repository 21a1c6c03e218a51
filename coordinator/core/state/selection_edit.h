/* SPDX-License-Identifier: Apache-2.0 */
/* What an edit of a job's selection means for nodes on which members run already. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The nodes that the edit from one selection to the other does not exclude, as the nodes are now.
 * What the edit leaves as it was excludes nobody: a node may have got a taint, a cordon or another
 * label after its member was placed. on: nodes that matter; of others nothing is promised. ret
 * starts out zeroed. */
void selection_edit_stays(const struct core *c, const struct selection *was,
			  const struct selection *is, const struct bitset *on, struct bitset *ret);
