/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/options.h"

#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "os/options.h"

enum { EXIT_USAGE = 2, NAME_MAX_BYTES = 512 };

struct raw {
	struct agent_options o;
	const char *coordinator, *server_name;
	int level, format;
};

static const char *const levels[] = {"debug", "info", "warn", "error", NULL};
static const char *const formats[] = {"logfmt", "json", NULL};

static void leave(int status)
{
	fflush(NULL);
	_exit(status);
}

static void refuse(const char *why)
{
	fprintf(stderr, "muster-agent: %s\n", why);
	leave(EXIT_USAGE);
}

static char *or_of_namespace(const char *given, const char *ns, const char *tail)
{
	struct buf b = BUF_INIT(NAME_MAX_BYTES);
	if (given[0])
		buf_puts(&b, given);
	else
		buf_printf(&b, "muster-coordinator.%s.svc%s", ns, tail);
	if (buf_rc(&b) != RC_OK)
		refuse("the address or name of the coordinator is too long");
	return buf_steal(&b);
}

static void check(const struct agent_options *o)
{
	if (!o->node[0])
		refuse("--node is missing: set it, or NODE_NAME, to the name of this node");
	if (!o->ns[0])
		refuse("--namespace is missing: set it, or POD_NAMESPACE, to the namespace of "
		       "Muster");
}

void agent_options_get(int argc, char **argv, struct agent_options *ret)
{
	struct raw r = {0};
	const struct option_rule rules[] = {
		{"node", OPTION_STRING, &r.o.node, "NODE_NAME", NULL, NULL, "NAME",
		 "name of the Node on which the agent runs"},
		{"namespace", OPTION_STRING, &r.o.ns, "POD_NAMESPACE", NULL, NULL, "NS",
		 "namespace in which Muster is installed"},
		{"coordinator", OPTION_STRING, &r.coordinator, NULL, NULL, NULL, "HOST:PORT",
		 "address of the coordinator (muster-coordinator.NS.svc:7117)"},
		{"server-name", OPTION_STRING, &r.server_name, NULL, NULL, NULL, "NAME",
		 "name that the coordinator's certificate must have (muster-coordinator.NS.svc)"},
		{"ca-configmap", OPTION_STRING, &r.o.ca_configmap, NULL, "muster-ca", NULL, "NAME",
		 "ConfigMap with the CA of the coordinator, key ca.crt"},
		{"ca-file", OPTION_STRING, &r.o.ca_file, NULL, NULL, NULL, "FILE",
		 "file with the CA, used instead of the ConfigMap"},
		{"token-file", OPTION_STRING, &r.o.token_file, NULL,
		 "/var/run/secrets/muster.dev/agent/token", NULL, "FILE",
		 "projected ServiceAccount token, audience muster-coordinator"},
		{"serve", OPTION_STRING, &r.o.serve, NULL, "*:8081", NULL, "HOST:PORT",
		 "address of /livez, /readyz and /metrics"},
		{"launch", OPTION_BOOL, &r.o.launch, NULL, "true", NULL, "true|false",
		 "whether the agent creates the pods of members"},
		{"kubeconfig", OPTION_STRING, &r.o.kubeconfig, NULL, NULL, NULL, "FILE",
		 "kubeconfig file; default: the pod's ServiceAccount, $KUBECONFIG or "
		 "~/.kube/config"},
		{"log-level", OPTION_CHOICE, &r.level, NULL, "info", levels,
		 "debug|info|warn|error", "lowest level that is logged"},
		{"log-format", OPTION_CHOICE, &r.format, NULL, "logfmt", formats, "logfmt|json",
		 "format of log lines"},
	};
	struct err e = {0};
	const char *word;
	if (options_asked(argc, argv, "--help")) {
		options_help(stdout,
			     "Usage: muster-agent [OPTION]...\n"
			     "Connects to the coordinator, creates the pods of members on this "
			     "node, and "
			     "reports how they do.",
			     rules, ARRAY_LEN(rules));
		leave(0);
	}
	if (options_asked(argc, argv, "--version")) {
		printf("muster-agent %s\n", MUSTER_VERSION);
		leave(0);
	}
	if (options_parse(rules, ARRAY_LEN(rules), argc, argv, &word, &e) != RC_OK)
		refuse(e.msg);
	if (word)
		refuse("the program takes options only; --help lists them");
	check(&r.o);
	*ret = r.o;
	ret->level = (enum log_level)r.level;
	ret->json = r.format == 1;
	ret->coordinator = or_of_namespace(r.coordinator, r.o.ns, ":7117");
	ret->server_name = or_of_namespace(r.server_name, r.o.ns, "");
}
