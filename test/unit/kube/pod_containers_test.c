/* SPDX-License-Identifier: Apache-2.0 */
/* What the containers of a pod say in sum: whether the work runs, what is waited for, who failed.
 */
#include <string.h>

#include "kube/decode_pod.h"
#include "kube/js.h"
#include "test/lib/check.h"

static struct arena arena = ARENA_INIT(1 << 20);
static json_t *last;

/* The pod with these members; what it says lives until the next. */
static void decode_text(const char *name, const char *members, struct pod *ret)
{
	AUTO(buf_done) struct buf json = BUF_INIT(8192);
	buf_printf(&json, "{%s}", members);
	json_decref(last);
	last = js_load(buf_str(&json), json.len, NULL);
	CASE(name, last != NULL);
	arena_reset(&arena);
	decode_pod(&arena, last, ret);
}

#define RUNS(name) "{\"name\":\"" name "\",\"state\":{\"running\":{}}}"
#define WAITS(name, reason, message)                                                            \
	"{\"name\":\"" name "\",\"state\":{\"waiting\":{\"reason\":\"" reason "\",\"message\":" \
	"\"" message "\"}}}"
#define ENDS(name, code) \
	"{\"name\":\"" name "\",\"state\":{\"terminated\":{\"exitCode\":" code "}}}"
#define NAMES(names) "\"metadata\":{\"annotations\":{\"muster.dev/containers\":\"" names "\"}},"
#define SPEC(init, own) "\"spec\":{\"initContainers\":[" init "],\"containers\":[" own "]},"
#define SAYS(init, own) \
	"\"status\":{\"initContainerStatuses\":[" init "],\"containerStatuses\":[" own "]}"
#define NAMED(name) "{\"name\":\"" name "\"}"
#define SIDECAR(name) "{\"name\":\"" name "\",\"restartPolicy\":\"Always\"}"

/* Whether the work of a pod runs: that is what its user wrote, not what admission added. */
static void work(void **state)
{
	static const struct {
		const char *name, *pod;
		bool working;
	} cases_of_work[] = {
		{"the only container", NAMES("main") SPEC("", NAMED("main")) SAYS("", RUNS("main")),
		 true},
		{"it has ended", NAMES("main") SPEC("", NAMED("main")) SAYS("", ENDS("main", "0")),
		 true},
		{"an init container runs",
		 NAMES("main") SPEC(NAMED("prepare"), NAMED("main"))
			 SAYS(RUNS("prepare"), WAITS("main", "PodInitializing", "")),
		 false},
		{"a sidecar runs",
		 NAMES("main") SPEC(SIDECAR("logger"), NAMED("main"))
			 SAYS(RUNS("logger"), WAITS("main", "PodInitializing", "")),
		 false},
		{"one of two of the user's",
		 NAMES("main,helper") SPEC("", NAMED("main") "," NAMED("helper"))
			 SAYS("", RUNS("main") "," WAITS("helper", "ErrImagePull", "no")),
		 false},
		{"one of two is not told yet",
		 NAMES("main,helper") SPEC("", NAMED("main") "," NAMED("helper"))
			 SAYS("", RUNS("main")),
		 false},
		{"what was injected waits",
		 NAMES("main,helper") SPEC("", NAMED("proxy") "," NAMED("main") "," NAMED("helper"))
			 SAYS("", WAITS("proxy", "ErrImagePull",
					"no") "," RUNS("main") "," RUNS("helper")),
		 true},
		{"only what was injected runs",
		 NAMES("main,helper") SPEC("", NAMED("help") "," NAMED("main") "," NAMED("helper"))
			 SAYS("",
			      RUNS("help") "," WAITS("main", "X", "") "," WAITS("helper", "X", "")),
		 false},
		{"made by an older version, with main",
		 SPEC("", NAMED("proxy") "," NAMED("main"))
			 SAYS("", WAITS("proxy", "X", "") "," RUNS("main")),
		 true},
		{"made by an older version, without main",
		 SPEC("", NAMED("a") "," NAMED("b")) SAYS("", WAITS("a", "X", "") "," RUNS("b")),
		 false},
		{"ended and to be started again",
		 NAMES("main") SPEC("", NAMED("main")) "\"status\":{\"containerStatuses\":[{"
						       "\"name\":\"main\",\"state\":{"
						       "\"waiting\":{\"reason\":"
						       "\"CrashLoopBackOff\"}},\"lastState\":{"
						       "\"terminated\":{\"exitCode\":1}}}]}",
		 true},
		{"nothing is told", NAMES("main") SPEC("", NAMED("main")) SAYS("", ""), false},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases_of_work); i++) {
		struct pod p;
		decode_text(cases_of_work[i].name, cases_of_work[i].pod, &p);
		CASE(cases_of_work[i].name, p.working == cases_of_work[i].working);
	}
}

#define BACK_OFF "Back-off pulling image \\\"i:1\\\""
#define NO_SANDBOX \
	",\"conditions\":[{\"type\":\"PodReadyToStartContainers\",\"status\":\"False\"}]}"

