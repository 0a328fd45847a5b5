"""From an issue to the bytes of a mail. Pure: templates and the time come in as arguments.

Issue ──view──▶ words ──templates──▶ parts ──stencil──▶ ──fit──▶ forme ──message──▶ bytes
"""
