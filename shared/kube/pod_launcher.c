/* SPDX-License-Identifier: Apache-2.0 */
/* Where the names come from: Torch, PyTorch's torch.distributed (env://) and torchrun's PET_
 * variables, with its default port; JAX, jax.distributed.initialize for the address, and for the
 * numbers what programs read and hand to it; Slurm, srun(1), OUTPUT ENVIRONMENT VARIABLES, as far
 * as they hold for a task that has a node for itself, with what PyTorch's users add to them.
 * SLURM_JOB_ID and the lists of nodes are left out: programs that find these call Slurm's own
 * commands. */
#include "kube/pod_launcher.h"

#include "kube/pod_env.h"

/* The host name of member 0; the namespace follows. */
#define LEADER "$(MUSTER_JOB_NAME)-0.$(MUSTER_JOB_NAME)."
#define INDEX "$(MUSTER_MEMBER_INDEX)"
#define SIZE "$(MUSTER_PARALLELISM)"

struct var {
	const char *name, *value;
	const char *leader_port; /* not NULL: the value is the leader's address with this behind */
};

static const struct var torch[] = {
	{"MASTER_ADDR", NULL, ""},
	{"MASTER_PORT", "29500", NULL},
	{"WORLD_SIZE", SIZE, NULL},
	{"RANK", INDEX, NULL},
	{"PET_MASTER_ADDR", NULL, ""},
	{"PET_MASTER_PORT", "29500", NULL},
	{"PET_NNODES", SIZE, NULL},
	{"PET_NODE_RANK", INDEX, NULL},
	{NULL, NULL, NULL},
};

static const struct var jax[] = {
	{"JAX_COORDINATOR_ADDRESS", NULL, ":8476"},
	{"JAX_NUM_PROCESSES", SIZE, NULL},
	{"JAX_PROCESS_ID", INDEX, NULL},
	{NULL, NULL, NULL},
};

static const struct var slurm[] = {
	{"MASTER_ADDR", NULL, ""},
	{"MASTER_PORT", "29500", NULL},
	{"SLURM_JOB_NAME", "$(MUSTER_JOB_NAME)", NULL},
	{"SLURM_NTASKS", SIZE, NULL},
	{"SLURM_NPROCS", SIZE, NULL},
	{"SLURM_NNODES", SIZE, NULL},
	{"SLURM_JOB_NUM_NODES", SIZE, NULL},
	{"SLURM_PROCID", INDEX, NULL},
	{"SLURM_NODEID", INDEX, NULL},
	{"SLURM_LOCALID", "0", NULL},
	{"SLURM_NTASKS_PER_NODE", "1", NULL},
	{"SLURMD_NODENAME", "$(MUSTER_NODE_NAME)", NULL},
	{NULL, NULL, NULL},
};

static const struct {
	const char *name;
	const struct var *vars;
} launchers[] = {{"Torch", torch}, {"JAX", jax}, {"Slurm", slurm}};

static const struct var *vars_of(const json_t *job_spec)
{
	const char *name = js_str(job_spec, "launcher");
	for (size_t i = 0; i < ARRAY_LEN(launchers); i++) {
		if (str_eq(name, launchers[i].name))
			return launchers[i].vars;
	}
	return NULL;
}

const char *pod_launcher(const json_t *job_spec)
{
	return vars_of(job_spec) ? js_str(job_spec, "launcher") : NULL;
}

static json_t *env_of(const struct var *v, const char *ns)
{
	json_t *env = json_array();
	for (; v->name; v++) {
		AUTO(buf_done) struct buf address = BUF_INIT(512);
		buf_printf(&address, LEADER "%s.svc%s", ns, str_or_empty(v->leader_port));
		pod_env_add(env, v->name, v->value ? v->value : buf_str(&address));
	}
	return env;
}

size_t pod_launcher_add(json_t *pod, const json_t *job_spec, const char *ns)
{
	static const char *const lists[] = {"containers", "initContainers"};
	const struct var *vars = vars_of(job_spec);
	size_t n = 0;
	if (!vars)
		return 0;
	AUTO(js_freep) json_t *env = env_of(vars, ns);
	AUTO(buf_done) struct buf text = BUF_INIT(64 * 1024);
	js_dump(env, &text);
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		json_t *l = json_object_get(json_object_get(pod, "spec"), lists[i]);
		for (size_t k = 0; k < json_array_size(l); k++)
			pod_env_lead(json_array_get(l, k), env);
		n += json_array_size(l);
	}
	return n * (text.len + sizeof "\"env\":[],");
}
