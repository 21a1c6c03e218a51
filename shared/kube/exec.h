/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: credential plug-ins (client.authentication.k8s.io), programs of the user's
 * that print a token or a client certificate. Run once before the loop, and again on a thread of
 * its own when the token nears its end or was refused, so that no turn waits for one. A new
 * certificate counts from the next start. Bounds: EXEC_WAIT_MS, EXEC_OUTPUT_MAX, EXEC_WORDS_MAX. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/must.h"

enum { EXEC_WAIT_MS = 30000, EXEC_OUTPUT_MAX = 256 * 1024, EXEC_WORDS_MAX = 64 };

struct exec_credential { /* owned strings; NULL: not given */
	char *token, *cert, *key;
	int64_t expires_ms; /* wall; 0: not said */
};

struct exec_plugin {
	char *argv[EXEC_WORDS_MAX + 1]; /* command and args */
	char *env[EXEC_WORDS_MAX + 1];  /* "NAME=VALUE", beside our own */
	char *info;                     /* KUBERNETES_EXEC_INFO */
	struct exec_renewal *renewal;   /* under way, or its result not yet taken */
};

/* Runs it and waits. RC_CONFIG in words. */
enum rc exec_run(const struct exec_plugin *x, struct exec_credential *ret, struct err *e) must_use;
void exec_credential_done(struct exec_credential *c);
struct exec_plugin *exec_free(struct exec_plugin *x); /* waits for a renewal under way */
/* Starts a renewal unless one is under way. */
void exec_renew(struct exec_plugin *x);
/* True once for each renewal that gave something. */
bool exec_renewed(struct exec_plugin *x, struct exec_credential *ret) must_use;
