"""The errors that a person can do something about.

    DigestError
    ├── ConfigError              a setting or a command-line argument is wrong
    │   └── PrunedError          the day that was named was sent so long ago that it is pruned
    ├── NotFoundError            a paper, topic or subscriber with that name does not exist
    ├── LibraryError             a file holds no library of papers that can be read
    ├── SourceError              a source could not be read; its papers are unknown, not none
    │   ├── RefusedError         its service answered with an error
    │   └── UnreachableError     there is no connection to its service
    ├── ArchiveError             the stored days are too few to learn from
    ├── DNSError                 the DNS could not be asked, so nobody knows what it holds
    ├── StoreError               the database could not be opened or upgraded
    ├── MailboxError             a mailbox could not be read
    ├── RenderError              a template does not compile or lacks a value
    └── DeliveryError
        ├── RunInProgressError   another run is sending from the same database
        ├── RestoredError        the database is an older copy; somebody must say what to send
        ├── LedgerError          the ledger contradicts what happened; no more mail is sent
        └── MailServerError      the mail server cannot be used for any message

The result of one message is not an error but an `Outcome`; see `digest.models.delivery`.

A text begins in lower case and has no full stop. It names the thing that failed, and it says what
to do. A bug raises an exception of another class.
"""


class DigestError(Exception):
    """The base class; the command line shows such an error as one line without a traceback."""


class ConfigError(DigestError):
    """A setting or a command-line argument is wrong; correct the one that the text names."""


class PrunedError(ConfigError):
    """The deliveries of the day are pruned, so nobody knows who had them; name a later day."""


class NotFoundError(DigestError):
    """Nothing has the name or id that was given; check its spelling."""


class LibraryError(DigestError):
    """A file holds no library of papers that can be read; the text says why, or which to export."""


class ArchiveError(DigestError):
    """The days of which votes are stored are too few to learn from; wait for more.

    Attributes:
        days: How many days there are that can be learned from.
        needed: How many must be there.

    """

    def __init__(self, message: str, *, days: int, needed: int) -> None:
        """Keep the numbers beside the message."""
        super().__init__(message)
        self.days = days
        self.needed = needed


class SourceError(DigestError):
    """A source could not be read, so nobody knows which papers it has.

    Its day stays due, and later runs read it again.
    """


class RefusedError(SourceError):
    """The service of a source answered a request with an error.

    Attributes:
        status: The HTTP status code.
        body: The beginning of the response as text. It may say what the service wants.

    """

    def __init__(self, message: str, *, status: int, body: str = "") -> None:
        """Keep the answer beside the text."""
        super().__init__(message)
        self.status = status
        self.body = body


class UnreachableError(SourceError):
    """There is no connection to the service of a source; check the network, or its url.

    The run does not try its host again, the next run does.
    """


class DNSError(DigestError):
    """No server of the DNS answered; check [dns] servers, or the network of this machine."""


class StoreError(DigestError):
    """The database could not be opened or upgraded; check [database] url and the file's rights."""


class MailboxError(DigestError):
    """A mailbox could not be read to its end now; its mails stay, and the next poll goes on."""


class RenderError(DigestError):
    """A template does not compile, or it uses a value that does not exist; correct the template."""


class DeliveryError(DigestError):
    """A delivery run could not do its work; the subclasses say why."""


class RunInProgressError(DeliveryError):
    """Another run is sending from the same database; wait until it has finished."""


class RestoredError(DeliveryError):
    """The database was restored from a backup and does not know which mails have left since.

    Nothing is sent until an operator names the days to send.
    """


class LedgerError(DeliveryError):
    """The ledger contradicts what happened, for example because another worker took over.

    The run stops, because no message is better than one that is sent twice. It may be started
    again.
    """


class MailServerError(DeliveryError):
    """The mail server cannot be used for any message.

    Check the settings that the text names. The run may be repeated: messages that were not sent
    are still planned.
    """
