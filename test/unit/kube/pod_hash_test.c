/* SPDX-License-Identifier: Apache-2.0 */
/* What is the same to run has the same hash, however it is written; what is not has another. A real
 * API server is asked the same in test/integration/kube/forms_test.c. */
#include "kube/pod.h"
#include "kube/pod_form.h"

#include <string.h>

#include "test/lib/check.h"

static struct arena arena = ARENA_INIT(8 << 20);

/* JSON with ' for ". */
static json_t *load(const char *text)
{
	AUTO(buf_done) struct buf json = BUF_INIT(1 << 16);
	struct err e = {""};
	for (; *text; text++)
		buf_putc(&json, *text == '\'' ? '"' : *text);
	json_t *o = js_load(buf_str(&json), json.len, &e);
	CASE(buf_str(&json), o);
	return o;
}

static struct job_spec make(const char *spec, const char *image)
{
	struct job_spec s = {0};
	AUTO(js_freep) json_t *o = load(spec);
	pod_template(&arena, o, image, "ns", &s);
	return s;
}

static const char *hash_of_main(const char *container, const char *spec)
{
	AUTO(buf_done) struct buf json = BUF_INIT(1 << 16);
	buf_printf(&json,
		   "{'template':{'spec':{'containers':[{'name':'main','image':'i'%s%s}]%s%s}}}",
		   *container ? "," : "", container, *spec ? "," : "", spec);
	return make(buf_str(&json), NULL).template_hash;
}

static void they_are_stable(void **state)
{
	static const char spec[] = "{'command':['x'],'env':[{'name':'A','value':'1'}]}";
	static const char tolerant[] = "{'command':['x'],'env':[{'name':'A','value':'1'}],"
				       "'tolerations':[{'operator':'Exists'}]}";
	(void)state;
	struct job_spec s = make(spec, "i"), other = make(spec, "another:2"),
			t = make(tolerant, "i");
	/* Pods in clusters carry them: they must not change between versions. */
	assert_string_equal(s.old_template_hash, "fe839e89c28e6f48");
	assert_string_equal(t.old_template_hash, "fe839e89c28e6f48-867da64313af8395");
	/* printf %s '{"spec":{"containers":[{"command":["x"],"env":[{"name":"A","value":"1"}],
	 * "name":"main"}]}}' | sha256sum */
	assert_string_equal(s.template_hash, "b06f7e784e578d072b3a3c6797dd570334112adb");
	assert_string_equal(t.template_hash,
			    "b06f7e784e578d072b3a3c6797dd570334112adb-0ad4baa7f925c86b");
	/* Another default image replaces no pod. */
	assert_string_equal(s.template_hash, other.template_hash);
	/* Tolerations make another text, but nothing else to run. */
	assert_true(member_same_run(t.template_hash, s.template_hash));
	assert_true(member_same_run(t.old_template_hash, s.old_template_hash));
	assert_false(member_same_run(s.old_template_hash, s.template_hash));
	assert_true(strlen(t.template_hash) < TEMPLATE_HASH_BYTES);
}

/* All digits are in the text, and so in the pod: a label can carry 63. */
static void the_pod_carries_all_digits(void **state)
{
	(void)state;
	struct job_spec s = make("{'command':['x']}", "i");
	struct err e;
	AUTO(js_freep) json_t *pod = js_load(s.template_text, strlen(s.template_text), &e);
	const char *all = js_str(js_path(pod, "metadata", "annotations"), ANNOTATION_TEMPLATE);
	assert_int_equal(strlen(all), 64);
	assert_int_equal(strlen(s.template_hash), 40);
	assert_memory_equal(all, s.template_hash, 40);
}

static void the_short_form_and_the_template(void **state)
{
	static const char *const same[] = {
		"{'command':['x'],'args':['y'],'image':'i','env':[{'name':'A','value':'1'}],"
		"'resources':{'requests':{'cpu':1}}}",
		"{'parallelism':9,'priority':3,'nodeSelector':{'a':'b'},'suspend':true,'"
		"tolerations':[],"
		"'command':['x'],'args':['y'],'image':'i','env':[{'value':'1','name':'A'}],"
		"'resources':{'requests':{'cpu':'1'},'limits':{}},'template':{}}",
		"{'command':['x'],'template':{'metadata':{'name':'n','labels':{},'"
		"creationTimestamp':null},"
		"'spec':{'containers':[{'name':'main','image':'i','args':['y'],'env':[{'name':'A',"
		"'value':'1'}],'resources':{'requests':{'cpu':'1000m'}}}]}}}",
		"{'template':{'spec':{'restartPolicy':'Never','containers':[{'name':'main','image':"
		"'i',"
		"'command':['x'],'args':['y'],'env':[{'name':'A','value':'1'}],'resources':{'"
		"requests':"
		"{'cpu':'1'}}}]}}}",
	};
	(void)state;
	struct job_spec s = make(same[0], NULL);
	for (size_t i = 1; i < ARRAY_LEN(same); i++)
		CASE_STR(same[i], make(same[i], NULL).template_hash, s.template_hash);
}

