/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates of the agent link: a CA of our own and the coordinator's certificate under it, made,
 * checked, renewed, and bundles of CAs that overlap. All in PEM; no state, any thread. Keys are
 * ECDSA P-256. Times are wall milliseconds; now is given, no clock is read. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/must.h"

enum {
	TLS_CA_DAYS = 3650,
	TLS_SERVER_DAYS = 90,
	TLS_PEM_MAX = 64 * 1024, /* bytes of a certificate, key or bundle that is read */
	TLS_NAMES_MAX = 32,
	TLS_BUNDLE_MAX = 8 /* CAs in a bundle */
};

/* A certificate and its private key. Zeroed by tls_pair_done. */
struct tls_pair {
	char *cert, *key; /* PEM, owned */
};

/* Frees, and overwrites the key; usable again. */
void tls_pair_done(struct tls_pair *p);

/* A new self-signed CA, valid from an hour ago for TLS_CA_DAYS. name: its common name. */
enum rc tls_make_ca(const char *name, int64_t now_ms, struct tls_pair *ret, struct err *e) must_use;
/* A new server certificate under ca, valid from an hour ago for TLS_SERVER_DAYS, never longer than
 * the CA. names: 1…TLS_NAMES_MAX DNS names or IP addresses, which become its subjectAltName. */
enum rc tls_make_server(const struct tls_pair *ca, const char *const *names, size_t n,
			int64_t now_ms, struct tls_pair *ret, struct err *e) must_use;

struct tls_info {
	int64_t not_before_ms, not_after_ms;
	bool is_ca;
	char fingerprint[65]; /* SHA-256 of the certificate, lower-case hex */
};

/* Returns what the first certificate of pem says. */
enum rc tls_inspect(const char *pem, struct tls_info *ret, struct err *e) must_use;
/* Checks whether a client that trusts bundle believes a server with pair under each of names:
 * the key belongs to the certificate, the chain ends in the bundle, it is valid now, and it has
 * every name. If not: RC_TLS, with the reason for the operator in e. */
enum rc tls_check(const struct tls_pair *pair, const char *bundle, const char *const *names,
		  size_t n, int64_t now_ms, struct err *e) must_use;
/* Checks whether pair is a CA that can sign: a CA certificate with its own key, valid now. */
enum rc tls_check_ca(const struct tls_pair *pair, int64_t now_ms, struct err *e) must_use;
/* True if two thirds of its validity are over, or if it cannot be read: it is time for a new
 * one. */
bool tls_needs_renewal(const char *cert_pem, int64_t now_ms);
/* When that will be, wall ms; 0 if it cannot be read. */
int64_t tls_renewal_ms(const char *cert_pem);

/* Appends the CA certificates of newer and then those of older (either may be NULL or ""): each
 * once, without expired ones, at most TLS_BUNDLE_MAX, the newest first. While both are in the
 * bundle, an agent believes servers of either CA. The same input gives the same text. */
enum rc tls_bundle(const char *newer, const char *older, int64_t now_ms, struct buf *out,
		   struct err *e) must_use;
