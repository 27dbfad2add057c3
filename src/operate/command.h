/*
 * What the commands of the control socket do, and their answers: an object of JSON on one line,
 * {"ok": true, …} or {"ok": false, "error": "a sentence"}. The thread of the loop.
 */
#pragma once

#include "operate/buffer.h"
#include "operate/request.h"
#include "operate/server.h"

/* Does what a request asks for, and appends the answer. (That of OPERATE_DUMP is only its
 * beginning: the dump is the caller's.) False where there is no room. */
bool operate_command_run(struct operate_server *server, const struct operate_request *request,
                         struct operate_buffer *out);

/* Appends the answer that something went wrong. */
bool operate_command_refuse(const struct err *err, struct operate_buffer *out);
