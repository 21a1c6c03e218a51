/* SPDX-License-Identifier: Apache-2.0 */
/* The coordinator's certificate: read from its Secret, made or renewed there when it must be, and
 * its CA published in the agents' ConfigMap. All members of the Deployment do this; writes are
 * fenced by resourceVersion, so one wins and the others read what it wrote. A Secret without ca.key
 * or ca.secret (cert-manager, or given by hand) is never written to. The key of a CA that Muster
 * made is in a Secret of its own, which is read when a certificate is due. Driven by completions
 * and certs_tick. */
#pragma once

#include "base/log.h"
#include "sync/api.h"
#include "tls/tls.h"

struct certs;

struct certs_config { /* strings borrowed for its whole life */
	const char *namespace, *secret, *configmap;
	const char *ca_secret;    /* for the CA's key alone; "": it is kept in secret */
	const char *const *names; /* that the certificate must have: NAME.NS.svc… */
	size_t nnames;
	int64_t recheck_ms; /* how often the Secret is looked at again */
};

struct certs *certs_new(const struct certs_config *cfg, const struct api *api,
			const struct log *log);
struct certs *certs_free(struct certs *c);
void certs_tick(struct certs *c, int64_t now_ms, int64_t wall_ms);
int64_t certs_deadline(const struct certs *c);
/* NULL until there is a certificate; *ret_version grows with each new one. Borrowed until the next
 * tick or completion. */
const struct tls_pair *certs_pair(const struct certs *c, const char **ret_bundle,
				  uint64_t *ret_version);
/* Why there is no certificate yet, for /readyz; NULL if there is one. */
const char *certs_missing(const struct certs *c);
