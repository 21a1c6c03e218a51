/* SPDX-License-Identifier: Apache-2.0 */
/* From a job's spec to a template, and from a template to a member's pod. */
#include "kube/pod.h"

#include <string.h>

#include "test/lib/check.h"

static struct arena arena = ARENA_INIT(1 << 20);

static struct job_spec make(const char *spec, const char *image)
{
	struct err e = {""};
	struct job_spec s = {0};
	AUTO(js_freep) json_t *o = js_load(spec, strlen(spec), &e);
	assert_non_null(o);
	pod_template(&arena, o, image, "ns", &s);
	return s;
}

/* Each container has a policy of termination messages; what Muster adds is no part of these texts.
 */
static void drop_policies(const json_t *containers)
{
	for (size_t i = 0; i < json_array_size(containers); i++) {
		json_t *o = json_array_get(containers, i);
		const char *policy = js_str(o, "terminationMessagePolicy");
		assert_non_null(policy);
		if (str_eq(policy, "FallbackToLogsOnError"))
			json_object_del(o, "terminationMessagePolicy");
	}
}

/* The text without the annotation of the hash, which pod_hash_test checks. */
static void expect_text(const char *spec, const char *text)
{
	struct err e = {""};
	struct job_spec s = make(spec, "default:1");
	AUTO(buf_done) struct buf got = BUF_INIT(1 << 20);
	assert_null(s.invalid);
	AUTO(js_freep) json_t *pod = js_load(s.template_text, strlen(s.template_text), &e);
	json_t *meta = json_object_get(pod, "metadata");
	assert_int_equal(json_object_del(json_object_get(meta, "annotations"), ANNOTATION_TEMPLATE),
			 0);
	if (!json_object_size(json_object_get(meta, "annotations")))
		json_object_del(meta, "annotations");
	drop_policies(js_path(pod, "spec", "containers"));
	drop_policies(js_path(pod, "spec", "initContainers"));
	js_dump(pod, &got);
	assert_string_equal(buf_str(&got), text);
}

static void short_form(void **state)
{
	(void)state;
	expect_text(
		"{\"command\":[\"echo\",\"hi\"],\"parallelism\":3,\"nodeSelector\":{\"a\":\"b\"}}",
		"{\"metadata\":{\"annotations\":{\"muster.dev/"
		"containers\":\"main\"}},\"spec\":{\"automountServiceAccountToken\":false,"
		"\"containers\":["
		"{\"command\":[\"echo\",\"hi\"],\"env\":[],\"image\":\"default:1\",\"name\":"
		"\"main\"}],"
		"\"restartPolicy\":\"Never\"}}");
	expect_text("{\"image\":\"i\",\"args\":[\"x\"],\"env\":[{\"name\":\"A\",\"value\":\"1\"}],"
		    "\"resources\":{\"requests\":{\"cpu\":\"1\"}},\"tolerations\":[{\"operator\":"
		    "\"Exists\"}]}",
		    "{\"metadata\":{\"annotations\":{\"muster.dev/"
		    "containers\":\"main\"}},\"spec\":{\"automountServiceAccountToken\":false,"
		    "\"containers\":["
		    "{\"args\":[\"x\"],\"env\":[{\"name\":\"A\",\"value\":\"1\"}],\"image\":\"i\","
		    "\"name\":"
		    "\"main\",\"resources\":{\"requests\":{\"cpu\":\"1\"}}}],\"restartPolicy\":"
		    "\"Never\","
		    "\"tolerations\":[{\"operator\":\"Exists\"}]}}");
}

