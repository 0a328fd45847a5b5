"""How good a ranking is: measures of its lists, and how sure one can be of their means.

`metrics` has the measures, `bootstrap` the intervals, `baselines` what other systems do, and
`replay` measures the rankings of many days.
"""
