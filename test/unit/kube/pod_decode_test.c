/* SPDX-License-Identifier: Apache-2.0 */
/* What pods' statuses and requests say in sum. */
#include <string.h>

#include "kube/decode_pod.h"
#include "kube/decode_ports.h"
#include "kube/decode_requests.h"
#include "test/lib/check.h"

static struct arena arena = ARENA_INIT(1 << 20);

static const struct status_case {
	const char *name, *status;
	enum pod_phase phase;
	bool ready, started, disrupted;
	int exit_code;
	const char *waiting, *terminated; /* reasons */
	bool has_start, has_end;
} cases[] = {
	{"just created", "{}", POD_PENDING, false, false, false, 0, "", "", false, false},
	{"an image that cannot be pulled",
	 "{\"phase\":\"Pending\",\"containerStatuses\":[{\"state\":{\"waiting\":{\"reason\":"
	 "\"ErrImagePull\",\"message\":\"no such image\"}}},{\"state\":{\"waiting\":{\"reason\":"
	 "\"Other\"}}}]}",
	 POD_PENDING, false, false, false, 0, "ErrImagePull", "", false, false},
	{"running and ready",
	 "{\"phase\":\"Running\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}],"
	 "\"containerStatuses\":[{\"state\":{\"running\":{\"startedAt\":\"2026-01-01T00:00:00Z\"}}}"
	 "]}",
	 POD_RUNNING, true, true, false, 0, "", "", true, false},
	{"ended well",
	 "{\"phase\":\"Succeeded\",\"containerStatuses\":[{\"state\":{\"terminated\":{\"exitCode\":"
	 "0,"
	 "\"reason\":\"Completed\",\"startedAt\":\"2026-01-01T00:00:00Z\",\"finishedAt\":"
	 "\"2026-01-01T00:00:09Z\"}}}]}",
	 POD_SUCCEEDED, false, true, false, 0, "", "", true, true},
	{"the first that failed tells",
	 "{\"phase\":\"Failed\",\"containerStatuses\":[{\"state\":{\"terminated\":{\"exitCode\":0,"
	 "\"reason\":\"Completed\"}}},{\"state\":{\"terminated\":{\"exitCode\":137,\"reason\":"
	 "\"OOMKilled\"}}},{\"state\":{\"terminated\":{\"exitCode\":3,\"reason\":\"Error\"}}}]}",
	 POD_FAILED, false, true, false, 137, "", "OOMKilled", false, false},
	{"an init container failed",
	 "{\"phase\":\"Failed\",\"initContainerStatuses\":[{\"state\":{\"terminated\":{"
	 "\"exitCode\":2,"
	 "\"reason\":\"Error\"}}}],\"containerStatuses\":[{\"state\":{\"waiting\":{\"reason\":"
	 "\"PodInitializing\"}}}]}",
	 POD_FAILED, false, true, false, 2, "PodInitializing", "Error", false, false},
	{"a sidecar that was ended after the work failed",
	 "{\"phase\":\"Failed\",\"initContainerStatuses\":[{\"state\":{\"terminated\":{"
	 "\"exitCode\":137,"
	 "\"reason\":\"Error\"}}}],\"containerStatuses\":[{\"state\":{\"terminated\":{\"exitCode\":"
	 "3,"
	 "\"reason\":\"Mine\"}}}]}",
	 POD_FAILED, false, true, false, 3, "", "Mine", false, false},
	{"an init container that will be tried again",
	 "{\"phase\":\"Pending\",\"initContainerStatuses\":[{\"state\":{\"terminated\":{"
	 "\"exitCode\":1,"
	 "\"reason\":\"Error\"}}}]}",
	 POD_PENDING, false, true, false, 0, "", "", false, false},
	{"evicted",
	 "{\"phase\":\"Failed\",\"reason\":\"Evicted\",\"conditions\":[{\"type\":"
	 "\"DisruptionTarget\",\"status\":\"True\",\"reason\":\"TerminationByKubelet\"}]}",
	 POD_FAILED, false, false, true, 0, "", "", false, false},
	{"no disruption any more",
	 "{\"conditions\":[{\"type\":\"DisruptionTarget\",\"status\":\"False\"}]}", POD_PENDING,
	 false, false, false, 0, "", "", false, false},
	{"unknown", "{\"phase\":\"Unknown\"}", POD_UNKNOWN, false, false, false, 0, "", "", false,
	 false},
	{"an init container waits, nothing has started",
	 "{\"phase\":\"Pending\",\"initContainerStatuses\":[{\"state\":{\"waiting\":{\"reason\":"
	 "\"ImagePullBackOff\"}}}],\"containerStatuses\":[{\"state\":{\"waiting\":{\"reason\":"
	 "\"PodInitializing\"}}}]}",
	 POD_PENDING, false, false, false, 0, "ErrImagePull", "", false, false},
};

