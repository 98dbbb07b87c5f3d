"""A small SMTP server that keeps what it is given, and can refuse or fall silent where a test wants it to."""

import email
import socketserver
import threading
import time
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import default
from typing import Any


class Receiver(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.received: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.refuse: dict[str, str] = {}  # verb, or whole line → answer instead of the usual one
        self.hang_up_on: str = ""  # verb on which the connection is cut
        self.when: dict[str, Callable[[], Any]] = {}  # verb → called before the answer
        self.slow = 0.0  # seconds before the end of each message is accepted

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()


class _Conversation(socketserver.StreamRequestHandler):
    server: Receiver

    def handle(self) -> None:
        self._say("220 exemple.invalid")
        to: list[str] = []
        while line := self.rfile.readline().decode().strip():
            verb = line.split(":")[0].split()[0].upper()
            if verb in self.server.when:
                self.server.when[verb]()
            if verb == self.server.hang_up_on:
                return
            if refusal := self.server.refuse.get(verb) or self.server.refuse.get(line):
                self._say(refusal)
                continue
            if verb == "QUIT":
                self._say("221 2.0.0 au revoir")
                return
            if verb == "RCPT":
                to.append(line.partition("<")[2].rstrip(">"))
            if verb == "DATA":
                self._say("354 parlez")
                if not self._read_message(to):
                    return
                to = []
                continue
            self._say("250 2.0.0 oui")

    def _read_message(self, to: list[str]) -> bool:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        time.sleep(self.server.slow)
        if self.server.hang_up_on == "END":
            self._keep(lines, to)
            return False
        if "END" in self.server.refuse:
            self._say(self.server.refuse["END"])
            return True
        self._keep(lines, to)
        self._say("250 2.0.0 reçu".encode("ascii", "replace").decode())
        return True

    def _keep(self, lines: list[bytes], to: list[str]) -> None:
        message = email.message_from_bytes(b"".join(lines), policy=default)
        assert isinstance(message, EmailMessage)
        self.server.received.append(message)
        self.server.recipients.append(to)

    def _say(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())
