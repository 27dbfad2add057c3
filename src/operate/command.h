/*
 * What the commands of the control socket do, and their answers: an object of JSON on one line,
 * {"ok": true, …} or {"ok": false, "error": "a sentence"}. The thread of the loop.
 */
#pragma once

#include "operate/buffer.h"
#include "operate/cache_file.h"
#include "operate/request.h"
#include "operate/server.h"

/* Does what a request asks for, and appends the answer. (That of OPERATE_DUMP and OPERATE_SAVE is
 * only its beginning: the rest is the caller's, as is all of OPERATE_LOAD.) False where there is no
 * room. */
bool operate_command_run(struct operate_server *server, const struct operate_request *request,
                         struct operate_buffer *out);

/* Appends the answer to OPERATE_LOAD. */
bool operate_command_tell_load(const struct operate_cache_file *read, struct operate_buffer *out);

/* Appends the answer that something went wrong. */
bool operate_command_refuse(const struct err *err, struct operate_buffer *out);
