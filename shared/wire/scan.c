/* SPDX-License-Identifier: Apache-2.0 */
/* protobuf-c allocates for every field that it meets, and one byte on the wire can cost it
 * hundreds: a frame of 1 MiB took 70 MiB. So the wire format is walked first, by the same
 * descriptors, and what is too much of anything is refused before a byte is allocated. Nesting ends
 * by itself, since no message contains itself. */
#include "wire/scan.h"

#include <string.h>

#include "base/mem.h"

enum { FIELDS_MAX = 32, WT_VARINT = 0, WT_FIXED64 = 1, WT_BYTES = 2, WT_FIXED32 = 5 };

struct bound {
	const ProtobufCMessageDescriptor *message;
	uint32_t number, max;
};

#define DESCRIPTOR_Resource muster__v1__resource__descriptor
#define DESCRIPTOR_Capacity muster__v1__capacity__descriptor
#define DESCRIPTOR_Member muster__v1__member__descriptor
#define DESCRIPTOR_Hello muster__v1__hello__descriptor
#define DESCRIPTOR_Reject muster__v1__reject__descriptor
#define DESCRIPTOR_Report muster__v1__report__descriptor
#define DESCRIPTOR_Watch muster__v1__watch__descriptor
#define DESCRIPTOR_Order muster__v1__order__descriptor
#define DESCRIPTOR_Template muster__v1__template__descriptor
#define DESCRIPTOR_Orders muster__v1__orders__descriptor

static const struct bound bounds[] = {
#define BOUND(message, field, number, max) {&DESCRIPTOR_##message, number, max},
#include "wire/fields.def"
#undef BOUND
};

struct slice {
	const uint8_t *p, *end;
};

/* The state of the walk through one message. */
struct seen {
	uint32_t counts[FIELDS_MAX];
	uint32_t unknown;
	bool oneof;
};

static uint32_t bound_of(const ProtobufCMessageDescriptor *d, uint32_t number)
{
	for (size_t i = 0; i < ARRAY_LEN(bounds); i++) {
		if (bounds[i].message == d && bounds[i].number == number)
			return bounds[i].max;
	}
	return 0; /* a field without a bound: nothing passes, and the test of the table fails */
}

static bool take_varint(struct slice *s, uint64_t *ret)
{
	uint64_t v = 0;
	for (unsigned shift = 0; shift < 70 && s->p < s->end; shift += 7) {
		uint8_t byte = *s->p++;
		if (shift == 63 && byte > 1)
			return false;
		v |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80)) {
			*ret = v;
			return true;
		}
	}
	return false;
}

/* Returns the bytes of one value; none for a varint. */
static bool take_value(struct slice *s, unsigned wire_type, struct slice *ret)
{
	uint64_t n = 0;
	switch (wire_type) {
	case WT_VARINT: return take_varint(s, &n);
	case WT_FIXED64: n = 8; break;
	case WT_FIXED32: n = 4; break;
	case WT_BYTES:
		if (!take_varint(s, &n))
			return false;
		break;
	default: return false;
	}
	if (n > (uint64_t)(s->end - s->p))
		return false;
	*ret = (struct slice){s->p, s->p + n};
	s->p += n;
	return true;
}

/* ---- text ---- */

