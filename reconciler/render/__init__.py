"""A plan in four dresses: text for eyes, Markdown for a comment, JSON for machines, and the saved file that apply executes."""
