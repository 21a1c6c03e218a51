/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: credential plug-ins (client.authentication.k8s.io): programs of the user
 * that print a token or a client certificate. A plug-in runs once before the loop. It runs
 * again, on its own thread so that no turn waits, when the token expires soon or was refused. A
 * new certificate is used from the next start on. Bounds: EXEC_WAIT_MS, EXEC_OUTPUT_MAX,
 * EXEC_WORDS_MAX. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/must.h"

enum { EXEC_WAIT_MS = 30000, EXEC_OUTPUT_MAX = 256 * 1024, EXEC_WORDS_MAX = 64 };

struct exec_credential { /* owned strings; NULL if not given */
	char *token, *cert, *key;
	int64_t expires_ms; /* wall ms; 0: unknown */
};

struct exec_plugin {
	char *argv[EXEC_WORDS_MAX + 1]; /* command and args */
	char *env[EXEC_WORDS_MAX + 1];  /* "NAME=VALUE", added to our environment */
	char *info;                     /* KUBERNETES_EXEC_INFO */
	struct exec_renewal *renewal;   /* running, or ended with a result that nobody took */
};

/* Runs the plug-in and waits. RC_CONFIG says what failed. */
enum rc exec_run(const struct exec_plugin *x, struct exec_credential *ret, struct err *e) must_use;
/* Reads what a plug-in printed, an ExecCredential. False: it has no token, or a certificate without
 * its key or the other way round; then *ret is empty. */
bool exec_parse(const char *text, size_t len, struct exec_credential *ret) must_use;
void exec_credential_done(struct exec_credential *c);
struct exec_plugin *exec_free(struct exec_plugin *x); /* waits for a renewal that runs */
/* Starts a renewal unless one runs. */
void exec_renew(struct exec_plugin *x);
/* True once after each renewal that gave a credential. */
bool exec_renewed(struct exec_plugin *x, struct exec_credential *ret) must_use;
