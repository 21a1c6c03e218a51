/* SPDX-License-Identifier: Apache-2.0 */
/* Objects as an API server writes them, to structs. */
#include <string.h>

#include "kube/decode.h"
#include "model/selector.h"
#include "test/lib/check.h"

static struct arena arena = ARENA_INIT(1 << 20);
static struct decoded d;
static json_t *tree;

static enum rc decode(enum api_kind kind, const char *json)
{
	struct err e;
	json_decref(tree);
	tree = js_load(json, strlen(json), &e);
	assert_non_null(tree);
	arena_reset(&arena);
	return decode_object(kind, tree, "default:1", &arena, &d, &e);
}

static int teardown(void **state)
{
	(void)state;
	json_decref(tree);
	tree = NULL;
	arena_done(&arena);
	return 0;
}

static void meta(void **state)
{
	(void)state;
	assert_int_equal(
		decode(API_JOB,
		       "{\"metadata\":{\"namespace\":\"ns\",\"name\":\"n\",\"uid\":\"u\","
		       "\"resourceVersion\":\"12\",\"generation\":3,"
		       "\"creationTimestamp\":\"2026-01-02T03:04:05Z\","
		       "\"deletionTimestamp\":\"2026-01-02T03:04:06Z\","
		       "\"finalizers\":[\"x\",\"orphan\"],"
		       "\"labels\":{\"a\":\"b\",\"app.kubernetes.io/managed-by\":\"muster\"},"
		       "\"ownerReferences\":[{\"kind\":\"A\",\"name\":\"a\",\"uid\":\"1\"},"
		       "{\"kind\":\"B\",\"name\":\"b\",\"uid\":\"2\",\"controller\":true}]},"
		       "\"spec\":{\"command\":[\"x\"]}}"),
		RC_OK);
	const struct meta *m = d.object.meta;
	assert_string_equal(m->ns, "ns");
	assert_string_equal(m->name, "n");
	assert_string_equal(m->uid, "u");
	assert_string_equal(m->rv, "12");
	assert_int_equal(m->generation, 3);
	assert_int_equal(m->deleted_ms - m->created_ms, 1000);
	assert_true(m->orphan_finalizer);
	assert_int_equal(m->labels.n, 2);
	assert_string_equal(kvs_get(&m->labels, "app.kubernetes.io/managed-by"), "muster");
	assert_string_equal(m->owner_kind, "B");
	assert_string_equal(m->owner_name, "b");
	assert_string_equal(m->owner_uid, "2");
}

