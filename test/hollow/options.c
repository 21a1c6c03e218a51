/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "os/options.h"

enum { EXIT_USAGE = 2, NODES_MAX = 20000, NAME_MAX_BYTES = 512 };

static void leave(int status)
{
	fflush(NULL);
	_exit(status);
}

static void refuse(const char *why)
{
	fprintf(stderr, "muster-hollow: %s\n", why);
	leave(EXIT_USAGE);
}

static uint32_t number(const char *text)
{
	char *end;
	errno = 0;
	long long n = strtoll(text, &end, 10);
	if (errno || *end || end == text || n < 1 || n > NODES_MAX)
		refuse("--nodes must be a number from 1 to 20000");
	return (uint32_t)n;
}

static char *server_of(const char *given, const char *ns)
{
	struct buf b = BUF_INIT(NAME_MAX_BYTES);
	if (given[0])
		buf_puts(&b, given);
	else
		buf_printf(&b, "muster-coordinator.%s.svc", ns);
	if (buf_rc(&b) != RC_OK)
		refuse("--server-name is too long");
	return buf_steal(&b);
}

void hollow_options_get(int argc, char **argv, struct hollow_options *ret)
{
	struct hollow_options o = {0};
	const char *nodes, *server, *word;
	struct err e = {0};
	const struct option_rule rules[] = {
		{"kubeconfig", OPTION_STRING, &o.kubeconfig, NULL, NULL, NULL, "FILE",
		 "kubeconfig of an administrator"},
		{"namespace", OPTION_STRING, &o.ns, NULL, "muster-system", NULL, "NS",
		 "namespace in which Muster is installed"},
		{"nodes", OPTION_STRING, &nodes, NULL, "100", NULL, "N", "how many nodes"},
		{"prefix", OPTION_STRING, &o.prefix, NULL, "hollow-", NULL, "TEXT",
		 "the Nodes are TEXT0, TEXT1, …"},
		{"coordinator", OPTION_STRING, &o.coordinator, NULL, NULL, NULL, "HOST:PORT",
		 "address of the coordinator; without it the Nodes have no agents"},
		{"server-name", OPTION_STRING, &server, NULL, NULL, NULL, "NAME",
		 "name that the coordinator's certificate must have (muster-coordinator.NS.svc)"},
		{"launch", OPTION_BOOL, &o.launch, NULL, "true", NULL, "true|false",
		 "whether the agents create the pods of members"},
		{"kubelets", OPTION_BOOL, &o.kubelets, NULL, "false", NULL, "true|false",
		 "whether the nodes have kubelets, which set the status of pods"},
		{"one-address", OPTION_BOOL, &o.one_address, NULL, "false", NULL, "true|false",
		 "whether all agents dial from one address, as nodes behind a NAT do"},
		{"start-time", OPTION_DURATION, &o.start_ms, NULL, "50ms", NULL, "TIME",
		 "how long a kubelet takes to start a pod"},
		{"end-time", OPTION_DURATION, &o.end_ms, NULL, "200ms", NULL, "TIME",
		 "how long a kubelet takes to end a pod that is deleted"},
		{"over", OPTION_DURATION, &o.over_ms, NULL, "0s", NULL, "TIME",
		 "the agents start evenly over this time"},
	};
	if (options_asked(argc, argv, "--help")) {
		options_help(stdout,
			     "Usage: muster-hollow [OPTION]...\n"
			     "Runs many agents, each on a Node of its own that it makes.",
			     rules, ARRAY_LEN(rules));
		leave(0);
	}
	if (options_parse(rules, ARRAY_LEN(rules), argc, argv, &word, &e) != RC_OK)
		refuse(e.msg);
	if (word)
		refuse("the program takes options only; --help lists them");
	o.nodes = number(nodes);
	o.server_name = server_of(server, o.ns);
	*ret = o;
}
