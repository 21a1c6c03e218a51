/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of link: what both ends need of nng. Not for others. */
#pragma once

#include <nng/nng.h>

#include "base/buf.h"
#include "link/mailbox.h"

/* An error of nng's in words, with rc chosen by its kind (RC_TLS, RC_IO, RC_UNREACHABLE). */
enum rc socket_err(struct err *e, int rv, const char *what);
/* msg's frame as nng wants it; NULL and why, when it does not fit max bytes. */
nng_msg *socket_frame(const struct msg *msg, size_t max, struct buf *scratch, struct err *e);

/* nng's log lines of warning that name this socket come to the box as notes, "ID: words". */
#define NOTE_CONNECT "NNG-CONN-FAIL"
void socket_notes(nng_socket s, struct mailbox *box);
bool socket_note_is(const char *note, const char *id);
/* The words after the last colon and blank, which say what went wrong. */
const char *socket_note_why(const char *note);