static void what_is_the_same(void **state)
{
	static const struct {
		const char *container, *spec, *container2, *spec2;
	} cases[] = {
		/* amounts */
		{"'resources':{'requests':{'cpu':'0.1'}}", "",
		 "'resources':{'requests':{'cpu':'100m'}}", ""},
		{"'resources':{'requests':{'cpu':0.1}}", "",
		 "'resources':{'requests':{'cpu':'100m'}}", ""},
		{"'resources':{'limits':{'memory':'64Mi'}}", "",
		 "'resources':{'limits':{'memory':'65536Ki'}}", ""},
		{"'resources':{'limits':{'memory':'1e3'}}", "",
		 "'resources':{'limits':{'memory':1000}}", ""},
		{"'resources':{'limits':{'cpu':'1'},'requests':{'cpu':1.0,'memory':'1k'}}", "",
		 "'resources':{'limits':{'cpu':1},'requests':{'memory':'+1000'}}", ""},
		{"", "'volumes':[{'name':'v','emptyDir':{'sizeLimit':'1Gi'}}]", "",
		 "'volumes':[{'name':'v','emptyDir':{'sizeLimit':'1024Mi','medium':''}}]"},
		{"'env':[{'name':'A','valueFrom':{'resourceFieldRef':{'resource':'limits.cpu'}}}]",
		 "",
		 "'env':[{'name':'A','valueFrom':{'resourceFieldRef':{'resource':'limits.cpu','"
		 "divisor':0,"
		 "'containerName':''}}}]",
		 ""},
		{"", "'overhead':{'cpu':'1'}", "", "'overhead':{'cpu':1}"},
		{"", "'resources':{'requests':{'cpu':'1'}}", "",
		 "'resources':{'requests':{'cpu':'1000m'}}"},
		/* defaults */
		{"", "", "",
		 "'terminationGracePeriodSeconds':30,'dnsPolicy':'ClusterFirst','securityContext':{"
		 "},"
		 "'schedulerName':'default-scheduler','enableServiceLinks':true,'hostNetwork':"
		 "false,"
		 "'hostIPC':false,'hostPID':false,'priorityClassName':'','restartPolicy':'Never','"
		 "volumes':[],"
		 "'imagePullSecrets':[],'serviceAccountName':'','serviceAccount':''"},
		{"", "",
		 "'terminationMessagePath':'/dev/"
		 "termination-log','terminationMessagePolicy':'FallbackToLogsOnError',"
		 "'imagePullPolicy':'Always','resources':{},'securityContext':{'procMount':'"
		 "Default'},"
		 "'command':[],'args':[],'stdin':false,'stdinOnce':false,'tty':false,'workingDir':'"
		 "',"
		 "'resizePolicy':[{'resourceName':'cpu','restartPolicy':'NotRequired'}]",
		 ""},
		{"'ports':[{'containerPort':80}]", "",
		 "'ports':[{'containerPort':80,'protocol':'TCP','hostPort':0,'name':'','hostIP':''}"
		 "]",
		 ""},
		{"'ports':[{'containerPort':80}]", "'hostNetwork':true",
		 "'ports':[{'containerPort':80,'hostPort':80}]", "'hostNetwork':true"},
		{"'livenessProbe':{'httpGet':{'port':80}}", "",
		 "'livenessProbe':{'httpGet':{'port':80,'path':'/"
		 "','scheme':'HTTP'},'periodSeconds':10,"
		 "'timeoutSeconds':1,'successThreshold':1,'failureThreshold':3,'"
		 "initialDelaySeconds':0}",
		 ""},
		{"'startupProbe':{'grpc':{'port':80}}", "",
		 "'startupProbe':{'grpc':{'port':80,'service':''},'periodSeconds':0}", ""},
		{"'lifecycle':{'preStop':{'httpGet':{'port':'a'}}}", "",
		 "'lifecycle':{'preStop':{'httpGet':{'port':'a','path':'/','host':''}}}", ""},
		{"'env':[{'name':'A','valueFrom':{'fieldRef':{'fieldPath':'x'}}},{'name':'B'}]", "",
		 "'env':[{'name':'A','valueFrom':{'fieldRef':{'fieldPath':'x','apiVersion':'v1'}}},"
		 "{'name':'B','value':''}]",
		 ""},
		{"'volumeMounts':[{'name':'v','mountPath':'/v'}]", "'volumes':[{'name':'v'}]",
		 "'volumeMounts':[{'name':'v','mountPath':'/v','readOnly':false,'subPath':''}]",
		 "'volumes':[{'name':'v','emptyDir':{}}]"},
		{"",
		 "'volumes':[{'name':'a','secret':{'secretName':'s'}},{'name':'b','configMap':{'"
		 "name':'c'}},"
		 "{'name':'c','downwardAPI':{'items':[{'path':'p','fieldRef':{'fieldPath':'x'}}]}},"
		 "{'name':'d','projected':{'sources':[{'serviceAccountToken':{'path':'t'}}]}},"
		 "{'name':'e','hostPath':{'path':'/'}}]",
		 "",
		 "'volumes':[{'name':'a','secret':{'secretName':'s','defaultMode':420}},{'name':'b'"
		 ",'configMap':"
		 "{'name':'c','defaultMode':420,'items':[]}},{'name':'c','downwardAPI':{'"
		 "defaultMode':420,'items'"
		 ":[{'path':'p','fieldRef':{'apiVersion':'v1','fieldPath':'x'}}]}},{'name':'d','"
		 "projected':"
		 "{'defaultMode':420,'sources':[{'serviceAccountToken':{'path':'t','"
		 "expirationSeconds':3600}}]}},"
		 "{'name':'e','hostPath':{'path':'/','type':''}}]"},
		{"", "'serviceAccount':'robot'", "", "'serviceAccountName':'robot'"},
		{"", "'serviceAccount':'other','serviceAccountName':'robot'", "",
		 "'serviceAccountName':'robot','serviceAccount':'robot'"},
		/* null */
		{"'args':null,'env':null,'livenessProbe':null,'securityContext':null",
		 "'volumes':null,'x':null", "", ""},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CASE_STR(*cases[i].container2 ? cases[i].container2 : cases[i].spec2,
			 hash_of_main(cases[i].container2, cases[i].spec2),
			 hash_of_main(cases[i].container, cases[i].spec));
	}
}

