"""The words of refusals: what a mail server says when it does not take a mail, and of what.

They are those that mail servers and providers use, in English as nearly all of them do. The
patterns are for texts in lower case, without the addresses of help pages.
"""

from __future__ import annotations

import re

#: Words of a limit, of our account or of the rate.
LIMIT = re.compile(
    r"(?:sending|send|daily|hourly|monthly|outgoing|outbound|submission|relay|messages?|rate|your)"
    r"(?:\W+\w+){0,2}?\W+(?:limit|quota)s?\b"
    r"|(?:limit|quota)\W+(?:\w+\W+){0,3}(?:per (?:second|minute|hour|day)|messages|mails|emails)"
    r"|too many (?:\w+ )?(?:messages|mails|emails|recipients|connections)|throttl|rate.?limit"
    r"|max(?:imum)? (?:e-?mails?|mails?|messages?) per (?:second|minute|hour|day)"
    r"|sending too (?:fast|much|many)"
)
#: Words of a login, or of a server that does not relay for us.
LOGIN = re.compile(
    r"relay(?:ing)?(?: access)?(?: is| was)? (?:denied|not (?:allowed|permitted)|prohibit|refuse)"
    r"|(?:unable|not (?:allowed|permitted)|refuse[sd]?|cannot|won't|don't|do not) to relay"
    r"|(?:cannot|won't|don't|do not) relay|allowed rcpthosts|(?:smtp|turn on) auth"
    r"|authentication (?:is )?(?:required|needed|fail)|(?:must|need to|please) (?:first )?"
    r"(?:authenticate|log ?in|issue a? ?starttls)|not (?:logged in|authenticated)"
)
#: Words about the sender: the address, the domain, the host, and what proves them.
SENDER = re.compile(
    r"\bsend(?:ing|er)?.?as\b|sendasden|not owned by user|domain of sender|invalid sender"
    r"|(?<!not )\bsender(?:'s)?\b(?: (?:e-?mail|address|domain|verif\w+|name|is|was|not|of|has"
    r"|been))*"
    r" (?:reject|refus|den|fail|not|unknown|invalid|block|unauthori|unverified|does|mismatch"
    r"|discontinued|no\b)"
    r"|(?:verify|verification of|unknown|bad|invalid|unverified|reject\w{0,3}|forged"
    r"|unroute?able|undeliverable|\bmx (?:record )?(?:for|of)"
    r"|unauthori[sz]ed) (?:the )?sender"
    r"|(?:n't|not) (?:be )?(?:allow|author|permit|have permission)\w*"
    r" to (?:send(?! (?:\w+ ){0,2}to\b)|use)"
    r"|not author\w+ (?:to use|for|as)\b|\bfrom (?:address|header|domain)|mail.?from\b"
    r"|return.?path|envelope.?from"
    r"|(?:address|domain|identit\w{1,4})(?: is| was)? not (?:yet )?verified"
    r"|failed the check|unverified (?:address|domain|identity)"
    r"|\b(?:spf|dkim|dmarc)\b|unauthenticated|reverse dns|\bptr\b|\brdns\b"
    r"|your (?:account|domain|ip|server|host|network|message rate)"
)
#: Words of a policy: they speak of the sender, of the content, or of rules for this recipient.
POLICY = re.compile(
    r"spam|virus|malware|phish|block|black.?list|dnsbl|\brbl\b|reputation|polic|unsolicited|\bbann?ed"
    r"|content (?:was )?(?:reject|refus|den)|grey.?list|suspicious|abus"
)
#: Words of a rule for this recipient. The server need not have it for others.
RESTRICTION = re.compile(
    r"(?:allow|safe|white|accept|permit|pass)(?:ed)?.?(?:senders?.?)?list"
    r"|(?:approved|accepted|allowed|trusted|permitted|safe|external|outside|anonymous).senders?\b"
    r"|\b(?:recipient|user|group|mailbox|inbox|list)(?:'s)?(?: \w+){0,4}?"
    r" (?:accepts? only|only (?:accept|receive|allow)|restrict"
    r"|(?:not|n't) (?:(?:allowed|permitted|able|authori[sz]ed) to )?(?:accept|receive)\w*"
    r"(?: \w+){0,4}? from\b)"
    r"|resolver\.rst|sender.?not.?(?:authenticated.?for|in.?allowed)|member'?s?.only|not a member"
    r"|(?:send|post|write|deliver)(?: \S+){0,2} to (?:this|the) (?:\w+ )?"
    r"(?:group|list|mailbox|user|recipient)"
    r"|too many (?:\w+ )?(?:invalid|unknown|bad|wrong|reject\w{0,3}|non.?exist\w*)"
    r" (?:recipient|addresse|user|mailboxe|rcpt)s"
)
#: Words of a 4xx that only time answers.
WAIT = re.compile(
    r"gr[ae]y.?list|come back|in progress|unusual rate|temperror"
    r"|temp\w{0,12} (?:lookup|dns|error|fail|problem|rate|deferred|block)|lookup (?:failure|error)"
)
#: Words for an address that certainly does not exist.
UNKNOWN = re.compile(
    r"(?:no such|unknown|invalid|non.?existent|not? (?:a )?known)(?: \w+)?"
    r" (?:user|recipient|mailbox|account|address|person|local)"
    r"|(?:user|recipient|mailbox|account|address|alias)(?:name)?\W+(?:\w+\W+){0,4}?"
    r"(?:unknown|not found|not exist|nonexistent|(?:does|did)(?:n't| not) exist|(?:is )?invalid)"
    r"|no (?:mailbox|account|user|recipient)(?: \w+){0,2} (?:by|with|of) that name"
    r"|(?:does|did)(?:n't| not) have an?(?: \S+){1,3} account"
)
#: Words about the mailbox, which may exist all the same.
MAILBOX = re.compile(
    r"(?:mailbox|mail box|account|user|recipient|inbox|address)(?:'s)?\W+(?:\w+\W+){0,4}?"
    r"(?:unavailable|not available|disabled|inactive|suspended|closed|locked|expired|deactivated"
    r"|full|quota|reject|refus|not allowed|no longer|not local|moved|unrout|undeliver|obsolete)"
    r"|over.?quota|quota exceeded|exceed\w{0,4} (?:\w+ )?quota|undeliverable|unrout(?:e)?able"
    r"|not a (?:valid )?(?:mailbox|user|recipient)|not our customer|no longer (?:work|exist|in use)"
    r"|exceeded storage|(?:host|domain) (?:\w+ ){0,2}?(?:unknown|not found|not exist)"
    r"|(?:does|do) not accept mail|nullmx|null mx"
)
#: Words for a message that is too big.
TOO_BIG = re.compile(r"(?:size|too (?:big|large)|exceeds .{0,40}(?:limit|octets|bytes))")
#: Words for what passes, whatever the code beside them says.
PASSING = re.compile(
    r"(?:mailbox|mail box|inbox|account|user|storage|disk) (?:is |was )?full\b|quota"
    r"|temporar|\blater\b|gr[ae]y.?list|at a rate"
)
