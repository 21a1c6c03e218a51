/* SPDX-License-Identifier: Apache-2.0 */
/* The keys that prove orders, in a Secret of their own: read when leadership is gained, made if
 * they are missing, one more made when the newest is old. Only the leader writes them: what
 * somebody deletes while it leads, it writes again. Beside them stands which leadership signed
 * last, and until when pods are old: a pod without a proof that was created before may be a member.
 * That time is set anew when keys were made, or when somebody led meanwhile who does not sign (an
 * older version). Driven by completions and proofs_tick. docs/design/0010-threat-model.md has the
 * reasons. */
#pragma once

#include "base/log.h"
#include "proof/proof.h"
#include "sync/api.h"

struct proofs;

struct proofs_config {
	const char *namespace, *secret; /* borrowed for its whole life */
	void (*random)(void *ret, size_t len);
	void *self;
	/* The keys are known and this epoch is stored: once for each proofs_lead. */
	void (*on_ready)(void *self);
};

struct proofs *proofs_new(const struct proofs_config *cfg, const struct api *api,
			  const struct log *log);
struct proofs *proofs_free(struct proofs *p); /* wipes the keys; NULL in, NULL out */
/* lease_uid, transitions: of the Lease that was taken (elect.h). The holder before signed, if the
 * Secret names it or this very holder. An epoch does not tell: it is a resourceVersion. */
void proofs_lead(struct proofs *p, uint64_t epoch, const char *lease_uid, int64_t transitions);
void proofs_unlead(struct proofs *p); /* forgets the keys */
void proofs_now(struct proofs *p, int64_t now_ms, int64_t wall_ms);
void proofs_tick(struct proofs *p);
int64_t proofs_deadline(const struct proofs *p); /* INT64_MAX: nothing waits */
/* Why there are no keys yet, for /readyz; NULL if there are. */
const char *proofs_missing(const struct proofs *p);

/* Pods may still be made of orders that were given without a proof. */
bool proofs_old_pods_come(const struct proofs *p);

/* The keys must be known. */
void proofs_sign_order(struct proofs *p, const char *node, const struct order *o,
		       char ret[PROOF_TEXT_BYTES]);
void proofs_sign_create(struct proofs *p, const struct pod_create *c, char ret[PROOF_TEXT_BYTES]);
/* What the member's proof is worth; node: where it is, or whose agent tells of it. */
enum member_proof proofs_check(const struct proofs *p, const char *node, const struct member *m);