static void template_and_short_fields(void **state)
{
	(void)state;
	/* The short fields go into main; env merges by name; the other container is left alone. */
	expect_text(
		"{\"command\":[\"c\"],\"env\":[{\"name\":\"A\",\"value\":\"short\"},{\"name\":"
		"\"B\"}],"
		"\"template\":{\"metadata\":{\"labels\":{\"l\":\"1\"},\"annotations\":{\"n\":\"2\"}"
		","
		"\"name\":\"dropped\"},\"spec\":{\"containers\":[{\"name\":\"side\",\"image\":"
		"\"s\"},"
		"{\"name\":\"main\",\"env\":[{\"name\":\"A\",\"value\":\"own\"}]}]}}}",
		"{\"metadata\":{\"annotations\":{\"muster.dev/"
		"containers\":\"side,main\",\"n\":\"2\"},\"labels\":{\"l\":\"1\"}},\"spec\":{"
		"\"automountServiceAccountToken\":false,\"containers\":[{\"image\":\"s\",\"name\":"
		"\"side\"},{\"command\":[\"c\"],\"env\":[{\"name\":\"A\",\"value\":\"own\"},{"
		"\"name\":"
		"\"B\"}],\"image\":\"default:1\",\"name\":\"main\"}],\"restartPolicy\":\"Never\"}"
		"}");
	/* No short field: no container of ours. */
	expect_text("{\"template\":{\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"i\"}],"
		    "\"automountServiceAccountToken\":true}}}",
		    "{\"metadata\":{\"annotations\":{\"muster.dev/"
		    "containers\":\"a\"}},\"spec\":{\"automountServiceAccountToken\":true,"
		    "\"containers\":["
		    "{\"image\":\"i\",\"name\":\"a\"}],\"restartPolicy\":\"Never\"}}");
	/* As a live Job shows its template, and Helm charts write theirs. */
	expect_text("{\"template\":{\"metadata\":{\"creationTimestamp\":null,\"name\":\"x\","
		    "\"labels\":{"
		    "\"job-name\":\"x\"}},\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":"
		    "\"i\",\"args\":"
		    "null,\"resources\":{\"limits\":{\"cpu\":0.1}}}],\"schedulerName\":\"default-"
		    "scheduler\","
		    "\"nodeSelector\":{},\"affinity\":{},\"tolerations\":[],\"hostname\":\"\","
		    "\"volumes\":null,"
		    "\"restartPolicy\":\"\",\"dnsPolicy\":\"ClusterFirst\"}}}",
		    "{\"metadata\":{\"annotations\":{\"muster.dev/"
		    "containers\":\"a\"},\"labels\":{\"job-name\":\"x\"}},\"spec\":{"
		    "\"automountServiceAccountToken\":"
		    "false,\"containers\":[{\"image\":\"i\",\"name\":\"a\",\"resources\":{"
		    "\"limits\":{\"cpu\":"
		    "\"0.1\"}}}],\"dnsPolicy\":\"ClusterFirst\",\"restartPolicy\":\"Never\"}}");
	/* No image is none. */
	expect_text("{\"template\":{\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"\"}]}}}",
		    "{\"metadata\":{\"annotations\":{\"muster.dev/"
		    "containers\":\"a\"}},\"spec\":{\"automountServiceAccountToken\":false,"
		    "\"containers\":[{"
		    "\"image\":\"default:1\",\"name\":\"a\"}],\"restartPolicy\":\"Never\"}}");
	/* A named account keeps its token, also if it is called default. */
	assert_null(
		strstr(make("{\"template\":{\"spec\":{\"serviceAccountName\":\"default\"}}}", "i")
			       .template_text,
		       "automount"));
	assert_null(strstr(
		make("{\"template\":{\"spec\":{\"serviceAccount\":\"robot\"}}}", "i").template_text,
		"automount"));
	struct job_spec s =
		make("{\"template\":{\"spec\":{\"serviceAccountName\":\"robot\",\"containers\""
		     ":[{\"name\":\"a\",\"image\":\"i\"}]}}}",
		     NULL);
	assert_null(s.invalid);
	assert_null(strstr(s.template_text, "automount"));
	assert_true(s.credentials);
}

static void what_a_pod_needs(void **state)
{
	(void)state;
	struct job_spec s =
		make("{\"template\":{\"spec\":{\"runtimeClassName\":\"box\",\"volumes\":[{"
		     "\"persistentVolumeClaim\":{\"claimName\":\"data\"}},{\"emptyDir\":{}},{"
		     "\"persistentVolumeClaim\":{\"claimName\":\"more\"}},{"
		     "\"persistentVolumeClaim\":{\"claimName\":\"data\"}}]}}}",
		     "i");
	assert_string_equal(s.runtime_class, "box");
	assert_int_equal(s.claims.n, 2);
	assert_string_equal(s.claims.v[0], "ns/data");
	assert_string_equal(s.claims.v[1], "ns/more");
	assert_null(s.invalid);
	AUTO(buf_done) struct buf many = BUF_INIT(1 << 16);
	buf_puts(&many, "{\"template\":{\"spec\":{\"volumes\":[");
	for (int i = 0; i < CLAIMS_MAX + 2; i++)
		buf_printf(&many, "%s{\"persistentVolumeClaim\":{\"claimName\":\"c%d\"}}",
			   i ? "," : "", i);
	buf_puts(&many, "]}}}");
	s = make(buf_str(&many), "i");
	assert_int_equal(s.claims.n, CLAIMS_MAX);
	assert_non_null(strstr(s.invalid, "more than 32 PersistentVolumeClaims"));
}