static void job(void **state)
{
	(void)state;
	assert_int_equal(
		decode(API_JOB,
		       "{\"metadata\":{\"name\":\"j\"},\"spec\":{\"command\":[\"x\"],"
		       "\"parallelism\":8,\"completions\":90,\"minParallelism\":20,"
		       "\"membersPerNode\":4,\"priority\":-5,"
		       "\"suspend\":true,"
		       "\"backoffLimit\":0,\"backoffLimitPerIndex\":2,\"maxFailedIndexes\":0,"
		       "\"activeDeadlineSeconds\":60,"
		       "\"dependsOn\":[{\"name\":\"a\",\"condition\":\"Started\"},{\"name\":"
		       "\"b\"},{\"condition\":7}],"
		       "\"successPolicy\":{\"rules\":[{\"succeededIndexes\":\"0,2\"},"
		       "{\"succeededCount\":3}]},"
		       "\"startDeadlineSeconds\":90,\"terminationGracePeriodSeconds\":7,"
		       "\"ttlSecondsAfterFinished\":0,\"onNodeLoss\":\"Wait\","
		       "\"updateStrategy\":{\"type\":\"RollingUpdate\",\"maxUnavailable\":\"25%\"},"
		       "\"nodeSelector\":{\"disk\":\"ssd\"},"
		       "\"nodeAffinity\":{\"nodeSelectorTerms\":[{\"matchExpressions\":["
		       "{\"key\":\"k\",\"operator\":\"NotIn\",\"values\":[\"a\",\"b\"]},"
		       "{\"key\":\"n\",\"operator\":\"Gt\",\"values\":[\"3\"]}]},{}],"
		       "\"preferredDuringSchedulingIgnoredDuringExecution\":[{\"weight\":7,"
		       "\"preference\":{\"matchExpressions\":[{\"key\":\"k\",\"operator\":"
		       "\"Exists\"}]}},{\"weight\":-1},{\"weight\":101,\"preference\":{}}]},"
		       "\"tolerations\":[{\"key\":\"t\",\"operator\":\"Exists\",\"effect\":"
		       "\"NoExecute\",\"tolerationSeconds\":30},{\"operator\":\"Exists\","
		       "\"tolerationSeconds\":-5},{\"key\":\"v\",\"value\":\"w\"},"
		       "{\"tolerationSeconds\":9223372036854775807}]},"
		       "\"status\":{\"state\":\"Running\",\"startTime\":\"2026-01-02T03:04:05Z\","
		       "\"activeNodes\":[\"n1\",\"n2\"],\"active\":2,\"ready\":1,\"succeeded\":3,"
		       "\"failed\":4,\"attempts\":9,\"completedIndexes\":\"0,2-3\","
		       "\"satisfiedDependencies\":[{\"name\":\"b\",\"condition\":\"Failed\"}],"
		       "\"failedIndexes\":\"1,4\","
		       "\"superseded\":[{\"index\":6,\"attempt\":1,\"node\":\"n3\",\"replacedBy\":"
		       "9}],"
		       "\"failures\":[{\"index\":5,\"attempt\":8,\"node\":\"n2\",\"exitCode\":-2,"
		       "\"reason\":\"Error\",\"message\":\"m\"},{\"exitCode\":4294967296}],"
		       "\"observedGeneration\":7,\"conditions\":[{\"type\":\"Scheduled\","
		       "\"status\":\"True\",\"reason\":\"R\",\"message\":\"m\"}]}}"),
		RC_OK);
	const struct job_spec *s = &d.object.job->spec;
	const struct job_status *st = &d.object.job->status;
	assert_int_equal(s->parallelism, 8);
	assert_int_equal(s->completions, 90);
	assert_int_equal(s->min_parallelism, 8); /* the smaller of both */
	assert_int_equal(s->per_node, 4);
	assert_int_equal(s->priority, -5);
	assert_true(s->suspend);
	assert_int_equal(s->backoff_limit, 0);
	assert_int_equal(s->failures_fail_index, 3);
	assert_int_equal(s->failed_indexes_fail, 1);
	assert_int_equal(s->nsuccess, 2);
	assert_string_equal(s->success[0].indexes, "0,2");
	assert_true(!s->success[0].counted && s->success[1].counted);
	assert_int_equal(s->success[1].count, 3);
	assert_null(s->success[1].indexes);
	assert_int_equal(s->active_deadline_s, 60);
	assert_int_equal(s->ttl_s, 0);
	assert_int_equal(s->start_deadline_s, 90);
	assert_int_equal(s->grace_s, 7);
	assert_int_equal(s->ndepends_on, 3);
	assert_string_equal(s->depends_on[0].name, "a");
	assert_int_equal(s->depends_on[0].condition, DEPENDS_STARTED);
	assert_int_equal(s->depends_on[1].condition, DEPENDS_COMPLETE);
	assert_string_equal(s->depends_on[2].name, "");
	assert_int_equal(st->nsatisfied, 1);
	assert_string_equal(st->satisfied[0].name, "b");
	assert_int_equal(st->satisfied[0].condition, DEPENDS_FAILED);
	assert_int_equal(s->on_node_loss, LOSS_WAIT);
	assert_int_equal(s->update, UPDATE_ROLLING);
	assert_int_equal(s->max_unavailable, 25);
	assert_true(s->max_unavailable_percent);
	assert_string_equal(s->node_selector.v[0].key, "disk");
	assert_int_equal(s->nterms, 2);
	assert_int_equal(s->terms[0].n, 2);
	assert_int_equal(s->terms[0].v[0].op, SEL_NOT_IN);
	assert_int_equal(s->terms[0].v[0].values.n, 2);
	assert_int_equal(s->terms[0].v[1].op, SEL_GT);
	assert_int_equal(s->terms[1].n, 0);
	assert_int_equal(s->npreferred, 3);
	assert_int_equal(s->preferred[0].weight, 7);
	assert_int_equal(s->preferred[0].term.n, 1);
	assert_int_equal(s->preferred[0].term.v[0].op, SEL_EXISTS);
	assert_int_equal(s->preferred[1].weight, 1); /* the CRD lets no such weight in */
	assert_int_equal(s->preferred[1].term.n, 0);
	assert_int_equal(s->preferred[2].weight, PREFERENCE_MAX);
	assert_int_equal(s->ntolerations, 4);
	assert_true(s->tolerations[0].timed && s->tolerations[0].seconds == 30);
	assert_true(s->tolerations[1].timed && s->tolerations[1].seconds == 0);
	assert_false(s->tolerations[2].timed);
	assert_int_equal(s->tolerations[3].seconds, TOLERATION_S_MAX);
	assert_int_equal(s->tolerations[0].effect, EFFECT_NO_EXECUTE);
	assert_true(s->tolerations[1].exists && !*s->tolerations[1].key);
	assert_int_equal(s->tolerations[1].effect, EFFECT_ANY);
	assert_false(s->tolerations[2].exists);
	assert_int_equal(st->state, JOB_RUNNING);
	assert_true(st->start_ms > 0 && st->end_ms == 0);
	assert_int_equal(st->active_nodes.n, 2);
	assert_int_equal(st->active + st->ready + st->succeeded + st->failed, 10);
	assert_int_equal(st->attempts, 9);
	assert_string_equal(st->completed, "0,2-3");
	assert_string_equal(st->failed_indexes, "1,4");
	assert_int_equal(st->nsuperseded, 1);
	assert_int_equal(st->superseded[0].index + st->superseded[0].attempt, 7);
	assert_int_equal(st->superseded[0].by, 9);
	assert_string_equal(st->superseded[0].node, "n3");
	assert_int_equal(st->nfailures, 2);
	assert_int_equal(st->failures[0].index + st->failures[0].attempt, 13);
	assert_int_equal(st->failures[0].exit_code, -2);
	assert_string_equal(st->failures[0].node, "n2");
	assert_string_equal(st->failures[0].message, "m");
	assert_int_equal(st->failures[1].exit_code, 0);
	assert_string_equal(st->failures[1].reason, "");
	assert_int_equal(st->nconds, 1);
	assert_int_equal(st->conds[0].status, COND_TRUE);
}

