/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/options.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const char *const placements[] = {"spread", "pack", NULL};
static const char *const levels[] = {"debug", "info", "warn", "error", NULL};
static const char *const formats[] = {"logfmt", "json", NULL};

static const char usage[] =
	"muster-coordinator [serve] [OPTION…]   places the members of jobs on nodes and writes the "
	"status\n"
	"                                       of jobs and nodes\n"
	"muster-coordinator uninstall [OPTION…] deletes the ComputeNodes that Muster made; the "
	"post-delete\n"
	"                                       hook of the chart runs this command";

#define STR(n, t, e, f, h)      \
	{.name = n,             \
	 .kind = OPTION_STRING, \
	 .target = &o->t,       \
	 .env = e,              \
	 .fallback = f,         \
	 .value = "TEXT",       \
	 .help = h}
#define DUR(n, t, f, h)           \
	{.name = n,               \
	 .kind = OPTION_DURATION, \
	 .target = &o->t,         \
	 .fallback = f,           \
	 .value = "TIME",         \
	 .help = h}
#define CHOICE(n, t, c, f, v, h) \
	{.name = n,              \
	 .kind = OPTION_CHOICE,  \
	 .target = &o->t,        \
	 .choices = c,           \
	 .fallback = f,          \
	 .value = v,             \
	 .help = h}

static enum rc check_times(const struct options *o, struct err *e)
{
	if (o->lease_ms <= o->renew_ms || o->renew_ms <= o->retry_ms || o->retry_ms < 100)
		return err_set(e, RC_CONFIG,
			       "--lease-duration must be above --renew-deadline, --renew-deadline "
			       "above --retry-period, and --retry-period at least 100ms");
	if (o->heartbeat_ms < 100 || o->grace_ms < 2 * o->heartbeat_ms)
		return err_set(e, RC_CONFIG,
			       "--node-silent-grace must be at least twice --heartbeat, and "
			       "--heartbeat at least 100ms");
	return RC_OK;
}

/* Longer ones would keep nodes idle for good, and are most likely mistakes. */
static enum rc check_queue(const struct options *o, struct err *e)
{
	enum { DAY_MS = 86400000 };
	if (o->pass_limit_ms > DAY_MS || o->max_hold_ms > DAY_MS)
		return err_set(e, RC_CONFIG,
			       "--queue-pass-limit and --queue-max-hold must be at most 24h");
	return RC_OK;
}

static enum rc check(struct options *o, const char *word, struct err *e)
{
	o->uninstall = str_eq(word, "uninstall");
	if (word && !o->uninstall && !str_eq(word, "serve"))
		return err_set(e, RC_CONFIG,
			       "unknown command %s; the commands are serve and uninstall", word);
	if (!*o->namespace)
		return err_set(
			e, RC_CONFIG,
			"--namespace is missing: set it, or POD_NAMESPACE, to the namespace of "
			"Muster");
	if (!o->uninstall && !*o->agent_account)
		return err_set(e, RC_CONFIG,
			       "--agent-service-account is missing: set it to the ServiceAccount "
			       "of the agents, as NAMESPACE:NAME");
	if (!o->uninstall && !strchr(o->agent_account, ':'))
		return err_set(e, RC_CONFIG,
			       "--agent-service-account is \"%s\", but must be "
			       "NAMESPACE:NAME",
			       o->agent_account);
	enum rc rc = check_times(o, e);
	return rc == RC_OK ? check_queue(o, e) : rc;
}