static void statuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct status_case *c = &cases[i];
		AUTO(buf_done) struct buf json = BUF_INIT(4096);
		struct pod p;
		buf_printf(&json, "{\"metadata\":{\"name\":\"p\"},\"status\":%s}", c->status);
		AUTO(js_freep) json_t *o = js_load(buf_str(&json), json.len, NULL);
		CASE(c->name, o != NULL);
		arena_reset(&arena);
		decode_pod(&arena, o, &p);
		CASE(c->name, p.phase == c->phase);
		CASE(c->name, p.ready == c->ready);
		CASE(c->name, p.started == c->started);
		CASE(c->name, p.disruption_target == c->disrupted);
		CASE(c->name, p.exit_code == c->exit_code);
		CASE_STR(c->name, p.waiting_reason, c->waiting);
		CASE_STR(c->name, p.terminated_reason, c->terminated);
		CASE(c->name, (p.started_ms > 0) == c->has_start);
		CASE(c->name, (p.ended_ms > 0) == c->has_end);
	}
}

#define ENDED(at)                                                                                  \
	"{\"state\":{\"terminated\":{\"exitCode\":0,\"finishedAt\":\"2026-01-01T00:00:" at "Z\"}}" \
	"}"
#define DELETED(at) "\"deletionTimestamp\":\"2026-01-01T00:00:" at "Z\""
#define STATUS(containers) \
	"\"status\":{\"phase\":\"Succeeded\",\"containerStatuses\":[" containers "]}"

/* When it was asked to stop, and when it ended. */
static void times(void **state)
{
	static const int64_t t0 = INT64_C(1767225600000); /* 2026-01-01T00:00:00Z */
	static const struct {
		const char *name, *pod;
		int64_t asked_s, disrupted_s, finished_s; /* after t0; -1: 0 */
	} times[] = {
		{"deleted with a grace period",
		 "\"metadata\":{" DELETED("40") ",\"deletionGracePeriodSeconds\":30}," STATUS(
			 ENDED("09")),
		 10, -1, 9},
		{"deleted at once, or a second time: the first request is not told",
		 "\"metadata\":{" DELETED("40") ",\"deletionGracePeriodSeconds\":0}", -1, -1, -1},
		{"a second request with a grace period that was over",
		 "\"metadata\":{" DELETED("40") ",\"deletionGracePeriodSeconds\":1}", -1, -1, -1},
		{"the shortest grace period that tells",
		 "\"metadata\":{" DELETED("40") ",\"deletionGracePeriodSeconds\":2}", 38, -1, -1},
		{"no grace period told", "\"metadata\":{" DELETED("40") "}", -1, -1, -1},
		{"an impossible one",
		 "\"metadata\":{" DELETED("40") ",\"deletionGracePeriodSeconds\":-5}", -1, -1, -1},
		{"one beyond all time",
		 "\"metadata\":{" DELETED(
			 "40") ",\"deletionGracePeriodSeconds\":9223372036854775807}",
		 -1, -1, -1},
		{"a grace period without a deletion",
		 "\"metadata\":{\"deletionGracePeriodSeconds\":30}", -1, -1, -1},
		{"to be disrupted",
		 "\"status\":{\"conditions\":[{\"type\":\"DisruptionTarget\",\"status\":\"True\","
		 "\"lastTransitionTime\":\"2026-01-01T00:00:07Z\"}]}",
		 -1, 7, -1},
		{"to be disrupted no more",
		 "\"status\":{\"conditions\":[{\"type\":\"DisruptionTarget\",\"status\":\"False\","
		 "\"lastTransitionTime\":\"2026-01-01T00:00:07Z\"}]}",
		 -1, -1, -1},
		{"the last container's end", STATUS(ENDED("09") "," ENDED("20") "," ENDED("03")),
		 -1, -1, 20},
		{"one runs still", STATUS(ENDED("09") ",{\"state\":{\"running\":{}}}"), -1, -1, -1},
		{"one does not say when",
		 STATUS(ENDED("09") ",{\"state\":{\"terminated\":{\"exitCode\":0}}}"), -1, -1, -1},
		{"a sidecar that ended later does not count",
		 "\"status\":{\"phase\":\"Succeeded\",\"initContainerStatuses\":[" ENDED(
			 "30") "],\"containerStatuses\":[" ENDED("09") "]}",
		 -1, -1, 9},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		AUTO(buf_done) struct buf json = BUF_INIT(4096);
		struct pod p;
		buf_printf(&json, "{%s}", times[i].pod);
		AUTO(js_freep) json_t *o = js_load(buf_str(&json), json.len, NULL);
		CASE(times[i].name, o != NULL);
		arena_reset(&arena);
		decode_pod(&arena, o, &p);
		CASE(times[i].name,
		     p.meta.delete_asked_ms ==
			     (times[i].asked_s < 0 ? 0 : t0 + times[i].asked_s * 1000));
		CASE(times[i].name,
		     p.disruption_ms ==
			     (times[i].disrupted_s < 0 ? 0 : t0 + times[i].disrupted_s * 1000));
		CASE(times[i].name,
		     p.finished_ms ==
			     (times[i].finished_s < 0 ? 0 : t0 + times[i].finished_s * 1000));
	}
}

