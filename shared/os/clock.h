/* SPDX-License-Identifier: Apache-2.0 */
/* The two clocks, in milliseconds; read once a turn by the loop and by nobody else. */
#pragma once

#include <stdint.h>

int64_t clock_mono_ms(void); /* CLOCK_BOOTTIME: it goes on while the machine sleeps */
int64_t clock_wall_ms(void); /* since 1970 */
int64_t clock_mono_us(void); /* for durations in metrics */
