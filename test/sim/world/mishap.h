/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the connections: what goes wrong with requests. */
#pragma once

#include "test/sim/world/call.h"

/* What is to befall a request, drawn when it leaves. */
enum mishap mishap_draw(struct conns *cs, const struct call *call);
/* The server's refusal in its stead; false: it is to be carried out. */
bool mishap_refuses(struct call *call);
/* A connection that breaks tells at once or never; then the deadline does. */
void mishap_lose(struct call *call);
