/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/contract/case.h"

#include "base/mem.h"

const struct contract_case contract_cases[] = {
#define CASE(name) {#name, contract_##name},
#include "test/sim/contract/case.def"
#undef CASE
};
const size_t contract_ncases = ARRAY_LEN(contract_cases);