/* What is said of a container that waits: the same as long as the cause is. */
static void waits(void **state)
{
	static const struct {
		const char *name, *pod, *reason, *message;
	} all[] = {
		{"nothing waits", SAYS("", RUNS("main")), "", ""},
		{"all goes well", SAYS("", WAITS("main", "ContainerCreating", "")),
		 "ContainerCreating", ""},
		{"a pull failed", SAYS("", WAITS("main", "ErrImagePull", "dial tcp: refused")),
		 "ErrImagePull", "container main: dial tcp: refused"},
		{"and is tried again later",
		 SAYS("", WAITS("main", "ImagePullBackOff",
				BACK_OFF ": ErrImagePull: dial tcp: refused")),
		 "ErrImagePull", "container main: dial tcp: refused"},
		{"another error of a pull",
		 SAYS("", WAITS("main", "ImagePullBackOff",
				BACK_OFF ": RegistryUnavailable: it is down")),
		 "RegistryUnavailable", "container main: it is down"},
		{"the kubelet has forgotten the error",
		 SAYS("", WAITS("main", "ImagePullBackOff", BACK_OFF)), "ErrImagePull",
		 "container main: Back-off pulling image \"i:1\""},
		{"words without a reason",
		 SAYS("", WAITS("main", "ImagePullBackOff", BACK_OFF ": no such image")),
		 "ErrImagePull", "container main: Back-off pulling image \"i:1\": no such image"},
		{"a colon without words",
		 SAYS("", WAITS("main", "ImagePullBackOff", BACK_OFF ": a:b")), "ErrImagePull",
		 "container main: Back-off pulling image \"i:1\": a:b"},
		{"no words", SAYS("", WAITS("main", "InvalidImageName", "")), "InvalidImageName",
		 "container main"},
		{"it ends again and again",
		 "\"status\":{\"initContainerStatuses\":[{\"name\":\"logger\",\"state\":{"
		 "\"waiting\":{\"reason\":\"CrashLoopBackOff\",\"message\":\"back-off 40s\"}},"
		 "\"lastState\":{\"terminated\":{\"exitCode\":3}}}]}",
		 "CrashLoopBackOff",
		 "container logger: it ends again and again, last with exit code 3"},
		{"what is wrong goes before what is usual",
		 SAYS(WAITS("prepare", "PodInitializing", ""),
		      WAITS("main", "PodInitializing", "") "," WAITS("helper",
								     "CreateContainerConfigError",
								     "secret \\\"s\\\" not found")),
		 "CreateContainerConfigError", "container helper: secret \"s\" not found"},
		{"an init container runs",
		 SPEC(SIDECAR("logger") "," NAMED("prepare"), NAMED("main"))
			 SAYS("{\"name\":\"logger\",\"started\":true,\"state\":{\"running\":{}}}"
			      "," RUNS("prepare"),
			      WAITS("main", "PodInitializing", "")),
		 "PodInitializing", "init container prepare runs"},
		{"a sidecar does not start up",
		 SPEC(SIDECAR("logger"), NAMED("main"))
			 SAYS(RUNS("logger"), WAITS("main", "PodInitializing", "")),
		 "SidecarNotStarted", "sidecar logger has not started up"},
		{"a sidecar was started anew beside the work",
		 SPEC(SIDECAR("logger"), NAMED("main")) SAYS(RUNS("logger"), RUNS("main")), "", ""},
		{"no sandbox",
		 "\"status\":{\"containerStatuses\":[" WAITS("main", "ContainerCreating",
							     "") "]" NO_SANDBOX,
		 "ContainerCreating", "the pod has no sandbox (network, volumes, runtime)"},
		{"no sandbox, and no container is told of", "\"status\":{\"x\":1" NO_SANDBOX, "",
		 ""},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct pod p;
		decode_text(all[i].name, all[i].pod, &p);
		CASE_STR(all[i].name, p.waiting_reason, all[i].reason);
		CASE_STR(all[i].name, p.waiting_message, all[i].message);
	}
}

/* Which of several containers has failed; and when the work has ended, injected ones apart. */
static void ends(void **state)
{
	struct pod p;
	(void)state;
	decode_text("two", SAYS("", ENDS("main", "0") "," ENDS("helper", "3")), &p);
	assert_string_equal(p.terminated_message, "container helper");
	assert_int_equal(p.exit_code, 3);
	decode_text("one", SAYS("", ENDS("main", "3")), &p);
	assert_string_equal(p.terminated_message, "");
	decode_text("words",
		    SAYS("", RUNS("main") ",{\"name\":\"helper\",\"state\":{\"terminated\":{"
					  "\"exitCode\":1,\"message\":\"no disk\"}}}"),
		    &p);
	assert_string_equal(p.terminated_message, "container helper: no disk");
	decode_text("injected",
		    NAMES("main") SPEC(
			    "", NAMED("main") "," NAMED(
					"proxy")) "\"status\":{\"containerStatuses\":[{\"name\":"
						  "\"main\",\"state\":{"
						  "\"terminated\":{\"exitCode\":0,\"finishedAt\":"
						  "\"1970-01-01T00:00:07Z\"}}},{\"name\":\"proxy\","
						  "\"state\":{"
						  "\"terminated\":{\"exitCode\":0,\"finishedAt\":"
						  "\"1970-01-01T00:00:09Z\"}}}]}",
		    &p);
	assert_int_equal(p.finished_ms, 7000);
	assert_int_equal(p.ended_ms, 9000);
	/* The first word of a kubelet (1.37) about a pod that it evicts for its own fault. */
	decode_text("evicted",
		    SAYS("", "{\"name\":\"main\",\"state\":{\"waiting\":{\"reason\":"
			     "\"ContainerCreating\"}},"
			     "\"lastState\":{\"terminated\":{\"exitCode\":137,\"reason\":"
			     "\"ContainerStatusUnknown\"}}}"),
		    &p);
	assert_true(p.started); /* so its kubelet has not refused it */
	decode_text("refused",
		    SAYS("", "{\"name\":\"main\",\"state\":{\"waiting\":{\"reason\":"
			     "\"ContainerCreating\"}},\"lastState\":{}}"),
		    &p);
	assert_false(p.started);
}

static int teardown(void **state)
{
	(void)state;
	json_decref(last);
	arena_done(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(work),
		cmocka_unit_test(waits),
		cmocka_unit_test(ends),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}