static void what_is_refused(void **state)
{
	static const struct {
		const char *spec, *says;
	} cases[] = {
		{"{\"nodeName\":\"n\"}", "nodeName"},
		{"{\"schedulerName\":\"s\"}", "schedulerName"},
		{"{\"schedulingGates\":[{}]}", "schedulingGates"},
		{"{\"nodeSelector\":{\"a\":\"b\"}}", "nodeSelector"},
		{"{\"affinity\":{\"a\":{}}}", "affinity"},
		{"{\"topologySpreadConstraints\":[{}]}", "topologySpreadConstraints"},
		{"{\"resourceClaims\":[{}]}", "resourceClaims"},
		{"{\"hostname\":7}", "hostname"},
		{"{\"restartPolicy\":\"Always\"}", "restartPolicy"},
		{"{\"volumes\":[{\"name\":\"a\",\"emptyDir\":{}},{\"name\":\"b\",\"ephemeral\":{}}]"
		 "}",
		 "volumes[].ephemeral"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf json = BUF_INIT(1000);
		buf_printf(&json, "{\"command\":[\"x\"],\"template\":{\"spec\":%s}}",
			   cases[i].spec);
		struct job_spec s = make(buf_str(&json), "i");
		CASE(cases[i].says, s.invalid && strstr(s.invalid, cases[i].says));
		CASE(cases[i].says, !s.template_text);
	}
	struct job_spec ok = make("{\"command\":[\"x\"],\"template\":{\"spec\":{\"restartPolicy\":"
				  "\"Never\"}}}",
				  "i");
	assert_null(ok.invalid);
	struct job_spec no_image = make("{\"command\":[\"x\"]}", NULL);
	assert_non_null(strstr(no_image.invalid, "--default-image"));
	AUTO(buf_done) struct buf big = BUF_INIT(1 << 20);
	buf_puts(&big, "{\"command\":[\"");
	for (int i = 0; i < POD_BYTES_MAX; i++)
		buf_putc(&big, 'x');
	buf_puts(&big, "\"]}");
	struct job_spec too_big = make(buf_str(&big), "i");
	assert_non_null(strstr(too_big.invalid, "64 KiB"));
	AUTO(buf_done) struct buf ports = BUF_INIT(1 << 20);
	buf_puts(&ports, "{\"template\":{\"spec\":{\"containers\":[{\"name\":\"main\",\"ports\":[");
	for (unsigned i = 1; i <= POD_PORTS_MAX + 1; i++)
		buf_printf(&ports, "%s{\"hostPort\":%u}", i > 1 ? "," : "", i);
	buf_puts(&ports, "]}]}}}");
	struct job_spec many = make(buf_str(&ports), "i");
	assert_non_null(strstr(many.invalid, "more than 256 host ports"));
	assert_int_equal(many.ports.n, POD_PORTS_MAX);
}

/* A container whose template says nothing tells the last lines of its log. No hash changes by that,
 * so members go on at an upgrade; and a pod that was just small enough before stays so. */
static void termination_messages(void **state)
{
	static const struct {
		const char *said, *policy;
	} cases[] = {{"", "FallbackToLogsOnError"},
		     {",\"terminationMessagePolicy\":\"\"", "FallbackToLogsOnError"},
		     {",\"terminationMessagePolicy\":null", "FallbackToLogsOnError"},
		     {",\"terminationMessagePolicy\":\"File\"", "File"},
		     {",\"terminationMessagePath\":\"/x\"", "FallbackToLogsOnError"}};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf json = BUF_INIT(1024);
		buf_printf(&json,
			   "{\"command\":[\"x\"],\"template\":{\"spec\":{\"initContainers\":[{"
			   "\"name\":\"i\"%s}],\"containers\":[{\"name\":\"main\"%s}]}}}",
			   cases[i].said, cases[i].said);
		struct job_spec s = make(buf_str(&json), "i");
		AUTO(js_freep)
		json_t *pod = js_load(s.template_text, strlen(s.template_text), NULL);
		const json_t *own = json_array_get(js_path(pod, "spec", "containers"), 0);
		const json_t *init = json_array_get(js_path(pod, "spec", "initContainers"), 0);
		CASE_STR(cases[i].said, js_str(own, "terminationMessagePolicy"), cases[i].policy);
		CASE_STR(cases[i].said, js_str(init, "terminationMessagePolicy"), cases[i].policy);
	}
	/* Who writes the default out has the same pod, who writes another policy has another. */
	char hash[64];
	struct job_spec silent = make("{\"command\":[\"x\"]}", "i");
	memcpy(hash, silent.template_hash, strlen(silent.template_hash) + 1);
	struct job_spec same = make("{\"command\":[\"x\"],\"template\":{\"spec\":{\"containers\":[{"
				    "\"name\":\"main\"}]}}}",
				    "i");
	assert_string_equal(hash, same.template_hash);
	struct job_spec other =
		make("{\"command\":[\"x\"],\"template\":{\"spec\":{\"containers\":[{"
		     "\"name\":\"main\",\"terminationMessagePolicy\":\"File\"}]}}}",
		     "i");
	assert_string_not_equal(hash, other.template_hash);
}