#define REQ(cpu) "{\"resources\":{\"requests\":{\"cpu\":\"" cpu "\"}}}"
#define SIDECAR(cpu) \
	"{\"restartPolicy\":\"Always\",\"resources\":{\"requests\":{\"cpu\":\"" cpu "\"}}}"

static const struct {
	const char *name, *spec;
	int64_t cpu, memory; /* milli-CPU, MiB */
} requests[] = {
	{"nothing asked", "{\"containers\":[{}]}", 0, 0},
	{"containers are summed", "{\"containers\":[" REQ("1") "," REQ("250m") "]}", 1250, 0},
	{"a limit stands in for a request",
	 "{\"containers\":[{\"resources\":{\"limits\":{\"cpu\":\"2\",\"memory\":\"1Mi\"},"
	 "\"requests\":{"
	 "\"cpu\":\"1\"}}}]}",
	 1000, 1},
	{"the largest init container, if larger",
	 "{\"containers\":[" REQ("1") "],\"initContainers\":[" REQ("3") "," REQ("2") "]}", 3000, 0},
	{"a smaller one does not count",
	 "{\"containers\":[" REQ("4") "],\"initContainers\":[" REQ("3") "]}", 4000, 0},
	{"sidecars add to containers",
	 "{\"containers\":[" REQ("1") "],\"initContainers\":[" SIDECAR("500m") "]}", 1500, 0},
	{"and to the init containers after them",
	 "{\"containers\":[" REQ("1") "],\"initContainers\":[" SIDECAR("500m") "," REQ("2") "]}",
	 2500, 0},
	{"not to those before them",
	 "{\"containers\":[" REQ("1") "],\"initContainers\":[" REQ("2") "," SIDECAR("500m") "]}",
	 2000, 0},
	{"overhead", "{\"containers\":[" REQ("1") "],\"overhead\":{\"cpu\":\"100m\"}}", 1100, 0},
	{"the pod as a whole",
	 "{\"containers\":[" REQ(
		 "1") "],\"resources\":{\"requests\":{\"cpu\":\"3\"}},\"overhead\":{"
		      "\"cpu\":\"100m\"}}",
	 3100, 0},
	{"beyond any machine", "{\"containers\":[" REQ("9e18") "," REQ("9e18") "]}", INT64_MAX, 0},
};

