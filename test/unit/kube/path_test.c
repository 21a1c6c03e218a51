/* SPDX-License-Identifier: Apache-2.0 */
/* URLs: whole, encoded, never cut. */
#include "kube/path.h"

#include <string.h>

#include "base/mem.h"
#include "test/lib/check.h"

static const struct {
	const char *name;
	struct api_request req;
	const char *path; /* NULL: RC_BADREQUEST */
} cases[] = {
	{"all jobs",
	 {.verb = API_LIST, .kind = API_JOB, .limit = 500},
	 "/apis/muster.dev/v1alpha1/computejobs?limit=500"},
	{"the next page goes on where it was",
	 {.verb = API_LIST, .kind = API_NODE, .limit = 5, .cont = "a/b+c=", .rv = "0"},
	 "/api/v1/nodes?limit=5&continue=a%2Fb%2Bc%3D"},
	{"from the server's cache",
	 {.verb = API_LIST, .kind = API_NODE, .rv = "0"},
	 "/api/v1/nodes?resourceVersion=0"},
	{"a node's pods",
	 {.verb = API_WATCH, .kind = API_POD, .rv = "7", .field_selector = "spec.nodeName=a b"},
	 "/api/v1/pods?fieldSelector=spec.nodeName%3Da%20b&watch=1&allowWatchBookmarks=true&"
	 "timeoutSeconds=510&resourceVersion=7"},
	{"a label selector",
	 {.verb = API_LIST, .kind = API_POD, .ns = "n", .label_selector = "a in (b,c)"},
	 "/api/v1/namespaces/n/pods?labelSelector=a%20in%20%28b%2Cc%29"},
	{"get",
	 {.verb = API_GET, .kind = API_LEASE, .ns = "n", .name = "l"},
	 "/apis/coordination.k8s.io/v1/namespaces/n/leases/l"},
	{"a class",
	 {.verb = API_GET, .kind = API_RUNTIME_CLASS, .name = "r"},
	 "/apis/node.k8s.io/v1/runtimeclasses/r"},
	{"a claim",
	 {.verb = API_GET, .kind = API_CLAIM, .ns = "n", .name = "c"},
	 "/api/v1/namespaces/n/persistentvolumeclaims/c"},
	{"names are encoded",
	 {.verb = API_GET, .kind = API_POD, .ns = "n..", .name = "a b?c#d&e"},
	 "/api/v1/namespaces/n../pods/a%20b%3Fc%23d%26e"},
	{"create",
	 {.verb = API_CREATE, .kind = API_POD, .ns = "n"},
	 "/api/v1/namespaces/n/pods?fieldManager=muster-coordinator&fieldValidation=Strict"},
	{"dry run",
	 {.verb = API_CREATE, .kind = API_POD, .ns = "n", .dry_run = true},
	 "/api/v1/namespaces/n/pods?fieldManager=muster-coordinator&dryRun=All&"
	 "fieldValidation=Strict"},
	{"status",
	 {.verb = API_PATCH_STATUS, .kind = API_JOB, .ns = "n", .name = "j"},
	 "/apis/muster.dev/v1alpha1/namespaces/n/computejobs/j/status?"
	 "fieldManager=muster-coordinator&fieldValidation=Strict"},
	{"apply",
	 {.verb = API_APPLY, .kind = API_COMPUTE_NODE, .name = "c"},
	 "/apis/muster.dev/v1alpha1/computenodes/c?fieldManager=muster-coordinator&force=false&"
	 "fieldValidation=Strict"},
	{"delete",
	 {.verb = API_DELETE, .kind = API_POD, .ns = "n", .name = "p"},
	 "/api/v1/namespaces/n/pods/p"},
	{"delete, dry run",
	 {.verb = API_DELETE, .kind = API_JOB, .ns = "n", .name = "p", .dry_run = true},
	 "/apis/muster.dev/v1alpha1/namespaces/n/computejobs/p?dryRun=All"},
	{"a review has no manager",
	 {.verb = API_CREATE, .kind = API_TOKENREVIEW},
	 "/apis/authentication.k8s.io/v1/tokenreviews"},
	/* The danger: a path that names more than was meant. */
	{"delete of nothing", {.verb = API_DELETE, .kind = API_POD, .ns = "n", .name = ""}, NULL},
	{"delete without a name", {.verb = API_DELETE, .kind = API_POD, .ns = "n"}, NULL},
	{"delete without a namespace", {.verb = API_DELETE, .kind = API_POD, .name = "p"}, NULL},
	{"a name that climbs",
	 {.verb = API_DELETE, .kind = API_POD, .ns = "n", .name = ".."},
	 NULL},
	{"a name that stays", {.verb = API_DELETE, .kind = API_POD, .ns = "n", .name = "."}, NULL},
	{"a namespace that climbs", {.verb = API_LIST, .kind = API_POD, .ns = ".."}, NULL},
	{"a name of two", {.verb = API_DELETE, .kind = API_POD, .ns = "n", .name = "a/b"}, NULL},
	{"a name encoded", {.verb = API_DELETE, .kind = API_POD, .ns = "n", .name = "a%2fb"}, NULL},
	{"create without a namespace", {.verb = API_CREATE, .kind = API_EVENT, .ns = ""}, NULL},
	{"get without a name", {.verb = API_GET, .kind = API_NODE}, NULL},
};

