/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of wire: a walk over a frame's bytes before anything is allocated for it. Not for others.
 */
#pragma once

#include <muster/muster.pb-c.h>

#include "wire/wire.h"

enum { WIRE_REASON_MAX = 256 };

/* Checks that the bytes are a Frame within every bound of fields.def: RC_MALFORMED or RC_TOOBIG.
 * The memory to unpack a checked frame is in proportion to the bounds, whatever the peer sends. */
enum rc scan_frame(const uint8_t *p, size_t len, struct err *e) must_use;
