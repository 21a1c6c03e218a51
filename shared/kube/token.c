/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/token.h"

#include <string.h>

#include "kube/base64.h"
#include "kube/js.h"
#include "tls/digest.h"

#define AUDIENCE "muster-coordinator"

static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* The length of a part that ends with that character, or 0. */
static size_t part(const char *s, char end)
{
	size_t n = strspn(s, base64url);
	return s[n] == end ? n : 0;
}

/* RFC 7515, compact form. The payload, or NULL. */
static json_t *payload_of(const char *token)
{
	AUTO(buf_done) struct buf text = BUF_INIT(TOKEN_BYTES_MAX);
	size_t head = part(token, '.');
	size_t body = head ? part(token + head + 1, '.') : 0;
	if (!body || !part(token + head + 1 + body + 1, '\0') ||
	    base64_decode(token + head + 1, body, &text) != RC_OK)
		return NULL;
	return js_load(buf_str(&text), text.len, NULL);
}

static bool has_audience(const json_t *aud)
{
	if (str_eq(json_string_value(aud), AUDIENCE))
		return true;
	for (size_t i = 0; i < json_array_size(aud); i++) {
		if (str_eq(json_string_value(json_array_get(aud, i)), AUDIENCE))
			return true;
	}
	return false;
}

static bool is_account(const json_t *claims, const char *username)
{
	AUTO(buf_done) struct buf name = BUF_INIT(1024);
	buf_printf(&name, "system:serviceaccount:%s:%s", str_or_empty(js_str(claims, "namespace")),
		   str_or_empty(js_str(json_object_get(claims, "serviceaccount"), "name")));
	return str_eq(buf_str(&name), username);
}

static enum reject judge(const json_t *o, const char *username, const char *node,
			 const char **ret_why)
{
	const json_t *claims = json_object_get(o, "kubernetes.io");
	*ret_why = "the token is no token of a ServiceAccount";
	if (!json_is_object(claims) || !json_is_integer(json_object_get(o, "exp")))
		return REJECT_TOKEN;
	*ret_why = "the token is not for the audience " AUDIENCE;
	if (!has_audience(json_object_get(o, "aud")))
		return REJECT_TOKEN;
	*ret_why = "the token is of another ServiceAccount than the agents'";
	if (!is_account(claims, username))
		return REJECT_TOKEN;
	*ret_why = "the token is not bound to this node";
	return str_eq(js_str(json_object_get(claims, "node"), "name"), node) ? REJECT_NONE
									     : REJECT_NODE;
}

enum reject token_look(const char *token, const char *username, const char *node,
		       char ret_print[TOKEN_PRINT_BYTES], const char **ret_why)
{
	AUTO(js_freep) json_t *o = payload_of(token);
	digest_sha256(token, strlen(token), ret_print);
	return judge(o, username, node, ret_why);
}
