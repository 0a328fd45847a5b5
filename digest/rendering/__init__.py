"""From an issue to the bytes of a mail. Pure: templates and the time come in as arguments.

Issue ──view──▶ words ──templates──▶ subject, text, HTML ──fit──▶ ≤ 90 kB ──message──▶ bytes
"""
