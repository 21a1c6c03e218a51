/* SPDX-License-Identifier: Apache-2.0 */
/* The agent protocol's messages as plain structs (docs/design/protocol.md). shared/wire turns them
 * to frames and back; every pointer of a decoded one is borrowed for the call. */
#pragma once

#include "model/member.h"
#include "model/object.h"

enum {
	PROTOCOL_VERSION = 1,
	FRAME_AGENT_MAX = 64 * 1024,         /* bytes of a frame from an agent */
	FRAME_COORDINATOR_MAX = 1024 * 1024, /* bytes of a frame from the coordinator */
	TOKEN_BYTES_MAX = 16 * 1024,
	PAGE_MEMBERS_MAX = 64, /* members in one Hello or Report */
	PAGE_ORDERS_MAX = 256, /* orders in one Orders page */
	NODE_PODS_MAX = 4096,
	RETRY_AFTER_MAX_MS = 30000 /* a longer one, told by an agent, counts as this */
};

enum msg_type {
	MSG_NONE,
	MSG_HELLO,
	MSG_WELCOME,
	MSG_REJECT,
	MSG_REPORT,
	MSG_ACK,
	MSG_WATCH,
	MSG_ORDERS
};

/* What a node has that the API server's Node does not tell. */
struct capacity {
	struct reslist
		foreign; /* requests of pods on the node that are not members, without "pods" */
	uint32_t foreign_pods;
	struct host_ports ports; /* of the same pods; at most NODE_PORTS_MAX are told */
};

struct msg_hello {
	uint32_t protocol;
	const char *token, *node, *boot_id, *version;
	const char *agent; /* identity of this process, unique per start */
	bool proofs;       /* this agent puts proofs on pods and reports them */
	bool completions;  /* it takes orders with completions, and indexes up to 99,999 */
	bool deltas;       /* this agent takes orders that say what has changed */
	struct capacity capacity;
	uint64_t epoch; /* the newest leader's that the agent knows of; 0: of none */
	uint32_t page;  /* 0… ; members are spread over pages, in one exchange each */
	bool last_page;
	const struct member *members;
	uint32_t nmembers;
};

struct msg_welcome {
	uint64_t session, epoch;
	uint32_t heartbeat_ms, hold_ms;
	bool more; /* send the next page */
};

enum reject {
	REJECT_NONE,
	REJECT_TOKEN,
	REJECT_NODE,
	REJECT_VERSION,
	REJECT_NOT_LEADER,
	REJECT_LATER,
	REJECT_SESSION,
	REJECT_MALFORMED
};
const char *reject_text(enum reject r);

struct msg_reject {
	enum reject reason;
	const char *message;
	const char *leader; /* REJECT_NOT_LEADER: host:port to dial next, or "" */
};

struct msg_report {
	uint64_t session, seq; /* seq grows by one per Report of a session; 0 first */
	bool has_capacity;
	struct capacity capacity;
	const struct member *members; /* those that changed */
	uint32_t nmembers;
	const char *token; /* non-empty: a newer token, before the old one expires */
};

struct msg_ack {
	uint64_t session, seq;
};

struct msg_watch {
	uint64_t session, revision; /* 0: has none */
	uint32_t page;              /* the page wanted, when the answer before said more */
	struct strs templates;      /* names of those it has (template_name) */
};

struct template_text {
	const char *hash, *text, *ns; /* ns "": of a coordinator that does not tell it */
};

struct msg_orders {
	uint64_t session, epoch, revision;
	uint32_t page;
	bool more;
	const struct order *orders;
	uint32_t norders;
	const struct template_text *templates;
	uint32_t ntemplates;
	/* Not 0: the orders are those that are new or changed since this revision; then these of it
	 * went, and there are so many in all. One page. */
	uint64_t since;
	const uint32_t *gone;
	uint32_t ngone, total;
};

struct msg {
	enum msg_type type;
	union {
		struct msg_hello hello;
		struct msg_welcome welcome;
		struct msg_reject reject;
		struct msg_report report;
		struct msg_ack ack;
		struct msg_watch watch;
		struct msg_orders orders;
	};
};
