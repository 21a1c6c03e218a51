/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: nobody asks the API server for the same thing again and again. */
#pragma once

#include "test/sim/checks/record.h"

void check_rate(struct checks *c, const char *who, const struct api_request *req);
void check_rates_free(struct checks *c);
