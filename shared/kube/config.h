/* SPDX-License-Identifier: Apache-2.0 */
/* Where the API server is and as whom to talk to it (config_load.h finds both). Tokens from files
 * are read again when the file changed or the server answered 401; those from credential plug-ins
 * are renewed likewise, and before they expire. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/must.h"
#include "os/file.h"

struct exec_plugin;

enum { KUBE_CA_MAX = 1024 * 1024 }; /* bytes of a CA file */

struct kube_config {
	char *server;          /* https://host:port */
	char *ca, *cert, *key; /* PEM or NULL */
	char *server_name;     /* tls-server-name or NULL */
	char *token;           /* or NULL */
	char *token_file;      /* or NULL */
	char *ca_file;         /* in a pod: looked at again when a connection is not believed */
	char *ns;              /* of the context, or of the pod; may be NULL */
	bool insecure;
	struct file_stamp token_stamp, ca_stamp;
	struct exec_plugin *exec; /* where the token or certificate comes from; or NULL */
	int64_t token_expires_ms; /* of the plug-in's, wall; 0: not said */
	int64_t exec_at_ms;       /* monotonic: no renewal before */
};

void kube_config_done(struct kube_config *c);
/* Before the first request: runs the plug-in, if there is one, and waits for it. RC_CONFIG also for
 * a token, wherever it came from, that no header line can carry. */
enum rc kube_config_first_credential(struct kube_config *c, struct err *e) must_use;
/* Reads the token file again if it changed (force: in any case); starts the plug-in if its token is
 * about to expire (force: in any case) and takes what it gave. Never blocks on it. */
void kube_config_refresh_token(struct kube_config *c, bool force);
/* Reads the CA file again if it changed; true when it says something else now. */
bool kube_config_refresh_ca(struct kube_config *c) must_use;
