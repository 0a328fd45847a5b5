"""An SMTP client (RFC 5321) that knows for every message whether the server has accepted it.

The guarantee: `SMTPTransport.send_all` transmits each message at most once and reports exactly one
outcome for it.

* `sent`: the server replied 2xx to the end of the message, and so accepted responsibility for it.
* `failed` or `deferred`: the server refused the message, or the connection was lost before the
  first octet of the final dot was written. Without that dot the server has accepted nothing.
* `unknown`: the connection was lost after that octet and before the reply. RFC 1047 shows that
  nobody can know then whether the message will be delivered. It is not sent again.
* `planned`: the server cannot be used for any message, so this one was not transmitted.

smtplib cannot tell the last three apart, because it does not say how much it has written. It also
waits for the reply to every command. With PIPELINING (RFC 2920) this client needs one round trip
per message.

Modules without any input or output; octets and the time are arguments:

* `commands`: the envelope as MAIL, RCPT and DATA commands, with SIZE (RFC 1870), SMTPUTF8
  (RFC 6531) and DSN (RFC 3461).
* `replies`: a parser for replies, and what a reply means for a message (RFC 3463).
* `refusals`: whether a refusal is about the recipient, the message, the sender or a policy.
* `protocol`: one SMTP session, from its first MAIL command to its end.
* `rate_limit`: when the next message may leave, in all and to each mail provider.

Modules that use the network:

* `handshake`: the steps before the first mail, over smtplib: greeting, EHLO, STARTTLS and AUTH.
* `connect`: opens connections with these steps, and explains what went wrong.
* `connection`: moves octets between a socket and its protocol, and watches the timeouts.
* `transmission`: sends messages over several connections in one thread.
* `client`: `SMTPTransport`, which keeps the connections from one transmission to the next.
"""
