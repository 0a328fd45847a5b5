"""`digest setup`: an installation by questions, or by options alone, up to its first mail."""

from __future__ import annotations

import getpass
import os
import shlex
import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import output
from digest.cli.conversation import Conversation
from digest.text.wording import as_sentence, count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digest.app.config.schema import SourceSettings, TopicSettings
    from digest.app.setup.answers import Answers
    from digest.app.setup.installation import NewInstallation
    from digest.app.setup.week import Week
    from digest.cli.setup_questions import Options


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command(
        "setup",
        epilog="Example: [bold]digest setup[/bold], or in a script: [bold]digest setup --yes"
        " --address you@your.domain --topic agents --source 'arxiv cs.CL cs.LG'[/bold]",
    )(set_up)


def set_up(
    ctx: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Where; here unless given.")
    ] = None,
    site: Annotated[
        str | None,
        typer.Option("--site", metavar="URL", help="The web page of a group; me for one reader."),
    ] = None,
    address: Annotated[
        str | None, typer.Option("--address", metavar="EMAIL", help="The first reader; you.")
    ] = None,
    field: Annotated[
        list[str] | None,
        typer.Option("--field", metavar="NAME", help="A field of science; repeat."),
    ] = None,
    topic: Annotated[
        list[str] | None,
        typer.Option("--topic", metavar="SLUG", help="A topic of the first reader; repeat."),
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(
            "--source",
            metavar="KIND",
            help="A source, with what it needs, as in 'arxiv cs.CL cs.LG'; repeat.",
        ),
    ] = None,
    seeds: Annotated[
        list[str] | None,
        typer.Option(
            "--seeds",
            metavar="FILE",
            help="Papers that the first reader likes: a library, a listing, or ids; repeat.",
        ),
    ] = None,
    mail: Annotated[
        str | None,
        typer.Option("--mail", metavar="NAME", help="A mail provider, own or folder."),
    ] = None,
    server: Annotated[
        str | None,
        typer.Option("--server", metavar="SERVER", help="The mail server: HOST:PORT:SECURITY."),
    ] = None,
    sender: Annotated[
        str | None,
        typer.Option("--sender", metavar="EMAIL", help="The sender, if not the first reader."),
    ] = None,
    login: Annotated[
        str | None, typer.Option("--login", metavar="NAME", help="The login at the mail server.")
    ] = None,
    password_file: Annotated[
        Path | None,
        typer.Option(
            "--password-file",
            metavar="FILE",
            envvar="DIGEST_MAIL__PASSWORD_FILE",
            help="A file that holds the password, - for standard input; it is copied.",
            show_envvar=False,
        ),
    ] = None,
    timer: Annotated[
        str | None,
        typer.Option("--timer", metavar="NAME", help="print, crontab, systemd or none."),
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="HH:MM", help="When mail leaves; 18:00.")
    ] = None,
    *,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Ask nothing: options, and defaults for the rest.")
    ] = False,
) -> None:
    """Make an installation by a few questions, try the mail server, and send the first mail."""
    from digest.app import config, log
    from digest.app.setup import installation
    from digest.cli.setup_questions import Options
    from digest.errors import ConfigError

    if not (yes or (sys.stdin.isatty() and sys.stdout.isatty())):
        raise ConfigError(
            "`digest setup` asks on a terminal; elsewhere give --yes, and the answers as options"
        )
    path = Path(os.path.abspath(_place(ctx, folder, config.default_path())))  # noqa: PTH100 (links stay)
    options = Options(
        site=site,
        address=address,
        fields=field or (),
        topics=topic or (),
        sources=source or (),
        seeds=seeds or (),
        mail=mail,
        server=server,
        sender=sender,
        login=login,
        password=_password(password_file) if password_file else "",
        timer=timer,
        at=at,
    )
    log.configure("critical", "text")  # what went wrong is said anyway
    talk = Conversation(is_live=not yes)
    with _leaving("nothing was written"), _ending_as_by_hand():
        talk.say(
            "A few questions; Enter takes the answer in brackets, and Ctrl-C leaves everything as"
            f" it is. At the end there is {path}."
        )
        with installation.begin(path) as new:
            for left in new.left:
                output.print_note(f"removed {left}, which a setup left behind that was killed")
            answers = _make(new, talk, options)
            new.put_in_place()
    with _leaving(f"the installation is whole, but its first mail may be missing: {path}"):
        is_done = _finish(path, answers)
    if not is_done:
        raise typer.Exit(1)


def _place(ctx: typer.Context, folder: Path | None, default: Path) -> Path:
    """Return the configuration file that is to be written.

    Raises:
        ConfigError: two were named.

    """
    from digest.app.config.load import FILE_NAME
    from digest.errors import ConfigError

    if folder is None:
        return ctx.obj or default
    if ctx.obj and ctx.obj.parent.absolute() != folder.absolute():
        raise ConfigError(f"name one place: the folder {folder}, or the file {ctx.obj}")
    return ctx.obj or folder / FILE_NAME


def _password(file: Path) -> str:
    """Read a password from a file.

    Raises:
        ConfigError: it cannot be read, others can read it too, or it is no password.

    """
    from digest.app.config.permissions import read_secret
    from digest.app.setup.answers import read_password
    from digest.errors import ConfigError

    try:
        octets = sys.stdin.buffer.read() if str(file) == "-" else read_secret(file)
        text = octets.decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"cannot read {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file} is not text in UTF-8") from error
    return read_password(text.strip())


