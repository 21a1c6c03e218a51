/* SPDX-License-Identifier: Apache-2.0 */
/* What people do to RuntimeClasses, volumes and claims. */
#pragma once

#include "test/sim/world/world.h"

/* Makes the object, or writes it anew: obj without meta. ns is NULL for kinds without namespaces.
 */
void user_needed(struct world *w, enum needed_kind kind, const char *ns, const char *name,
		 const struct needed *obj);
bool user_remove_needed(struct world *w, enum needed_kind kind, const char *ns, const char *name);
