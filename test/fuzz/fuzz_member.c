/* SPDX-License-Identifier: Apache-2.0 */
/* A pod from anybody, the member that an agent takes it for, and its way to the coordinator: a pod
 * that the API server can have stored fits into a frame, and arrives as it was sent. */
#include <stdint.h>
#include <string.h>

#include "kube/decode.h"
#include "wire/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static bool fits(const char *s, size_t max)
{
	return strlen(str_or_empty(s)) <= max;
}

/* The API server lets no name, label or UID be longer. */
static bool storable(const struct member *m)
{
	return fits(m->ns, 63) && fits(m->pod, 253) && fits(m->pod_uid, 128) &&
	       fits(m->job_name, 253) && fits(m->job_uid, 63) && fits(m->template_hash, 63);
}

static void report(const struct member *m)
{
	static struct arena arena = ARENA_INIT(WIRE_ARENA_AGENT_MAX);
	AUTO(buf_done) struct buf out = BUF_INIT(FRAME_AGENT_MAX);
	struct msg back;
	struct err e;
	struct msg msg = {
		.type = MSG_REPORT,
		.report = {.session = 1, .seq = 1, .members = m, .nmembers = 1, .token = ""}};
	must(wire_encode(&msg, FRAME_AGENT_MAX, &out, &e) == RC_OK);
	must(wire_decode(out.data, out.len, FRAME_AGENT_MAX, &arena, &back, &e) == RC_OK);
	const struct member *got = back.report.members;
	must(back.report.nmembers == 1 && got->index == m->index && got->attempt == m->attempt);
	must(str_eq(got->job_uid, m->job_uid) && str_eq(got->pod, m->pod) &&
	     got->phase == m->phase);
	must(got->index < COMPLETIONS_MAX && got->attempt <= ATTEMPT_MAX);
	arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct arena arena = ARENA_INIT(4 << 20);
	struct decoded d;
	struct member m;
	AUTO(js_freep) json_t *o = js_load((const char *)data, len, NULL);
	if (o && decode_object(API_POD, o, "i:1", &arena, &d, NULL) == RC_OK &&
	    member_of_pod(&d.pod, &m) && storable(&m))
		report(&m);
	arena_done(&arena);
	return 0;
}