/* The template's terminationGracePeriodSeconds, as the API server takes it. */
static void grace_of_the_pods(void **state)
{
	static const struct {
		const char *template;
		int64_t grace_s;
	} cases[] = {
		{"{}", 30},
		{"{\"spec\":{}}", 30},
		{"{\"spec\":{\"terminationGracePeriodSeconds\":0}}", 0},
		{"{\"spec\":{\"terminationGracePeriodSeconds\":3600}}", 3600},
		{"{\"spec\":{\"terminationGracePeriodSeconds\":-5}}", 1},
		{"{\"spec\":{\"terminationGracePeriodSeconds\":9223372036854775807}}", INT32_MAX},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf b = BUF_INIT(1024);
		buf_printf(&b, "{\"metadata\":{\"name\":\"j\"},\"spec\":{\"template\":%s}}",
			   cases[i].template);
		assert_int_equal(decode(API_JOB, buf_str(&b)), RC_OK);
		assert_int_equal(d.object.job->spec.grace_s, cases[i].grace_s);
	}
}

static void job_defaults(void **state)
{
	(void)state;
	assert_int_equal(decode(API_JOB, "{\"metadata\":{\"name\":\"j\"},"
					 "\"spec\":{\"command\":[\"x\"]}}"),
			 RC_OK);
	const struct job_spec *s = &d.object.job->spec;
	assert_int_equal(s->parallelism, 1);
	assert_int_equal(s->completions, 0); /* as many */
	assert_int_equal(s->per_node, 1);
	assert_int_equal(s->min_parallelism, 1);
	assert_int_equal(s->backoff_limit, 6);
	assert_int_equal(s->failures_fail_index, 0);
	assert_int_equal(s->failed_indexes_fail, 0);
	assert_int_equal(s->active_deadline_s, -1);
	assert_int_equal(s->start_deadline_s, 0);
	assert_int_equal(s->grace_s, 30);
	assert_int_equal(s->ttl_s, -1);
	assert_int_equal(s->on_node_loss, LOSS_REPLACE);
	assert_int_equal(s->max_unavailable, 1);
	assert_false(s->max_unavailable_percent);
	assert_int_equal(d.object.job->status.state, JOB_NONE);
	/* Wrong types are as if absent, numbers out of bounds are brought in. */
	assert_int_equal(decode(API_JOB, "{\"metadata\":{\"name\":\"j\"},\"spec\":{"
					 "\"parallelism\":99999999999,\"completions\":99999999999,"
					 "\"minParallelism\":-1,\"membersPerNode\":99999999999,"
					 "\"suspend\":\"yes\",\"nodeSelector\":[],"
					 "\"tolerations\":{},\"template\":7}}"),
			 RC_OK);
	assert_int_equal(d.object.job->spec.parallelism, PARALLELISM_MAX);
	assert_int_equal(d.object.job->spec.completions, COMPLETIONS_MAX);
	assert_int_equal(d.object.job->spec.per_node, PER_NODE_MAX);
	assert_int_equal(d.object.job->spec.min_parallelism, 1);
	assert_false(d.object.job->spec.suspend);
	/* As batch/v1's SetDefaults_Job. */
	assert_int_equal(decode(API_JOB, "{\"metadata\":{\"name\":\"j\"},\"spec\":{"
					 "\"backoffLimitPerIndex\":99999999999}}"),
			 RC_OK);
	assert_int_equal(d.object.job->spec.backoff_limit, INT32_MAX);
	assert_int_equal(d.object.job->spec.failures_fail_index, INT32_MAX + 1U);
}

static void node(void **state)
{
	(void)state;
	assert_int_equal(
		decode(API_NODE,
		       "{\"metadata\":{\"name\":\"n\",\"uid\":\"u\"},\"spec\":{\"unschedulable\":"
		       "true,\"taints\":[{\"key\":\"k\",\"value\":\"v\",\"effect\":\"NoSchedule\"},"
		       "{\"key\":\"p\",\"effect\":\"PreferNoSchedule\"}]},\"status\":{"
		       "\"allocatable\":{\"cpu\":\"1500m\",\"memory\":\"2Gi\",\"bad\":\"x\"},"
		       "\"nodeInfo\":{\"bootID\":\"b\",\"kubeletVersion\":\"v1.34.0\"},"
		       "\"volumesInUse\":[\"kubernetes.io/csi/disk.example.com^h1\","
		       "\"kubernetes.io/iscsi/x\",7,\"kubernetes.io/csi/d^h^2\"],"
		       "\"conditions\":[{\"type\":\"Other\","
		       "\"status\":\"True\"},{\"type\":\"Ready\",\"status\":\"False\",\"reason\":"
		       "\"KubeletNotReady\",\"lastTransitionTime\":\"1970-01-01T00:00:07Z\"}]"
		       "}}"),
		RC_OK);
	const struct node *n = d.object.node;
	assert_true(n->unschedulable);
	assert_int_equal(n->ntaints, 2);
	assert_int_equal(n->taints[0].effect, EFFECT_NO_SCHEDULE);
	assert_int_equal(n->taints[1].effect, EFFECT_PREFER_NO_SCHEDULE);
	assert_int_equal(n->allocatable.n, 2);
	assert_int_equal(n->ready, COND_FALSE);
	assert_string_equal(n->ready_reason, "KubeletNotReady");
	assert_string_equal(n->boot_id, "b");
	assert_string_equal(n->kubelet_version, "v1.34.0");
	assert_int_equal(n->ready_since_ms, 7000);
	assert_int_equal(n->in_use.n, 2); /* of CSI drivers */
	assert_string_equal(n->in_use.v[0], "disk.example.com^h1");
	assert_string_equal(n->in_use.v[1], "d^h^2");
	assert_int_equal(decode(API_NODE, "{\"metadata\":{\"name\":\"n\"}}"), RC_OK);
	assert_int_equal(d.object.node->ready, COND_UNKNOWN);
}

