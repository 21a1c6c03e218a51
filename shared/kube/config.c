/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "kube/exec.h"
#include "os/clock.h"

enum {
	TOKEN_MAX = 64 * 1024,
	RENEW_MS = 60000, /* before a token ends */
	EXEC_PAUSE_MS = 5000,
};

void kube_config_done(struct kube_config *c)
{
	char **v[] = {&c->server,     &c->ca,      &c->cert, &c->server_name,
		      &c->token_file, &c->ca_file, &c->ns};
	for (size_t i = 0; i < ARRAY_LEN(v); i++)
		free(*v[i]);
	if (c->key)
		explicit_bzero(c->key, strlen(c->key));
	if (c->token)
		explicit_bzero(c->token, strlen(c->token));
	free(c->key);
	free(c->token);
	c->exec = exec_free(c->exec);
	*c = (struct kube_config){0};
}

static void trim_end(struct buf *b)
{
	while (b->len && strchr(" \t\r\n", b->data[b->len - 1]))
		b->data[--b->len] = 0;
}

/* A header line can carry printable ASCII without spaces (RFC 6750 allows even less). */
static bool token_is_clean(const char *s)
{
	for (; *s; s++) {
		if (*s <= ' ' || *s > '~')
			return false;
	}
	return true;
}

static void take_credential(struct kube_config *c, struct exec_credential *own)
{
	if (own->token && token_is_clean(own->token))
		mem_strset(&c->token, own->token);
	c->token_expires_ms = own->expires_ms;
	exec_credential_done(own);
}

static void renew_by_plugin(struct kube_config *c, bool force)
{
	struct exec_credential fresh;
	int64_t now = clock_mono_ms();
	if (exec_renewed(c->exec, &fresh))
		take_credential(c, &fresh);
	bool ends = c->token_expires_ms && c->token_expires_ms - RENEW_MS < clock_wall_ms();
	if ((!force && !ends) || now < c->exec_at_ms)
		return;
	c->exec_at_ms = now + EXEC_PAUSE_MS;
	exec_renew(c->exec);
}

static enum rc run_plugin(struct kube_config *c, struct err *e)
{
	struct exec_credential first;
	enum rc rc = exec_run(c->exec, &first, e);
	if (rc != RC_OK)
		return rc;
	if (first.cert) {
		mem_strset(&c->cert, first.cert);
		mem_strset(&c->key, first.key);
	}
	take_credential(c, &first);
	return RC_OK;
}

enum rc kube_config_first_credential(struct kube_config *c, struct err *e)
{
	enum rc rc = c->exec ? run_plugin(c, e) : RC_OK;
	if (rc == RC_OK && c->token && !token_is_clean(c->token))
		rc = err_set(e, RC_CONFIG, "the token has characters that no token has");
	return rc;
}

/* If the file cannot be read now, the old token stays: it may still be valid. */
void kube_config_refresh_token(struct kube_config *c, bool force)
{
	if (c->exec)
		renew_by_plugin(c, force);
	AUTO(buf_done) struct buf text = BUF_INIT(TOKEN_MAX);
	bool changed = c->token_file && file_changed(c->token_file, &c->token_stamp);
	if (!c->token_file || (!changed && !force))
		return;
	if (file_read(c->token_file, &text, NULL) != RC_OK)
		return;
	trim_end(&text);
	if (text.len && token_is_clean(text.data))
		mem_strset(&c->token, text.data);
}

bool kube_config_refresh_ca(struct kube_config *c)
{
	AUTO(buf_done) struct buf text = BUF_INIT(KUBE_CA_MAX);
	if (!c->ca_file || !file_changed(c->ca_file, &c->ca_stamp))
		return false;
	if (file_read(c->ca_file, &text, NULL) != RC_OK || str_eq(text.data, c->ca))
		return false;
	mem_strset(&c->ca, buf_str(&text));
	return true;
}
