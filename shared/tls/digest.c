/* SPDX-License-Identifier: Apache-2.0 */
#include "tls/digest.h"

#include <openssl/evp.h>

#include "base/hex.h"
#include "base/must.h"

void digest_sha256(const void *data, size_t len, char ret_hex[DIGEST_HEX_BYTES])
{
	unsigned char raw[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	must(EVP_Digest(data, len, raw, &n, EVP_sha256(), NULL) == 1 && n == 32);
	hex_put(raw, n, ret_hex);
}