/* A kubelet that names more volumes than any node has. */
static void a_node_with_very_many_volumes(void **state)
{
	AUTO(buf_done) struct buf json = BUF_INIT(1 << 20);
	(void)state;
	buf_puts(&json, "{\"metadata\":{\"name\":\"n\"},\"status\":{\"volumesInUse\":[");
	for (int i = 0; i < NODE_VOLUMES_MAX + 5; i++)
		buf_printf(&json, "%s\"kubernetes.io/csi/d^%d\"", i ? "," : "", i);
	buf_puts(&json, "]}}");
	assert_int_equal(decode(API_NODE, buf_str(&json)), RC_OK);
	assert_int_equal(d.object.node->in_use.n, NODE_VOLUMES_MAX);
	assert_string_equal(d.object.node->in_use.v[NODE_VOLUMES_MAX - 1], "d^1023");
}

static void compute_node(void **state)
{
	(void)state;
	assert_int_equal(
		decode(API_COMPUTE_NODE,
		       "{\"metadata\":{\"name\":\"n\",\"ownerReferences\":[{\"kind\":\"Node\","
		       "\"name\":\"n\",\"uid\":\"1\"}]},\"spec\":{\"unschedulable\":true,"
		       "\"resources\":{\"cpu\":2}},\"status\":{\"state\":\"Draining\","
		       "\"members\":3,\"allocated\":{\"cpu\":\"500m\"},\"agentVersion\":\"1\"}}"),
		RC_OK);
	const struct compute_node *c = d.object.compute_node;
	assert_true(c->owned_by_node && c->unschedulable);
	assert_int_equal(c->resources.v[0].milli, 2000); /* a bare number is a quantity too */
	assert_int_equal(c->status.state, COMPUTE_NODE_DRAINING);
	assert_int_equal(c->status.members, 3);
	assert_int_equal(c->status.allocated.v[0].milli, 500);
}

static void lease(void **state)
{
	(void)state;
	assert_int_equal(
		decode(API_LEASE,
		       "{\"metadata\":{\"name\":\"l\",\"annotations\":{\"muster.dev/address\":"
		       "\"1.2.3.4:7117\"}},\"spec\":{\"holderIdentity\":\"me\","
		       "\"leaseDurationSeconds\":15,\"renewTime\":\"2026-01-02T03:04:05.678901Z\","
		       "\"leaseTransitions\":4}}"),
		RC_OK);
	const struct lease *l = d.object.lease;
	assert_string_equal(l->holder, "me");
	assert_string_equal(l->address, "1.2.3.4:7117");
	assert_int_equal(l->duration_s, 15);
	assert_int_equal(l->renew_ms % 1000, 678);
	assert_int_equal(l->acquire_ms, 0);
	assert_int_equal(l->transitions, 4);
}

static void keyed(void **state)
{
	static const struct {
		const char *base64, *text;
	} cases[] = {{"", ""},
		     {"YQ==", "a"},
		     {"YWI=", "ab"},
		     {"YWJj", "abc"},
		     {"YWJjZA==", "abcd"},
		     {"YWJ\\nj", "abc"},
		     {"//79", "\xff\xfe\xfd"},
		     {"!?", ""}};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf json = BUF_INIT(1000);
		buf_printf(&json, "{\"metadata\":{\"name\":\"s\"},\"data\":{\"k\":\"%s\"}}",
			   cases[i].base64);
		CASE(cases[i].base64, decode(API_SECRET, buf_str(&json)) == RC_OK);
		CASE_STR(cases[i].base64, d.object.data->data.v[0].val, cases[i].text);
	}
	assert_int_equal(decode(API_CONFIGMAP, "{\"metadata\":{\"name\":\"c\"},"
					       "\"data\":{\"k\":\"YQ==\"}}"),
			 RC_OK);
	assert_string_equal(d.object.data->data.v[0].val, "YQ==");
}

/* "key op value,value; …" of each term, terms apart by "|". */
static const char *terms_text(const struct sel_terms *t, struct buf *b)
{
	static const char *const ops[] = {"In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"};
	for (uint32_t i = 0; i < t->n; i++) {
		buf_puts(b, i ? "|" : "");
		for (uint32_t k = 0; k < t->v[i].n; k++) {
			const struct sel_expr *x = &t->v[i].v[k];
			buf_printf(b, "%s%s %s", k ? "; " : "", x->key, ops[x->op]);
			for (uint32_t v = 0; v < x->values.n; v++)
				buf_printf(b, "%c%s", v ? ',' : ' ', x->values.v[v]);
		}
	}
	return buf_str(b);
}

#define NAMED "{\"metadata\":{\"name\":\"x\"},"
#define NOBODY "muster.dev/no-node-has-this-label Exists"