/* Returns the number of bytes of the character at p, or 0 if it is invalid (RFC 3629) or NUL. */
static size_t utf8_len(const uint8_t *p, const uint8_t *end)
{
	static const uint32_t least[] = {0, 1, 0x80, 0x800, 0x10000};
	size_t n = *p < 0x80 ? 1 : *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : 2;
	if ((*p >= 0x80 && *p < 0xc2) || *p > 0xf4 || n > (size_t)(end - p))
		return 0;
	uint32_t c = n == 1 ? *p : *p & (0x7fU >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	return c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0 : n;
}

static bool is_text(struct slice s)
{
	while (s.p < s.end) {
		size_t n = utf8_len(s.p, s.end);
		if (n == 0)
			return false;
		s.p += n;
	}
	return true;
}

/* ---- fields ---- */

static unsigned wire_type_of(const ProtobufCFieldDescriptor *f)
{
	switch (f->type) {
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_BYTES:
	case PROTOBUF_C_TYPE_MESSAGE: return WT_BYTES;
	case PROTOBUF_C_TYPE_FIXED64:
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_DOUBLE: return WT_FIXED64;
	case PROTOBUF_C_TYPE_FIXED32:
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_FLOAT: return WT_FIXED32;
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_BOOL:
	case PROTOBUF_C_TYPE_ENUM: break;
	}
	return WT_VARINT;
}

static enum rc scan_string(const ProtobufCMessageDescriptor *d, const ProtobufCFieldDescriptor *f,
			   struct slice value, struct err *e)
{
	/* The bound of a list of strings is on the list; its strings are names. */
	uint32_t max = f->label == PROTOBUF_C_LABEL_REPEATED ? 253 : bound_of(d, f->id);
	if ((size_t)(value.end - value.p) > max)
		return err_set(e, RC_TOOBIG, "%s.%s is longer than %u bytes", d->short_name,
			       f->name, (unsigned)max);
	if (!is_text(value))
		return err_set(e, RC_MALFORMED, "%s.%s is not text", d->short_name, f->name);
	return RC_OK;
}

/* No well-behaved sender gives a field twice, and merging two costs memory. */
static enum rc scan_count(const ProtobufCMessageDescriptor *d, const ProtobufCFieldDescriptor *f,
			  struct seen *seen, struct err *e)
{
	uint32_t *count = &seen->counts[f - d->fields];
	bool repeated = f->label == PROTOBUF_C_LABEL_REPEATED;
	bool oneof = f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF;
	if ((!repeated && *count > 0) || (oneof && seen->oneof))
		return err_set(e, RC_MALFORMED, "%s.%s is given twice", d->short_name, f->name);
	if (repeated && *count >= bound_of(d, f->id))
		return err_set(e, RC_TOOBIG, "%s.%s has more than %u entries", d->short_name,
			       f->name, (unsigned)bound_of(d, f->id));
	++*count;
	seen->oneof |= oneof;
	return RC_OK;
}

static enum rc scan_message(const ProtobufCMessageDescriptor *d, struct slice s, struct err *e);

static enum rc scan_field(const ProtobufCMessageDescriptor *d, struct slice *s, struct seen *seen,
			  struct err *e)
{
	uint64_t tag;
	struct slice value = {0};
	if (!take_varint(s, &tag) || tag >> 3 == 0 || tag >> 3 > 0x1fffffff)
		return err_set(e, RC_MALFORMED, "%s: a field's number is broken", d->short_name);
	unsigned wire_type = tag & 7;
	if (!take_value(s, wire_type, &value))
		return err_set(e, RC_MALFORMED, "%s: field %u is cut off or broken", d->short_name,
			       (unsigned)(tag >> 3));
	const ProtobufCFieldDescriptor *f =
		protobuf_c_message_descriptor_get_field(d, (unsigned)(tag >> 3));
	if (!f) {
		if (++seen->unknown > WIRE_UNKNOWN_MAX)
			return err_set(e, RC_TOOBIG, "%s: too many unknown fields", d->short_name);
		return RC_OK;
	}
	if (wire_type != wire_type_of(f))
		return err_set(e, RC_MALFORMED, "%s.%s is of another type", d->short_name, f->name);
	enum rc rc = scan_count(d, f, seen, e);
	if (rc == RC_OK && f->type == PROTOBUF_C_TYPE_STRING)
		rc = scan_string(d, f, value, e);
	if (rc == RC_OK && f->type == PROTOBUF_C_TYPE_MESSAGE)
		rc = scan_message(f->descriptor, value, e);
	return rc;
}

static enum rc scan_message(const ProtobufCMessageDescriptor *d, struct slice s, struct err *e)
{
	struct seen seen = {0};
	must(d->n_fields <= FIELDS_MAX);
	while (s.p < s.end) {
		enum rc rc = scan_field(d, &s, &seen, e);
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

enum rc scan_frame(const uint8_t *p, size_t len, struct err *e)
{
	return scan_message(&muster__v1__frame__descriptor, (struct slice){p, p + len}, e);
}
