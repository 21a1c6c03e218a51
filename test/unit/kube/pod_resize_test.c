/* SPDX-License-Identifier: Apache-2.0 */
/* What counts for a pod that is resized in place, as kube-scheduler counts it: the largest of what
 * it desires, what its kubelet has promised (allocatedResources), and what its runtime was told
 * (resources). And what is asked for the pod as a whole. */
#include <string.h>

#include "kube/decode_requests.h"
#include "kube/js.h"
#include "test/lib/check.h"

static struct arena arena = ARENA_INIT(1 << 20);

#define CPU(n) "{\"cpu\":\"" n "\"}"
#define ASKS(name, cpu) "{\"name\":\"" name "\",\"resources\":{\"requests\":" CPU(cpu) "}}"
#define SIDECAR(name, cpu)                                                          \
	"{\"name\":\"" name                                                         \
	"\",\"restartPolicy\":\"Always\",\"resources\":{\"requests\":" CPU(cpu) "}" \
										"}"
#define SPEC(own) "\"spec\":{\"containers\":[" own "]}"
#define TOLD(name, allocated, actual)                                  \
	"{\"name\":\"" name                                            \
	"\",\"allocatedResources\":" CPU(allocated) ",\"resources\":{" \
						    "\"requests\":" CPU(actual) "}}"
#define PENDING(reason)                                                                            \
	"\"conditions\":[{\"type\":\"Ready\"},{\"type\":\"PodResizePending\",\"reason\":\"" reason \
	"\"}]"
#define STATUS(own, more) "\"status\":{\"containerStatuses\":[" own "]" more "}"

static const struct {
	const char *name, *pod;
	int64_t cpu;
} cases[] = {
	{"as admitted", SPEC(ASKS("a", "1")) "," STATUS(TOLD("a", "1", "1"), ""), 1000},
	{"it is to grow, and its kubelet has not looked yet",
	 SPEC(ASKS("a", "3")) "," STATUS(TOLD("a", "1", "1"), ""), 3000},
	{"it is to grow when there is room",
	 SPEC(ASKS("a", "3")) "," STATUS(TOLD("a", "1", "1"), "," PENDING("Deferred")), 3000},
	{"it can never grow",
	 SPEC(ASKS("a", "9")) "," STATUS(TOLD("a", "1", "1"), "," PENDING("Infeasible")), 1000},
	{"it shrinks, which is not promised yet",
	 SPEC(ASKS("a", "1")) "," STATUS(TOLD("a", "3", "3"), ""), 3000},
	{"it shrinks, which is not done yet",
	 SPEC(ASKS("a", "1")) "," STATUS(TOLD("a", "1", "3"), ""), 3000},
	{"it grows, which is not done yet",
	 SPEC(ASKS("a", "1")) "," STATUS(TOLD("a", "2", "1"), ""), 2000},
	{"sums are compared, not containers",
	 SPEC(ASKS("a", "1") "," ASKS("b", "3")) "," STATUS(
		 TOLD("a", "3", "3") "," TOLD("b", "1", "1"), ""),
	 4000},
	{"what is not told of is as desired",
	 SPEC(ASKS("a", "1") "," ASKS("b", "3")) "," STATUS(TOLD("a", "2", "2"), ""), 5000},
	{"and not at all if that can never be",
	 SPEC(ASKS("a", "1") "," ASKS("b", "3")) "," STATUS(TOLD("a", "2", "2"),
							    "," PENDING("Infeasible")),
	 2000},
	{"only what is promised is told",
	 SPEC(ASKS("a", "1")) "," STATUS("{\"name\":\"a\",\"allocatedResources\":" CPU("2") "}",
					 ""),
	 2000},
	{"only what the runtime was told",
	 SPEC(ASKS("a", "1")) "," STATUS(
		 "{\"name\":\"a\",\"resources\":{\"requests\":" CPU("2") "}}", ""),
	 2000},
	{"a sidecar that was larger",
	 "\"spec\":{\"containers\":[" ASKS("a", "1") "],\"initContainers\":[" SIDECAR(
		 "s", "1") "]},\"status\":{\"initContainerStatuses\":[" TOLD("s", "2", "2") "]}",
	 3000},
	{"a container without a name",
	 SPEC("{\"resources\":{\"requests\":" CPU("1") "}}") "," STATUS(TOLD("a", "2", "2"), ""),
	 1000},
	{"nothing is told of amounts", SPEC(ASKS("a", "1")) "," STATUS("{\"name\":\"a\"}", ""),
	 1000},
	{"sums of the kubelet's own",
	 SPEC(ASKS("a", "1")) "," STATUS(
		 TOLD("a", "9", "9"),
		 ",\"allocatedResources\":" CPU("2") ",\"resources\":{\"requests\":" CPU("3") "}"),
	 3000},
	{"the pod as a whole is to shrink",
	 "\"spec\":{\"resources\":{\"requests\":" CPU("1") "},\"overhead\":" CPU(
		 "100m") "}," STATUS("",
				     ",\"allocatedResources\":" CPU("2100m") ",\"resources\":{"
									     "\"requests\":" CPU(
										     "2100m") "}"),
	 2100},
	{"the pod as a whole can never grow",
	 "\"spec\":{\"resources\":{\"requests\":" CPU("9") "}}," STATUS(
		 "", ",\"allocatedResources\":" CPU("2") "," PENDING("Infeasible")),
	 2000},
	{"the pod as a whole, its kubelet tells nothing",
	 "\"spec\":{\"resources\":{\"requests\":" CPU("9") "}}," STATUS("",
									"," PENDING("Infeasible")),
	 9000},
	{"a limit of the pod, and nobody asks",
	 "\"spec\":{\"containers\":[{}],\"resources\":{\"limits\":" CPU("2") "}}", 2000},
	{"a limit of the pod, and a container asks",
	 "\"spec\":{\"containers\":[" ASKS("a", "1") "],\"resources\":{\"limits\":" CPU("2") "}}",
	 1000},
	{"a limit of the pod, and the pod asks",
	 "\"spec\":{\"containers\":[{}],\"resources\":{\"requests\":" CPU("1") ",\"limits\":" CPU(
		 "2") "}}",
	 1000},
};

