/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes that are no secret: FNV-1a with a final mix. Stable across versions: pod names and
 * template hashes are made from them. */
#pragma once

#include <stddef.h>
#include <stdint.h>

uint64_t hash_bytes(uint64_t seed, const void *data, size_t len);
uint64_t hash_str(uint64_t seed, const char *s); /* with the terminator, so joins are unambiguous */
uint64_t hash_u64(uint64_t seed, uint64_t v);
/* n letters of h in the alphabet of Kubernetes' generated names (no vowels, nothing that looks
 * like something else), terminated; n <= 12. */
void hash_name(uint64_t h, char *ret, size_t n);
/* 16 lower-case hex digits, terminated. */
void hash_hex(uint64_t h, char ret[17]);
