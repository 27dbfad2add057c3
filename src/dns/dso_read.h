/* The part of dns_message_read() that is about the opcode DSO. Pure; any thread; part of the codec,
 * not of its users' face. */
#pragma once

#include "dns/message.h"

/* Checks a message whose header has been read (wire and header are set): the framing of its TLVs is
 * the verdict; what they hold is put into message->rdata. Its sections are empty. */
struct dns_verdict dns_dso_read(struct dns_message *message);
