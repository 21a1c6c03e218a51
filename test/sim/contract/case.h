/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the contract: its cases. Each is asserted with cmocka. */
#pragma once

#include "test/sim/contract/contract.h"

#define CASE(name) void contract_##name(struct contract_env *env);
#include "test/sim/contract/case.def"
#undef CASE