/* What Kubernetes takes with a warning, which only the creator of the pod would hear. */
static void amounts_that_nobody_means(void **state)
{
	static const struct {
		const char *spec, *says; /* NULL: nothing */
	} cases[] = {
		{"{\"resources\":{\"requests\":{\"memory\":\"100m\"}}}",
		 "memory: 100m of container main is not a whole number of bytes, since m means "
		 "thousandths; "
		 "write M or Mi for megabytes"},
		{"{\"resources\":{\"limits\":{\"ephemeral-storage\":\"1500m\"}}}",
		 "ephemeral-storage: 1500m of container main "},
		{"{\"template\":{\"spec\":{\"initContainers\":[{\"name\":\"i\",\"resources\":{"
		 "\"limits\":{"
		 "\"memory\":\"1m\"}}}]}}}",
		 "memory: 1m of container i "},
		{"{\"template\":{\"spec\":{\"containers\":[{\"name\":\"a\",\"resources\":{"
		 "\"limits\":{"
		 "\"memory\":0.5}}}]}}}",
		 "memory: 0.5 of container a "},
		{"{\"template\":{\"spec\":{\"resources\":{\"requests\":{\"memory\":\"1m\"}}}}}",
		 "memory: 1m of the pod "},
		{"{\"template\":{\"spec\":{\"overhead\":{\"memory\":\"1m\"}}}}",
		 "memory: 1m of the pod's overhead "},
		{"{\"template\":{\"spec\":{\"volumes\":[{\"name\":\"v\",\"emptyDir\":{"
		 "\"sizeLimit\":\"5m\"}}]}}}",
		 "sizeLimit: 5m of volume v "},
		{"{\"resources\":{\"requests\":{\"memory\":\"100M\",\"cpu\":\"100m\"}}}", NULL},
		{"{\"resources\":{\"requests\":{\"memory\":100}}}", NULL},
		{"{\"resources\":{\"requests\":{\"memory\":\"1000m\"}}}", NULL},
		{"{\"resources\":{\"requests\":{\"memory\":\"16Ei\"}}}", NULL},
		{"{\"resources\":{\"requests\":{\"memory\":\"much\"}}}", NULL},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct job_spec s = make(cases[i].spec, "i");
		CASE(cases[i].spec, !s.invalid);
		if (cases[i].says)
			CASE(cases[i].spec, s.doubt && strstr(s.doubt, cases[i].says) == s.doubt);
		else
			CASE(cases[i].spec, !s.doubt);
	}
}

