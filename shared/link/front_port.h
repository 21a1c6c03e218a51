/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the front: the port, and who comes in by it. */
#pragma once

#include "link/front_parts.h"

/* Listens on the front's address; once its port is known, it stays. RC_CONFIG or RC_IO. */
enum rc front_port_open(struct front *f, struct err *e) must_use;
void front_port_close(struct front *f);
/* Closes the port and opens it again; what fails is told by on_failed and tried again by
 * front_port_again. */
void front_port_relisten(struct front *f, int64_t now_ms);
/* Ends a pause that was made because descriptors were out or the port was taken. Every turn. */
void front_port_again(struct front *f, int64_t now_ms);
/* Takes those who wait at the port, as long as there is room. */
void front_port_accept(struct front *f, int64_t now_ms);
