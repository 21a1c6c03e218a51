/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the front: carries a PIPED connection's bytes. */
#pragma once

#include "link/front_parts.h"

/* Carries what there is both ways and sets the events that epoll watches for. False: the
 * connection is over and the caller drops it. */
bool conn_pump(struct conn *c) must_use;