/* Beside the admission policy of the chart: what it refuses to agents is told here. */
static void credentials(void **state)
{
	static const struct {
		const char *template;
		bool carries;
	} cases[] = {
		{"{}", false},
		{"{\"metadata\":{\"annotations\":{}}}", false},
		{"{\"metadata\":{\"annotations\":{\"a\":\"b\"}}}", true},
		{"{\"spec\":{\"terminationGracePeriodSeconds\":600}}", false},
		{"{\"spec\":{\"terminationGracePeriodSeconds\":601}}", true},
		{"{\"spec\":{\"securityContext\":{\"seccompProfile\":{\"type\":\"RuntimeDefault\"}}"
		 "}}",
		 false},
		{"{\"spec\":{\"securityContext\":{\"seccompProfile\":{\"type\":\"Unconfined\"}}}}",
		 true},
		{"{\"spec\":{\"securityContext\":{\"appArmorProfile\":{\"type\":\"Unconfined\"}}}}",
		 true},
		{"{\"spec\":{\"securityContext\":{\"seLinuxOptions\":{\"type\":\"spc_t\"}}}}",
		 true},
		{"{\"spec\":{\"securityContext\":{\"windowsOptions\":{\"hostProcess\":true}}}}",
		 true},
		{"{\"spec\":{\"securityContext\":{\"sysctls\":[{\"name\":\"a\",\"value\":\"1\"}]}}"
		 "}",
		 true},
		{"{\"spec\":{\"containers\":[{\"name\":\"main\",\"securityContext\":{"
		 "\"seccompProfile\":{\"type\":\"Unconfined\"}}}]}}",
		 true},
		{"{\"metadata\":{\"labels\":{\"a\":\"b\"}}}", true},
		{"{\"spec\":{\"serviceAccountName\":\"\",\"serviceAccount\":\"\"}}", false},
		{"{\"spec\":{\"serviceAccountName\":\"default\"}}", true},
		{"{\"spec\":{\"serviceAccount\":\"default\"}}", true},
		{"{\"spec\":{\"serviceAccountName\":\"default\",\"automountServiceAccountToken\":"
		 "false}}",
		 false},
		{"{\"spec\":{\"serviceAccount\":\"default\",\"automountServiceAccountToken\":false}"
		 "}",
		 false},
		{"{\"spec\":{\"serviceAccount\":\"x\",\"automountServiceAccountToken\":false}}",
		 true},
		{"{\"spec\":{\"automountServiceAccountToken\":null}}", false},
		{"{\"spec\":{\"serviceAccountName\":\"x\"}}", true},
		{"{\"spec\":{\"automountServiceAccountToken\":true}}", true},
		{"{\"spec\":{\"volumes\":[{\"name\":\"a\",\"emptyDir\":{}},{\"name\":\"b\","
		 "\"downwardAPI\":"
		 "{}}]}}",
		 false},
		{"{\"spec\":{\"volumes\":[{\"name\":\"a\",\"secret\":{}}]}}", true},
		{"{\"spec\":{\"volumes\":[{\"name\":\"a\",\"configMap\":{}}]}}", true},
		{"{\"spec\":{\"volumes\":[{\"name\":\"a\",\"hostPath\":{}}]}}", true},
		{"{\"spec\":{\"volumes\":[{\"name\":\"a\",\"projected\":{}}]}}", true},
		{"{\"spec\":{\"volumes\":[{\"name\":\"a\",\"persistentVolumeClaim\":{}}]}}", true},
		/* The API server makes it an emptyDir. */
		{"{\"spec\":{\"volumes\":[{\"name\":\"a\"}]}}", false},
		{"{\"spec\":{\"priorityClassName\":\"\"}}", false},
		{"{\"spec\":{\"serviceAccountName\":\"default\",\"serviceAccount\":\"x\","
		 "\"automountServiceAccountToken\":false}}",
		 false},
		{"{\"metadata\":{\"labels\":{\"topology.kubernetes.io/zone\":\"z\"}}}", false},
		{"{\"spec\":{\"securityContext\":{\"sysctls\":[{\"name\":\"net.ipv4.tcp_"
		 "syncookies\","
		 "\"value\":\"1\"}]}}}",
		 false},
		{"{\"spec\":{\"securityContext\":{\"seLinuxOptions\":{\"level\":\"s0\"}}}}", false},
		{"{\"spec\":{\"containers\":[{\"name\":\"main\",\"livenessProbe\":{\"httpGet\":{"
		 "\"port\":80,\"host\":\"10.0.0.1\"}}}]}}",
		 true},
		{"{\"spec\":{\"containers\":[{\"name\":\"main\",\"lifecycle\":{\"preStop\":{"
		 "\"tcpSocket\":{\"port\":80,\"host\":\"h\"}}}}]}}",
		 true},
		{"{\"spec\":{\"imagePullSecrets\":[{\"name\":\"x\"}]}}", true},
		{"{\"spec\":{\"hostNetwork\":true}}", true},
		{"{\"spec\":{\"hostPID\":true}}", true},
		{"{\"spec\":{\"hostIPC\":true}}", true},
		{"{\"spec\":{\"priorityClassName\":\"high\"}}", true},
		{"{\"spec\":{\"containers\":[{\"name\":\"main\",\"env\":[{\"name\":\"A\","
		 "\"valueFrom\":{"
		 "\"fieldRef\":{}}}]}]}}",
		 false},
		{"{\"spec\":{\"containers\":[{\"name\":\"main\",\"env\":[{\"name\":\"A\","
		 "\"valueFrom\":{"
		 "\"secretKeyRef\":{}}}]}]}}",
		 true},
		{"{\"spec\":{\"containers\":[{\"name\":\"main\",\"envFrom\":[{}]}]}}", true},
		{"{\"spec\":{\"containers\":[{\"name\":\"main\",\"securityContext\":{"
		 "\"privileged\":true}}]}}",
		 true},
		{"{\"spec\":{\"containers\":[{\"name\":\"main\",\"ports\":[{\"hostPort\":80}]}]}}",
		 true},
		{"{\"spec\":{\"initContainers\":[{\"name\":\"i\",\"envFrom\":[{}]}]}}", true},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf json = BUF_INIT(1000);
		buf_printf(&json, "{\"command\":[\"x\"],\"template\":%s}", cases[i].template);
		struct job_spec s = make(buf_str(&json), "i");
		CASE(cases[i].template, !s.invalid);
		CASE(cases[i].template, s.credentials == cases[i].carries);
	}
}

/* Returns the template's variables of its first container, as NAME=VALUE, each followed by a
 * blank. */
static void vars_of(const struct job_spec *s, const char *list, struct buf *ret)
{
	AUTO(js_freep) json_t *pod = js_load(s->template_text, strlen(s->template_text), NULL);
	const json_t *c = json_array_get(js_path(pod, "spec", list), 0);
	const json_t *env = json_object_get(c, "env");
	for (size_t i = 0; i < json_array_size(env); i++)
		buf_printf(ret, "%s=%s ", js_str(json_array_get(env, i), "name"),
			   str_or_empty(js_str(json_array_get(env, i), "value")));
}

