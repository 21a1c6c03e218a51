/* SPDX-License-Identifier: Apache-2.0 */
/* Labels and taints, interned. */
#pragma once

#include <stdint.h>

#include "model/object.h"

struct label {
	uint32_t key, val;
};

struct labels {
	struct label *v;
	uint32_t n;
};

struct node_taint {
	uint32_t key, val;
	enum taint_effect effect;
};
