/* SPDX-License-Identifier: Apache-2.0 */
/* The coordinator's statistics as metrics, right before a scrape. */
#pragma once

#include "coordinator/coordinator.h"
#include "link/link.h"
#include "serve/metrics.h"

/* coordinator and listener may be NULL (before the certificate is there). */
void program_metrics(struct metrics *m, const char *lease, const struct coordinator *coordinator,
		     const struct link_listener *listener);
