/* SPDX-License-Identifier: Apache-2.0 */
/* Frames from anywhere: no crash, no more memory than the arena's cap, and what is accepted goes
 * out again as a frame that says the same. */
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "wire/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void again(const struct msg *msg, size_t max)
{
	AUTO(buf_done) struct buf one = BUF_INIT(FRAME_COORDINATOR_MAX);
	AUTO(buf_done) struct buf two = BUF_INIT(FRAME_COORDINATOR_MAX);
	AUTO(arena_done) struct arena a = ARENA_INIT(WIRE_ARENA_COORDINATOR_MAX);
	struct msg back;
	must(wire_encode(msg, max, &one, NULL) == RC_OK);
	must(wire_decode(one.data, one.len, max, &a, &back, NULL) == RC_OK);
	must(back.type == msg->type && wire_encode(&back, max, &two, NULL) == RC_OK);
	must(one.len == two.len && (one.len == 0 || !memcmp(one.data, two.data, one.len)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const size_t caps[][2] = {{FRAME_AGENT_MAX, WIRE_ARENA_AGENT_MAX},
					 {FRAME_COORDINATOR_MAX, WIRE_ARENA_COORDINATOR_MAX}};
	for (size_t i = 0; i < ARRAY_LEN(caps); i++) {
		AUTO(arena_done) struct arena a = ARENA_INIT(caps[i][1]);
		struct msg msg;
		enum rc rc = wire_decode(data, len, caps[i][0], &a, &msg, NULL);
		must(a.used <= a.max);
		must(rc == RC_OK || rc == RC_MALFORMED || rc == RC_TOOBIG);
		if (rc == RC_OK)
			again(&msg, FRAME_COORDINATOR_MAX);
	}
	return 0;
}
