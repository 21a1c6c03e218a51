/* SPDX-License-Identifier: Apache-2.0 */
/* Deeds on RuntimeClasses, volumes, StorageClasses and claims. */
#include <string.h>

#include "base/mem.h"
#include "test/sim/people/user_needed.h"
#include "test/sim/stories/runner/parts.h"
#include "test/sim/world/needed.h"

static const char *const kinds[NEEDED_KIND_N] = {
	"runtime-class", "claim", "volume", "storage-class", "csi-driver", "csi-node", "capacity"};

static bool kind_of(const char *s, enum needed_kind *ret)
{
	for (unsigned i = 0; i < NEEDED_KIND_N; i++) {
		*ret = (enum needed_kind)i;
		if (str_eq(s, kinds[i]))
			return true;
	}
	return false;
}

static uint32_t modes_of(const char *s)
{
	return str_eq(s, "RWOP") ? MODE_RWOP : str_eq(s, "RWX") ? MODE_RWX : MODE_RWO;
}

static struct needed needed_of(struct story *st, const struct words *w)
{
	const char *on = option(w, "on"), *tol = option(w, "tolerate");
	struct toleration *t = arena_alloc(&st->arena, sizeof *t);
	struct needed n = {.volume = str_or_empty(option(w, "volume")),
			   .storage_class = str_or_empty(option(w, "class")),
			   .provisioner = str_or_empty(option(w, "provisioner")),
			   .selected_node = "",
			   .waits = option_whole(w, "waits", 0) != 0,
			   .lost = option_whole(w, "lost", 0) != 0,
			   .driver = str_or_empty(option(w, "driver")),
			   .handle = str_or_empty(option(w, "handle")),
			   .attachless = option_whole(w, "attach", 1) == 0,
			   .tells_room = option_whole(w, "tells-room", 0) != 0,
			   .bytes = option_whole(w, "bytes", 0) * 1000,
			   .modes = modes_of(option(w, "modes")),
			   .tolerations = t,
			   .ntolerations = tol ? 1 : 0};
	n.bound = *n.volume;
	if (tol) {
		struct taint what = story_taint(&st->arena, tol);
		*t = (struct toleration){.key = what.key,
					 .value = what.value,
					 .exists = !*what.value,
					 .effect = what.effect};
	}
	if (option(w, "most")) {
		struct volume_limit *limit = arena_alloc(&st->arena, sizeof *limit);
		*limit = (struct volume_limit){n.driver, (uint32_t)option_whole(w, "most", 0)};
		n.limits = limit;
		n.nlimits = 1;
	}
	if (on) {
		size_t eq = strcspn(on, "=");
		n.where[0] = needed_on(&st->arena, arena_strndup(&st->arena, on, eq), on + eq + 1);
	}
	return n;
}

bool story_on_needed(struct story *st, const struct words *w, const char *deed)
{
	enum needed_kind kind;
	bool remove = str_eq(deed, "remove");
	const char *name = word(w, remove ? 4 : 3);
	if (!kind_of(remove ? word(w, 3) : deed, &kind))
		return false;
	bool namespaced = kind == NEEDED_CLAIM || kind == NEEDED_CAPACITY;
	const char *ns = namespaced ? "default" : NULL;
	if (remove)
		return user_remove_needed(st->world, kind, ns, name);
	struct words rest = words_from(w, 4);
	struct needed n = needed_of(st, &rest);
	user_needed(st->world, kind, ns, name, &n);
	return true;
}
