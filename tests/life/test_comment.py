from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.scenes import lab, some
from tests.cli.terminal import piped
from tests.district import District, Ran
from tests.life.forges import LONGEST, PERSON, Comment, Issue, Proposal, Store, on_a_port
from tests.life.jobs import Forge, GitHub, GitLab

HEAD, MERGED = "a" * 40, "b" * 40
DRIFT = "Drift: changed outside"


class Scene:
    """A pull request with number 1 of a district that has a change, on one of the forges."""

    def __init__(self, district: District, forge: Forge, store: Store, folder: Path) -> None:
        self.district, self.forge, self.store, self.folder = district, forge, store, folder
        self.plan = folder / "plan.json"
        store.proposals[1] = Proposal(HEAD)

    def save(self, count: int = 3) -> None:
        """Plan that so many devices move."""
        lab(self.district, some(self.district, count))
        self.district.run("plan", "--out", str(self.plan))

    def comment(self, *arguments: str | Path, job: str = "1") -> Ran:
        """Run it in a job for the pull request."""
        return piped("comment", self.forge.flag, *arguments, env=self.forge.pull(self.store, self.folder, 1, job))

    def shown(self) -> list[str]:
        """The comments on the pull request."""
        return [comment.text for comment in self.store.proposals[1].comments.values()]

    def merge(self, job: str = "1") -> None:
        """Keep the plan as the job's file, and merge."""
        self.store.artifacts[job] = {"plan.json": self.plan.read_bytes()}
        self.store.proposals[1].merge_commit = MERGED

    def reviewed(self, commit: str = MERGED) -> Ran:
        """Fetch the plan in a job for a commit on the branch."""
        out = self.folder / "fetched.json"
        ran = piped("reviewed", self.forge.flag, "--out", out, env=self.forge.push(self.store, commit, "9"))
        assert out.exists() == (ran.code == 0)
        return ran

    def outcome(self, said: str, commit: str = MERGED) -> Ran:
        """Say in a job for a commit on the branch what apply said."""
        (self.folder / "apply.log").write_text(said)
        return piped("comment", self.forge.flag, "--applied", self.folder / "apply.log", env=self.forge.push(self.store, commit, "9"))

    def issue(self, *arguments: str | Path) -> Ran:
        """Tell about drift in a nightly job."""
        return piped("comment", self.forge.flag, "--issue", DRIFT, *arguments, env=self.forge.nightly(self.store))


@pytest.fixture(params=[GitHub, GitLab], ids=["github", "gitlab"])
def scene(request: pytest.FixtureRequest, district: District, tmp_path: Path) -> Iterator[Scene]:
    forge: Forge = request.param()
    with on_a_port(forge.door) as store:
        yield Scene(district, forge, store, tmp_path)


def test_there_is_one_comment(scene: Scene) -> None:
    """A second plan is written over the comment that shows the first, whatever others have written before and after it."""
    comments = scene.store.proposals[1].comments
    comments[1], comments[2], comments[3] = (Comment(PERSON, word) for word in ("Why?", "Because.", "I see."))
    scene.save(3)
    assert scene.comment(scene.plan).code == 0
    assert "3" in scene.shown()[-1].partition("to update")[0].rpartition("**")[2]
    comments[4] = Comment(PERSON, "Not so many!")
    scene.save(2)
    scene.comment(scene.plan)
    assert [comment.author == PERSON for comment in comments.values()] == [True, True, True, False, True]
    assert "**2 to update" in scene.shown()[3]


def test_a_copy_of_our_comment_is_not_ours(scene: Scene) -> None:
    """A comment that somebody else has written is neither written over nor believed, whatever it says."""
    scene.save()
    scene.comment(scene.plan)
    ours = scene.store.proposals[1].comments.popitem()[1].text
    scene.store.proposals[1].comments[1] = Comment(PERSON, ours)
    scene.merge()
    assert "merged without a plan" in scene.reviewed().err
    scene.comment(scene.plan)
    assert len(scene.shown()) == 2


def test_a_failure_is_shown_in_the_same_place(scene: Scene) -> None:
    """Where no plan could be made the comment says why, as it is and inert, and the plan that it showed counts no more."""
    scene.save()
    scene.comment(scene.plan)
    said = scene.folder / "plan.log"
    said.write_text('devices.yaml:9:13  server: "jmf" ``` @everyone\n' + "x" * 100_000)
    assert scene.comment("--failed", said).code == 0
    (text,) = scene.shown()
    assert '````text\ndevices.yaml:9:13  server: "jmf" ``` @everyone\n' in text
    assert text.rstrip().endswith("the log of this job has it all.")
    scene.merge()
    assert scene.reviewed().code == 5


def test_the_largest_plan_fits(scene: Scene) -> None:
    """A comment with thousands of devices is within what the forge takes, its own first line included."""
    scene.district.connection(simulator={"devices": 9000, "services": ["Jamf School", "Meraki Systems Manager"], "file": "large.sqlite"})
    scene.district.write("services.yaml", "mdm_servers:\n  jamf: {name: Jamf School}\n")
    scene.district.assign(every={"server": "jamf", "devices": {"match": {"family": "*"}}})
    scene.district.run("plan", "--out", str(scene.plan))
    assert scene.comment(scene.plan).code == 0
    assert LONGEST - 30_000 < len(scene.shown()[0]) <= LONGEST


def test_what_was_reviewed_is_fetched(scene: Scene) -> None:
    """The plan that the merged pull request showed is fetched to the byte."""
    scene.save()
    scene.comment(scene.plan)
    scene.merge()
    ran = scene.reviewed()
    assert (ran.code, ran.err) == (0, "")
    assert (scene.folder / "fetched.json").read_bytes() == scene.plan.read_bytes()


