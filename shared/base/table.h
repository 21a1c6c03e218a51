/* SPDX-License-Identifier: Apache-2.0 */
/* Hash tables: uthash, with our own way to die when memory is out (its default is exit), and our
 * hash, which has a key: whoever chooses names cannot fill one bucket with them. Tables iterate in
 * the order of insertion, so what follows from one is the same in every run. */
#pragma once

#include "base/hash.h"
#include "base/must.h"

#define HASH_FUNCTION(key, len, ret) ((ret) = (unsigned)hash_keyed(0, (key), (len)))
#define uthash_fatal(msg) must_fail(msg, __FILE__, __LINE__)
#include <uthash.h>
