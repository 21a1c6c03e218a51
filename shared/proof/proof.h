/* SPDX-License-Identifier: Apache-2.0 */
/* Proofs that an order was given: a MAC over what the order says, under a key that only
 * coordinators have. A proof is text, "KEY.MAC" in hexadecimal (8 and 32 digits). It is valid for
 * one pod name, job, index, attempt, node and template; it says nothing about what became of the
 * pod. A ring holds the keys: the newest signs, all of them check. docs/design/0010-threat-model.md
 * has the reasons. One thread; no I/O. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "model/member.h"

enum {
	PROOF_KEY_BYTES = 32,
	PROOF_KEYS_MAX = 16, /* a further one replaces the oldest */
	PROOF_RING_TEXT_MAX = PROOF_KEYS_MAX * 128
};

/* What is signed. No string has a NUL. */
struct proof_claim {
	const char *ns, *pod, *job_uid, *node, *template_hash;
	uint32_t index, attempt;
};

struct proof_ring;

struct proof_ring *proof_ring_new(void);
struct proof_ring *proof_ring_free(struct proof_ring *r); /* wipes the keys; NULL in, NULL out */
/* A line for each key, the oldest first: its name, which no other has, the wall time in seconds
 * when it was made, and the key. Replaces what the ring has; if the text is no such list, the ring
 * stays as it is. */
enum rc proof_ring_parse(struct proof_ring *r, const char *text, struct err *e) must_use;
void proof_ring_format(const struct proof_ring *r, struct buf *out);
/* A key for what is signed from now on. made_s: wall time, in seconds. */
void proof_ring_add(struct proof_ring *r, const unsigned char key[PROOF_KEY_BYTES], int64_t made_s);
/* The same with random bytes. */
void proof_ring_make(struct proof_ring *r, void (*random)(void *ret, size_t len), int64_t made_s);
uint32_t proof_ring_count(const struct proof_ring *r);
int64_t proof_ring_newest_s(const struct proof_ring *r); /* 0: it has no key */

/* The ring must have a key. "" for a claim whose strings are too long for any pod (1000 bytes). */
void proof_sign(struct proof_ring *r, const struct proof_claim *c, char ret[PROOF_TEXT_BYTES]);
/* PROOF_VALID, PROOF_WRONG, or PROOF_NONE: no proof, or of a key that the ring does not have. */
enum member_proof proof_check(struct proof_ring *r, const struct proof_claim *c, const char *text);
