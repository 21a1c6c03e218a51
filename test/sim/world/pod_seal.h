/* SPDX-License-Identifier: Apache-2.0 */
/* Pods of the store are JSON. Between clone and put, a version's metadata is its typed meta, and
 * its spec and status are JSON (pod_edit.h). A put writes the metadata into the JSON and decodes
 * all of it with shared/kube, once: watches and lists hand out that struct. */
#pragma once

#include "test/sim/world/store.h"

/* Makes c, which is new, an editable copy: spec and annotations are shared, the status is its own.
 */
void pod_unseal(struct version *c, const struct version *v);
void pod_seal(struct version *v);
void pod_done(struct version *v);
