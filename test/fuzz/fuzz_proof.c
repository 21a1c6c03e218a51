/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and proofs from anywhere: a text is a ring or leaves the ring as it is, a ring's text is
 * read back, and nothing but what was signed is valid. */
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "proof/proof.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void read_back(const struct proof_ring *r)
{
	AUTO(buf_done) struct buf one = BUF_INIT(PROOF_RING_TEXT_MAX);
	AUTO(buf_done) struct buf two = BUF_INIT(PROOF_RING_TEXT_MAX);
	struct proof_ring *again = proof_ring_new();
	proof_ring_format(r, &one);
	must(buf_rc(&one) == RC_OK && proof_ring_parse(again, buf_str(&one), NULL) == RC_OK);
	proof_ring_format(again, &two);
	must(str_eq(buf_str(&one), buf_str(&two)));
	proof_ring_free(again);
}

/* The same claim with one number or text changed is another one. */
static void sign(struct proof_ring *r, const char *text)
{
	char proof[PROOF_TEXT_BYTES];
	struct proof_claim c = {.ns = "ns",
				.pod = text,
				.job_uid = "u",
				.node = "n",
				.template_hash = "h",
				.index = 1,
				.attempt = 2};
	proof_sign(r, &c, proof);
	must(!*proof || proof_check(r, &c, proof) == PROOF_VALID);
	c.index = 2;
	must(!*proof || proof_check(r, &c, proof) == PROOF_WRONG);
	c.index = 1;
	c.node = text;
	c.pod = "n";
	must(!*proof || str_eq(text, "n") || proof_check(r, &c, proof) == PROOF_WRONG);
	must(proof_check(r, &c, text) != PROOF_VALID);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const unsigned char key[PROOF_KEY_BYTES] = {7};
	AUTO(mem_freep) char *text = mem_alloc(len + 1);
	struct proof_ring *r = proof_ring_new();
	if (len)
		memcpy(text, data, len);
	text[len] = 0;
	proof_ring_add(r, key, 1);
	bool parsed = proof_ring_parse(r, text, NULL) == RC_OK;
	must(proof_ring_count(r) >= 1 && proof_ring_count(r) <= PROOF_KEYS_MAX);
	read_back(r);
	must(parsed || proof_ring_count(r) == 1);
	sign(r, text);
	proof_ring_free(r);
	return 0;
}
