/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the API server and the credentials: in a pod the mounted files of the ServiceAccount,
 * otherwise a kubeconfig. A list of files in $KUBECONFIG is merged; the first file that has an
 * entry wins. It blocks: it reads files, and runs a credential plug-in once. */
#pragma once

#include "kube/config.h"

/* kubeconfig is a file. NULL or "" means: in-cluster if the environment says so, else
 * $KUBECONFIG, else ~/.kube/config. RC_CONFIG says what is missing; then *ret is empty. */
enum rc kube_config_load(const char *kubeconfig, struct kube_config *ret, struct err *e) must_use;
/* For a program of a person, in kubectl's order: choice->kubeconfig, else $KUBECONFIG, else
 * ~/.kube/config; in-cluster only where there is none of these and nothing is chosen of one. */
enum rc kube_config_load_chosen(const struct kube_choice *choice, struct kube_config *ret,
				struct err *e) must_use;