static void what_nodes_they_admit(void **state)
{
	static const struct {
		const char *name;
		enum api_kind kind;
		const char *json, *where[2];
	} all[] = {
		{"a RuntimeClass for all nodes",
		 API_RUNTIME_CLASS,
		 NAMED "\"handler\":\"h\"}",
		 {"", ""}},
		{"one with a nodeSelector",
		 API_RUNTIME_CLASS,
		 NAMED "\"scheduling\":{\"nodeSelector\":{\"a\":\"b\"}}}",
		 {"a In b", ""}},
		{"a volume for all nodes", API_VOLUME, NAMED "\"spec\":{}}", {"", ""}},
		{"a local volume",
		 API_VOLUME,
		 NAMED
		 "\"spec\":{\"nodeAffinity\":{\"required\":{\"nodeSelectorTerms\":[{"
		 "\"matchExpressions\":[{\"key\":\"h\",\"operator\":\"In\",\"values\":[\"n1\","
		 "\"n2\"]}]}]}}}}",
		 {"h In n1,n2", ""}},
		{"matchFields and empty terms match nothing",
		 API_VOLUME,
		 NAMED "\"spec\":{\"nodeAffinity\":{\"required\":{\"nodeSelectorTerms\":[{},{"
		       "\"matchExpressions\":[{\"key\":\"h\",\"operator\":\"Exists\"}],"
		       "\"matchFields\":[{}]}]}}}}",
		 {NOBODY, ""}},
		{"zones of a volume",
		 API_VOLUME,
		 "{\"metadata\":{\"name\":\"x\",\"labels\":{\"failure-domain.beta.kubernetes.io/"
		 "zone\":"
		 "\"a__b\",\"other\":\"c\"}}}",
		 {"", "failure-domain.beta.kubernetes.io/zone In a,b|topology.kubernetes.io/zone "
		      "In a,b|"
		      "failure-domain.beta.kubernetes.io/zone DoesNotExist; "
		      "failure-domain.beta.kubernetes.io/region DoesNotExist; "
		      "topology.kubernetes.io/zone DoesNotExist; "
		      "topology.kubernetes.io/region DoesNotExist"}},
		{"topologies of a StorageClass",
		 API_STORAGE_CLASS,
		 NAMED "\"allowedTopologies\":[{\"matchLabelExpressions\":[{\"key\":\"z\","
		       "\"values\":[\"a\",\"b\"]}]}]}",
		 {"z In a,b", ""}},
		{"topologies that say nothing",
		 API_STORAGE_CLASS,
		 NAMED "\"allowedTopologies\":[{}]}",
		 {NOBODY, ""}},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		CASE(all[i].name, decode(all[i].kind, all[i].json) == RC_OK);
		for (size_t k = 0; k < 2; k++) {
			AUTO(buf_done) struct buf b = BUF_INIT(2048);
			CASE_STR(all[i].name, terms_text(&d.object.needed->where[k], &b),
				 all[i].where[k]);
		}
	}
}

/* Terms beyond the bounds admit fewer nodes. */
static void too_many_labels_admit_nobody(void **state)
{
	AUTO(buf_done) struct buf json = BUF_INIT(4096), b = BUF_INIT(256);
	(void)state;
	buf_puts(&json, NAMED "\"scheduling\":{\"nodeSelector\":{");
	for (int i = 0; i <= EXPRS_MAX; i++)
		buf_printf(&json, "%s\"k%d\":\"v\"", i ? "," : "", i);
	buf_puts(&json, "}}}");
	assert_int_equal(decode(API_RUNTIME_CLASS, buf_str(&json)), RC_OK);
	assert_string_equal(terms_text(&d.object.needed->where[0], &b), NOBODY);
}

/* What an admission policy or its binding leaves out. */
static void admission(void **state)
{
#define POLICY(fields)                                                                           \
	NAMED "\"spec\":{\"failurePolicy\":\"Fail\",\"validations\":[{}],\"matchConstraints\":{" \
	      "\"resourceRules\":[{}]" fields "}}}"
#define BINDING(fields)                                                                          \
	NAMED "\"spec\":{\"policyName\":\"p\",\"validationActions\":[\"Audit\",\"Deny\"]" fields \
	      "}}"
#define SOME "{\"matchLabels\":{\"a\":\"b\"}}"
	static const struct {
		const char *json, *why;
		bool binding;
	} all[] = {
		{POLICY(""), "", false},
		{POLICY(",\"namespaceSelector\":{},\"objectSelector\":{}"), "", false},
		{POLICY(",\"namespaceSelector\":" SOME), "policy has selectors that leave pods out",
		 false},
		{POLICY(",\"objectSelector\":{\"matchExpressions\":[{}]}"),
		 "policy has selectors that leave pods out", false},
		{POLICY(",\"excludeResourceRules\":[{}]"),
		 "policy has selectors that leave pods out", false},
		{NAMED "\"spec\":{\"failurePolicy\":\"Ignore\"}}",
		 "policy's failurePolicy is Ignore", false},
		{NAMED "\"spec\":{}}", "policy has no validations", false},
		{NAMED "\"spec\":{\"validations\":[{}]}}", "policy matches no resources", false},
		{BINDING(""), "", true},
		{BINDING(",\"matchResources\":{\"matchPolicy\":\"Equivalent\"}"), "", true},
		{BINDING(",\"matchResources\":{\"resourceRules\":[{}]}"),
		 "binding has selectors that leave pods out", true},
		{BINDING(",\"matchResources\":{\"namespaceSelector\":" SOME "}"),
		 "binding has selectors that leave pods out", true},
		{BINDING(",\"paramRef\":{\"name\":\"x\"}"), "binding has parameters", true},
		{NAMED "\"spec\":{\"validationActions\":[\"Warn\"]}}",
		 "binding's validationActions are without Deny", true},
		{"{\"metadata\":{\"name\":\"x\",\"deletionTimestamp\":\"2026-01-01T00:00:00Z\"}}",
		 "object is being deleted", true},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		enum api_kind kind = all[i].binding ? API_ADMISSION_BINDING : API_ADMISSION_POLICY;
		CASE(all[i].json, decode(kind, all[i].json) == RC_OK);
		CASE_STR(all[i].json, d.object.admission->why, all[i].why);
	}
	assert_int_equal(decode(API_ADMISSION_BINDING, BINDING("")), RC_OK);
	assert_string_equal(d.object.admission->policy, "p");
}

