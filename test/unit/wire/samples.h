/* SPDX-License-Identifier: Apache-2.0 */
/* One message of every kind with every field set, for tests of frames. */
#pragma once

#include "wire/wire.h"

enum { SAMPLES = 8 };

/* i < SAMPLES; borrowed for ever. */
const struct msg *sample(int i);
/* Whether two messages say the same, field by field; a member's node is not on the wire. */
bool sample_eq(const struct msg *a, const struct msg *b);
