#!/usr/bin/python3
"""dns_tls_upstream.py {PORT MODE CERTIFICATE}…: upstreams on 127.0.0.1 that are asked over TLS,
each with the certificate CERTIFICATE.pem and the key CERTIFICATE.key, until it is killed. They
answer with 192.0.2.1. Each prints lines that begin with its port: for each connection (full or
resumed), each query, and each datagram that comes to it.

honest   answers
reverse  answers three queries at once, the last one first
once     takes three queries on its first connection, answers one and closes; then it is honest
cut      of each two connections, the first ends in its first answer, one octet later each time; the
         second ends after it
deaf     takes connections, and says nothing
plain    says something that is no TLS
"""
import socket
import ssl
import struct
import sys
import threading


def say(*words):
    print(*words, flush=True)


def octets(client, size):
    got = b""
    while len(got) < size:
        part = client.recv(size - len(got))
        if not part:
            raise ConnectionError
        got += part
    return got


def next_query(client, port):
    query = octets(client, struct.unpack(">H", octets(client, 2))[0])
    say(port, "query", len(query))
    return query


def answer(query):
    """The answer with its length in front."""
    question = query[12:query.index(0, 12) + 5]
    message = (query[:2] + struct.pack(">5H", 0x8580, 1, 1, 0, 0) + question + b"\xc0\x0c" +
               struct.pack(">HHIH", 1, 1, 300, 4) + socket.inet_aton("192.0.2.1"))
    return struct.pack(">H", len(message)) + message


def serve(client, port, mode, number):
    if mode == "cut":
        whole = answer(next_query(client, port))
        client.sendall(whole[:number // 2] if number % 2 == 0 else whole)
        return
    while True:
        is_once = mode == "once" and number == 0
        count = 3 if is_once or mode == "reverse" else 1
        queries = [next_query(client, port) for _ in range(count)]
        if is_once:
            client.sendall(answer(queries[0]))
            return
        client.sendall(b"".join(answer(query) for query in reversed(queries)))


def take(context, client, port, mode, number):
    try:
        client.settimeout(60)
        if mode == "deaf":
            while client.recv(100000):
                pass
        elif mode == "plain":
            client.sendall(b"220 this is another service\r\n")
            while client.recv(100000):
                pass
        else:
            client = context.wrap_socket(client, server_side=True)
            say(port, "resumed" if client.session_reused else "full")
            serve(client, port, mode, number)
            client.unwrap()
    except (OSError, ValueError):
        pass
    client.close()


def take_datagrams(port):
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", port))
    while server.recv(4096):
        say(port, "datagram")


def listen(port, mode, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate + ".pem", certificate + ".key")
    context.set_alpn_protocols(["dot"])
    server = socket.create_server(("127.0.0.1", port), backlog=64)
    say(port, "ready")
    number = 0
    while True:
        client, _ = server.accept()
        threading.Thread(target=take, args=(context, client, port, mode, number)).start()
        number += 1


def main():
    words = sys.argv[1:]
    for i in range(0, len(words), 3):
        port = int(words[i])
        threading.Thread(target=take_datagrams, args=(port,)).start()
        threading.Thread(target=listen, args=(port, words[i + 1], words[i + 2])).start()


main()
