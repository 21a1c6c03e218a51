/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the connections: watches. */
#pragma once

#include "test/sim/world/call.h"

/* The request of a watch has come to the server: the call is a watch from now on, or ends with 410
 * where its resourceVersion is forgotten. */
void watch_begin(struct call *call);
