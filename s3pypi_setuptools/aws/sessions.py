# ruff: noqa: PLC0415 (botocore is loaded when it is needed)
"""botocore's sessions, one for each profile; the user is asked for MFA codes once, before the work begins.

Credentials of a role with ``mfa_serial`` are kept where the AWS CLI keeps them, and found there:
https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-role.html#cli-configure-role-cache
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..config.files import refuse_pipe
from ..errors import ConfigurationError, Error, NotAuthenticated
from ..redaction import Redactor
from .errors import CREDENTIALS_FAILED, botocore_text, code_of, is_credential_failure, text_of

if TYPE_CHECKING:
    from botocore.session import Session

_CONFIGURATION = (("AWS_CONFIG_FILE", "~/.aws/config"), ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"))
_ASKING = (b"mfa_serial", b"credential_process")
"""Settings of profiles by which somebody may have to type something."""
_CODE_DIGITS = 6


class Sessions:
    """The botocore sessions of one command, or of a service. Safe between threads.

    A failure to sign in is raised again until `retry_failed`, so that nobody is asked twice. A session that may have an
    outdated configuration or outdated credentials is kept until then, too.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        """Held while a session makes a client: botocore's sessions are not safe between threads then."""
        self._opened: dict[str | None, tuple[Session, _Prompter]] = {}
        self._failures: dict[str | None, Error] = {}
        self._signed_in: set[str | None] = set()
        self._distrusted: set[str | None] = set()

    def open(self, name: str, profile: str | None) -> Session:
        """The session of ``profile``, or of the one that the AWS configuration chooses.

        :param name: the service that it is for, as people name it.

        Raises `ConfigurationError`, and again what `sign_in` raised.
        """
        if failure := self._failures.get(profile):
            raise failure
        return self._open(name, profile)[0]

    def distrust(self, profile: str | None, *, ask_again: bool = False) -> None:
        """Let `retry_failed` drop the session of ``profile``, since its configuration may have been corrected by then.

        :param ask_again: drop also a session for which the user typed an MFA code, so that they are asked again.
        """
        opened = self._opened.get(profile)
        if ask_again or opened is None or opened[1].code is None:
            self._distrusted.add(profile)

    def retry_failed(self) -> None:
        """Drop the sessions that are distrusted, and forget failures to sign in. A call on a repository begins so."""
        if not self._distrusted:
            return
        with self.lock:
            dropped, self._distrusted = self._distrusted, set()
            for profile in dropped:
                self._opened.pop(profile, None)
                self._failures.pop(profile, None)
                self._signed_in.discard(profile)

    def sign_in(self, name: str, profile: str | None, redactor: Redactor) -> None:
        """Obtain the credentials now, if the AWS configuration may make botocore ask the user for something.

        Call it in the main thread, before threads begin to work and anything is drawn. Elsewhere it asks nobody.
        Raises `ConfigurationError` and `NotAuthenticated`.
        """
        if profile in self._signed_in or not _may_ask():
            return
        session, prompter = self._open(name, profile)
        try:
            with prompter.asking():
                if (found := session.get_credentials()) is not None:
                    found.get_frozen_credentials()
        except BaseException as error:  # also Ctrl-C, after which botocore's session cannot ask again
            self.distrust(profile, ask_again=True)
            if isinstance(error, Error):
                self._failures[profile] = error
            if isinstance(error, Error) or not isinstance(error, Exception):
                raise
            redactor.conceal(prompter.code)
            redactor.clean(error)
            failure = self._failures[profile] = _failure(name, prompter.profile, error)
            raise failure from error
        self._signed_in.add(profile)

    def _open(self, name: str, profile: str | None) -> tuple[Session, _Prompter]:
        if opened := self._opened.get(profile):
            return opened  # without waiting for another thread that makes a client
        with self.lock:
            if profile not in self._opened:
                self._opened[profile] = self._make(name, profile)
            return self._opened[profile]

    def _make(self, name: str, profile: str | None) -> tuple[Session, _Prompter]:
        import botocore.session
        from botocore.exceptions import BotoCoreError

        for variable, default in _CONFIGURATION:
            _refuse_pipe(os.environ.get(variable) or default)
        try:
            session: Session = botocore.session.Session(profile=profile)
            chosen = session.get_scoped_config()  # what reads the configuration, and looks for the profile
            _refuse_pipe(session.get_config_variable("ca_bundle") or os.environ.get("REQUESTS_CA_BUNDLE"))
            _refuse_pipe(os.environ.get("AWS_WEB_IDENTITY_TOKEN_FILE") or chosen.get("web_identity_token_file"))
            role = session.get_component("credential_provider").get_provider("assume-role")
        except BotoCoreError as error:
            raise ConfigurationError(f"{name} cannot be set up: {botocore_text(error)}") from error
        prompter = _Prompter(session.get_config_variable("profile") or "default")
        role._prompter = prompter
        if (folder := Path(os.path.expanduser("~/.aws/cli/cache"))).is_absolute():  # noqa: PTH111
            role.cache = _Cache(folder)
        return session, prompter


