/* SPDX-License-Identifier: Apache-2.0 */
/* HMAC-SHA-256 (RFC 2104), truncated to 128 bits (section 5 there; RFC 4868 does the same), and
 * random keys. One thread. A key is wiped when it is freed. Running out of memory or of random
 * bytes ends the program. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { MAC_KEY_BYTES = 32, MAC_BYTES = 16 };

struct mac;

struct mac *mac_new(const unsigned char key[MAC_KEY_BYTES]); /* copies the key */
struct mac *mac_free(struct mac *m);                         /* NULL in, NULL out */
void mac_of(struct mac *m, const void *data, size_t len, unsigned char ret[MAC_BYTES]);
/* Takes the same time whatever differs. */
bool mac_same(const void *a, const void *b, size_t len);
void mac_random(void *ret, size_t len);
void mac_wipe(void *p, size_t len);