static int64_t amount(const json_t *o, const char *name)
{
	struct reslist l = decode_pod_requests(&arena, json_object_get(o, "spec"),
					       json_object_get(o, "status"));
	for (uint32_t i = 0; i < l.n; i++) {
		if (!strcmp(l.v[i].name, name))
			return l.v[i].milli;
	}
	return 0;
}

static void resized_pods(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf text = BUF_INIT(4096);
		buf_printf(&text, "{%s}", cases[i].pod);
		AUTO(js_freep) json_t *o = js_load(buf_str(&text), text.len, NULL);
		CASE(cases[i].name, o != NULL);
		arena_reset(&arena);
		CASE(cases[i].name, amount(o, "cpu") == cases[i].cpu);
	}
}

/* Only cpu, memory and huge pages are asked for a pod as a whole. */
static void names_of_a_whole_pod(void **state)
{
	static const char text[] =
		"{\"spec\":{\"containers\":[{\"resources\":{\"requests\":{\"example.com/"
		"gpu\":\"1\","
		"\"hugepages-2Mi\":\"1\"}}}],\"resources\":{\"requests\":{\"memory\":\"7\","
		"\"example.com/gpu\":\"4\",\"ephemeral-storage\":\"5\"},\"limits\":{"
		"\"hugepages-2Mi\":\"3\",\"example.com/nic\":\"2\"}}}}";
	(void)state;
	AUTO(js_freep) json_t *o = js_load(text, strlen(text), NULL);
	arena_reset(&arena);
	assert_int_equal(amount(o, "memory"), 7000);
	assert_int_equal(amount(o, "example.com/gpu"), 1000);
	assert_int_equal(amount(o, "ephemeral-storage"), 0);
	assert_int_equal(amount(o, "hugepages-2Mi"), 3000);
	assert_int_equal(amount(o, "example.com/nic"), 0);
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
		cmocka_unit_test(resized_pods),
		cmocka_unit_test(names_of_a_whole_pod),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}
