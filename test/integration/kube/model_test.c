/* SPDX-License-Identifier: Apache-2.0 */
/* The cases of test/sim/contract/contract.h against a real API server: what the simulator's model
 * promises, it keeps too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "test/sim/contract/contract.h"

#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "rig.h"

static struct rig rig;

static void turn(void *self)
{
	(void)self;
	rig_turn(&rig, 100);
}

static void make_job(void *self, const char *ns, const char *name, uint32_t parallelism)
{
	AUTO(buf_done) struct buf yaml = BUF_INIT(1024);
	(void)self;
	buf_printf(&yaml,
		   "apiVersion: muster.dev/v1alpha1\nkind: ComputeJob\n"
		   "metadata: { name: %s, namespace: %s }\n"
		   "spec: { command: [ 'true' ], parallelism: %u }\n",
		   name, ns, parallelism);
	kubectl(rig.dir, "create -f -", buf_str(&yaml), NULL);
}

static void scale_job(void *self, const char *ns, const char *name, uint32_t parallelism)
{
	AUTO(buf_done) struct buf words = BUF_INIT(1024);
	(void)self;
	buf_printf(&words, "scale -n %s computejob/%s --replicas=%u", ns, name, parallelism);
	kubectl(rig.dir, buf_str(&words), NULL, NULL);
}

static void own_cpu(void *self, const char *compute_node, int64_t milli)
{
	AUTO(buf_done) struct buf yaml = BUF_INIT(1024);
	(void)self;
	buf_printf(&yaml,
		   "apiVersion: muster.dev/v1alpha1\nkind: ComputeNode\n"
		   "metadata: { name: %s }\nspec: { resources: { cpu: %dm } }\n",
		   compute_node, (int)milli);
	kubectl(rig.dir, "apply --server-side --force-conflicts --field-manager=administrator -f -",
		buf_str(&yaml), NULL);
}

static void label(void *self, const char *compute_node, const char *key, const char *value)
{
	AUTO(buf_done) struct buf words = BUF_INIT(1024);
	(void)self;
	buf_printf(&words, "label --overwrite computenode/%s %s=%s", compute_node, key, value);
	kubectl(rig.dir, buf_str(&words), NULL, NULL);
}

static void make_pod(void *self, const char *ns, const char *name)
{
	AUTO(buf_done) struct buf yaml = BUF_INIT(1024);
	(void)self;
	buf_printf(&yaml,
		   "apiVersion: v1\nkind: Pod\nmetadata: { name: %s, namespace: %s }\n"
		   "spec: { automountServiceAccountToken: false,\n"
		   "  containers: [ { name: main, image: 'example.com/none:1' } ] }\n",
		   name, ns);
	kubectl(rig.dir, "create -f -", buf_str(&yaml), NULL);
}

static void nominate(void *self, const char *ns, const char *name, const char *node)
{
	AUTO(buf_done) struct buf words = BUF_INIT(1024), patch = BUF_INIT(1024);
	(void)self;
	buf_printf(&words,
		   "patch -n %s pod/%s --subresource=status --type=merge --patch-file=/dev/stdin",
		   ns, name);
	buf_printf(&patch, "{\"status\":{\"nominatedNodeName\":\"%s\"}}", node);
	kubectl(rig.dir, buf_str(&words), buf_str(&patch), NULL);
}

static void bind_pod(void *self, const char *ns, const char *name, const char *node)
{
	AUTO(buf_done) struct buf words = BUF_INIT(1024), binding = BUF_INIT(1024);
	(void)self;
	buf_printf(&words, "create --raw=/api/v1/namespaces/%s/pods/%s/binding -f -", ns, name);
	buf_printf(&binding,
		   "{\"apiVersion\":\"v1\",\"kind\":\"Binding\",\"metadata\":{\"name\":\"%s\"},"
		   "\"target\":{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"name\":\"%s\"}}",
		   name, node);
	kubectl(rig.dir, buf_str(&words), buf_str(&binding), NULL);
}

static void all_cases_hold(void **state)
{
	struct contract_env env = {
		.api = rig.api,
		.ns = "default",
		.prefix = "c",
		.template_text = "{\"metadata\":{},\"spec\":{\"restartPolicy\":\"Never\","
				 "\"automountServiceAccountToken\":false,\"containers\":"
				 "[{\"name\":\"main\",\"image\":\"example.com/none:1\"}]}}",
		.turn = turn,
		.make_job = make_job,
		.scale_job = scale_job,
		.own_cpu = own_cpu,
		.label = label,
		.make_pod = make_pod,
		.nominate = nominate,
		.bind = bind_pod};
	(void)state;
	for (size_t i = 0; i < contract_ncases; i++) {
		print_message("%s\n", contract_cases[i].name);
		contract_cases[i].run(&env);
	}
}

static int start(void **state)
{
	(void)state;
	rig.dir = server_start(NULL);
	rig_open(&rig, NULL);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	rig_close(&rig);
	server_stop(rig.dir);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(all_cases_hold)};
	return cmocka_run_group_tests(tests, start, stop);
}
