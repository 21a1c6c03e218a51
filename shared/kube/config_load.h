/* SPDX-License-Identifier: Apache-2.0 */
/* Finds where the API server is and as whom to talk to it: in a pod the ServiceAccount's mounted
 * files, else a kubeconfig (a list of files in $KUBECONFIG is merged, the first that says something
 * wins). Blocks: it reads files, and runs a credential plug-in once. */
#pragma once

#include "kube/config.h"

/* kubeconfig: a file; NULL or "": in-cluster if the environment says so, else $KUBECONFIG, else
 * ~/.kube/config. RC_CONFIG with what is missing; then *ret is empty. */
enum rc kube_config_load(const char *kubeconfig, struct kube_config *ret, struct err *e) must_use;
