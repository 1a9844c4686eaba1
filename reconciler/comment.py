"""What a CI job says where people review: one comment on a pull request, or one issue, written over whenever there is news.

A comment that shows a plan says which one, of which commit, and which job has kept it; so that apply can carry out the plan that was
reviewed and no other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from reconciler.errors import StalePlan
from reconciler.forge import Forge, Note, Pull
from reconciler.plan import Plan
from reconciler.render import markdown
from reconciler.render.document import digest
from reconciler.render.text import LAST

PLAN_FILE = "plan.json"
"""What workflows call a saved plan."""
AGAIN = (
    "Nothing was changed. Open a pull request, so that a new plan is made and reviewed; an empty commit will do: "
    'git commit --allow-empty -m "Plan again"'
)
_MARK = re.compile(r"<!-- reconciler (\S+)((?: [a-z]+=[\w-]+)*) -->")
_CUT = "\n\n… and more; the log of this job has it all.\n"


@dataclass(frozen=True, slots=True)
class Shown:
    """The plan that a comment shows: its digest, the last commit of the branch that it was made for, and the job that keeps it."""

    digest: str
    head: str
    job: str


def post_plan(forge: Forge, plan: Plan) -> None:
    """Show a plan on the pull request that this job runs for."""
    pull = forge.pull()
    mark = f"<!-- reconciler plan digest={digest(plan)} head={pull.head} job={forge.job} -->\n"
    _post(forge, pull, "plan", mark + markdown.render(plan, markdown.LIMIT - len(mark)))


def post_failure(forge: Forge, said: str) -> None:
    """Show on the pull request, in place of a plan, why none could be made; the plan that was shown before counts no more."""
    head = "<!-- reconciler plan -->\n### No plan could be made\n\nPut this right and push again:\n\n"
    _post(forge, forge.pull(), "plan", head + _quoted(said, markdown.LIMIT - len(head)))


def post_outcome(forge: Forge, said: str) -> bool:
    """Show on the pull request that brought this job's commit what became of its plan: `said` is what apply printed.

    It is a comment of its own, as the one with the plan is what was reviewed. Returns whether there is such a pull request.
    """
    pull = forge.merged(forge.commit)
    if pull is None:
        return False
    before, _, after = said.rpartition(f"\n{LAST} ")
    told = after.partition("\n")[2] if before else said  # the plan itself stands above
    head = f"<!-- reconciler outcome -->\n### What became of this plan\n\nFrom job {forge.job}, for commit {forge.commit[:12]}:\n\n"
    _post(forge, pull, "outcome", head + _quoted(told, markdown.LIMIT - len(head)))
    return True


def post_issue(forge: Forge, title: str, text: str) -> None:
    """Open the issue of this title, or write over it while it is open."""
    mark = f"<!-- reconciler issue-{_key(title)} -->\n"
    room = markdown.LIMIT - len(mark) - len(_CUT)
    cut = text if len(text) <= room else text[: text.rfind("\n", 0, room)] + _CUT
    forge.write_issue(_find(forge.issues(), f"issue-{_key(title)}"), title, mark + cut)


def close_issue(forge: Forge, title: str) -> bool:
    """Close the issue of this title. Returns whether one was open."""
    issue = _find(forge.issues(), f"issue-{_key(title)}")
    if issue:
        forge.close_issue(issue)
    return issue is not None


def reviewed(forge: Forge) -> tuple[Shown, bytes]:
    """The plan that was shown on the pull request which brought this job's commit, with its file.

    Raises StalePlan if there is none, if it was made before the last push, or if its file is no longer kept.
    """
    pull = forge.merged(forge.commit)
    if pull is None:
        raise StalePlan(f"No merged pull request brought commit {forge.commit[:12]} here, so nobody has reviewed a plan of it.", AGAIN)
    shown = _shown(_find(forge.notes(pull), "plan"))
    if shown is None:
        raise StalePlan(f"Pull request {pull.number} was merged without a plan.", AGAIN)
    if shown.head != pull.head:
        made = f"was made for commit {shown.head[:12]}, and {pull.head[:12]} was merged"
        raise StalePlan(f"The plan that pull request {pull.number} shows {made}.", AGAIN)
    content = forge.artifact(shown.job, PLAN_FILE)
    if content is None:
        raise StalePlan(f"The plan that pull request {pull.number} shows is not kept any more.", AGAIN)
    return shown, content


def check_shown(plan: Plan, shown: Shown) -> None:
    """Raise StalePlan if this is not the plan that was shown."""
    if digest(plan) != shown.digest:
        raise StalePlan(f"The plan that was kept is not the one that was reviewed ({shown.digest[:12]}).", AGAIN)


def _post(forge: Forge, pull: Pull, name: str, text: str) -> None:
    forge.write_note(pull, _find(forge.notes(pull), name), text)


def _quoted(said: str, limit: int) -> str:
    """Somebody's words as they are, whatever they hold, in at most so many characters."""
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", said))])
    room = limit - 2 * len(fence) - len("text\n\n") - len(_CUT)
    return f"{fence}text\n{said[:room].rstrip()}\n{fence}{_CUT if len(said) > room else chr(10)}"


def _find(notes: Iterable[Note], name: str) -> Note | None:
    return next((note for note in notes if (mark := _MARK.match(note.text)) and mark[1] == name), None)


def _shown(note: Note | None) -> Shown | None:
    mark = _MARK.match(note.text) if note else None
    facts = dict(fact.split("=") for fact in mark[2].split()) if mark else {}
    return Shown(**facts) if facts.keys() == {"digest", "head", "job"} else None


def _key(title: str) -> str:
    return re.sub(r"\W+", "-", title.casefold())