def test_what_nobody_reviewed_is_not_fetched(scene: Scene) -> None:
    """A commit without a merged pull request, or with one that shows no plan, is refused as stale, with what to do."""
    assert "No merged pull request brought commit cccccccccccc" in scene.reviewed("c" * 40).err
    scene.save()
    scene.merge()
    refused = scene.reviewed()
    assert (refused.code, "merged without a plan" in refused.err) == (5, True)
    assert "git commit --allow-empty" in refused.err


def test_a_push_after_the_plan(scene: Scene) -> None:
    """A plan that was made before the last commit of the branch is refused, with both commits."""
    scene.save()
    scene.comment(scene.plan)
    scene.merge()
    scene.store.proposals[1].head = "d" * 40
    refused = scene.reviewed()
    assert (refused.code, "was made for commit aaaaaaaaaaaa, and dddddddddddd was merged" in refused.err) == (5, True)


def test_another_plan_in_its_place(scene: Scene) -> None:
    """A kept file that is another plan than the one shown is refused, and so is one that is no plan, or not kept any more."""
    scene.save(3)
    scene.comment(scene.plan)
    scene.save(2)
    scene.merge()
    assert "is not the one that was reviewed" in scene.reviewed().err
    scene.store.artifacts["1"]["plan.json"] = b"{}"
    assert "is not a plan" in scene.reviewed().err
    del scene.store.artifacts["1"]
    refused = scene.reviewed()
    assert (refused.code, "not kept any more" in refused.err) == (5, True)


def test_there_is_one_issue(scene: Scene) -> None:
    """One issue is opened, written over while it is open, closed when it is over, and opened anew the next time."""
    scene.store.issues[1] = Issue(DRIFT, PERSON, "<!-- reconciler issue-drift-changed-outside -->\nmine")
    text = scene.folder / "drift.md"
    for said in ("two iPads\n", "three iPads\n" * 9_000):
        text.write_text(said)
        assert scene.issue(text).code == 0
    (number,) = scene.store.issues.keys() - {1}
    assert scene.store.issues[number].text.count("three iPads") > 3_000
    assert "The issue is closed." in scene.issue("--close").out
    assert not scene.store.issues[number].open
    assert "No such issue is open." in scene.issue("--close").out
    scene.issue(text)
    assert len(scene.store.issues) == 3
    assert scene.store.issues[1].text.endswith("mine")


def test_who_may_not_is_told_what_is_missing(scene: Scene) -> None:
    """A refusal of the forge is a sentence with its words and a hint, and no part of the token."""
    scene.save()
    env = scene.forge.pull(scene.store, scene.folder, 1, "1")
    for token in scene.store.tokens:
        scene.store.tokens[token] = {}
    refused = piped("comment", scene.forge.flag, scene.plan, env=env)
    assert refused.code == 1
    assert refused.err.startswith(("Error: GitHub answered 403", "Error: GitLab answered 401"))
    assert not any(token in refused.err for token in scene.store.tokens)


@pytest.mark.parametrize("forge", [GitHub(), GitLab()], ids=["github", "gitlab"])
def test_outside_of_ci(forge: Forge, tmp_path: Path) -> None:
    """Outside of a CI job it says which variable is missing, and an address without encryption gets no token."""
    nowhere = piped("reviewed", forge.flag, "--out", tmp_path / "p")
    assert (nowhere.code, "is not set" in nowhere.err) == (1, True)
    store = Store("http://forge.example")
    env = forge.push(store, MERGED, "1")
    insecure = piped("reviewed", forge.flag, "--out", tmp_path / "p", env=env)
    assert "not an address we may send a token to" in insecure.err


def test_a_job_for_a_push_shows_nothing(tmp_path: Path, district: District) -> None:
    """A job that runs for no pull request is told so."""
    plan = tmp_path / "plan.json"
    district.run("plan", "--out", str(plan))
    (tmp_path / "event.json").write_text(json.dumps({"ref": "refs/heads/main"}))
    store = Store("http://127.0.0.1:1")
    env = GitHub().push(store, MERGED, "1", GITHUB_EVENT_PATH=str(tmp_path / "event.json"))
    assert "does not run for a pull request" in piped("comment", "--github", plan, env=env).err
    assert "does not run for a merge request" in piped("comment", "--gitlab", plan, env=GitLab().push(store, MERGED, "1")).err


def test_what_became_of_a_plan_stands_below_it(scene: Scene) -> None:
    """After the merge a comment of its own says what apply did, without the plan once more; a second apply writes over it."""
    scene.save()
    scene.comment(scene.plan)
    scene.merge()
    plan = (scene.shown()[0],)
    for number in (1, 2):
        assert (
            scene.outcome(f"Test District\n\nPlan: 3 to update.\nAssign 3 devices to Jamf: 3 of 3 landed\nDone, run {number}.\n").code == 0
        )
        (told,) = set(scene.shown()) - set(plan)
        assert f"```text\nAssign 3 devices to Jamf: 3 of 3 landed\nDone, run {number}.\n```" in told
        assert plan[0] in scene.shown()
    assert scene.reviewed().code == 0, "the comment with the plan is still found"


def test_a_refused_apply_is_told_whole(scene: Scene) -> None:
    """Where apply refused, its words stand on the pull request; where none brought the commit, nothing is said and nothing fails."""
    scene.store.proposals[1].merge_commit = MERGED
    scene.outcome("Error: This plan is stale.\n```\nPlan again.\n")
    assert "````text\nError: This plan is stale.\n```\nPlan again.\n````" in scene.shown()[0]
    nobody = scene.outcome("Error\n", "c" * 40)
    assert (nobody.code, len(scene.shown())) == (0, 1)
    assert "No merged pull request" in nobody.out
