/* SPDX-License-Identifier: Apache-2.0 */
/* Where the API server is and as whom to talk to it: in a pod the ServiceAccount's mounted files,
 * else a kubeconfig (a list of files in $KUBECONFIG is merged, the first that says something wins).
 * Tokens from files are read again when the file changed or the server answered 401; those from
 * credential plug-ins are renewed likewise, and before they expire. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/must.h"
#include "os/file.h"

struct exec_plugin;

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

/* kubeconfig: a file; NULL or "": in-cluster if the environment says so, else $KUBECONFIG, else
 * ~/.kube/config. RC_CONFIG with what is missing. */
enum rc kube_config_load(const char *kubeconfig, struct kube_config *ret, struct err *e) must_use;
void kube_config_done(struct kube_config *c);
/* Reads the token file again if it changed (force: in any case); starts the plug-in if its token is
 * about to expire (force: in any case) and takes what it gave. Never blocks on it. */
void kube_config_refresh_token(struct kube_config *c, bool force);
/* Reads the CA file again if it changed; true when it says something else now. */
bool kube_config_refresh_ca(struct kube_config *c) must_use;

/* One file of a list; dir: what its relative paths are relative to. */
struct kubeconfig_text {
	const char *yaml;
	size_t len;
	const char *path, *dir; /* path: for messages */
};
enum { KUBECONFIG_FILES_MAX = 16 };
/* kubeconfig.c: merges n files as kubectl does: what the first one says counts. A plug-in is noted,
 * not run. RC_CONFIG. */
enum rc kubeconfig_parse(const struct kubeconfig_text *v, uint32_t n, struct kube_config *ret,
			 struct err *e) must_use;