# -- before anything is in its place ---------------------------------------------------------------


def _make(new: NewInstallation, talk: Conversation, options: Options) -> Answers:
    """Ask, try the mail server until it takes a mail, and make all files in the workshop."""
    from digest.app.setup.week import look
    from digest.cli.setup_questions import ask_all

    folder = new.path.parent

    def show(
        topics: Sequence[TopicSettings], sources: Sequence[SourceSettings], contact: str
    ) -> Week:
        return look(
            topics,
            sources,
            folder=folder,
            cache=new.cache,
            contact=contact,
            progress=output.progress_bar,
        )

    answers = ask_all(talk, options, folder=folder, look=show)
    talk.say("")
    answers = _with_mail_that_leaves(new, talk, options, answers)
    seeded = new.subscribe(answers, who=_operator())
    if seeded is not None:
        output.Report().line(f"{count(seeded.new, 'paper')} to begin with")
    return answers


def _with_mail_that_leaves(
    new: NewInstallation, talk: Conversation, options: Options, answers: Answers
) -> Answers:
    """Try the mail server; where it refuses, say what to do, and ask for other answers.

    Raises:
        MailServerError: it refused, and nobody is there to answer.

    """
    from dataclasses import replace

    from digest.app.setup.installation import MailRefusedError
    from digest.cli.setup_questions import ask_mail
    from digest.errors import MailServerError

    while True:
        new.write(answers)
        if (tried := answers.mail) is None:
            return answers
        talk.say(f"Logging in at {tried.server.host}, and sending a test mail …")
        try:
            taken = new.send_test(tried, answers.address)
        except MailRefusedError as error:
            if not talk.is_live:
                text = "\n".join((str(error), *error.remedies))
                raise MailServerError(text) from error
            talk.say(as_sentence(f"It was refused: {error}"))
            for remedy in error.remedies:
                talk.show(remedy)
            talk.say("The questions about mail once more; Enter keeps what you said.")
            talk.is_repeated = True
            mail = ask_mail(talk, options, address=answers.address, before=tried)
            answers = replace(answers, mail=mail)
        else:
            output.Report().line(
                f"{tried.server.host} took a test mail for {answers.address}:"
                f" {taken.reply} ({taken.tls or 'not encrypted'})"
            )
            return answers


def _operator() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no name for this user id, as in some containers
        return "operator"


# -- afterwards ------------------------------------------------------------------------------------


def _finish(path: Path, answers: Answers) -> bool:
    """Send the first mail, and say what starts the others; return whether all was done."""
    from digest.app import config, services
    from digest.app.setup.first_mail import send_first

    report = output.Report()
    report.line(f"wrote {path}")
    app = services.open_app(config.load(path))
    try:
        first = send_first(
            app,
            answers.address,
            fetch_progress=output.progress_bar,
            delivery_progress=output.progress_bar,
        )
    finally:
        app.close()
    for unread in first.unread:
        report.line(f"could not be read now: {unread}")
    where = str(first.file) if first.file else f"sent to {answers.address}"
    if first.day is not None:
        report.line(f"the first digest, of {first.day:%A} {first.day}: {where}")
    elif first.file is not None:
        report.line(f"a test mail, since {first.reason}: {first.file}")
    else:
        report.line(f"no digest yet: {first.reason}; the next run sends one")
    is_started = _start_runs(path, answers)
    _print_next(path, answers)
    return is_started


def _start_runs(path: Path, answers: Answers) -> bool:
    """Install what starts the runs, or print the line; return whether that was done."""
    from digest.app.setup import answers as answered
    from digest.app.setup import timer
    from digest.app.setup.configuration import runs_hourly
    from digest.errors import ConfigError

    timetable = timer.Timetable(at=answers.at, is_hourly=runs_hourly(answers))
    report = output.Report()
    line = timer.cron_line(path, timetable)
    try:
        match answers.timer:
            case answered.CRONTAB:
                report.line(timer.install_cron_line(path, timetable))
            case answered.SYSTEMD:
                report.line(timer.install_units(path, timetable))
            case answered.PRINT:
                report.line(f"for cron (`crontab -e`):\n{line}")
    except ConfigError as error:
        output.print_failure(f"nothing starts the runs yet: {error}")
        output.print_failure(f"a line for cron (`crontab -e`):\n{line}")
        return False
    return True


def _print_next(path: Path, answers: Answers) -> None:
    from digest.app.config.load import FILE_NAME

    option = "" if path == Path.cwd() / FILE_NAME else f" -c {shlex.quote(str(path))}"
    lines = [f"digest{option} doctor        looks for what is wrong"]
    if answers.site:
        lines += [
            f"digest{option} serve         is the web page; put it behind {answers.site}",
            "[site] postal_address in the file: many countries want one in mails to a group",
        ]
    if answers.mail is None:
        lines.append(
            "mails go into the folder outbox until [mail] transport is smtp; the file explains it"
        )
    output.print_note("\n".join(["next:", *(f"  {line}" for line in lines)]))


@contextmanager
def _leaving(what_is_there: str) -> Iterator[None]:
    """Let Ctrl-C and the end of input leave with a line that says what is there, and 130."""
    try:
        yield
    except (KeyboardInterrupt, EOFError) as error:
        output.print_error(f"\ninterrupted; {what_is_there}")
        raise typer.Exit(130) from error


@contextmanager
def _ending_as_by_hand() -> Iterator[None]:
    """Let SIGTERM, and so a terminal that is closed, leave as Ctrl-C does: with nothing behind."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
