/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the contract: asking and waiting. */
#pragma once

#include "base/buf.h"
#include "test/sim/contract/contract.h"

enum { TURNS_MAX = 300, SEEN_MAX = 64, TEXT_MAX = 128 };

struct seen { /* one object that arrived */
	enum watch_event ev;
	char name[TEXT_MAX], uid[TEXT_MAX], rv[TEXT_MAX];
	char nominated[TEXT_MAX];               /* of a pod: the node that it waits for */
	int64_t generation, deleted_ms, number; /* number: what the case looks at */
	bool flag;
};

/* One operation and all that it gave. */
struct asked {
	struct contract_env *env;
	uint64_t id;
	bool done;
	enum rc rc;
	char rv[TEXT_MAX], cont[TEXT_MAX], cause[TEXT_MAX];
	struct seen v[SEEN_MAX];
	uint32_t n;
};

void contract_submit(struct contract_env *env, const struct api_request *req, struct asked *a);
void contract_wait_done(struct asked *a);
void contract_wait_seen(struct asked *a, uint32_t n); /* objects */
enum rc contract_ask(struct contract_env *env, const struct api_request *req, struct asked *a);
/* A name of this run, in b. */
const char *contract_name(struct contract_env *env, struct buf *b, const char *name);
enum rc contract_get_job(struct contract_env *env, const char *name, struct asked *a);

/* A state of Pending and so many attempts. */
enum rc contract_patch_status(struct contract_env *env, const char *name, const char *rv,
			      uint32_t attempts, struct asked *a);
