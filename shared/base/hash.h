/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds of hash. Those without a key are FNV-1a with a final mix, and stable across versions:
 * pod names and template hashes are made from them. Those with a key are for tables in memory whose
 * keys strangers choose: without the key nobody can look for names that share a bucket. */
#pragma once

#include <stddef.h>
#include <stdint.h>

uint64_t hash_bytes(uint64_t seed, const void *data, size_t len);
uint64_t hash_str(uint64_t seed, const char *s); /* with the terminator, so joins are unambiguous */
uint64_t hash_u64(uint64_t seed, uint64_t v);

/* Quick ones, for fingerprints that this process alone compares: unlike the two above, another
 * version may count otherwise. */
uint64_t hash_mix(uint64_t seed, uint64_t v);
uint64_t hash_mix_str(uint64_t seed, const char *s); /* with the length */

/* SipHash-1-3 (Aumasson, Bernstein 2012) of data, with the key of this process; seed tells tables,
 * and the parts of a joined key, apart. Different in each run of a program: never to be stored,
 * sent, or followed in an order of anything. */
uint64_t hash_keyed(uint64_t seed, const void *data, size_t len);
uint64_t hash_keyed_str(uint64_t seed, const char *s); /* with the terminator */
/* Once, before the first table and the first thread. Without it the key is 0, as simulator and
 * tests want it: the same in every run. */
void hash_key_set(uint64_t k0, uint64_t k1);
/* The function itself, of c rounds a word and d at the end, for the published test vectors. */
uint64_t siphash(const uint64_t key[2], unsigned c, unsigned d, const void *data, size_t len);

/* n letters of h in the alphabet of Kubernetes' generated names (no vowels, nothing that looks
 * like something else), terminated; n <= 12. */
void hash_name(uint64_t h, char *ret, size_t n);
/* 16 lower-case hex digits, terminated. */
void hash_hex(uint64_t h, char ret[17]);