static void what_is_not(void **state)
{
	static const struct {
		const char *container, *spec, *container2, *spec2;
	} cases[] = {
		{"'command':['x']", "", "'command':['y']", ""},
		{"'command':['x']", "", "'args':['x']", ""},
		{"'env':[{'name':'A','value':'1'}]", "", "'env':[{'name':'A','value':'01'}]", ""},
		{"'env':[{'name':'A'},{'name':'B'}]", "", "'env':[{'name':'B'},{'name':'A'}]", ""},
		{"'resources':{'requests':{'cpu':'1'}}", "", "'resources':{'limits':{'cpu':'1'}}",
		 ""},
		{"'resources':{'requests':{'cpu':'1m'}}", "",
		 "'resources':{'requests':{'cpu':'1'}}", ""},
		/* Beyond int64 thousandths an amount is its text. */
		{"'resources':{'requests':{'memory':'9Ei'}}", "",
		 "'resources':{'requests':{'memory':'8Ei'}}", ""},
		{"'resources':{'requests':{'cpu':'x'}}", "", "'resources':{'requests':{'cpu':'y'}}",
		 ""},
		{"'terminationMessagePolicy':'File'", "", "", ""}, /* Muster's default is another */
		{"", "'terminationGracePeriodSeconds':0", "", ""},
		{"", "'terminationGracePeriodSeconds':31", "",
		 "'terminationGracePeriodSeconds':30"},
		{"", "'automountServiceAccountToken':false", "", ""},
		{"", "'serviceAccountName':'default'", "", ""},
		{"", "'shareProcessNamespace':false", "", ""},
		{"", "'enableServiceLinks':false", "", ""},
		{"'imagePullPolicy':'IfNotPresent'", "", "", ""},
		{"'livenessProbe':{'httpGet':{'port':80}}", "",
		 "'livenessProbe':{'httpGet':{'port':'80'}}", ""},
		{"'livenessProbe':{'httpGet':{'port':80}}", "",
		 "'livenessProbe':{'tcpSocket':{'port':80}}", ""},
		{"'ports':[{'containerPort':80}]", "",
		 "'ports':[{'containerPort':80,'hostPort':80}]", ""},
		{"'securityContext':{'runAsNonRoot':false}", "", "", ""},
		{"'securityContext':{'readOnlyRootFilesystem':true}", "", "", ""},
		{"", "'volumes':[{'name':'v','emptyDir':{}}]", "",
		 "'volumes':[{'name':'w','emptyDir':{}}]"},
		{"", "'volumes':[{'name':'v','emptyDir':{}}]", "",
		 "'volumes':[{'name':'v','emptyDir':{'medium':'Memory'}}]"},
		{"", "'volumes':[{'name':'v','secret':{}}]", "",
		 "'volumes':[{'name':'v','emptyDir':{}}]"},
		{"", "'volumes':[{'name':'v','secret':{'defaultMode':256}}]", "",
		 "'volumes':[{'name':'v','secret':{}}]"},
		/* What is of another type than Kubernetes wants is refused there, so it is not the
		   same. */
		{"'workingDir':0", "", "", ""},
		{"'command':{}", "", "", ""},
		{"'stdin':'false'", "", "", ""},
		/* Unknown fields, byte for byte. */
		{"'new':{'a':1}", "", "'new':{'a':'1'}", ""},
		{"'new':{'a':null}", "", "'new':{}", ""},
		{"'new':''", "", "", ""},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *name = *cases[i].container ? cases[i].container : cases[i].spec;
		CASE(name, !str_eq(hash_of_main(cases[i].container, cases[i].spec),
				   hash_of_main(cases[i].container2, cases[i].spec2)));
	}
}

