/* SPDX-License-Identifier: Apache-2.0 */
/* Deep copies of parts of messages into an arena. False: the arena's cap was passed. */
#pragma once

#include "base/arena.h"
#include "base/must.h"
#include "model/message.h"

bool msgcopy_member(struct arena *a, const struct member *m, struct member *ret) must_use;
bool msgcopy_reslist(struct arena *a, const struct reslist *l, struct reslist *ret) must_use;
bool msgcopy_ports(struct arena *a, const struct host_ports *p, struct host_ports *ret) must_use;
bool msgcopy_order(struct arena *a, const struct order *o, struct order *ret) must_use;
