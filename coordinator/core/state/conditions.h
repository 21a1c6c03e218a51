/* SPDX-License-Identifier: Apache-2.0 */
/* The types of conditions, as the API writes them. */
#pragma once

#include "coordinator/core/state/job_record.h"

const char *job_condition_type(enum job_condition k);
const char *node_condition_type(enum node_condition k);
/* The condition of this type; JC_N or NC_N: Muster has no condition of this type. */
enum job_condition job_condition_find(const char *type);
enum node_condition node_condition_find(const char *type);
