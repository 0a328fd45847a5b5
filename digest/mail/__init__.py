"""From an issue to the bytes of a mail. Pure: templates, keys and the time are arguments.

Issue ─context─▶ template variables ─templates─▶ text and HTML ─quoted_printable─▶ fragments
      ─size_limit─▶ rendered issue ─message, dkim─▶ bytes
"""
