/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of the agent protocol (proto/muster.proto, docs/design/protocol.md): struct msg to bytes
 * and back. No state, any thread. Bounds of every string and list are in wire/fields.def; decoding
 * takes no memory but the arena's. Bytes from a peer end as RC_MALFORMED or RC_TOOBIG. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/must.h"
#include "model/message.h"

enum {
	WIRE_RESOURCES_MAX = 64,   /* entries in one list of resources */
	WIRE_TEMPLATES_MAX = 4096, /* hashes named in one Watch */
	WIRE_UNKNOWN_MAX = 64,     /* fields in one message that a newer peer may have added */
	/* Enough for any frame within the caps, and no frame takes more. */
	WIRE_ARENA_AGENT_MAX = 1024 * 1024,
	WIRE_ARENA_COORDINATOR_MAX = 8 * 1024 * 1024
};

/* Puts msg's frame into out, which is emptied first. max: bytes of the frame (FRAME_AGENT_MAX or
 * FRAME_COORDINATOR_MAX). What only people read (reason, message) is cut to its bound, and lists of
 * resources and host ports end at theirs; anything else past its bound is RC_TOOBIG, and out stays
 * empty. */
enum rc wire_encode(const struct msg *msg, size_t max, struct buf *out, struct err *e) must_use;

/* Fills *ret; its pointers live in the arena a, strings are never NULL. Fields that are unknown are
 * skipped, a message of an unknown kind is MSG_NONE, an unknown enum value is the enum's NONE.
 * RC_TOOBIG: the frame, a string, a list or the arena's cap; RC_MALFORMED: not a frame, text that
 * is not UTF-8 or has a NUL, a field given twice, a number out of its range. */
enum rc wire_decode(const void *frame, size_t len, size_t max, struct arena *a, struct msg *ret,
		    struct err *e) must_use;
