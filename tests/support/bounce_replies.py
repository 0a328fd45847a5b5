"""What mail servers and providers say when they refuse a mail, by the class of the bounce.

Each is the reply, and the status of the report beside it.
"""

from __future__ import annotations

HARD = [
    ("DNS lookup failure: host . not found", ""),
    (
        ("550-5.1.1 The email account that you tried to reach does not exist. Please try"
        " 550-5.1.1 double-checking"),
        "5.1.1",
    ),
    (
        ("550 5.2.1 The email account that you tried to reach is disabled. Learn more at"
        " https://help.example/x"),
        "5.2.1",
    ),
    ("550-5.2.1 The email account that you tried to reach is inactive. Learn more", "5.2.1"),
    (
        ("550 5.4.1 Recipient address rejected: Access denied. AS(201806281) "
        "[AB1.prod.example.com 2026-01-01T00:00:00.000Z "
        "08DE]"),
        "5.4.1",
    ),
    (
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ada@example.com not found"
        " by SMTP address lookup"),
        "5.1.10",
    ),
    ("550 5.1.1 RESOLVER.ADR.RecipNotFound; not found", "5.1.1"),
    ("550 5.1.1 RESOLVER.ADR.ExRecipNotFound; not found", "5.1.1"),
    (
        ("550 5.4.310 DNS domain nosuch.example does not exist "
        "[Message=InfoDomainNonexistent]"),
        "5.4.310",
    ),
    ("550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).", "5.5.0"),
    ("550 Requested action not taken: mailbox unavailable", "5.0.0"),
    (
        ("554 delivery error: dd This user doesn't have a yahoo.com account "
        "(ada@mail.example) [0] - mta1.mail.yahoo.com"),
        "5.0.0",
    ),
    (
        ("554 delivery error: dd Sorry your message to ada@mail.example cannot be "
        "delivered. This mailbox is disabled (554.30)."),
        "5.0.0",
    ),
    ("552 1 Requested mail action aborted, mailbox not found", "5.0.0"),
    ("550 5.7.1 No such user!", "5.7.1"),
    ("550 5.7.1 No such user! 1700000000-abc", "5.7.1"),
    ("550 5.1.1 <ada@mail.example>: user does not exist", "5.1.1"),
    ("550 5.1.1 Mailbox does not exist", "5.1.1"),
    ("550 #5.1.0 Address rejected.", "5.1.0"),
    ("550 5.1.0 Address rejected", "5.1.0"),
    (
        ("550 permanent failure for one or more recipients (ada@mx.example:550 5.1.1 "
        "User unknown)"),
        "5.0.0",
    ),
    ("550 Invalid Recipient - https://help.example/x", "5.0.0"),
    (
        ("550 <ada@mx.example>: Recipient address rejected: undeliverable address: host "
        "said 550 user unknown"),
        "5.0.0",
    ),
    ("550 Unrouteable address", "5.0.0"),
    ("550 unknown user", "5.0.0"),
    ("550 No Such User Here", "5.0.0"),
    (
        ("550 \"The recipient cannot be verified. Please check all recipients of this "
        "message to verify they are valid.\""),
        "5.0.0",
    ),
    ("550 sorry, no mailbox here by that name (#5.1.1 - chkuser)", "5.1.1"),
    ("511 sorry, no mailbox here by that name (#5.1.1 - chkuser)", "5.0.0"),
    ("X-Postfix; unknown user: \"ada\"", "5.1.1"),
    (
        ("Host or domain name not found. Name service error for name=nosuch.example "
        "type=AAAA: Host not found"),
        "5.4.4",
    ),
    ("bad address syntax", "5.1.3"),
    ("Domain example.com does not accept mail (nullMX)", "5.1.0"),
    ("550 5.1.1 unknown or illegal alias: ada@mx.example", "5.1.1"),
    ("550 5.1.2 Host unknown (Name server: x: host not found)", "5.1.2"),
    ("554 5.1.1 <ada@mx.example>: account is disabled", "5.1.1"),
    ("550 Account has been suspended", "5.0.0"),
    ("550 5.2.1 Mailbox disabled for this recipient", "5.2.1"),
    ("550 mailbox has been expired", "5.0.0"),
    ("550 5.1.6 recipient no longer on server", "5.1.6"),
    ("550 <ada@mx.example> is not a valid mailbox", "5.0.0"),
    ("550 Address ada@mx.example invalid", "5.0.0"),
    ("550 5.1.1 ada@mx.example... User unknown", "5.1.1"),
    ("550 That mailbox is not local", "5.0.0"),
    ("551 User not local; please try <bob@mx.example>", "5.0.0"),
    ("551 not our customer", "5.0.0"),
    ("550 Requested action not taken: user no longer on server", "5.0.0"),
    (
        ("550 The mail server could not deliver mail to ada@mx.example.  The account or "
        "domain may not exist, they may be blacklisted, or missing the proper dns "
        "entries."),
        "5.0.0",
    ),
    ("550 <ada@mx.example> No such user here", "5.0.0"),
    ("550 RCPT TO:<ada@mx.example> User not exist", "5.0.0"),
    ("550 User not found: ada@mx.example", "5.0.0"),
    ("550 5.1.1 Recipient not found. <ada@mail.example>", "5.1.1"),
    ("550 Mailbox not found. http://help.example/x", "5.0.0"),
    ("550 Mailbox unavailable or access denied", "5.0.0"),
    ("550 Invalid User: ada@mail.example", "5.0.0"),
    ("User ada (ada@mx.example) not listed in Domino Directory", "5.1.1"),
    ("User not listed in public Name & Address Book", "5.0.0"),
    ("550 5.1.1 The email address you entered couldn't be found. Address not found", "5.1.1"),
    ("554 5.0.0 user unknown", "5.0.0"),
    ("550 5.0.350 Remote server returned an error -> 550 5.1.1 User unknown", "5.0.350"),
    ("550 Recipient Rejected: No account by that name here", "5.0.0"),
    ("550 account inactive", "5.0.0"),
    ("550 5.7.1 <ada@mx.example>... User unknown", "5.7.1"),
    ("550 5.7.1 Recipient unknown", "5.7.1"),
    ("5.1.0 - Unknown address error 550-'5.1.1 unknown user'", "5.1.0"),
    ("5.1.2 - Bad destination host 'DNS Hard Error looking up x (MX):  NXDomain'", "5.1.2"),
    ("smtp; 550 Domain does not exist", "5.0.0"),
    ("Invalid recipient", "5.0.0"),
    ("No MX found for domain", "5.0.0"),
    ("all relevant MX records point to non-existent hosts", "5.0.0"),
    ("Unknown user", "5.0.0"),
    ("no such user here", "5.0.0"),
    ("address does not exist", "5.0.0"),
    ("Sorry, no mailbox here by that name. (#5.1.1)", "5.0.0"),
    ("Sorry, I couldn't find any host named nosuch.example. (#5.1.2)", "5.0.0"),
    ("Sorry, I couldn't find a mail exchanger or IP address. (#5.4.4)", "5.0.0"),
    ("vdelivermail: account is locked email bounced", "5.0.0"),
    ("This address no longer accepts mail.", "5.0.0"),
    ("550 #5.1.0 Address rejected grace@x.example", "5.1.0"),
    ("554 5.7.1 : Recipient address rejected: user grace@x.example does not exist", "5.7.1"),
    ("550 5.7.1 Recipient does not exist", "5.7.1"),
    ("550 5.1.1 sorry, no mailbox", "5.1.1"),
    ("User unknown in local recipient table", "5.0.0"),
    ("User unknown in relay recipient table", "5.0.0"),
    ("550 user unknown in virtual alias table", "5.0.0"),
    ("550 5.2.1 mailbox unavailable", "5.2.1"),
    ("No such domain.", "5.0.0"),
    ("517-Domain does not exist: nosuch.example.", "5.0.0"),
    ("556 Host does not accept mail: MX 0 .", "5.1.10"),
    ("556 5.1.10 recipient address has null MX", "5.1.10"),
    ("554 5.1.10 domain has a nullMX record", "5.0.0"),
    ("Null MX", "5.0.0"),
    ("domain example.com accepts no mail", "5.0.0"),
    ("550 User account is deleted", "5.0.0"),
    ("550 The recipient has left the company and the address is no longer in use", "5.0.0"),
    ("this account has been disabled or discontinued", "5.0.0"),
    ("550 Unknown local part ada in <grace@example.com>", "5.0.0"),
    ("550 Unknown recipient", "5.0.0"),
    ("550 Recipient unknown", "5.0.0"),
    ("550 invalid mailbox", "5.0.0"),
    ("550 Mailbox does not exist!", "5.0.0"),
    ("550 No mailbox found", "5.0.0"),
    ("550 cannot find your user", "5.0.0"),
    ("550 5.1.1 User doesn't exist: ada", "5.1.1"),
]  # fmt: skip
SOFT = [
    (
        ("552-5.2.2 The recipient's inbox is out of storage space and inactive. Please "
        "direct the recipient to"),
        "5.2.2",
    ),
    ("552-5.2.2 The email account that you tried to reach is over quota.", "5.2.2"),
    (
        ("550-5.2.1 The user you are trying to contact is receiving mail at a rate that "
        "prevents additional messages"),
        "5.2.1",
    ),
    ("421-4.7.28 Our system has detected an unusual rate", "4.7.28"),
    ("552-5.3.4 Your message exceeded Google's message size limits.", "5.3.4"),
    ("550 4.4.7 QUEUE.Expired; message expired", "4.4.7"),
    ("550 5.4.300 Message expired -> 451 4.7.500 Server busy", "5.4.300"),
    ("550 5.4.316 Message expired, connection refused(Socket error code 10061)", "5.4.316"),
    (
        ("554 5.2.2 mailbox full; "
        "STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded;"
        " Failed to process message due to a permanent exception"),
        "5.2.2",
    ),
    ("554 5.2.0 STOREDRV.Deliver.Exception:StorageTransientException", "5.2.0"),
    ("552 5.2.2 <ada@mail.example>: user is over quota", "5.2.2"),
    ("450 4.2.0 <ada@mx.example>: Recipient address rejected: Greylisted", "4.2.0"),
    ("552 5.2.2 Over quota", "5.2.2"),
    ("554 5.2.2 mailbox full", "5.2.2"),
    ("550 Mailbox quota exceeded", "5.0.0"),
    ("552 Message size exceeds maximum permitted", "5.0.0"),
    ("552 Requested mail action aborted: exceeded storage allocation", "5.0.0"),
    (
        ("can't create user output file. Command output: procmail: Quota exceeded while "
        "writing \"/var/mail/ada\""),
        "5.2.0",
    ),
    ("connect to mx.example.com[192.0.2.9]:25: Connection refused", "4.4.1"),
    ("mail for example.com loops back to myself", "5.4.6"),
    ("Cannot start TLS: handshake failure", "4.7.5"),
    ("unable to deliver this message after 5 days", "5.4.7"),
    ("554 Transaction failed", "5.0.0"),
    ("550 Rejected", "5.0.0"),
    ("554 5.4.6 Too many hops", "5.4.6"),
    ("554 5.4.14 Hop count exceeded - possible mail loop", "5.4.14"),
    ("550 5.6.1 Content-Type not supported", "5.6.1"),
    ("451 4.3.0 Temporary lookup failure", "4.3.0"),
    ("550 5.3.2 STOREDRV.Deliver; recipient mailbox server is unavailable", "5.3.2"),
    ("421 Too many concurrent SMTP connections; please try again later.", "4.0.0"),
    ("Router: Mailbox quota exceeded", "5.0.0"),
    ("452 4.2.2 Mailbox full", "4.2.2"),
    ("5.4.7 - Delivery expired (message too old) 'timeout'", "5.4.7"),
    ("5.3.0 - Other mail system problem 554-'Transaction failed'", "5.3.0"),
    ("Envelope expired", "5.0.0"),
    ("Network error on destination MXs", "5.0.0"),
    ("Loop detected", "5.0.0"),
    ("Destination seem to reject all mails", "5.0.0"),
    ("retry timeout exceeded", "5.0.0"),
    (
        ("No retry timeout; all hosts for 'x' have been failing for a long time and were"
        " last tried after this message arrived"),
        "5.0.0",
    ),
    ("host lookup did not complete: retry timeout exceeded", "5.0.0"),
    ("lowest numbered MX record points to local host", "5.0.0"),
    ("SMTP timeout after end of data; message too large?", "5.0.0"),
    (
        ("Sorry, I wasn't able to establish an SMTP connection. (#4.4.1) I'm not going "
        "to try again; this message has been in the queue too long."),
        "5.0.0",
    ),
    ("The users mailfolder is over the allowed quota (size). (#5.2.2)", "5.0.0"),
    ("DNS Error: DNS type 'mx' lookup of nosuch.example responded with code SERVFAIL", "4.0.0"),
    ("mail transport unavailable", "4.3.0"),
    ("unable to look up host x: Temporary failure", "4.4.3"),
    ("554 5.3.4 message too large", "5.3.4"),
    ("552 5.2.3 Message exceeds local size limit", "5.2.3"),
    ("550 4.3.1 Insufficient system storage", "4.3.1"),
    ("452-4.3.1 Insufficient system resources", "5.0.0"),
    ("550 5.3.1 system full", "5.3.1"),
    ("Connection refused", "5.0.0"),
    ("Connection timed out", "5.0.0"),
    ("account temporarily suspended", "5.0.0"),
    ("550 mailbox temporarily unavailable, user is over quota", "5.0.0"),
    ("User has exceeded their storage quota", "5.0.0"),
    ("550 sorry, recipient's mailbox is over its disk quota", "5.0.0"),
    ("The recipient's mailbox is full", "5.0.0"),
    ("Mailbox is full / Blocks limit exceeded / Inode limit exceeded", "5.0.0"),
    ("quota exceeded for user", "5.0.0"),
    ("the message is too large", "5.0.0"),
    ("message size 123 exceeds size limit 100 of server", "5.0.0"),
    ("Too many hops", "5.0.0"),
    ("mail forwarding loop for grace@x.example", "5.4.6"),
    ("Remote host closed connection unexpectedly", "5.0.0"),
    ("SMTPUTF8 is required, but was not offered by host mx.example.net[127.0.0.2]", "5.6.7"),
    ("550 Internationalized addresses not supported", "5.0.0"),
]  # fmt: skip
POLICY = [
    ("550-5.7.26 This mail has been blocked because the sender is unauthenticated.", "5.7.26"),
    (
        ("550-5.7.1 [192.0.2.1      12] Our system has detected that this message is "
        "likely suspicious due to the very low reputation of the sending domain."),
        "5.7.1",
    ),
    ("550-5.4.5 Daily user sending limit exceeded.", "5.4.5"),
    (
        ("552-5.7.0 This message was blocked because its content presents a potential "
        "security issue."),
        "5.7.0",
    ),
    ("550 5.7.1 RESOLVER.RST.AuthRequired; authentication required", "5.7.1"),
    (
        ("550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication "
        "required; Delivery restriction check failed because the sender was not "
        "authenticated when sending to this group"),
        "5.7.133",
    ),
    (
        ("550 5.7.1 TRANSPORT.RULES.RejectMessage; the message was rejected by "
        "organization policy"),
        "5.7.1",
    ),
    (
        ("550 5.7.606 Access denied, banned sending IP [192.0.2.1]. To request removal "
        "from this list please visit https://help.example/x"),
        "5.7.606",
    ),
    ("550 5.7.511 Access denied, banned sender[192.0.2.1].", "5.7.511"),
    (
        ("550 5.7.515 Access denied, sending domain example.org doesn't meet the "
        "required authentication level."),
        "5.7.515",
    ),
    (
        ("550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please "
        "contact your Internet service provider since part of their network is on our "
        "block list (S3150)."),
        "5.7.1",
    ),
    ("554 5.7.1 [2] Message rejected under suspicion of SPAM; https://help.example/x", "5.7.1"),
    (
        ("554 5.7.1 [CS01] Message rejected due to local policy. Please visit "
        "https://help.example/x"),
        "5.7.1",
    ),
    ("550 5.7.0 From header sent by ada@mx.example has non-compliant SPF", "5.7.0"),
    ("550 5.1.0 <bounce@x> sender rejected", "5.1.0"),
    ("550 permanent failure for one or more recipients (ada@example.com:blocked)", "5.0.0"),
    (
        ("550 Rejected by header based Anti-Spoofing policy: x@y - "
        "https://help.example/x"),
        "5.0.0",
    ),
    (
        ("554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using "
        "zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.1"),
        "5.7.1",
    ),
    ("550 JunkMail rejected - mail.example.org [192.0.2.1]:1234 is in an RBL", "5.0.0"),
    ("550 Your host 192.0.2.1 is listed at zen.spamhaus.org", "5.0.0"),
    ("550 Administrative prohibition", "5.0.0"),
    ("550 relay not permitted", "5.0.0"),
    ("554 5.7.1 <ada@mx.example>: Relay access denied", "5.7.1"),
    ("553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", "5.7.1"),
    ("554 5.7.1 Blocked by Cloudmark. Spam detected", "5.7.1"),
    (
        ("554 5.7.9 Message not accepted for policy reasons. See "
        "https://help.example/x"),
        "5.7.9",
    ),
    (
        ("553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.1, because the "
        "ip is in Spamhaus's list"),
        "5.7.1",
    ),
    ("550 5.7.1 SPF check failed", "5.7.1"),
    ("550 High probability of spam", "5.0.0"),
    (
        ("554 Your access to this mail system has been rejected due to the sending MTA's"
        " poor reputation."),
        "5.0.0",
    ),
    ("554-IB113 Connection refused due to reputation", "5.0.0"),
    ("550 #5.7.1 Your access to submit messages to this e-mail system has been rejected.", "5.7.1"),
    ("5.7.1 Message rejected. Sender was rejected by content filter", "5.7.1"),
    ("550 Sender verify failed", "5.0.0"),
    (
        ("550-Verification failed for <bounces@x> 550-No Such User Here 550 Sender "
        "verify failed"),
        "5.0.0",
    ),
    ("550 rejected because 192.0.2.1 is in a black list at dnsbl.example", "5.0.0"),
    ("550 5.7.1 mail rejected by policy. Unauthenticated sender", "5.7.1"),
    ("550 Mail content denied. http://help.example/x", "5.0.0"),
    ("550 Ip frequency limited", "5.0.0"),
    ("554 DT:SPM 163 smtp1 message blocked, spam", "5.0.0"),
    ("554 5.0.350 Remote server returned message denied -> 554 5.7.1 blocked", "5.0.350"),
    ("550 5.7.1 <ada@mx.example>: Recipient address rejected: Access denied", "5.7.1"),
    ("5.7.1 - Delivery not authorized, message refused", "5.7.1"),
    ("550 5.7.1 Delivery not authorized, message refused: Recipient not authorized", "5.7.1"),
    ("550 5.7.350 Remote server returned message detected as spam -> 554 5.7.1", "5.7.350"),
    ("550 OU-002 (SNT004-MC1F43) Unfortunately, messages from 192.0.2.1 weren't sent", "5.0.0"),
    ("571 Delivery not authorized, message refused", "5.0.0"),
    ("550 Message contains a virus", "5.0.0"),
    ("554 rejected due to content", "5.0.0"),
    ("550 5.7.1 DKIM verification failed", "5.7.1"),
    ("550 DMARC policy reject", "5.0.0"),
    ("554 5.5.1 Error: no valid recipients blocked", "5.5.1"),
    ("550 You have exceeded your messaging limits", "5.0.0"),
    ("550 5.7.1 too many messages from your IP", "5.7.1"),
    ("554 5.7.1 <x[192.0.2.1]>: Client host rejected: Access denied", "5.7.1"),
    ("550 Access denied - Invalid HELO name (See RFC2821 4.1.1.1)", "5.0.0"),
    ("550 No reverse DNS for 192.0.2.1", "5.0.0"),
    ("553 5.1.8 <b@x>... Domain of sender address b@x does not exist", "5.1.8"),
    ("550 <bounces@x>: Sender address rejected: undeliverable address", "5.0.0"),
    ("550 5.1.7 <bounces@x>: Sender address rejected: User unknown", "5.1.7"),
    ("554 <grace@x>: Sender address rejected: not logged in", "5.0.0"),
]  # fmt: skip
