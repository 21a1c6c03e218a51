/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of link: functions for nng that both ends use. Not for others. */
#pragma once

#include <nng/nng.h>

#include "base/buf.h"
#include "link/mailbox.h"

/* Writes an error of nng into e and returns the code of its kind (RC_TLS, RC_IO,
 * RC_UNREACHABLE). */
enum rc socket_err(struct err *e, int rv, const char *what);
/* Returns the frame of msg as a message of nng, or NULL with the reason in e if it is longer
 * than max bytes. */
nng_msg *socket_frame(const struct msg *msg, size_t max, struct buf *scratch, struct err *e);

/* From now on the warnings in nng's log that name this socket are put into the box as notes,
 * "ID: words". */
#define NOTE_CONNECT "NNG-CONN-FAIL"
void socket_notes(nng_socket s, struct mailbox *box);
bool socket_note_is(const char *note, const char *id);
/* Returns the words after the last colon and blank, which are the reason. */
const char *socket_note_why(const char *note);
