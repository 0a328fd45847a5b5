"""The errors of subscribers, their addresses and their links.

SubscriberError
├── AddressError     a text is not an address that mail can be sent to
├── ConsentError     an event is not possible in the subscriber's status
├── PreferenceError  a choice is not possible
├── CSVImportError   a file is not a CSV list of subscribers
├── UploadError      a file holds no library of papers
├── StoppedError     somebody ended an import before its end
└── LinkError        a link is forged, or no longer valid
"""


class SubscriberError(Exception):
    """The base class; the message is one line for people."""


class AddressError(SubscriberError):
    """The text is not an e-mail address mail can be sent to."""


class ConsentError(SubscriberError):
    """The table of consent has no such event for the subscriber's status."""


class PreferenceError(SubscriberError, ValueError):
    """A subscriber's choice is not possible; the message names it."""


class CSVImportError(SubscriberError):
    """The file is not a CSV list of subscribers."""


class UploadError(SubscriberError):
    """A file that a reader sent holds no library of papers; the message says why."""


class StoppedError(SubscriberError):
    """Somebody ended an import before its end; the message says how far it came."""


class LinkError(SubscriberError):
    """The token of a link was not signed here for this purpose, or has expired."""