static void paths(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf out = BUF_INIT(4096);
		enum rc rc = path_build(&cases[i].req, "muster-coordinator", &out);
		CASE(cases[i].name, rc == (cases[i].path ? RC_OK : RC_BADREQUEST));
		if (cases[i].path)
			CASE_STR(cases[i].name, buf_str(&out), cases[i].path);
	}
}

static void never_cut(void **state)
{
	struct api_request req = {
		.verb = API_DELETE, .kind = API_POD, .ns = "n", .name = "long-name"};
	(void)state;
	for (size_t max = 0; max < 64; max++) {
		AUTO(buf_done) struct buf out = BUF_INIT(max);
		bool fits = max >= strlen("/api/v1/namespaces/n/pods/long-name");
		assert_int_equal(path_build(&req, "muster-coordinator", &out),
				 fits ? RC_OK : RC_TOOBIG);
	}
}

static void a_write_says_whose_it_is(void **state)
{
	AUTO(buf_done) struct buf out = BUF_INIT(4096);
	struct api_request req = {.verb = API_CREATE, .kind = API_POD, .ns = "n"};
	(void)state;
	assert_int_equal(path_build(&req, "muster-agent", &out), RC_OK);
	assert_string_equal(
		buf_str(&out),
		"/api/v1/namespaces/n/pods?fieldManager=muster-agent&fieldValidation=Strict");
}

/* Each node's watch ends at a time of its own, all between 5 and 10 minutes. */
static void watches_do_not_end_together(void **state)
{
	static bool seen[300];
	uint32_t different = 0;
	(void)state;
	for (int i = 0; i < 300; i++) {
		AUTO(buf_done) struct buf out = BUF_INIT(4096), node = BUF_INIT(64);
		unsigned seconds = 0;
		buf_printf(&node, "spec.nodeName=n%d", i);
		struct api_request req = {.verb = API_WATCH,
					  .kind = API_POD,
					  .rv = "7",
					  .field_selector = buf_str(&node)};
		assert_int_equal(path_build(&req, "muster-coordinator", &out), RC_OK);
		const char *p = strstr(out.data, "timeoutSeconds=");
		assert_non_null(p);
		for (p = strchr(p, '=') + 1; *p >= '0' && *p <= '9'; p++)
			seconds = seconds * 10 + (unsigned)(*p - '0');
		assert_in_range(seconds, 300, 599);
		different += !seen[seconds - 300];
		seen[seconds - 300] = true;
	}
	assert_true(different > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths),
		cmocka_unit_test(never_cut),
		cmocka_unit_test(a_write_says_whose_it_is),
		cmocka_unit_test(watches_do_not_end_together),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
