/* SPDX-License-Identifier: Apache-2.0 */
/* A real API server as the judge of shared/kube/pod_fields.def. What a user asks for, and the pod
 * that the server makes of it with all defaults filled in, have one canonical form; of two specs
 * that have one hash, the server makes one pod. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "kube/pod.h"
#include "kube/pod_form.h"
#include "server.h"

static struct arena arena = ARENA_INIT(8 << 20);
static char *dir;

static int start(void **state)
{
	(void)state;
	dir = server_start(NULL);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	server_stop(dir);
	arena_done(&arena);
	return 0;
}

/* JSON with ' for ". */
static json_t *load(const char *text)
{
	AUTO(buf_done) struct buf json = BUF_INIT(1 << 16);
	struct err e = {""};
	for (; *text; text++)
		buf_putc(&json, *text == '\'' ? '"' : *text);
	json_t *o = js_load(buf_str(&json), json.len, &e);
	if (!o)
		fail_msg("%s: %s", e.msg, buf_str(&json));
	return o;
}

/* The canonical form of what the user asks for, as text. */
static void form_of(const json_t *pod, struct buf *out)
{
	static const char *const added[] = {"tolerations", "priority", "preemptionPolicy"};
	AUTO(js_freep) json_t *meta = json_object(), *bare = json_object();
	json_t *annotations =
		json_deep_copy(json_object_get(json_object_get(pod, "metadata"), "annotations"));
	json_object_del(annotations, ANNOTATION_TEMPLATE);
	json_object_set(meta, "labels",
			json_object_get(json_object_get(pod, "metadata"), "labels"));
	json_object_set_new(meta, "annotations", annotations);
	json_object_set(bare, "metadata", meta);
	json_object_set(bare, "spec", json_object_get(pod, "spec"));
	AUTO(js_freep) json_t *form = pod_form(bare);
	for (size_t i = 0; i < ARRAY_LEN(added); i++)
		json_object_del(json_object_get(form, "spec"), added[i]);
	js_dump(form, out);
}

/* The pod as the API server would store it. */
static json_t *ask(const json_t *pod)
{
	AUTO(buf_done) struct buf in = BUF_INIT(1 << 16), out = BUF_INIT(1 << 20);
	struct err e = {""};
	AUTO(js_freep) json_t *whole = json_deep_copy(pod);
	json_object_set_new(whole, "apiVersion", json_string("v1"));
	json_object_set_new(whole, "kind", json_string("Pod"));
	json_object_set_new(json_object_get(whole, "metadata"), "name", json_string("p"));
	js_dump(whole, &in);
	kubectl(dir, "create --dry-run=server --validate=strict -o json -f -", buf_str(&in), &out);
	json_t *o = js_load(buf_str(&out), out.len, &e);
	assert_non_null(o);
	return o;
}

/* Returns the form of what the server makes of the job's pods. */
static void expect_one_form(const char *job_spec, char ret_hash[TEMPLATE_HASH_BYTES],
			    struct buf *server)
{
	AUTO(buf_done) struct buf user = BUF_INIT(1 << 20);
	AUTO(js_freep) json_t *job = load(job_spec);
	struct job_spec s = {0};
	struct err e;
	pod_template(&arena, job, NULL, "ns", &s);
	if (s.invalid)
		fail_msg("%s: %s", s.invalid, job_spec);
	AUTO(js_freep) json_t *pod = js_load(s.template_text, strlen(s.template_text), &e);
	AUTO(js_freep) json_t *stored = ask(pod);
	form_of(pod, &user);
	form_of(stored, server);
	assert_string_equal(buf_str(server), buf_str(&user));
	memcpy(ret_hash, s.template_hash, strlen(s.template_hash) + 1);
}

#define JOB(container, spec)                                                                      \
	"{'template':{'spec':{'automountServiceAccountToken':false,'containers':[{'name':'main'," \
	"'image':'i'" container "}]" spec "}}}"

