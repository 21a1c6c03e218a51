/* SPDX-License-Identifier: Apache-2.0 */
/* Machines: a kubelet each, power, network, and the Node object with what the node lifecycle
 * controller makes of it. */
#pragma once

#include "test/sim/cluster/proc.h"
#include "test/sim/world/store.h"

enum { MACHINES_MAX = 64 };

#define RES_GPU "example.com/gpu"
#define TAINT_OUT_OF_SERVICE "node.kubernetes.io/out-of-service"

struct machine {
	struct sim *sim;
	char name[16];
	struct proc agent;
	struct proc rival;    /* a second agent that claims the node, at times */
	bool down;            /* no power: nothing runs there */
	bool kubelet_down;    /* the kubelet alone does not run; containers do */
	bool token_stuck;     /* the agent's token is not renewed */
	bool refuses;         /* the kubelet admits no pod */
	int64_t slow_ms;      /* the kubelet takes so much longer to start and end pods */
	int64_t offset_ms;    /* the kubelet's clock */
	bool registered;      /* its Node object is to exist */
	int64_t cut_until_ms; /* no network until then */
	uint32_t boots, absences;
	int64_t unregistered_ms; /* when its Node was deleted last */
	int64_t refused_ms;      /* when its kubelet refused a pod last */
	int64_t faulty_ms;       /* when something last was wrong with it; checks allow for it */
	int64_t unheard_ms;      /* until then a coordinator stands still: it may not know of it */
};

/* kubelet.c */
void machines_change(struct sim *s, const struct change *ch);
/* The kubelet of a pod's node is there again: it looks at the pod. After a reboot what ran has
 * ended. */
bool kubelet_renews(const struct machine *m); /* the token of its agent's pod */
void kubelet_look(struct sim *s, const struct version *pod, bool rebooted);

/* lifecycle.c */
/* Something is wrong with it until then; what is doubted for longer stays so. */
void machine_doubt(struct machine *m, int64_t until_ms);
void machines_init(struct sim *s);
bool machine_absent(const struct machine *m); /* its kubelet says nothing to the API server */
void machine_power_off(struct machine *m);
void machine_power_on(struct machine *m); /* a new boot */
void machine_kubelet(struct machine *m, bool up);
void machine_cut(struct machine *m, int64_t ms);   /* off the network */
void machine_register(struct machine *m, bool on); /* its Node object is deleted, or made again */
/* A Node changed: what its NoExecute taints do to its pods. */
void taints_change(struct sim *s, const struct change *ch);
