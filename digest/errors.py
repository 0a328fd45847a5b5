"""Everything that can go wrong and that a person can mend.

    DigestError
    ├── ConfigError          the configuration, or a word on the command line, is wrong
    ├── NotFoundError        a paper, topic or subscriber asked for by name is not there
    ├── SourceError          a source could not be read; its papers are unknown, not none
    │   └── RefusedError         its service answered, and the answer is no
    ├── StoreError           the database could not be opened or brought up to date
    ├── RenderError          a template does not compile or lacks a value
    └── DeliveryError
        ├── RunInProgressError   another run holds the ledger
        ├── LedgerError          the ledger and what happened do not agree; nothing more leaves
        └── MailServerError      the mail server cannot be used, whoever the mail is for

What becomes of one mail is no error but an answer, see delivery.parcels.
Messages are lower case, without a full stop, name the thing and say what to do.
A bug is none of these and keeps its own exception.
"""


class DigestError(Exception):
    """The base of all errors shown to a person as one line instead of a traceback."""


class ConfigError(DigestError):
    """The configuration cannot be used as it is."""


class NotFoundError(DigestError):
    """Something asked for by its name or id does not exist."""


class SourceError(DigestError):
    """A source could not be read, so what it holds is unknown."""


class RefusedError(SourceError):
    """A service answered with an error, and may say more about it in the body."""

    def __init__(self, message: str, *, status: int, body: str = "") -> None:
        """Keep what was answered: the HTTP status, and the beginning of the body as text."""
        super().__init__(message)
        self.status = status
        self.body = body


class StoreError(DigestError):
    """The database could not be opened, or not brought up to date."""


class RenderError(DigestError):
    """A template could not be compiled or filled."""


class DeliveryError(DigestError):
    """A mail did not leave as it should."""


class RunInProgressError(DeliveryError):
    """Another run is sending from the same database; two at once are never needed."""


class LedgerError(DeliveryError):
    """The ledger does not agree with what happened; better no mail than a second one."""


class MailServerError(DeliveryError):
    """The mail server cannot be used, whoever the mail is for; the run may be repeated."""
