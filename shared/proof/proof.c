/* SPDX-License-Identifier: Apache-2.0 */
/* The text that is signed begins with what it is for, so that no MAC of this key can ever mean
 * something else; each string ends with a NUL and numbers have four bytes, so that no two claims
 * give the same text. */
#include "proof/proof.h"

#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/mem.h"
#include "tls/mac.h"

enum { NAME_DIGITS = 8, CLAIM_BYTES_MAX = 1024 };

_Static_assert((int)NAME_DIGITS + 1 + 2 * (int)MAC_BYTES + 1 == (int)PROOF_TEXT_BYTES, "KEY.MAC");
_Static_assert((int)PROOF_KEY_BYTES == (int)MAC_KEY_BYTES, "the key of the MAC");

struct key {
	char name[NAME_DIGITS + 1];
	unsigned char secret[PROOF_KEY_BYTES];
	int64_t made_s;
	struct mac *mac;
};

struct proof_ring { /* the oldest first */
	struct key v[PROOF_KEYS_MAX];
	uint32_t n;
};

static int digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;
	return at ? (int)(at - digits) : -1;
}

/* False: there are not 2 * n digits. */
static bool get_hex(const char *from, size_t n, unsigned char *to)
{
	for (size_t i = 0; i < n; i++) {
		int high = digit(from[2 * i]), low = high < 0 ? -1 : digit(from[2 * i + 1]);
		if (low < 0)
			return false;
		to[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

/* ---- the ring ---- */

static void key_done(struct key *k)
{
	k->mac = mac_free(k->mac);
	mac_wipe(k->secret, sizeof k->secret);
}

static void clear(struct proof_ring *r)
{
	for (uint32_t i = 0; i < r->n; i++)
		key_done(&r->v[i]);
	r->n = 0;
}

struct proof_ring *proof_ring_new(void)
{
	return mem_zalloc(1, sizeof(struct proof_ring));
}

struct proof_ring *proof_ring_free(struct proof_ring *r)
{
	if (!r)
		return NULL;
	clear(r);
	free(r);
	return NULL;
}

static void put(struct proof_ring *r, const char *name, const unsigned char *secret, int64_t made_s)
{
	if (r->n == PROOF_KEYS_MAX) {
		key_done(&r->v[0]);
		memmove(&r->v[0], &r->v[1], --r->n * sizeof r->v[0]);
	}
	struct key *k = &r->v[r->n++];
	*k = (struct key){.made_s = made_s, .mac = mac_new(secret)};
	memcpy(k->name, name, NAME_DIGITS);
	memcpy(k->secret, secret, sizeof k->secret);
}

static const struct key *find(const struct proof_ring *r, const char *name)
{
	for (uint32_t i = 0; i < r->n; i++) {
		if (!strncmp(r->v[i].name, name, NAME_DIGITS))
			return &r->v[i];
	}
	return NULL;
}

/* The name of a key is the MAC of a text that is no claim: it tells nothing of the key, and two
 * coordinators give a key the same name. */
void proof_ring_add(struct proof_ring *r, const unsigned char key[PROOF_KEY_BYTES], int64_t made_s)
{
	static const char text[] = "muster.dev/order-key/v1";
	unsigned char id[MAC_BYTES];
	char name[2 * NAME_DIGITS + 1];
	struct mac *mac = mac_new(key);
	mac_of(mac, text, sizeof text, id);
	mac_free(mac);
	hex_put(id, NAME_DIGITS / 2, name);
	put(r, name, key, made_s);
}

void proof_ring_make(struct proof_ring *r, void (*random)(void *ret, size_t len), int64_t made_s)
{
	unsigned char key[PROOF_KEY_BYTES];
	random(key, sizeof key);
	proof_ring_add(r, key, made_s);
	mac_wipe(key, sizeof key);
}

uint32_t proof_ring_count(const struct proof_ring *r)
{
	return r->n;
}

int64_t proof_ring_newest_s(const struct proof_ring *r)
{
	return r->n ? r->v[r->n - 1].made_s : 0;
}

/* Takes "NAME SECONDS KEY\n" at *at. */
static bool parse_line(struct proof_ring *r, const char **at)
{
	unsigned char secret[PROOF_KEY_BYTES], name[NAME_DIGITS / 2];
	const char *s = *at;
	int64_t made_s = 0;
	if (!get_hex(s, NAME_DIGITS / 2, name) || s[NAME_DIGITS] != ' ')
		return false;
	s += NAME_DIGITS + 1;
	size_t digits = strspn(s, "0123456789");
	if (!digits || digits > 12 || s[digits] != ' ')
		return false;
	for (; *s != ' '; s++)
		made_s = made_s * 10 + (*s - '0');
	bool good = get_hex(++s, PROOF_KEY_BYTES, secret) && s[2 * PROOF_KEY_BYTES] == '\n';
	if (good) {
		put(r, *at, secret, made_s);
		*at = s + 2 * PROOF_KEY_BYTES + 1;
	}
	mac_wipe(secret, sizeof secret);
	return good;
}

/* The newest key would sign, and the first of its name would check. */
static const char *twice(const struct proof_ring *r)
{
	for (uint32_t i = 0; i < r->n; i++) {
		if (find(r, r->v[i].name) != &r->v[i])
			return r->v[i].name;
	}
	return NULL;
}

enum rc proof_ring_parse(struct proof_ring *r, const char *text, struct err *e)
{
	struct proof_ring fresh = {.n = 0};
	const char *at = str_or_empty(text);
	while (*at && fresh.n < PROOF_KEYS_MAX && parse_line(&fresh, &at))
		continue;
	if (*at || !fresh.n) {
		clear(&fresh);
		return err_set(e, RC_MALFORMED, "it is no list of keys");
	}
	const char *name = twice(&fresh);
	if (name) {
		err_set(e, RC_MALFORMED, "it has the key %.*s twice", NAME_DIGITS, name);
		clear(&fresh);
		return RC_MALFORMED;
	}
	clear(r);
	*r = fresh;
	mac_wipe(&fresh, sizeof fresh);
	return RC_OK;
}

void proof_ring_format(const struct proof_ring *r, struct buf *out)
{
	for (uint32_t i = 0; i < r->n; i++) {
		char hex[2 * PROOF_KEY_BYTES + 1];
		hex_put(r->v[i].secret, PROOF_KEY_BYTES, hex);
		buf_printf(out, "%s %lld %s\n", r->v[i].name, (long long)r->v[i].made_s, hex);
		mac_wipe(hex, sizeof hex);
	}
}

/* ---- proofs ---- */

struct text {
	unsigned char v[CLAIM_BYTES_MAX];
	size_t n;
};

static bool put_str(struct text *t, const char *s)
{
	size_t len = strlen(str_or_empty(s)) + 1;
	if (len > sizeof t->v - t->n)
		return false;
	memcpy(t->v + t->n, str_or_empty(s), len);
	t->n += len;
	return true;
}

static bool put_number(struct text *t, uint32_t n)
{
	const unsigned char v[] = {(unsigned char)(n >> 24), (unsigned char)(n >> 16),
				   (unsigned char)(n >> 8), (unsigned char)n};
	if (sizeof v > sizeof t->v - t->n)
		return false;
	memcpy(t->v + t->n, v, sizeof v);
	t->n += sizeof v;
	return true;
}

/* False: it is longer than any order. */
static bool claim_text(const struct proof_claim *c, struct text *t)
{
	t->n = 0;
	return put_str(t, "muster.dev/order/v1") && put_str(t, c->ns) && put_str(t, c->pod) &&
	       put_str(t, c->job_uid) && put_str(t, c->node) && put_str(t, c->template_hash) &&
	       put_number(t, c->index) && put_number(t, c->attempt);
}

void proof_sign(struct proof_ring *r, const struct proof_claim *c, char ret[PROOF_TEXT_BYTES])
{
	struct text t;
	unsigned char mac[MAC_BYTES];
	ret[0] = 0;
	must(r->n);
	const struct key *k = &r->v[r->n - 1];
	if (!claim_text(c, &t))
		return;
	mac_of(k->mac, t.v, t.n, mac);
	memcpy(ret, k->name, NAME_DIGITS);
	ret[NAME_DIGITS] = '.';
	hex_put(mac, MAC_BYTES, ret + NAME_DIGITS + 1);
}

enum member_proof proof_check(struct proof_ring *r, const struct proof_claim *c, const char *text)
{
	struct text t;
	unsigned char mac[MAC_BYTES], want[MAC_BYTES];
	text = str_or_empty(text);
	if (strlen(text) + 1 != PROOF_TEXT_BYTES || text[NAME_DIGITS] != '.' ||
	    !get_hex(text + NAME_DIGITS + 1, MAC_BYTES, mac))
		return PROOF_NONE;
	const struct key *k = find(r, text);
	if (!k)
		return PROOF_NONE;
	if (!claim_text(c, &t))
		return PROOF_WRONG;
	mac_of(k->mac, t.v, t.n, want);
	return mac_same(mac, want, sizeof mac) ? PROOF_VALID : PROOF_WRONG;
}
