/* SPDX-License-Identifier: Apache-2.0 */
/* What members write: which pods are meant, and their logs, many at once with a prefix for each
 * line. */
#pragma once

#include "cli/session.h"

enum rc logs_run(struct session *s, struct err *e) must_use;
