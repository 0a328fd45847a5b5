"""Which papers a topic gets, in which order, and why. Pure: same input, same output.

papers, topics ──relevance──▶ what is about the topic
               ──trend──────▶ what readers elsewhere value
               ──explain────▶ picks with reasons                  rank()
picks, seen    ──select─────▶ one subscriber's sections           select()

Import from the modules: whoever only selects, as a sender does, needs no matrices in memory.
"""
