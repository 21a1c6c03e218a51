/* SPDX-License-Identifier: Apache-2.0 */
/* JSON requests with the rights of a kubeconfig, for what a cluster's administrator and its
 * kubelets do. One loop, one thread. */
#pragma once

#include <jansson.h>

#include "kube/config.h"
#include "net/http.h"
#include "net/loop.h"

struct admin {
	struct loop *loop;
	struct http_client *http;
	struct kube_config cfg;
};

/* A client of its own on the loop. Ends the program if the kubeconfig is not usable. */
void admin_init(struct admin *a, struct loop *l, const char *kubeconfig);
/* Sends a request. body: NULL, or an object that is taken over. answered (may be NULL) gets the
 * status, 0 without an answer, and the JSON of the answer, borrowed, or NULL. */
void admin_ask(struct admin *a, const char *method, const char *path, const char *content_type,
	       json_t *own_body, void *self,
	       void (*answered)(void *self, int status, const json_t *answer));
/* Ends the program with these words. */
_Noreturn void hollow_refuse(const char *why);