#define LEADER "$(MUSTER_JOB_NAME)-0.$(MUSTER_JOB_NAME).ns.svc"

static void launchers(void **state)
{
	static const struct {
		const char *spec, *main, *init;
	} cases[] = {
		{"", "", ""},
		{",\"launcher\":\"None\"", "", ""},
		{",\"launcher\":\"JAX\"",
		 "JAX_COORDINATOR_ADDRESS=" LEADER ":8476 JAX_NUM_PROCESSES=$(MUSTER_PARALLELISM) "
		 "JAX_PROCESS_ID=$(MUSTER_MEMBER_INDEX) ",
		 "JAX_COORDINATOR_ADDRESS=" LEADER ":8476 JAX_NUM_PROCESSES=$(MUSTER_PARALLELISM) "
		 "JAX_PROCESS_ID=$(MUSTER_MEMBER_INDEX) "},
		/* The user's own value stays, where it stands. */
		{",\"launcher\":\"JAX\",\"env\":[{\"name\":\"A\",\"value\":\"1\"},{\"name\":"
		 "\"JAX_COORDINATOR_ADDRESS\",\"value\":\"mine:1\"}]",
		 "JAX_NUM_PROCESSES=$(MUSTER_PARALLELISM) JAX_PROCESS_ID=$(MUSTER_MEMBER_INDEX) "
		 "A=1 JAX_COORDINATOR_ADDRESS=mine:1 ",
		 "JAX_COORDINATOR_ADDRESS=" LEADER ":8476 JAX_NUM_PROCESSES=$(MUSTER_PARALLELISM) "
		 "JAX_PROCESS_ID=$(MUSTER_MEMBER_INDEX) "},
		{",\"launcher\":\"Torch\"",
		 "MASTER_ADDR=" LEADER " MASTER_PORT=29500 WORLD_SIZE=$(MUSTER_PARALLELISM) "
		 "RANK=$(MUSTER_MEMBER_INDEX) PET_MASTER_ADDR=" LEADER
		 " PET_MASTER_PORT=29500 PET_NNODES=$(MUSTER_PARALLELISM) "
		 "PET_NODE_RANK=$(MUSTER_MEMBER_INDEX) ",
		 NULL},
	};
	const char *hashes[ARRAY_LEN(cases)];
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf json = BUF_INIT(1024), own = BUF_INIT(4096);
		AUTO(buf_done) struct buf init = BUF_INIT(4096);
		buf_printf(&json,
			   "{\"command\":[\"x\"],\"template\":{\"spec\":{\"initContainers\":[{"
			   "\"name\":\"i\"}]}}%s}",
			   cases[i].spec);
		struct job_spec s = make(buf_str(&json), "i");
		vars_of(&s, "containers", &own);
		vars_of(&s, "initContainers", &init);
		CASE_STR(cases[i].spec, buf_str(&own), cases[i].main);
		if (cases[i].init)
			CASE_STR(cases[i].spec, buf_str(&init), cases[i].init);
		CASE(cases[i].spec, !s.credentials);
		hashes[i] = s.template_hash;
	}
	/* None is as nothing; each other is a change for members that run. */
	assert_string_equal(hashes[0], hashes[1]);
	assert_string_not_equal(hashes[1], hashes[2]);
	assert_string_not_equal(hashes[2], hashes[3]);
	assert_string_not_equal(hashes[2], hashes[4]);
}

static void members_per_node(void **state)
{
	static const struct {
		const char *spec, *vars;
	} cases[] = {
		{"", ""},
		{",\"membersPerNode\":1", ""}, /* the pod gets it when it is made */
		{",\"membersPerNode\":4", "MUSTER_MEMBERS_PER_NODE=4 "},
		{",\"membersPerNode\":300", "MUSTER_MEMBERS_PER_NODE=256 "},
		/* Who had a variable of this name before keeps it. */
		{",\"membersPerNode\":4,\"env\":[{\"name\":\"MUSTER_MEMBERS_PER_NODE\",\"value\":"
		 "\"x\"}]",
		 "MUSTER_MEMBERS_PER_NODE=x "},
	};
	const char *hashes[ARRAY_LEN(cases)];
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf json = BUF_INIT(1024), own = BUF_INIT(4096);
		buf_printf(&json, "{\"command\":[\"x\"]%s}", cases[i].spec);
		struct job_spec s = make(buf_str(&json), "i");
		vars_of(&s, "containers", &own);
		CASE_STR(cases[i].spec, buf_str(&own), cases[i].vars);
		hashes[i] = s.template_hash;
	}
	/* An agent knows a template by its hash: of two jobs that differ in this, each has its own.
	 */
	assert_string_equal(hashes[0], hashes[1]);
	assert_string_not_equal(hashes[1], hashes[2]);
	assert_string_not_equal(hashes[2], hashes[3]);
}