static void pull_policies(void **state)
{
	static const struct {
		const char *image, *policy;
	} cases[] = {
		{"i", "Always"},
		{"i:latest", "Always"},
		{"i:1", "IfNotPresent"},
		{"i:latest2", "IfNotPresent"},
		{"r.example.com:5000/i", "Always"},
		{"r.example.com:5000/i:1", "IfNotPresent"},
		{"i@sha256:00", "IfNotPresent"},
		{"i:1@sha256:00", "IfNotPresent"},
		{"i:latest@sha256:00", "Always"},
	};
	static const char *const all[] = {"Always", "IfNotPresent", "Never"};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		for (size_t k = 0; k < ARRAY_LEN(all); k++) {
			AUTO(buf_done) struct buf plain = BUF_INIT(1000), more = BUF_INIT(1000);
			buf_printf(&plain, "{'image':'%s'}", cases[i].image);
			buf_printf(&more,
				   "{'image':'%s','template':{'spec':{'containers':[{'name':'main',"
				   "'imagePullPolicy':'%s'}]}}}",
				   cases[i].image, all[k]);
			CASE(buf_str(&more), str_eq(make(buf_str(&plain), NULL).template_hash,
						    make(buf_str(&more), NULL).template_hash) ==
						     str_eq(all[k], cases[i].policy));
		}
	}
	/* The default image is Muster's: the policy stays as it is written. */
	assert_string_not_equal(make("{'command':['x'],'template':{'spec':{'containers':[{'name':'"
				     "main','imagePullPolicy':"
				     "'Always'}]}}}",
				     "i")
					.template_hash,
				make("{'command':['x']}", "i").template_hash);
}

static void what_is_sent_is_what_was_written(void **state)
{
	AUTO(buf_done) struct buf text = BUF_INIT(1 << 16);
	AUTO(js_freep)
	json_t *pod = load(
		"{'spec':{'dnsPolicy':'ClusterFirst','x':null,'y':{'z':null},'containers':[{'env':"
		"null,"
		"'resources':{'requests':{'cpu':0.1,'memory':'65536Ki'},'limits':{'cpu':1}}}]}}");
	(void)state;
	pod_clean(pod);
	js_dump(pod, &text);
	assert_string_equal(buf_str(&text), "{\"spec\":{\"containers\":[{\"resources\":{\"limits\":"
					    "{\"cpu\":1},\"requests\":{\"cpu\":"
					    "\"0.1\",\"memory\":\"65536Ki\"}}}],\"dnsPolicy\":"
					    "\"ClusterFirst\",\"y\":{\"z\":null}}}");
}

static void numbers(void **state)
{
	static const struct {
		const char *json, *text;
	} cases[] = {{"[0.1]", "0.1"},    {"[0.5]", "0.5"},
		     {"[1.0]", "1"},      {"[7]", "7"},
		     {"[1e21]", "1e+21"}, {"[0.30000000000000004]", "0.30000000000000004"},
		     {"[-3]", "-3"}};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf text = BUF_INIT(64);
		AUTO(js_freep) json_t *l = load(cases[i].json);
		js_number(json_array_get(l, 0), &text);
		CASE_STR(cases[i].json, buf_str(&text), cases[i].text);
	}
}

static int teardown(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_are_stable),
		cmocka_unit_test(the_pod_carries_all_digits),
		cmocka_unit_test(the_short_form_and_the_template),
		cmocka_unit_test(what_is_the_same),
		cmocka_unit_test(what_is_not),
		cmocka_unit_test(pull_policies),
		cmocka_unit_test(what_is_sent_is_what_was_written),
		cmocka_unit_test(numbers),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}
