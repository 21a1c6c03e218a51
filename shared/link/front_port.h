/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the front: the listening socket, and accepting connections. */
#pragma once

#include "link/front_parts.h"

/* Listens on the front's address; a port that the system chose is kept. RC_CONFIG or RC_IO. */
enum rc front_port_open(struct front *f, struct err *e) must_use;
void front_port_close(struct front *f);
/* Closes the port and opens it again. A failure is reported by on_failed, and front_port_again
 * tries again. */
void front_port_relisten(struct front *f, int64_t now_ms);
/* Call it every turn: ends a pause that was made because descriptors ran out or the port could
 * not be opened. */
void front_port_again(struct front *f, int64_t now_ms);
/* Accepts waiting connections while there is room. */
void front_port_accept(struct front *f, int64_t now_ms);