bool options_read(int argc, char **argv, struct options *o, int *ret_exit)
{
	const struct option_rule rules[] = {
		STR("kubeconfig", kubeconfig, NULL, NULL,
		    "kubeconfig file; default: the pod's ServiceAccount, $KUBECONFIG or "
		    "~/.kube/config"),
		STR("namespace", namespace, "POD_NAMESPACE", NULL,
		    "namespace of the Lease, the Secret and the ConfigMap"),
		STR("identity", identity, "POD_NAME", "muster-coordinator",
		    "name of this replica in the Lease; each start adds a unique part, and, if "
		    "$POD_UID is set, the pod's UID: then a start takes over at once what an "
		    "earlier start of the same container led"),
		STR("address", address, NULL, NULL,
		    "HOST:PORT of this replica, to which standbys send agents; default: $POD_IP "
		    "and the port of --listen"),
		STR("listen", listen, NULL, "*:7117", "address of the port for agents"),
		STR("serve", serve, NULL, "*:8080", "address of /livez, /readyz and /metrics"),
		STR("service", service, NULL, "muster-coordinator",
		    "Service that agents dial; the certificate has its name"),
		STR("lease", lease, NULL, "muster-coordinator", "name of the Lease"),
		DUR("lease-duration", lease_ms, "15s",
		    "how long a leader keeps the Lease without renewing it"),
		DUR("renew-deadline", renew_ms, "10s",
		    "how long a leader tries to renew the Lease before it gives up"),
		DUR("retry-period", retry_ms, "2s",
		    "pause between tries to renew or get the Lease"),
		STR("tls-secret", tls_secret, NULL, "muster-coordinator-tls",
		    "Secret with the certificate; the coordinator fills an empty one"),
		STR("ca-secret", ca_secret, NULL, NULL,
		    "Secret with the key of the CA that the coordinator has made; the coordinator "
		    "makes "
		    "it. Without it the key is in the Secret of --tls-secret, which each replica "
		    "reads"),
		STR("order-key-secret", order_secret, NULL, NULL,
		    "Secret with the keys that prove orders; the leader makes it. Without it every "
		    "node is believed about every job"),
		STR("agent-policy", agent_policy, NULL, NULL,
		    "ValidatingAdmissionPolicy, and its binding of the same name, that narrow what "
		    "agents create. While they are not in force, the coordinator creates all pods. "
		    "Without this option they are not looked at"),
		STR("ca-configmap", ca_configmap, NULL, "muster-ca",
		    "ConfigMap from which agents read the CA"),
		STR("agent-service-account", agent_account, NULL, NULL,
		    "ServiceAccount of the agents, as NAMESPACE:NAME"),
		{.name = "agent-launch",
		 .kind = OPTION_BOOL,
		 .target = &o->agent_launch,
		 .fallback = "true",
		 .value = "BOOL",
		 .help = "whether agents create the pods that they may create"},
		STR("default-image", default_image, NULL, NULL, "image of jobs that set no image"),
		CHOICE("placement", spread, placements, "spread", "spread|pack",
		       "spread: nodes with the most room first; pack: fill one node before the "
		       "next"),
		DUR("queue-pass-limit", pass_limit_ms, "10m",
		    "how long jobs of the same priority may pass a waiting job; then it holds "
		    "nodes as they become free"),
		DUR("queue-max-hold", max_hold_ms, "30m",
		    "how long a waiting job holds nodes if it is not known when it can start; at "
		    "most 24h"),
		{.name = "queue-namespace-holds",
		 .kind = OPTION_NUMBER,
		 .target = &o->namespace_holds,
		 .fallback = "1",
		 .value = "NUMBER",
		 .help = "so many waiting jobs of a namespace hold nodes from other namespaces at "
			 "the same time; 0: any"},
		DUR("heartbeat", heartbeat_ms, "2s", "an agent reports at least this often"),
		DUR("node-silent-grace", grace_ms, "6s",
		    "a node whose agent is silent for this long is lost"),
		DUR("node-not-ready-grace", not_ready_ms, "60s",
		    "a Node that is not Ready for this long is lost; jobs may tolerate it longer"),
		CHOICE("log-level", log_level, levels, "info", "debug|info|warn|error",
		       "lowest level that is logged"),
		CHOICE("log-format", log_json, formats, "logfmt", "logfmt|json",
		       "format of log lines"),
	};
	struct err e;
	const char *word;
	*o = (struct options){0};
	*ret_exit = 0;
	o->pod_ip = getenv("POD_IP");
	o->pod_uid = getenv("POD_UID");
	if (options_asked(argc, argv, "--help")) {
		options_help(stdout, usage, rules, ARRAY_LEN(rules));
		return false;
	}
	if (options_asked(argc, argv, "--version")) {
		printf("muster-coordinator %s\n", MUSTER_VERSION);
		return false;
	}
	enum rc rc = options_parse(rules, ARRAY_LEN(rules), argc, argv, &word, &e);
	if (rc == RC_OK)
		rc = check(o, word, &e);
	if (rc == RC_OK)
		return true;
	fprintf(stderr, "muster-coordinator: %s\n", e.msg);
	*ret_exit = 2;
	return false;
}
