/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the agents' network: arrival. */
#pragma once

#include "test/sim/world/net_state.h"

/* self: the net; id: the packet's. Nothing happens if it is gone. */
void packet_arrives(void *self, uint64_t id);
