"""Both ends of sessions that end in ways ordinary clients and servers do not produce on demand.

    peers.py serve ADDRESS       one listener per role, until killed
    peers.py talk ADDRESS ROLE   the client's part of one session; exits when its part is over

A client that has to wait for the recorder prints `open` and goes on when a line, or the end, arrives on stdin.
"""

import socket
import struct
import sys
import threading
import time

CHUNK = b'0123456789abcdef' * 32
# Long enough that each chunk is a segment of its own and is acknowledged before the next.
PAUSE_SECONDS = 0.12


def reset(connection):
    """Close with RST instead of FIN: lingering for 0 seconds discards what is unsent (RFC 9293 3.10.5 ABORT)."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    connection.close()


def send_chunks(connection, count):
    for _ in range(count):
        connection.sendall(CHUNK)
        time.sleep(PAUSE_SECONDS)


def drain(connection):
    while connection.recv(65536):
        pass


def wait_for_recorder():
    print('open', flush=True)
    sys.stdin.readline()


def serve_reset_by_server(connection):
    connection.recv(64)
    send_chunks(connection, 3)
    reset(connection)


def talk_reset_by_server(connection):
    connection.sendall(b'send me something long\n')
    try:
        drain(connection)
    except ConnectionResetError:
        return
    raise SystemExit('the server closed without RST')


def serve_reset_by_client(connection):
    connection.recv(64)
    try:
        while True:
            send_chunks(connection, 1)
    except (ConnectionResetError, BrokenPipeError):
        connection.close()


def talk_reset_by_client(connection):
    connection.sendall(b'send me something endless\n')
    for _ in range(4):
        connection.recv(len(CHUNK))
    reset(connection)


def serve_half_closed_by_client(connection):
    drain(connection)
    send_chunks(connection, 5)
    connection.close()


def talk_half_closed_by_client(connection):
    connection.sendall(b'that is all I have to say\n')
    connection.shutdown(socket.SHUT_WR)
    drain(connection)
    connection.close()


def serve_half_closed_by_server(connection):
    connection.sendall(b'nothing more will come from here\n')
    connection.shutdown(socket.SHUT_WR)
    drain(connection)
    connection.close()


def talk_half_closed_by_server(connection):
    drain(connection)
    send_chunks(connection, 5)
    connection.close()


def serve_echo(connection):
    while line := connection.recv(4096):
        connection.sendall(line)
    connection.close()


def ask(connection, line):
    connection.sendall(line)
    connection.recv(4096)


def talk_open_before(connection):
    ask(connection, b'before the recorder\n')
    wait_for_recorder()
    ask(connection, b'while it records\n')
    ask(connection, b'and once more\n')
    connection.close()


def talk_open_after(connection):
    ask(connection, b'while it records\n')
    wait_for_recorder()
    connection.close()


# role -> port, server's part, client's part
ROLES = {
    'reset-by-server': (7001, serve_reset_by_server, talk_reset_by_server),
    'reset-by-client': (7002, serve_reset_by_client, talk_reset_by_client),
    'half-closed-by-client': (7003, serve_half_closed_by_client, talk_half_closed_by_client),
    'half-closed-by-server': (7004, serve_half_closed_by_server, talk_half_closed_by_server),
    'open-before': (7005, serve_echo, talk_open_before),
    'open-after': (7006, serve_echo, talk_open_after),
}


def listen(address, port, part):
    with socket.create_server((address, port)) as server:
        while True:
            connection, _ = server.accept()
            part(connection)


def main():
    verb, address = sys.argv[1:3]
    if verb == 'serve':
        for port, part, _ in ROLES.values():
            threading.Thread(target=listen, args=(address, port, part)).start()
    else:
        port, _, part = ROLES[sys.argv[3]]
        part(socket.create_connection((address, port)))


main()