/* A command of one word of n letters, and what follows it in the spec, is no pod. */
static bool too_large(unsigned n, const char *more)
{
	AUTO(mem_freep) char *word = mem_alloc(n + 1);
	AUTO(buf_done) struct buf json = BUF_INIT(1 << 20);
	memset(word, 'x', n);
	word[n] = 0;
	buf_printf(&json, "{\"command\":[\"%s\"]%s}", word, more);
	return make(buf_str(&json), "i").invalid;
}

/* A pod that is just small enough stays so with the variables of a launcher. */
static void launchers_fit(void **state)
{
	(void)state;
	unsigned fits = POD_BYTES_MAX - 2000, over = POD_BYTES_MAX;
	assert_false(too_large(fits, ""));
	assert_true(too_large(over, ""));
	while (over - fits > 1) {
		unsigned n = (fits + over) / 2;
		*(too_large(n, "") ? &over : &fits) = n;
	}
	assert_false(too_large(fits, ",\"launcher\":\"Torch\""));
}

static const struct pod_create member = {.ns = "ns",
					 .name = "j-2-abcde",
					 .job_name = "j",
					 .job_uid = "u1",
					 .node = "n1",
					 .index = 2,
					 .attempt = 4,
					 .parallelism = 8,
					 .completions = 90,
					 .template_hash = "0123456789abcdef"};

static void a_members_pod(void **state)
{
	static const char want[] =
		"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"labels\":{\"l\":\"1\","
		"\"muster.dev/attempt\":\"4\",\"muster.dev/current\":\"true\","
		"\"muster.dev/job-name\":\"j\",\"muster.dev/"
		"job-uid\":\"u1\","
		"\"muster.dev/member-index\":\"2\",\"muster.dev/"
		"template-hash\":\"0123456789abcdef\"},"
		"\"name\":\"j-2-abcde\",\"namespace\":\"ns\",\"ownerReferences\":[{\"apiVersion\":"
		"\"muster.dev/v1alpha1\",\"blockOwnerDeletion\":true,\"controller\":true,\"kind\":"
		"\"ComputeJob\",\"name\":\"j\",\"uid\":\"u1\"}]},\"spec\":{\"containers\":[{"
		"\"env\":["
		"{\"name\":\"MUSTER_MEMBER_INDEX\",\"value\":\"2\"},"
		"{\"name\":\"MUSTER_PARALLELISM\",\"value\":\"8\"},"
		"{\"name\":\"MUSTER_COMPLETIONS\",\"value\":\"90\"},"
		"{\"name\":\"MUSTER_MEMBERS_PER_NODE\",\"value\":\"1\"},"
		"{\"name\":\"MUSTER_NODE_NAME\",\"value\":\"n1\"},"
		"{\"name\":\"JOB_COMPLETION_INDEX\",\"value\":\"2\"},"
		"{\"name\":\"MUSTER_LEADER_ADDRESS\",\"value\":\"j-0.j.ns.svc\"},"
		"{\"name\":\"MUSTER_JOB_NAME\",\"value\":\"mine\"}],\"name\":\"main\"}],"
		"\"hostname\":\"j-2\",\"nodeName\":\"n1\",\"subdomain\":\"j\"}}";
	struct pod_create p = member;
	AUTO(buf_done) struct buf out = BUF_INIT(1 << 20);
	struct err e = {""};
	(void)state;
	p.template_text =
		"{\"metadata\":{\"labels\":{\"l\":\"1\"}},\"spec\":{\"containers\":[{\"name\":"
		"\"main\",\"env\":[{\"name\":\"MUSTER_JOB_NAME\",\"value\":\"mine\"}]}]}}";
	assert_int_equal(pod_render(&p, &out, &e), RC_OK);
	assert_string_equal(buf_str(&out), want);
}

static void what_renders_not(void **state)
{
	static const char *const texts[] = {"", "{", "[]", "7", "{}", "{\"spec\":[]}", "null"};
	struct pod_create p = member;
	struct err e;
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		AUTO(buf_done) struct buf out = BUF_INIT(1 << 20);
		p.template_text = texts[i];
		CASE(texts[i], pod_render(&p, &out, &e) == RC_MALFORMED);
	}
	AUTO(buf_done) struct buf small = BUF_INIT(100);
	p.template_text = "{\"spec\":{\"containers\":[{}]}}";
	assert_int_equal(pod_render(&p, &small, &e), RC_TOOBIG);
}

