/* SPDX-License-Identifier: Apache-2.0 */
/* Times as text: RFC 3339 in UTC, as Kubernetes writes metav1.Time and MicroTime; durations as in
 * Go ("2s", "500ms", "1m30s"). Wall times are milliseconds since 1970. No clock is read here. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/must.h"

enum { CLOCKTEXT_BYTES = 40 };

void clocktext_seconds(int64_t wall_ms, char ret[CLOCKTEXT_BYTES]); /* 2026-01-02T03:04:05Z */
void clocktext_micros(int64_t wall_ms, char ret[CLOCKTEXT_BYTES]);  /* …05.006000Z */
void clocktext_millis(int64_t wall_ms, char ret[CLOCKTEXT_BYTES]);  /* …05.006Z */
/* The time without its milliseconds, as metav1.Time keeps it. */
int64_t whole_seconds(int64_t wall_ms);
/* Any RFC 3339 time with Z or an offset, fraction cut to ms; years 1…9999. */
enum rc clocktext_parse(const char *s, int64_t *ret_wall_ms) must_use;
/* Go-style duration of h, m, s, ms, each once, in that order; bare numbers but 0 are refused. */
enum rc clocktext_parse_duration(const char *s, int64_t *ret_ms) must_use;
