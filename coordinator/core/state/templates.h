/* SPDX-License-Identifier: Apache-2.0 */
/* Pod templates, known by hash: how many jobs use each (the shell keeps the texts), and which of
 * them agents may not create in a namespace although the coordinator may. */
#pragma once

#include "coordinator/core/state/tables.h"

/* One job more (sign 1) or less (-1) uses it; the last one lets the shell drop the text. */
void templates_use(struct core *c, uint32_t template_id, int sign);
void templates_forget(struct core *c);
uint32_t templates_count(const struct core *c);
/* Agents were denied this template's pods in this namespace, and the coordinator was not. Kept by
 * name: what was learnt outlives the jobs. At most TEMPLATES_BY_US_MAX are remembered. */
bool templates_by_us(const struct core *c, const char *ns, uint32_t template_id);
void templates_remember(struct core *c, const char *ns, uint32_t template_id);