static void claims(void **state)
{
	(void)state;
	assert_int_equal(
		decode(API_CLAIM,
		       "{\"metadata\":{\"name\":\"c\",\"annotations\":{\"pv.kubernetes.io/"
		       "bind-completed\":"
		       "\"yes\",\"volume.kubernetes.io/"
		       "selected-node\":\"n1\"}},\"spec\":{\"volumeName\":"
		       "\"v\",\"storageClassName\":\"fast\",\"accessModes\":[\"ReadWriteOnce\","
		       "\"ReadWriteOncePod\",\"Sometimes\"]},\"status\":{\"phase\":\"Bound\"}}"),
		RC_OK);
	const struct needed *n = d.object.needed;
	assert_true(n->bound && !n->lost);
	assert_string_equal(n->volume, "v");
	assert_string_equal(n->storage_class, "fast");
	assert_string_equal(n->selected_node, "n1");
	assert_int_equal(n->modes, MODE_RWO | MODE_RWOP);
	assert_int_equal(decode(API_CLAIM, "{\"metadata\":{\"name\":\"c\",\"annotations\":{"
					   "\"volume.beta.kubernetes.io/storage-class\":\"old\"}},"
					   "\"spec\":{\"volumeName\":\"v\"},\"status\":{\"phase\":"
					   "\"Lost\"}}"),
			 RC_OK);
	assert_true(!n->bound && n->lost); /* named, not bound yet */
	assert_string_equal(n->storage_class, "old");
	assert_int_equal(decode(API_STORAGE_CLASS,
				NAMED "\"volumeBindingMode\":\"WaitForFirstConsumer\","
				      "\"provisioner\":\"p\"}"),
			 RC_OK);
	assert_true(n->waits);
	assert_string_equal(n->provisioner, "p");
#define REF "\"spec\":{\"claimRef\":{\"namespace\":\"ns\",\"name\":\"c\""
	static const struct {
		const char *name, *json;
		bool taken;
		const char *claim; /* that it is to be bound to */
	} volumes[] = {
		{"free", "\"spec\":{},\"status\":{\"phase\":\"Available\"}}", false, ""},
		{"new", "\"spec\":{},\"status\":{\"phase\":\"Pending\"}}", false, ""},
		{"for no claim", "\"spec\":{\"claimRef\":{}},\"status\":{\"phase\":\"Available\"}}",
		 true, ""},
		{"given", REF "}},\"status\":{\"phase\":\"Available\"}}", true, "ns/c/"},
		{"bound", REF ",\"uid\":\"u\"}},\"status\":{\"phase\":\"Bound\"}}", true, "ns/c/u"},
		{"released", "\"spec\":{},\"status\":{\"phase\":\"Released\"}}", true, ""},
		{"released from", REF "}},\"status\":{\"phase\":\"Released\"}}", true, ""},
		{"failed", REF "}},\"status\":{\"phase\":\"Failed\"}}", true, ""},
	};
	for (size_t i = 0; i < ARRAY_LEN(volumes); i++) {
		AUTO(buf_done) struct buf json = BUF_INIT(256);
		buf_printf(&json, "{\"metadata\":{\"name\":\"x\"},%s", volumes[i].json);
		CASE(volumes[i].name, decode(API_VOLUME, buf_str(&json)) == RC_OK);
		CASE(volumes[i].name, n->taken == volumes[i].taken);
		AUTO(buf_done) struct buf claim = BUF_INIT(64);
		if (*n->for_claim)
			buf_printf(&claim, "%s/%s/%s", n->for_ns, n->for_claim, n->for_uid);
		CASE_STR(volumes[i].name, buf_str(&claim), volumes[i].claim);
	}
	assert_int_equal(decode(API_VOLUME,
				NAMED "\"spec\":{\"volumeMode\":\"Block\",\"storageClassName\":"
				      "\"fast\",\"capacity\":{\"cpu\":1,\"storage\":\"1k\"}}}"),
			 RC_OK);
	assert_true(n->block && n->bytes == 1000 * 1000);
	assert_string_equal(n->storage_class, "fast");
	assert_int_equal(decode(API_CLAIM,
				NAMED "\"spec\":{\"selector\":{\"matchLabels\":{}},\"resources\":{"
				      "\"requests\":{\"storage\":\"1k\"}}}}"),
			 RC_OK);
	assert_true(n->selects && n->bytes == 1000 * 1000);
	assert_int_equal(decode(API_RUNTIME_CLASS,
				NAMED "\"scheduling\":{\"tolerations\":[{\"key\":"
				      "\"k\",\"operator\":\"Exists\"}]}}"),
			 RC_OK);
	assert_true(n->ntolerations == 1 && n->tolerations[0].exists);
}

