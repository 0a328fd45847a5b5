"""The parts of an installation that need its database and nothing else."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from digest.storage.admin_figures import AdminFigures
from digest.storage.alert_log import AlertLog
from digest.storage.arrivals import Arrivals
from digest.storage.begun_days import BegunDays
from digest.storage.bounces import Bounces
from digest.storage.delivery_sums import DeliverySums
from digest.storage.editions import EditionStore
from digest.storage.feedback import FeedbackStore
from digest.storage.fetches import FetchLog
from digest.storage.history import DeliveryHistory
from digest.storage.judged_mails import JudgedMails
from digest.storage.ledger import Ledger
from digest.storage.lookups import LookupLog
from digest.storage.mailboxes import Mailboxes
from digest.storage.mailed_papers import MailedPapers
from digest.storage.paper_pruning import PaperPruning
from digest.storage.paper_vectors import PaperVectors
from digest.storage.papers import PaperStore
from digest.storage.profiles import ProfileStore
from digest.storage.pruning import Pruning
from digest.storage.reader_schedules import ReaderSchedules
from digest.storage.run_log import RunLog
from digest.storage.subscriber_history import SubscriberHistory
from digest.storage.word_counts import WordCountsStore

if TYPE_CHECKING:
    import sqlalchemy as sa


class Stores:
    """What is stored, each part built when it is first used."""

    engine: sa.Engine

    @cached_property
    def papers(self) -> PaperStore:
        """The papers, in the database."""
        return PaperStore(self.engine)

    @cached_property
    def paper_vectors(self) -> PaperVectors:
        """The sentence vectors of papers."""
        return PaperVectors(self.engine)

    @cached_property
    def fetch_log(self) -> FetchLog:
        """The log of how the sources were read."""
        return FetchLog(self.engine)

    @cached_property
    def ledger(self) -> Ledger:
        """The deliveries, in the database."""
        return Ledger(self.engine)

    @cached_property
    def mailboxes(self) -> Mailboxes:
        """How far mailboxes were read."""
        return Mailboxes(self.engine)

    @cached_property
    def arrivals(self) -> Arrivals:
        """The messages that came in."""
        return Arrivals(self.engine)

    @cached_property
    def bounces(self) -> Bounces:
        """What came back of mails."""
        return Bounces(self.engine)

    @cached_property
    def begun_days(self) -> BegunDays:
        """The days that wait to be planned, in the database."""
        return BegunDays(self.engine)

    @cached_property
    def reader_schedules(self) -> ReaderSchedules:
        """When readers want mail."""
        return ReaderSchedules(self.engine)

    @cached_property
    def editions(self) -> EditionStore:
        """The stored editions, from which messages were composed."""
        return EditionStore(self.engine)

    @cached_property
    def history(self) -> DeliveryHistory:
        """Which subscriber got which papers, and how each delivery ended."""
        return DeliveryHistory(self.engine)

    @cached_property
    def pruning(self) -> Pruning:
        """Prunes old deliveries, in the database."""
        return Pruning(self.engine)

    @cached_property
    def paper_pruning(self) -> PaperPruning:
        """Prunes old papers and votes, in the database."""
        return PaperPruning(self.engine)

    @cached_property
    def subscriber_history(self) -> SubscriberHistory:
        """All that one subscriber was sent, in the database."""
        return SubscriberHistory(self.engine)

    @cached_property
    def feedback(self) -> FeedbackStore:
        """What readers say of papers."""
        return FeedbackStore(self.engine)

    @cached_property
    def mailed_papers(self) -> MailedPapers:
        """Which papers the links of mails mean."""
        return MailedPapers(self.engine)

    @cached_property
    def judged_mails(self) -> JudgedMails:
        """The mails that readers answered."""
        return JudgedMails(self.engine)

    @cached_property
    def profiles(self) -> ProfileStore:
        """What readers' feedback taught."""
        return ProfileStore(self.engine)

    @cached_property
    def word_counts(self) -> WordCountsStore:
        """How common words are in the papers of the last weeks."""
        return WordCountsStore(self.engine)

    @cached_property
    def lookups(self) -> LookupLog:
        """The papers that a service was asked for and did not know."""
        return LookupLog(self.engine)

    @cached_property
    def run_log(self) -> RunLog:
        """What runs did."""
        return RunLog(self.engine)

    @cached_property
    def alert_log(self) -> AlertLog:
        """What the operator was last told of."""
        return AlertLog(self.engine)

    @cached_property
    def admin_figures(self) -> AdminFigures:
        """The figures of the operator's page."""
        return AdminFigures(self.engine)

    @cached_property
    def delivery_sums(self) -> DeliverySums:
        """Sums over all deliveries there ever were."""
        return DeliverySums(self.engine)
