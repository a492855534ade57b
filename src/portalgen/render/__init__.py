"""Views -> pages: prose, components, charts, templates, languages.

Sees views and nothing else; what a view does not name cannot be shown. No inline script, style or
style attribute is ever written, so that a strict content policy holds on every page. `portal`,
`internal` and `gallery` make the pages of the three surfaces, each a function of its views.
"""
