/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the coordinator's shell: proofs on the way out, and what they are worth on the way in.
 * Where orders are not proven, nothing is signed and everything is valid. */
#pragma once

#include "coordinator/shell.h"

/* The members as they came from the node, each with what its proof is worth; the caller frees them.
 * node: where they are said to be. */
struct member *proven_members(const struct coordinator *c, const char *node, const struct member *v,
			      uint32_t n);
void proven_member(const struct coordinator *c, const char *node, struct member *m);
/* Both give "" where orders are not proven. */
void proven_order(struct coordinator *c, const char *node, const struct order *o,
		  char ret[PROOF_TEXT_BYTES]);
void proven_create(struct coordinator *c, const struct pod_create *p, char ret[PROOF_TEXT_BYTES]);