/* Where it may run, without what DefaultTolerationSeconds adds to every pod. */
static void where_it_may_run(void **state)
{
	(void)state;
	assert_int_equal(
		decode(API_POD,
		       "{\"metadata\":{\"name\":\"p\"},\"spec\":{\"nodeSelector\":{\"a\":\"b\"},"
		       "\"tolerations\":[{\"key\":\"node.kubernetes.io/not-ready\",\"operator\":"
		       "\"Exists\",\"effect\":\"NoExecute\",\"tolerationSeconds\":300},{\"key\":"
		       "\"node.kubernetes.io/unreachable\",\"operator\":\"Exists\",\"effect\":"
		       "\"NoExecute\"},{\"key\":\"node.kubernetes.io/not-ready\",\"effect\":"
		       "\"NoExecute\"},{\"key\":\"gpu\",\"operator\":\"Exists\",\"effect\":"
		       "\"NoSchedule\"},{\"key\":\"x\",\"operator\":\"Exists\",\"effect\":"
		       "\"NoExecute\"}]}}"),
		RC_OK);
	const struct pod_where *w = &d.object.pod->where;
	assert_int_equal(w->node_selector.n, 1);
	assert_string_equal(w->node_selector.v[0].val, "b");
	assert_int_equal(w->ntolerations, 3);
	assert_string_equal(w->tolerations[1].key, "gpu");
	AUTO(buf_done) struct buf json = BUF_INIT(1 << 14);
	buf_puts(&json, "{\"metadata\":{\"name\":\"p\"},\"spec\":{\"nodeSelector\":{");
	for (int i = 0; i < SELECTOR_MAX + 3; i++)
		buf_printf(&json, "%s\"k%d\":\"v\"", i ? "," : "", i);
	buf_puts(&json, "}}}");
	assert_int_equal(decode(API_POD, buf_str(&json)), RC_OK);
	assert_int_equal(d.object.pod->where.node_selector.n, SELECTOR_MAX);
}

static void volumes_of_drivers(void **state)
{
	const struct needed *n;
	(void)state;
	assert_int_equal(decode(API_VOLUME, NAMED "\"spec\":{\"csi\":{\"driver\":\"disk\","
						  "\"volumeHandle\":\"h\"},\"accessModes\":["
						  "\"ReadWriteOnce\"]}}"),
			 RC_OK);
	n = d.object.needed;
	assert_string_equal(n->driver, "disk");
	assert_string_equal(n->handle, "h");
	assert_int_equal(n->modes, MODE_RWO);
	assert_int_equal(decode(API_VOLUME, NAMED "\"spec\":{\"hostPath\":{}}}"), RC_OK);
	assert_true(!*n->driver && !*n->handle);
	assert_int_equal(decode(API_CSI_DRIVER, NAMED "\"spec\":{\"attachRequired\":false}}"),
			 RC_OK);
	assert_true(n->attachless);
	assert_int_equal(decode(API_CSI_DRIVER, NAMED "\"spec\":{\"attachRequired\":true}}"),
			 RC_OK);
	assert_false(n->attachless);
	assert_int_equal(decode(API_CSI_DRIVER, NAMED "\"spec\":{}}"), RC_OK);
	assert_false(n->attachless); /* true is the default */
	assert_false(n->tells_room);
	assert_int_equal(decode(API_CSI_DRIVER, NAMED "\"spec\":{\"storageCapacity\":true}}"),
			 RC_OK);
	assert_true(n->tells_room);
	assert_int_equal(decode(API_CSI_NODE,
				NAMED "\"spec\":{\"drivers\":[{\"name\":\"disk\",\"allocatable\":{"
				      "\"count\":25}},{\"name\":\"free\"},{\"name\":\"no\","
				      "\"allocatable\":{\"count\":0}},{\"allocatable\":{\"count\":"
				      "99999999999}},{\"allocatable\":{\"count\":1}}]}}"),
			 RC_OK);
	assert_int_equal(n->nlimits, 3);
	assert_string_equal(n->limits[0].driver, "disk");
	assert_int_equal(n->limits[0].most, 25);
	assert_string_equal(n->limits[1].driver, "no");
	assert_int_equal(n->limits[1].most, 0);
	assert_string_equal(n->limits[2].driver, "");
	assert_int_equal(decode(API_CSI_NODE, NAMED "\"spec\":{}}"), RC_OK);
	assert_int_equal(n->nlimits, 0);
	AUTO(buf_done) struct buf json = BUF_INIT(1 << 14);
	buf_puts(&json, NAMED "\"spec\":{\"drivers\":[");
	for (int i = 0; i < NODE_DRIVERS_MAX + 3; i++)
		buf_printf(&json, "%s{\"name\":\"d\",\"allocatable\":{\"count\":1}}", i ? "," : "");
	buf_puts(&json, "]}}");
	assert_int_equal(decode(API_CSI_NODE, buf_str(&json)), RC_OK);
	assert_int_equal(n->nlimits, NODE_DRIVERS_MAX);
}

