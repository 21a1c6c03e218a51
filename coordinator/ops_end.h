/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the coordinator's shell: the end of an operation becomes an event for the core. */
#pragma once

#include "coordinator/shell.h"

struct ops_sink ops_end_sink(struct coordinator *c);
