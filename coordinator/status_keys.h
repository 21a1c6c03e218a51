/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the coordinator's shell: the write queue's keys. An object whose status is written is
 * interned as "j/NAMESPACE/NAME" (a ComputeJob) or "n/NAME" (a ComputeNode). */
#pragma once

#include <stdbool.h>

#include "base/intern.h"

/* The object's key, made if it has none. */
uint64_t status_key_job(struct intern *keys, const char *ns, const char *name);
uint64_t status_key_compute_node(struct intern *keys, const char *name);
/* True for a ComputeJob. The names point into *own_text, which the caller frees; *ret_ns is NULL
 * for a ComputeNode. */
bool status_key_split(const struct intern *keys, uint64_t key, char **own_text, const char **ret_ns,
		      const char **ret_name);