/* capacitySufficient and nodeHasAccess of kube-scheduler. */
static void room_for_volumes(void **state)
{
	(void)state;
	assert_int_equal(
		decode(API_CSI_CAPACITY,
		       NAMED "\"storageClassName\":\"fast\",\"capacity\":\"10\",\"nodeTopology\":{"
			     "\"matchLabels\":{\"a\":\"1\",\"b\":\"2\"},\"matchExpressions\":[{"
			     "\"key\":\"c\",\"operator\":\"NotIn\",\"values\":[\"3\"]}]}}"),
		RC_OK);
	const struct needed *n = d.object.needed;
	assert_string_equal(n->storage_class, "fast");
	assert_int_equal(n->bytes, 10000);
	assert_int_equal(n->where[0].n, 1);
	assert_int_equal(n->where[0].v[0].n, 3);
	assert_string_equal(n->where[0].v[0].v[1].key, "b");
	assert_int_equal(n->where[0].v[0].v[2].op, SEL_NOT_IN);
	/* The largest volume counts where it is told. */
	assert_int_equal(decode(API_CSI_CAPACITY, NAMED "\"nodeTopology\":{},\"capacity\":\"10\","
							"\"maximumVolumeSize\":\"3\"}"),
			 RC_OK);
	assert_int_equal(n->bytes, 3000);
	assert_int_equal(n->where[0].n, 0); /* everywhere */
	/* Without a topology it is nowhere, without a number there is no room. */
	assert_int_equal(decode(API_CSI_CAPACITY, NAMED "\"storageClassName\":\"fast\"}"), RC_OK);
	assert_int_equal(n->bytes, -1);
	assert_int_equal(n->where[0].n, 1);
	AUTO(buf_done) struct buf json = BUF_INIT(1 << 14);
	buf_puts(&json, NAMED "\"nodeTopology\":{\"matchLabels\":{");
	for (int i = 0; i < EXPRS_MAX + 1; i++)
		buf_printf(&json, "%s\"k%d\":\"\"", i ? "," : "", i);
	buf_puts(&json, "}}}");
	assert_int_equal(decode(API_CSI_CAPACITY, buf_str(&json)), RC_OK);
	assert_int_equal(n->where[0].v[0].n, 1); /* more than anybody means: nowhere */
}

static void token(void **state)
{
	/* {"exp":1700000000} between two dots. */
	static const char whole[] =
		"{\"spec\":{\"token\":\"x.eyJleHAiOjE3MDAwMDAwMDB9.y\"},\"status\":{"
		"\"authenticated\":true,\"audiences\":[\"muster-coordinator\"],\"user\":{"
		"\"username\":\"system:serviceaccount:a:b\",\"extra\":{"
		"\"authentication.kubernetes.io/node-name\":[\"n1\"]}}}}";
	(void)state;
	assert_int_equal(decode(API_TOKENREVIEW, whole), RC_OK);
	const struct token_identity *t = d.object.token;
	assert_true(t->authenticated);
	assert_string_equal(t->username, "system:serviceaccount:a:b");
	assert_string_equal(t->node_name, "n1");
	assert_int_equal(t->expires_ms, 1700000000000);
	static const struct {
		const char *name, *status;
	} bad[] = {
		{"another audience", "{\"authenticated\":true,\"audiences\":[\"x\"]}"},
		{"a server that knows no audiences", "{\"authenticated\":true}"},
		{"refused", "{\"authenticated\":false,\"audiences\":[\"muster-coordinator\"]}"},
		{"a string", "{\"authenticated\":\"true\",\"audiences\":[\"muster-coordinator\"]}"},
		{"nothing", "{}"},
	};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		AUTO(buf_done) struct buf json = BUF_INIT(1000);
		buf_printf(&json, "{\"status\":%s}", bad[i].status);
		CASE(bad[i].name, decode(API_TOKENREVIEW, buf_str(&json)) == RC_OK);
		CASE(bad[i].name, !d.object.token->authenticated);
	}
	assert_int_equal(decode(API_TOKENREVIEW,
				"{\"status\":{\"authenticated\":true,\"user\":{\"extra\":{"
				"\"authentication.kubernetes.io/node-name\":[\"n1\",\"n2\"]}}}}"),
			 RC_OK);
	assert_string_equal(d.object.token->node_name, "");
}

static void what_cannot_be_read(void **state)
{
	struct err e;
	(void)state;
	assert_int_equal(decode(API_POD, "{}"), RC_MALFORMED);
	assert_int_equal(decode(API_JOB, "[]"), RC_MALFORMED);
	assert_int_equal(decode(API_NODE, "{\"metadata\":{\"name\":7}}"), RC_MALFORMED);
	/* A number that no int64 holds, a NUL in a key and in a value. */
	assert_int_equal(decode(API_JOB,
				"{\"metadata\":{\"name\":\"j\",\"generation\":5},\"spec\":{"
				"\"x\":99999999999999999999,\"a\\u0000\":\"b\\u0000c\","
				"\"\\\\u0000\":1}}"),
			 RC_OK);
	assert_int_equal(d.object.meta->generation, 5);
	AUTO(buf_done) struct buf many = BUF_INIT(1 << 20);
	buf_putc(&many, '[');
	for (int i = 0; i < JS_VALUES_MAX; i++)
		buf_puts(&many, "1,");
	buf_puts(&many, "1]");
	assert_null(js_load(buf_str(&many), many.len, &e));
	/* Commas in strings are none. */
	memset(many.data + 2, ',', many.len - 4);
	many.data[1] = many.data[many.len - 2] = '"';
	AUTO(js_freep) json_t *o = js_load(buf_str(&many), many.len, &e);
	assert_non_null(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_nodes_they_admit),
		cmocka_unit_test(too_many_labels_admit_nobody),
		cmocka_unit_test(admission),
		cmocka_unit_test(claims),
		cmocka_unit_test(volumes_of_drivers),
		cmocka_unit_test(where_it_may_run),
		cmocka_unit_test(meta),
		cmocka_unit_test(job),
		cmocka_unit_test(job_defaults),
		cmocka_unit_test(grace_of_the_pods),
		cmocka_unit_test(node),
		cmocka_unit_test(a_node_with_very_many_volumes),
		cmocka_unit_test(compute_node),
		cmocka_unit_test(lease),
		cmocka_unit_test(keyed),
		cmocka_unit_test(room_for_volumes),
		cmocka_unit_test(token),
		cmocka_unit_test(what_cannot_be_read),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}
