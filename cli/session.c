/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/session.h"

#include <string.h>

#include "base/mem.h"
#include "cli/text.h"
#include "kube/config_load.h"
#include "net/http.h"
#include "net/loop.h"
#include "os/clock.h"

enum { TIMEOUT_DEFAULT_MS = 60000 };

const char *session_flag(const struct session *s, enum flag_id id)
{
	return s->line->value[id];
}

int64_t session_now_ms(void)
{
	return clock_wall_ms();
}

static enum rc open_client(struct session *s, struct err *e)
{
	struct http_config h = {.url = s->cfg.server,
				.ca = s->cfg.ca,
				.cert = s->cfg.cert,
				.key = s->cfg.key,
				.server_name = s->cfg.server_name,
				.insecure = s->cfg.insecure,
				.user_agent = "kubectl-muster/" MUSTER_VERSION,
				.inflight_max = SESSION_IN_FLIGHT};
	enum rc rc = loop_new(&s->loop, e);
	return rc == RC_OK ? http_client_new(s->loop, &h, &s->http, e) : rc;
}

static enum rc take_namespace(struct session *s, struct err *e)
{
	const char *ns = session_flag(s, FLAG_NAMESPACE);
	if (session_flag(s, FLAG_ALL_NAMESPACES)) {
		s->ns = "";
		return RC_OK;
	}
	if (ns && !*ns)
		return err_set(e, RC_BADREQUEST,
			       "-n is empty; name a namespace, or write -A for all");
	s->ns = ns ? ns : s->cfg.ns && *s->cfg.ns ? s->cfg.ns : "default";
	return RC_OK;
}

enum rc session_open(struct session *s, const struct cmdline *line, struct err *e)
{
	s->line = line;
	s->timeout_ms = TIMEOUT_DEFAULT_MS;
	s->begun_us = (uint64_t)clock_mono_us();
	struct kube_choice choice = {
		.kubeconfig = session_flag(s, FLAG_KUBECONFIG),
		.context = session_flag(s, FLAG_CONTEXT),
		.cluster = session_flag(s, FLAG_CLUSTER),
		.user = session_flag(s, FLAG_USER),
		.server = session_flag(s, FLAG_SERVER),
		.token = session_flag(s, FLAG_TOKEN),
	};
	const char *timeout = session_flag(s, FLAG_TIMEOUT);
	enum rc rc = timeout ? text_parse_span(timeout, &s->timeout_ms, e) : RC_OK;
	/* Whatever is wrong there, with a certificate's file too, is not the API server's answer.
	 */
	if (rc == RC_OK && kube_config_load_chosen(&choice, &s->cfg, e) != RC_OK)
		rc = RC_CONFIG;
	if (rc == RC_OK)
		rc = take_namespace(s, e);
	return rc == RC_OK ? open_client(s, e) : rc;
}

void session_done(struct session *s)
{
	s->http = http_client_free(s->http);
	s->loop = loop_free(s->loop);
	kube_config_done(&s->cfg);
}

int session_exit_code(enum rc rc)
{
	switch ((int)rc) {
	case RC_OK:
	case RC_CANCELED: /* nobody reads any more */ return EXIT_FINE;
	case RC_BADREQUEST:
	case RC_CONFIG: return EXIT_WRONG;
	case RC_UNREACHABLE:
	case RC_TIMEOUT:
	case RC_TLS:
	case RC_IO: return EXIT_UNREACHABLE;
	case RC_NOTFOUND: return EXIT_NOT_FOUND;
	default: return EXIT_REFUSED;
	}
}

const char *session_next_step(enum rc rc)
{
	switch ((int)rc) {
	case RC_UNAUTHORIZED:
		return "; log in again, or choose another user with --context or --token";
	case RC_FORBIDDEN: return "; ask an administrator for this right";
	case RC_UNREACHABLE:
	case RC_TIMEOUT:
		return "; check the network and --context, or allow more with --request-timeout";
	case RC_TLS: return "; check certificate-authority and server of the kubeconfig's cluster";
	case RC_THROTTLED:
	case RC_SERVER: return "; try again later";
	case RC_EXISTS: return "; choose another name, or cancel that job first";
	case RC_CONFLICT: return "; somebody else changed it at the same time: try again";
	default: return "";
	}
}
