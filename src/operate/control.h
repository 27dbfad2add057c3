/*
 * struct operate_control: a socket in the file system over which a forwarder is operated.
 *
 *     struct operate_control *control = NULL;
 *     if (operate_control_open(path, &server, &control, &err) == 0)
 *         … the loop runs …
 *     operate_control_close(control);
 *
 * A connection is one request, a line (operate/request.h), and one answer, a line
 * (operate/command.h); behind that of a dump comes the dump, piece by piece as it is read. Nothing
 * blocks: a client that has not sent its request in three seconds, or does not read for thirty, is
 * closed, one that sends more than a line may have is refused, and at most
 * OPERATE_CONTROL_CLIENTS_MAX are served at once (the others wait). Served are the user that the
 * forwarder runs as and root (SO_PEERCRED). The thread of the loop.
 */
#pragma once

#include "operate/server.h"

#define OPERATE_CONTROL_CLIENTS_MAX 8

struct operate_control;

/* Listens at the path, as a socket for its owner alone (0600). A socket that nobody listens on any
 * more is replaced; -EADDRINUSE where somebody does, or where something else is there. `server` is
 * the caller's, and outlives it. */
int operate_control_open(const char *path, struct operate_server *server,
                         struct operate_control **ret_control, struct err *err);

/* The same without a socket: all who come are given by operate_control_take(). */
int operate_control_new(struct operate_server *server, struct operate_control **ret_control,
                        struct err *err);

/* Serves a connection, which is the control's then. Where too many are served it is closed. */
void operate_control_take(struct operate_control *control, int fd);

/* Closes all, and removes the socket if it is still the same. NULL is fine. */
void operate_control_close(struct operate_control *control);

/* For CLEANUP: closes what the variable holds. */
void operate_control_close_pointer(struct operate_control **control);