static void a_server_makes_one_pod_of_them(void **state)
{
	static const char *const pairs[][2] = {
		{"{'image':'i','command':['x'],'args':['y'],'env':[{'name':'A','value':'1'}],'"
		 "resources':"
		 "{'requests':{'cpu':1}},'template':{'spec':{'automountServiceAccountToken':false}}"
		 "}",
		 JOB(",'command':['x'],'args':['y'],'env':[{'name':'A','value':'1'}],'resources':{'"
		     "requests':"
		     "{'cpu':'1000m'}}",
		     ",'restartPolicy':'Never'")},
		{JOB("", ""),
		 JOB(",'terminationMessagePath':'/dev/"
		     "termination-log','terminationMessagePolicy':'FallbackToLogsOnError',"
		     "'imagePullPolicy':'Always','resources':{},'command':[],'args':null,'stdin':"
		     "false,'tty':"
		     "false,'workingDir':'','ports':[],'env':[],'envFrom':[],'volumeMounts':[],"
		     "'livenessProbe':null,'lifecycle':null",
		     ",'terminationGracePeriodSeconds':30,'dnsPolicy':'ClusterFirst','"
		     "securityContext':{},"
		     "'enableServiceLinks':true,'hostNetwork':false,'hostPID':false,'hostIPC':"
		     "false,'volumes':"
		     "null,'initContainers':[],'priorityClassName':'','serviceAccountName':'',"
		     "'hostAliases':[],'readinessGates':[],'imagePullSecrets':[]")},
		{JOB(",'resources':{'requests':{'cpu':0.1,'memory':'64Mi','ephemeral-storage':'1e6'"
		     "},"
		     "'limits':{'cpu':'0.5','memory':'65536Ki'}}",
		     ""),
		 JOB(",'resources':{'requests':{'cpu':'100m','ephemeral-storage':1000000},'limits':"
		     "{'cpu':"
		     "0.5,'memory':67108864}}",
		     "")},
		{JOB(",'resources':{'limits':{'cpu':'1'}}", ""),
		 JOB(",'resources':{'limits':{'cpu':1},'requests':{'cpu':'1000m'}}", "")},
		{JOB(",'ports':[{'containerPort':80},{'containerPort':53,'protocol':'UDP'}],'"
		     "livenessProbe':"
		     "{'httpGet':{'port':80}},'readinessProbe':{'tcpSocket':{'port':80}},'"
		     "startupProbe':{'grpc':"
		     "{'port':80}},'lifecycle':{'preStop':{'httpGet':{'port':80}},'postStart':{'"
		     "exec':{'command':"
		     "['x']}}}",
		     ""),
		 JOB(",'ports':[{'containerPort':80,'protocol':'TCP','hostPort':0,'hostIP':'','"
		     "name':''},"
		     "{'containerPort':53,'protocol':'UDP'}],'livenessProbe':{'httpGet':{'port':80,"
		     "'path':'/',"
		     "'scheme':'HTTP','host':''},'timeoutSeconds':1,'periodSeconds':10,'"
		     "successThreshold':1,"
		     "'failureThreshold':3,'initialDelaySeconds':0},'readinessProbe':{'tcpSocket':{"
		     "'port':80,"
		     "'host':''},'periodSeconds':0},'startupProbe':{'grpc':{'port':80,'service':''}"
		     "},"
		     "'lifecycle':{'preStop':{'httpGet':{'port':80,'path':'/"
		     "','scheme':'HTTP'}},'postStart':"
		     "{'exec':{'command':['x']}}}",
		     "")},
		{JOB(",'env':[{'name':'A'},{'name':'B','valueFrom':{'fieldRef':{'fieldPath':'"
		     "metadata.name'}}},"
		     "{'name':'C','valueFrom':{'resourceFieldRef':{'resource':'limits.cpu'}}},{'"
		     "name':'D',"
		     "'valueFrom':{'secretKeyRef':{'name':'s','key':'k'}}}],'envFrom':[{'"
		     "configMapRef':{'name':"
		     "'c'}}]",
		     ""),
		 JOB(",'env':[{'name':'A','value':''},{'name':'B','valueFrom':{'fieldRef':{'"
		     "apiVersion':'v1',"
		     "'fieldPath':'metadata.name'}}},{'name':'C','valueFrom':{'resourceFieldRef':{'"
		     "resource':"
		     "'limits.cpu','divisor':'0','containerName':''}}},{'name':'D','valueFrom':{'"
		     "secretKeyRef':"
		     "{'name':'s','key':'k','optional':null}}}],'envFrom':[{'prefix':'','"
		     "configMapRef':{'name':"
		     "'c'}}]",
		     "")},
		{JOB(",'volumeMounts':[{'name':'a','mountPath':'/a'}]",
		     ",'serviceAccountName':'robot','volumes':[{'name':'a'},{'name':'b','emptyDir':"
		     "{'sizeLimit':'1Gi'}},{'name':"
		     "'c','secret':"
		     "{'secretName':'s'}},{'name':'d','configMap':{'name':'c','items':[{'key':'k','"
		     "path':'p'}]}},"
		     "{'name':'e','downwardAPI':{'items':[{'path':'p','fieldRef':{'fieldPath':'"
		     "metadata.name'}}]}"
		     "},{'name':'f','projected':{'sources':[{'serviceAccountToken':{'path':'t'}},{'"
		     "configMap':"
		     "{'name':'c'}},{'downwardAPI':{'items':[{'path':'q','resourceFieldRef':{'"
		     "containerName':"
		     "'main','resource':'limits.cpu'}}]}}]}},{'name':'g','hostPath':{'path':'/"
		     "'}},{'name':'h',"
		     "'persistentVolumeClaim':{'claimName':'c'}},{'name':'i','nfs':{'server':'s','"
		     "path':'/'}},"
		     "{'name':'j','csi':{'driver':'d.example.com'}},{'name':'k','iscsi':{'"
		     "targetPortal':"
		     "'10.0.0.1','iqn':'iqn.2001-04.com.example:a','lun':0}},{'name':'l','image':{'"
		     "reference':"
		     "'i:1'}}]"),
		 JOB(",'volumeMounts':[{'name':'a','mountPath':'/"
		     "a','readOnly':false,'subPath':''}]",
		     ",'serviceAccountName':'robot','volumes':[{'name':'a','emptyDir':{}},{'name':'"
		     "b','emptyDir':{'sizeLimit':"
		     "1073741824,"
		     "'medium':''}},{'name':'c','secret':{'secretName':'s','defaultMode':420}},{'"
		     "name':'d',"
		     "'configMap':{'name':'c','defaultMode':420,'items':[{'key':'k','path':'p'}]}},"
		     "{'name':'e',"
		     "'downwardAPI':{'defaultMode':420,'items':[{'path':'p','fieldRef':{'"
		     "apiVersion':'v1',"
		     "'fieldPath':'metadata.name'}}]}},{'name':'f','projected':{'defaultMode':420,'"
		     "sources':["
		     "{'serviceAccountToken':{'path':'t','expirationSeconds':3600,'audience':''}},{"
		     "'configMap':"
		     "{'name':'c','items':[]}},{'downwardAPI':{'items':[{'path':'q','"
		     "resourceFieldRef':"
		     "{'containerName':'main','resource':'limits.cpu','divisor':0}}]}}]}},{'name':'"
		     "g','hostPath':"
		     "{'path':'/"
		     "','type':''}},{'name':'h','persistentVolumeClaim':{'claimName':'c','readOnly'"
		     ":"
		     "false}},{'name':'i','nfs':{'server':'s','path':'/"
		     "','readOnly':false}},{'name':'j','csi':"
		     "{'driver':'d.example.com','volumeAttributes':{}}},{'name':'k','iscsi':{'"
		     "targetPortal':"
		     "'10.0.0.1','iqn':'iqn.2001-04.com.example:a','lun':0,'iscsiInterface':'"
		     "default',"
		     "'readOnly':false}},{'name':'l','image':{'reference':'i:1','pullPolicy':'"
		     "IfNotPresent'}}]")},
		{JOB(",'ports':[{'containerPort':80}],'securityContext':{'capabilities':{'drop':['"
		     "ALL']}}",
		     ",'hostNetwork':true,'securityContext':{'runAsUser':0},'hostAliases':[{'ip':'"
		     "10.0.0.1'}],"
		     "'dnsConfig':{'nameservers':['10.0.0.1']}"),
		 JOB(",'ports':[{'containerPort':80,'hostPort':80}],'securityContext':{'"
		     "capabilities':{'drop':"
		     "['ALL'],'add':[]},'privileged':null}",
		     ",'hostNetwork':true,'securityContext':{'runAsUser':0,'sysctls':[],'"
		     "supplementalGroups':[]},"
		     "'hostAliases':[{'ip':'10.0.0.1','hostnames':[]}],'dnsConfig':{'nameservers':["
		     "'10.0.0.1'],"
		     "'searches':[]}")},
		{JOB("", ",'serviceAccount':'robot'"), JOB("", ",'serviceAccountName':'robot'")},
		{JOB("", ",'serviceAccount':'other','serviceAccountName':'robot'"),
		 JOB("", ",'serviceAccount':'robot','serviceAccountName':'robot'")},
		{JOB("", ",'resources':{'requests':{'cpu':'1','memory':'1Gi'}}"),
		 JOB("", ",'resources':{'requests':{'cpu':1,'memory':'1024Mi'}}")},
		{JOB("", ",'initContainers':[{'name':'a','image':'r.example.com:5000/"
			 "i:1','resources':{'limits':"
			 "{'cpu':'1'}},'restartPolicy':'Always'}]"),
		 JOB("", ",'initContainers':[{'name':'a','image':'r.example.com:5000/"
			 "i:1','imagePullPolicy':"
			 "'IfNotPresent','resources':{'limits':{'cpu':1},'requests':{'cpu':1}},'"
			 "restartPolicy':"
			 "'Always'}]")},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		char hash[2][TEMPLATE_HASH_BYTES];
		AUTO(buf_done) struct buf a = BUF_INIT(1 << 20), b = BUF_INIT(1 << 20);
		expect_one_form(pairs[i][0], hash[0], &a);
		expect_one_form(pairs[i][1], hash[1], &b);
		assert_string_equal(buf_str(&b), buf_str(&a));
		assert_string_equal(hash[1], hash[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_makes_one_pod_of_them),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
