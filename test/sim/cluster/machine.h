/* SPDX-License-Identifier: Apache-2.0 */
/* A machine: power, network, a kubelet (kubelet.h), an agent, and whether there is a Node for it
 * (lifecycle.h). */
#pragma once

#include "test/sim/cluster/proc_record.h"

enum { MACHINES_MAX = 64 };

#define RES_GPU "example.com/gpu"
#define TAINT_OUT_OF_SERVICE "node.kubernetes.io/out-of-service"

struct machine {
	struct cluster *cluster;
	char name[16];
	struct proc agent;
	struct proc rival;    /* a second agent that claims the node, at times */
	bool agentless;       /* a Node on which no agent ever runs (Windows, virtual-kubelet) */
	bool down;            /* no power: nothing runs there */
	bool gone;            /* it never comes back */
	bool kubelet_down;    /* the kubelet alone does not run; containers do */
	bool token_stuck;     /* the agent's token is not renewed */
	bool refuses;         /* the kubelet is under pressure and admits no pod */
	bool allows_sysctls;  /* its configuration allows unsafe sysctls */
	bool evicts;          /* the kubelet evicts what it starts */
	bool unready;         /* its kubelet says that it is not Ready; all else goes on */
	int64_t unready_ms;   /* since when */
	int64_t slow_ms;      /* the kubelet takes so much longer to start and end pods */
	int64_t offset_ms;    /* the kubelet's clock */
	bool clock_apart;     /* it was set at some time */
	bool registered;      /* its Node object is to exist */
	int64_t cut_until_ms; /* no network until then */
	uint32_t boots, absences;
	int64_t unregistered_ms; /* when its Node was deleted last */
	int64_t refused_ms;      /* when its kubelet refused a pod last */
	int64_t faulty_ms;       /* when something last was wrong with it; checks allow for it */
	int64_t unheard_ms;      /* until then a coordinator stands still: it may not know of it */
};
