/* SPDX-License-Identifier: Apache-2.0 */
/* One run of the program: the command line, the connection to the API server, the output. Requests
 * wait for their answer; lists come page by page, an object at a time, so that memory does not grow
 * with the cluster. One thread. Errors name the next step. */
#pragma once

#include <jansson.h>

#include "base/buf.h"
#include "cli/command.h"
#include "cli/out.h"
#include "kube/config.h"
#include "sync/api_object.h"

struct loop;
struct http_client;

enum {
	SESSION_IN_FLIGHT = 100,
	PAGE = 500,
	ANSWER_MAX = 16 * 1024 * 1024,
	ITEM_TEXT_MAX = 3 * 1024 * 1024
};

struct session {
	const struct cmdline *line;
	struct out out;
	struct loop *loop;
	struct http_client *http;
	struct kube_config cfg;
	const char *ns;     /* of the command line, of the context, or "default"; "" with -A */
	int64_t timeout_ms; /* of one request; 0: none */
	uint32_t unread;    /* objects that could not be read */
	uint64_t begun_us;  /* monotonic: start of the program … */
	uint64_t last_us;   /* … last byte of the API server's answers before the first line */
	int status;         /* the exit code of a command that went well */
};

/* Reads the kubeconfig and prepares the connection. RC_CONFIG, RC_BADREQUEST. */
enum rc session_open(struct session *s, const struct cmdline *line, struct err *e) must_use;
void session_done(struct session *s);
const char *session_flag(const struct session *s, enum flag_id id); /* NULL: not given */
int64_t session_now_ms(void);                                       /* wall */

struct list_query {
	enum api_kind kind;
	const char *ns; /* "" for all, or for what has none */
	const char *label_selector, *field_selector;
	bool whole; /* objects are shown: leave out, and count, what is too large, rather than parts
		       of it */
	void *self;
	/* Borrowed for the call. False ends the list (RC_CANCELED unless the owner has another). */
	bool (*on_item)(void *self, json_t *o);
	void (*on_page)(void *self); /* after each page; may be NULL */
};

/* All objects, by pages. A list that takes so long that the server forgets its begin (410) goes on
 * with what the server has then. */
enum rc session_list(struct session *s, const struct list_query *q, struct err *e) must_use;
/* The caller owns *ret. */
enum rc session_get(struct session *s, enum api_kind kind, const char *ns, const char *name,
		    json_t **ret, struct err *e) must_use;

enum change { CHANGE_CREATE, CHANGE_PATCH, CHANGE_DELETE };
struct change_request {
	enum change change;
	enum api_kind kind;
	const char *ns, *name; /* name: NULL for CREATE */
	const char *body;      /* JSON; of PATCH a merge patch; NULL: none */
	bool dry_run;          /* the server checks, and stores nothing */
};
/* ret may be NULL; else the caller owns *ret, the object or the server's words. */
enum rc session_change(struct session *s, const struct change_request *c, json_t **ret,
		       struct err *e) must_use;
/* The exit code for an error, and what to add to its words as the next step ("" if they name one).
 */
int session_exit_code(enum rc rc);
const char *session_next_step(enum rc rc);
