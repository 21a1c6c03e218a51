/* SPDX-License-Identifier: Apache-2.0 */
/* What proving an order costs. The figure's bound is far above what any machine takes: it fails
 * when a key is set up for each proof. */
#include "proof/proof.h"

#include <stdio.h>
#include <string.h>

#include "os/clock.h"

enum { ORDERS = 200000, MOST_NS = 20000 };

int main(void)
{
	static const unsigned char key[PROOF_KEY_BYTES] = "a key";
	struct proof_ring *r = proof_ring_new();
	char text[PROOF_TEXT_BYTES];
	int64_t began_us = clock_mono_us();
	for (uint32_t i = 0; i <= PROOF_KEYS_MAX; i++)
		proof_ring_add(r, key, 0);
	for (uint32_t i = 0; i < ORDERS; i++) {
		const struct proof_claim c = {
			.ns = "team-a",
			.pod = "training-of-a-model-12345-abcde",
			.job_uid = "5b3c7f0e-0000-4000-8000-000000000001",
			.node = "ip-10-0-123-123.eu-central-1.compute.internal",
			.template_hash = "0123456789abcdef0123456789abcdef01234567",
			.index = i % 10000,
			.attempt = 1};
		proof_sign(r, &c, text);
		if (proof_check(r, &c, text) != PROOF_VALID)
			return 1;
	}
	int64_t ns = (clock_mono_us() - began_us) * 1000 / ORDERS;
	printf("orders=%d sign_and_check_ns=%lld bytes=%zu\n", ORDERS, (long long)ns, strlen(text));
	proof_ring_free(r);
	return ns < MOST_NS ? 0 : 1;
}
