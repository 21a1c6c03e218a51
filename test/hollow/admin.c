/* SPDX-License-Identifier: Apache-2.0 */
#include "admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "kube/config_load.h"

enum { ANSWER_MAX = 4 * 1024 * 1024, DEADLINE_MS = 60000, IN_FLIGHT_MAX = 64 };

struct ask {
	struct buf answer;
	void *self;
	void (*answered)(void *self, int status, const json_t *answer);
};

void hollow_refuse(const char *why)
{
	fprintf(stderr, "muster-hollow: %s\n", why);
	fflush(NULL);
	_exit(1);
}

void admin_init(struct admin *a, struct loop *l, const char *kubeconfig)
{
	struct err e = {0};
	*a = (struct admin){.loop = l};
	if (kube_config_load(kubeconfig, &a->cfg, &e) != RC_OK)
		hollow_refuse(e.msg);
	struct http_config cfg = {.url = a->cfg.server,
				  .ca = a->cfg.ca,
				  .cert = a->cfg.cert,
				  .key = a->cfg.key,
				  .server_name = a->cfg.server_name,
				  .insecure = a->cfg.insecure,
				  .user_agent = "muster-hollow",
				  .inflight_max = IN_FLIGHT_MAX};
	if (http_client_new(l, &cfg, &a->http, &e) != RC_OK)
		hollow_refuse(e.msg);
}

static bool on_data(void *self, int status, const char *data, size_t len)
{
	struct ask *k = self;
	(void)status;
	buf_put(&k->answer, data, len);
	return buf_rc(&k->answer) == RC_OK;
}

static void on_done(void *self, const struct http_result *res)
{
	struct ask *k = self;
	json_t *answer = json_loads(buf_str(&k->answer), 0, NULL);
	if (k->answered)
		k->answered(k->self, res->status, answer);
	json_decref(answer);
	buf_done(&k->answer);
	free(k);
}

void admin_ask(struct admin *a, const char *method, const char *path, const char *content_type,
	       json_t *own_body, void *self,
	       void (*answered)(void *self, int status, const json_t *answer))
{
	struct ask *k = mem_zalloc(1, sizeof *k);
	char *body = own_body ? json_dumps(own_body, JSON_COMPACT) : NULL;
	json_decref(own_body);
	*k = (struct ask){BUF_INIT(ANSWER_MAX), self, answered};
	struct http_want want = {.method = method,
				 .path = path,
				 .content_type = content_type,
				 .accept = "application/json",
				 .bearer = a->cfg.token,
				 .body = body,
				 .body_bytes = body ? strlen(body) : 0,
				 .deadline_ms = DEADLINE_MS,
				 .self = k,
				 .on_data = on_data,
				 .on_done = on_done};
	http_start(a->http, &want);
	free(body);
}
