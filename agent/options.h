/* SPDX-License-Identifier: Apache-2.0 */
/* muster-agent's command line. Strings are borrowed from argv and the environment. */
#pragma once

#include "base/log.h"
#include "base/must.h"

struct agent_options {
	const char *node, *ns;
	char *coordinator, *server_name; /* owned: their defaults are made of the namespace */
	const char *ca_configmap, *ca_file, *token_file;
	const char *serve, *kubeconfig;
	bool launch, json;
	enum log_level level;
};

/* Ends the process for --help and --version (0) and for a bad command line (2, one line on stderr).
 */
void agent_options_get(int argc, char **argv, struct agent_options *ret);