static int teardown(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

/* What has no bound in the CRD reaches the core only within bounds. */
static void what_is_too_long(void **state)
{
	enum { LONG = 1100 * 1024 };
	static const char *const forms[] = {
		"{\"template\":{\"spec\":{\"runtimeClassName\":\"%s\"}}}",
		"{\"template\":{\"spec\":{\"volumes\":[{\"name\":\"v\",\"persistentVolumeClaim\":{"
		"\"claimName\":\"%s\"}}]}}}",
	};
	static const size_t lengths[] = {254, 60000, LONG};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(forms) * ARRAY_LEN(lengths); i++) {
		AUTO(arena_done) struct arena a = ARENA_INIT(1 << 24);
		AUTO(buf_done) struct buf text = BUF_INIT(LONG + 200), name = BUF_INIT(LONG);
		struct job_spec spec = {0};
		struct err e = {""};
		for (size_t k = 0; k < lengths[i / ARRAY_LEN(forms)]; k++)
			buf_putc(&name, 'a');
		const char *form = forms[i % ARRAY_LEN(forms)], *gap = strstr(form, "%s");
		buf_put(&text, form, (size_t)(gap - form));
		buf_puts(&text, buf_str(&name));
		buf_puts(&text, gap + 2);
		AUTO(js_freep) json_t *json = js_load(text.data, text.len, &e);
		pod_template(&a, json, "image", "ns", &spec);
		assert_non_null(spec.invalid);
		assert_int_equal(spec.claims.n, 0);
		assert_null(spec.runtime_class);
	}
}

static void env_values_are_no_shape(void **state)
{
	static const char *const specs[] = {
		"{\"command\":[\"a\"],\"env\":[{\"name\":\"A\",\"value\":\"one\"}]}",
		"{\"command\":[\"b\"],\"env\":[{\"name\":\"A\",\"value\":\"two\"}]}"};
	AUTO(arena_done) struct arena a = ARENA_INIT(1 << 20);
	struct job_spec s[2] = {{0}};
	struct err e = {""};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(specs); i++) {
		AUTO(js_freep) json_t *spec = js_load(specs[i], strlen(specs[i]), &e);
		pod_template(&a, spec, "image", "ns", &s[i]);
	}
	assert_string_equal(s[0].shape, s[1].shape);
	/* The text has them all. */
	assert_non_null(strstr(s[0].template_text, "\"one\""));
	assert_non_null(strstr(s[1].template_text, "\"two\""));
	assert_non_null(strstr(s[1].template_text, "\"command\":[\"b\"]"));
}

/* Templates whose commands or args differ have the same shape; what admission may look at makes
 * another. */
static void shapes(void **state)
{
	static const struct {
		const char *spec;
		bool same;
	} cases[] = {
		{"{\"command\":[\"b\",\"c\"]}", true},
		{"{\"command\":[\"a\"],\"args\":[\"1\"]}", true},
		{"{\"command\":[\"a\"],\"image\":\"other\"}", false},
		{"{\"command\":[\"a\"],\"env\":[{\"name\":\"A\",\"value\":\"1\"}]}", false},
		{"{\"command\":[\"a\"],\"resources\":{\"requests\":{\"cpu\":\"1\"}}}", false},
		{"{\"command\":[\"a\"],\"template\":{\"spec\":{\"runtimeClassName\":\"vm\"}}}",
		 false},
		{"{\"command\":[\"a\"],\"template\":{\"metadata\":{\"labels\":{\"a\":\"b\"}}}}",
		 false},
	};
	AUTO(arena_done) struct arena a = ARENA_INIT(1 << 20);
	struct job_spec one = {0};
	struct err e = {""};
	(void)state;
	AUTO(js_freep) json_t *first = js_load("{\"command\":[\"a\"]}", 17, &e);
	pod_template(&a, first, "image", "ns", &one);
	assert_int_equal(strlen(one.shape), 16);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct job_spec other = {0};
		AUTO(js_freep)
		json_t *spec = js_load(cases[i].spec, strlen(cases[i].spec), &e);
		pod_template(&a, spec, "image", "ns", &other);
		print_message("%s\n", cases[i].spec);
		assert_int_equal(!strcmp(one.shape, other.shape), cases[i].same);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_form),
		cmocka_unit_test(template_and_short_fields),
		cmocka_unit_test(what_a_pod_needs),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(termination_messages),
		cmocka_unit_test(credentials),
		cmocka_unit_test(amounts_that_nobody_means),
		cmocka_unit_test(launchers),
		cmocka_unit_test(members_per_node),
		cmocka_unit_test(launchers_fit),
		cmocka_unit_test(a_members_pod),
		cmocka_unit_test(what_renders_not),
		cmocka_unit_test(shapes),
		cmocka_unit_test(what_is_too_long),
		cmocka_unit_test(env_values_are_no_shape),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}
