"""What the code says of its commands and settings, for the website, `man` and the shells.

`commands` and `settings` read it from the code. `pages` writes it as Markdown for the website,
`manual` for `man`, and `bash`, `zsh` and `fish` write it for the shells. `python scripts/reference`
writes what is shipped with the program into `share/`.
"""
