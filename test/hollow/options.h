/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct hollow_options {
	const char *kubeconfig, *ns, *prefix, *coordinator, *server_name;
	uint32_t nodes;
	bool launch, kubelets;
	bool one_address;         /* the agents dial from one address, as behind a NAT */
	int64_t start_ms, end_ms; /* how long a kubelet takes to start a pod, and to end one */
	int64_t over_ms;          /* the agents start evenly over this time */
};

/* Ends the program after --help and for a wrong command line. */
void hollow_options_get(int argc, char **argv, struct hollow_options *ret);
