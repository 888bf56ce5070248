#!/usr/bin/env python3
"""Sends datagrams to a port of this host at an even rate, for a capture of a busy loopback interface.

    flood.py RATE SECONDS

Prints how many were sent. Nobody needs to listen: the datagrams are on the wire all the same.
"""
import socket
import sys
import time

PORT = 9999
PAYLOAD = bytes(64)
SLEEP_SEC = 0.0005


def main() -> None:
    rate, seconds = int(sys.argv[1]), float(sys.argv[2])
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("127.0.0.1", PORT))
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.connect(("127.0.0.1", PORT))
    send = sender.send
    sent = 0
    start = time.monotonic()
    while (elapsed := time.monotonic() - start) < seconds:
        for _ in range(int(elapsed * rate) - sent):
            send(PAYLOAD)
            sent += 1
        time.sleep(SLEEP_SEC)
    print(sent)


main()
