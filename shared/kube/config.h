/* SPDX-License-Identifier: Apache-2.0 */
/* The address of the API server and the credentials for it (config_load.h finds both). A token
 * file is read again when it changes or when the server answers 401. A token from a credential
 * plug-in is renewed likewise, and before it expires. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/must.h"
#include "os/file.h"

struct exec_plugin;

enum { KUBE_CA_MAX = 1024 * 1024 }; /* bytes of a CA file */

/* What a person says on the command line in place of what the kubeconfig says; NULL or "": nothing.
 */
struct kube_choice {
	const char *kubeconfig;     /* a file */
	const char *context;        /* in place of current-context */
	const char *cluster, *user; /* in place of those of the context */
	const char *server, *token; /* in place of those of the cluster and of the user */
};

struct kube_config {
	char *server;          /* https://host:port */
	char *ca, *cert, *key; /* PEM or NULL */
	char *server_name;     /* tls-server-name or NULL */
	char *token;           /* or NULL */
	char *token_file;      /* or NULL */
	char *ca_file;         /* read again when the server's certificate is not believed */
	char *ns;              /* namespace of the context or of the pod; may be NULL */
	bool insecure;
	struct file_stamp token_stamp, ca_stamp;
	struct exec_plugin *exec; /* gives the token or certificate; or NULL */
	int64_t token_expires_ms; /* of a plug-in's token, wall ms; 0: unknown */
	int64_t exec_at_ms;       /* monotonic ms: no renewal before this time */
};

void kube_config_done(struct kube_config *c);
/* Call it before the first request: it runs the plug-in, if there is one, and waits for it.
 * RC_CONFIG if that fails or if a header line cannot carry the token. */
enum rc kube_config_first_credential(struct kube_config *c, struct err *e) must_use;
/* Reads the token file again if it changed, or always with force. Starts the plug-in if its
 * token expires soon, or always with force, and takes the token of an earlier run. Never waits
 * for it. */
void kube_config_refresh_token(struct kube_config *c, bool force);
/* Reads the CA file again if it changed; true if its content is new. */
bool kube_config_refresh_ca(struct kube_config *c) must_use;
