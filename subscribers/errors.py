"""What can go wrong with readers and their addresses.

SubscriberError
├── AddressError     this is no address mail can be sent to
├── ConsentError     this step is not possible from where the subscriber stands
├── PreferenceError  this cannot be chosen
├── RosterError      a file is not a list of readers
└── LinkError        a link is not ours, or no longer valid
"""


class SubscriberError(Exception):
    """The base; the message is one line for a person."""


class AddressError(SubscriberError):
    """The text is not an e-mail address mail can be sent to."""


class ConsentError(SubscriberError):
    """The consent table has no such step."""


class PreferenceError(SubscriberError, ValueError):
    """A reader's choice is outside what can be chosen."""


class CSVImportError(SubscriberError):
    """The file is not a list of readers."""


class LinkError(SubscriberError):
    """The token of a link was not signed by us for this purpose, or has expired."""