class _Prompter:
    """Asks for MFA codes, in place of botocore's own, which asks in whatever thread needs credentials."""

    def __init__(self, profile: str) -> None:
        self.profile = profile
        self.code: str | None = None
        self._may_ask = False

    @contextlib.contextmanager
    def asking(self) -> Iterator[None]:
        """Ask while the context lasts."""
        self._may_ask = threading.current_thread() is threading.main_thread() and _has_terminal()
        try:
            yield
        finally:
            self._may_ask = False

    def __call__(self, prompt: str) -> str:
        if not self._may_ask:
            raise ConfigurationError(
                f"profile {self.profile} needs an MFA code, and there is no terminal to ask on; run 'aws sts "
                f"get-caller-identity --profile {self.profile}' on one: its credentials are used until they expire"
            )
        import getpass

        try:
            self.code = getpass.getpass(prompt).strip()
        except EOFError:
            self.code = ""
        except BaseException:  # Ctrl-C, after which the cursor still stands behind the prompt
            if sys.stderr is not None and sys.stderr.isatty():
                print(file=sys.stderr)
            raise
        if len(self.code) != _CODE_DIGITS or not self.code.isdecimal():
            raise ConfigurationError(f"profile {self.profile}: an MFA code is {_CODE_DIGITS} digits; try again")
        return self.code


class _Cache:
    """The AWS CLI's cache of credentials in ``folder``.

    An entry that cannot be used counts as absent. Where none can be written, only this process has the credentials.
    """

    def __init__(self, folder: Path) -> None:
        from botocore.utils import JSONFileCache

        self._files = JSONFileCache(str(folder))

    def __contains__(self, key: str) -> bool:
        return self._read(key) is not None

    def __getitem__(self, key: str) -> Any:
        if (entry := self._read(key)) is None:
            raise KeyError(key)
        return entry

    def __setitem__(self, key: str, entry: Any) -> None:
        with contextlib.suppress(OSError):
            self._files[key] = entry

    def _read(self, key: str) -> Any:
        from botocore.credentials import parse

        if key not in self._files:  # a pipe is no entry either
            return None
        try:
            entry = self._files[key]
            texts = [entry["Credentials"][name] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")]
            aware = parse(entry["Credentials"]["Expiration"]).tzinfo is not None
        except (KeyError, OverflowError, TypeError, ValueError):
            return None
        return entry if aware and all(isinstance(text, str) for text in texts) else None


def _failure(name: str, profile: str, error: Exception) -> Error:
    if code_of(error):
        text = text_of(error) or code_of(error)
        return NotAuthenticated(f"profile {profile}", f"AWS gives no credentials for its role: {text}")
    if is_credential_failure(error) or isinstance(error, ValueError):  # its text may hold some
        return ConfigurationError(CREDENTIALS_FAILED)
    return ConfigurationError(f"{name} cannot be set up: {botocore_text(error)}")


def _refuse_pipe(path: str | None) -> None:
    if path:
        refuse_pipe(os.path.expanduser(os.path.expandvars(path)))  # noqa: PTH111


def _may_ask() -> bool:
    for variable, default in _CONFIGURATION:
        path = Path(os.path.expanduser(os.environ.get(variable) or default))  # noqa: PTH111
        with contextlib.suppress(OSError):
            if path.is_file() and any(word in path.read_bytes() for word in _ASKING):
                return True
    return False


def _has_terminal() -> bool:
    if os.name == "nt":
        return sys.stdin is not None and sys.stdin.isatty()
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