static void requests_as_the_scheduler_counts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		AUTO(js_freep)
		json_t *o = js_load(requests[i].spec, strlen(requests[i].spec), NULL);
		CASE(requests[i].name, o != NULL);
		arena_reset(&arena);
		struct reslist l = decode_requests(&arena, o);
		int64_t cpu = 0, memory = 0;
		for (uint32_t j = 0; j < l.n; j++) {
			if (!strcmp(l.v[j].name, "cpu"))
				cpu = l.v[j].milli;
			else if (!strcmp(l.v[j].name, "memory"))
				memory = l.v[j].milli / 1000 / (1 << 20);
		}
		CASE(requests[i].name, cpu == requests[i].cpu);
		CASE(requests[i].name, memory == requests[i].memory);
	}
}

/* A kubelet ignores what its node does not have, so anybody may ask for any number of names, and
 * put them before "cpu". */
static void many_names_hide_none_that_count(void **state)
{
	AUTO(buf_done) struct buf json = BUF_INIT(16384);
	(void)state;
	buf_puts(&json, "{\"containers\":[{\"resources\":{\"requests\":{");
	for (uint32_t i = 0; i < 100; i++)
		buf_printf(&json, "\"a.example/%u\":\"1\",", i);
	buf_puts(&json, "\"cpu\":\"2\",\"memory\":\"1Mi\"}}}]}");
	AUTO(js_freep) json_t *o = js_load(buf_str(&json), json.len, NULL);
	arena_reset(&arena);
	struct reslist l = decode_requests(&arena, o);
	assert_int_equal(l.n, 63); /* ephemeral-storage has its place, and is not asked for */
	assert_string_equal(l.v[0].name, "cpu");
	assert_int_equal(l.v[0].milli, 2000);
	assert_string_equal(l.v[1].name, "memory");
	assert_string_equal(l.v[2].name, "a.example/0");
}

static void host_ports_as_the_scheduler_counts(void **state)
{
	static const struct {
		const char *name, *spec, *ports;
	} ports[] = {
		{"none", "{\"containers\":[{\"ports\":[{\"containerPort\":80}]}]}", ""},
		{"one, and each once",
		 "{\"containers\":[{\"ports\":[{\"hostPort\":80},{\"hostPort\":70,\"protocol\":"
		 "\"UDP\"}]},{\"ports\":[{\"hostPort\":80}]}]}",
		 "80/TCP 70/UDP "},
		{"of sidecars, not of other init containers",
		 "{\"initContainers\":[{\"ports\":[{\"hostPort\":1}]},{\"restartPolicy\":"
		 "\"Always\",\"ports\":[{\"hostPort\":2}]}]}",
		 "2/TCP "},
		{"in the node's network, all of them",
		 "{\"hostNetwork\":true,\"containers\":[{\"ports\":[{\"containerPort\":80},"
		 "{\"containerPort\":90,\"hostPort\":90}]}]}",
		 "80/TCP 90/TCP "},
		{"no port of any pod",
		 "{\"containers\":[{\"ports\":[{\"hostPort\":0},{\"hostPort\":-1},{\"hostPort\":"
		 "65536},{\"hostPort\":\"80\"}]}]}",
		 ""},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ports); i++) {
		AUTO(buf_done) struct buf b = BUF_INIT(256);
		AUTO(js_freep) json_t *o = js_load(ports[i].spec, strlen(ports[i].spec), NULL);
		struct host_ports p = decode_ports(&arena, o);
		for (uint32_t k = 0; k < p.n; k++)
			buf_printf(&b, "%u/%s ", host_port_number(p.v[k]),
				   host_port_protocol(p.v[k]));
		CASE_STR(ports[i].name, buf_str(&b), ports[i].ports);
	}
}

static void no_more_host_ports_than_a_node_tells(void **state)
{
	AUTO(js_freep) json_t *ports = json_array();
	(void)state;
	for (int i = 1; i <= NODE_PORTS_MAX + 1; i++)
		json_array_append_new(ports, json_pack("{s:i}", "hostPort", i));
	AUTO(js_freep) json_t *o = json_pack("{s:[{s:O}]}", "containers", "ports", ports);
	assert_int_equal(decode_ports(&arena, o).n, NODE_PORTS_MAX);
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
		cmocka_unit_test(statuses),
		cmocka_unit_test(times),
		cmocka_unit_test(requests_as_the_scheduler_counts),
		cmocka_unit_test(many_names_hide_none_that_count),
		cmocka_unit_test(host_ports_as_the_scheduler_counts),
		cmocka_unit_test(no_more_host_ports_than_a_node_tells),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}
