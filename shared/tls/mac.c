/* SPDX-License-Identifier: Apache-2.0 */
/* The context holds the key's two padded blocks, so that a MAC costs the blocks of its text alone.
 */
#include "tls/mac.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct mac {
	EVP_MAC *algorithm;
	EVP_MAC_CTX *ctx;
};

struct mac *mac_new(const unsigned char key[MAC_KEY_BYTES])
{
	char digest[] = "SHA256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end()};
	struct mac *m = mem_zalloc(1, sizeof *m);
	m->algorithm = EVP_MAC_fetch(NULL, "HMAC", NULL);
	must(m->algorithm);
	m->ctx = EVP_MAC_CTX_new(m->algorithm);
	must(m->ctx && EVP_MAC_init(m->ctx, key, MAC_KEY_BYTES, params) == 1);
	return m;
}

struct mac *mac_free(struct mac *m)
{
	if (!m)
		return NULL;
	EVP_MAC_CTX_free(m->ctx); /* OpenSSL wipes the key in it */
	EVP_MAC_free(m->algorithm);
	free(m);
	return NULL;
}

void mac_of(struct mac *m, const void *data, size_t len, unsigned char ret[MAC_BYTES])
{
	unsigned char whole[EVP_MAX_MD_SIZE];
	size_t n = 0;
	must(EVP_MAC_init(m->ctx, NULL, 0, NULL) == 1 && EVP_MAC_update(m->ctx, data, len) == 1 &&
	     EVP_MAC_final(m->ctx, whole, &n, sizeof whole) == 1 && n >= MAC_BYTES);
	memcpy(ret, whole, MAC_BYTES);
}

bool mac_same(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}

void mac_random(void *ret, size_t len)
{
	must(RAND_bytes(ret, (int)len) == 1);
}

void mac_wipe(void *p, size_t len)
{
	OPENSSL_cleanse(p, len);
}
