/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/world/template.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "test/sim/world/copy.h"

/* KEY|VALUE|EFFECT[|SECONDS]; without VALUE: whatever value; without KEY: whatever taint. */
static struct toleration toleration_parse(struct arena *a, const char *s)
{
	size_t key = strcspn(s, "|"), value = strcspn(s + key + 1, "|");
	const char *at = s + key + 1, *seconds = strchr(at + value + 1, '|');
	return (struct toleration){.key = arena_strndup(a, s, key),
				   .value = arena_strndup(a, at, value),
				   .exists = !value,
				   .effect = (enum taint_effect)strtoll(at + value + 1, NULL, 10),
				   .timed = seconds,
				   .seconds = seconds ? strtoll(seconds + 1, NULL, 10) : 0};
}

/* PORT or PORT/ADDRESS. */
static void port_parse(struct template_facts *t, struct arena *a, const char *s)
{
	char *end;
	t->ports[t->nports].port = (uint16_t)strtoul(s, &end, 10);
	t->ports[t->nports++].address = *end ? copy_str(a, end + 1) : NULL;
}

static void take_word(struct template_facts *t, struct arena *a, const char *key, const char *value)
{
	int64_t n = strtoll(value, NULL, 10);
	if (str_eq(key, "run"))
		t->run_ms = n;
	else if (str_eq(key, "exit"))
		t->exit_code = (int32_t)n;
	else if (str_eq(key, "fails"))
		t->fails = (uint32_t)n;
	else if (str_eq(key, "bad"))
		t->bad = (uint32_t)n;
	else if (str_eq(key, "refuse"))
		t->refuse = (uint32_t)n;
	else if (str_eq(key, "pull"))
		t->pull_ms = n;
	else if (str_eq(key, "config"))
		t->config_ms = n;
	else if (str_eq(key, "mount"))
		t->mount_ms = n;
	else if (str_eq(key, "init"))
		t->init_ms = n;
	else if (str_eq(key, "initexit"))
		t->init_exit = (int32_t)n;
	else if (str_eq(key, "sidecar"))
		t->sidecar_ms = n;
	else if (str_eq(key, "inject"))
		t->inject_ms = n;
	else if (str_eq(key, "second"))
		t->helper = n != 0;
	else if (str_eq(key, "ready"))
		t->ready_ms = n;
	else if (str_eq(key, "says"))
		t->says = (uint32_t)n;
	else if (str_eq(key, "oom"))
		t->oom = n != 0;
	else if (str_eq(key, "evict"))
		t->evict = n != 0;
	else if (str_eq(key, "sysctl"))
		t->sysctl = (uint32_t)n;
	else if (str_eq(key, "tolseconds"))
		t->briefly = n == 0;
	else if (str_eq(key, "term"))
		t->term_code = (int32_t)n;
	else if (str_eq(key, "stop"))
		t->stop_ms = n;
	else if (str_eq(key, "late"))
		t->late_ms = n;
	else if (str_eq(key, "ask") && t->nrequests < TEMPLATE_RES_MAX)
		t->requests[t->nrequests++] = (struct res){value, 1000};
	else if (str_eq(key, "tol") && t->ntolerations < TEMPLATE_TOLERATIONS_MAX)
		t->tolerations[t->ntolerations++] = toleration_parse(a, value);
	else if (str_eq(key, "port") && t->nports < TEMPLATE_PORTS_MAX)
		port_parse(t, a, value);
	else if (str_eq(key, "runtime"))
		t->runtime_class = copy_str(a, value);
	else if (str_eq(key, "claim") && t->nclaims < TEMPLATE_CLAIMS_MAX)
		t->claims[t->nclaims++] = copy_str(a, value);
	else if (!str_eq(key, "v") && !str_eq(key, "spelt") && t->nrequests < TEMPLATE_RES_MAX)
		t->requests[t->nrequests++] = (struct res){key, n};
}

const char *template_says(uint32_t n)
{
	static const char *const texts[] = {
		"ValueError: no such column: age",
		"Traceback (most recent call last):\n  File \"/a.py\", line 3, in <module>\n    "
		"main()\nValueError: \xc3\xa4\n",
		"done\nReason:  CompletionsReached\r\nEvents:  <none>\nlevel=info msg=finished "
		"job=default/j0 state=Completed\n",
		"\x1b[31mred\x1b[0m \x07\x08\t\xe2\x80\xae gnirts \xe2\x80\xa8 next \xc2\x9b \x7f",
		""};
	static char large[4097];
	if (!n)
		return NULL;
	if (n % 6 != 5)
		return texts[(n - 1) % 6 % ARRAY_LEN(texts)];
	for (size_t i = 0; i < sizeof large - 1; i++)
		large[i] = i % 64 == 63 ? '\n' : (char)('a' + i % 26);
	return large;
}

struct template_facts template_parse(struct arena *a, const char *text)
{
	struct template_facts t = {
		.run_ms = 1000, .term_code = 143, .init_ms = -1, .sidecar_ms = -1, .inject_ms = -1};
	for (const char *p = text; *p;) {
		size_t len = strcspn(p, " ");
		const char *eq = memchr(p, '=', len);
		must(eq);
		take_word(&t, a, arena_strndup(a, p, (size_t)(eq - p)),
			  arena_strndup(a, eq + 1, len - (size_t)(eq + 1 - p)));
		p += len;
		p += *p == ' ';
	}
	return t;
}

static void put_without(struct buf *b, const char *text, const char *prefix)
{
	for (const char *p = text; *p;) {
		size_t len = strcspn(p, " ");
		if (strncmp(p, prefix, strlen(prefix)) != 0) {
			buf_puts(b, b->len ? " " : "");
			buf_put(b, p, len);
		}
		p += len;
		p += *p == ' ';
	}
}

const char *template_form(struct arena *a, const char *text)
{
	AUTO(buf_done) struct buf b = BUF_INIT(4096);
	put_without(&b, text, "spelt=");
	must(buf_rc(&b) == RC_OK);
	return copy_str(a, buf_str(&b));
}

const char *template_with(struct arena *a, const char *text, const struct toleration *v, uint32_t n)
{
	AUTO(buf_done) struct buf b = BUF_INIT(4096);
	put_without(&b, text, "tol=");
	for (uint32_t i = 0; i < n; i++) {
		buf_printf(&b, " tol=%s|%s|%d", str_or_empty(v[i].key),
			   v[i].exists ? "" : str_or_empty(v[i].value), (int)v[i].effect);
		if (v[i].timed)
			buf_printf(&b, "|%lld", (long long)v[i].seconds);
	}
	must(buf_rc(&b) == RC_OK);
	return copy_str(a, buf_str(&b));
}
