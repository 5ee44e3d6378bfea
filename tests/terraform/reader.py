"""A reader of a distribution who notices whatever goes wrong while something changes."""

from __future__ import annotations

import threading

import requests

from tests.support.servers import S3Server

PAUSE = 0.1
"""Seconds between two requests."""


class Reader:
    """Asks a distribution for ``path``; as a context, again and again as long as the block runs.

    :param host: that CloudFront gave to the distribution, by which MiniStack tells it.
    """

    def __init__(self, server: S3Server, host: str, path: str) -> None:
        self._url, self._host = server.endpoint_url + path, host
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._read)
        self.statuses: set[int] = set()

    def __enter__(self) -> Reader:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def get(self) -> requests.Response:
        headers = {"Host": self._host, "X-Forwarded-Proto": "https"}
        return requests.get(self._url, headers=headers, timeout=60)

    def _read(self) -> None:
        while not self._ended.wait(PAUSE):
            self.statuses.add(self.get().status_code)
