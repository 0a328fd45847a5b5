"""Select and order the papers of each topic, with reasons. The same input gives the same output.

papers, topics ──relevance──▶ how much each paper is about each topic
               ──trend──────▶ how much readers elsewhere value each paper
               ──explain────▶ the reasons of each pick            rank()
picks, seen    ──select─────▶ one subscriber's sections           select()

Import from the modules, not from here: a delivery worker only selects, and must not load numpy and
scipy into its memory.
"""
