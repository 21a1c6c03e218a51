/* SPDX-License-Identifier: Apache-2.0 */
/* Pods of one index: at once, once more at once, then after 1, 2, 4, 8, 16 and 32 s make 8 a
 * minute. Replacements of lost ones come at once too, but a loss takes its time. A user's change
 * and a new leader begin anew. */
#include "test/sim/checks/floor.h"

#include <stdlib.h>

#include "base/mem.h"

enum { MINUTE_MS = 60000, MOST = 12 };

struct floor {
	UT_hash_handle hh;
	char *key; /* uid/index */
	int64_t at_ms[MOST];
	uint32_t n; /* of them, since the last new beginning: the last MOST count */
};

void check_floors_free(struct checks *c)
{
	struct floor *f, *tmp;
	HASH_ITER (hh, c->floors, f, tmp) {
		HASH_DEL(c->floors, f);
		free(f->key);
		free(f);
	}
}

static struct floor *floor_of(struct checks *c, const struct version *pod)
{
	AUTO(buf_done) struct buf key = BUF_INIT(256);
	struct floor *f;
	buf_printf(&key, "%s/%s", pod->meta.owner_uid, check_label(pod, LABEL_INDEX));
	HASH_FIND_STR(c->floors, buf_str(&key), f);
	if (f)
		return f;
	f = mem_zalloc(1, sizeof *f);
	f->key = buf_steal(&key);
	HASH_ADD_KEYPTR(hh, c->floors, f->key, strlen(f->key), f);
	return f;
}

void check_replaced(struct checks *c, const struct version *pod)
{
	struct floor *f = floor_of(c, pod);
	int64_t now_ms = c->world->clock.now_ms;
	int64_t *oldest = &f->at_ms[f->n % MOST];
	int64_t anew_ms = check_changed_at(c, pod->meta.owner_uid);
	anew_ms = anew_ms > c->led_ms ? anew_ms : c->led_ms;
	if (f->n >= MOST && *oldest > now_ms - MINUTE_MS && *oldest > anew_ms)
		world_fail(c->world, "floor", "%s: %u pods of member %s in %d ms", pod->meta.name,
			   MOST + 1, check_label(pod, LABEL_INDEX), (int)(now_ms - *oldest));
	*oldest = now_ms;
	f->n++;
}
