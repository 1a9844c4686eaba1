"""The life of a pull request, acted out: real git repositories, the pretend Apple and a forge on ports, workflows as `init` writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from providers.simulator import Tenant, seed, serve
from tests.cli.terminal import environment, piped
from tests.district import Ran
from tests.life.forges import Hub, Lab, Proposal, Store, on_a_port
from tests.life.runner import GitHubRunners, GitLabRunners, Job, git

pytestmark = pytest.mark.timeout(900)  # dozens of commands, one after the other: minutes on a machine that others use, too

ON = {"RECONCILER_APPLY": "yes"}
JAMF, INTUNE = "Jamf School", "Intune for Education"
REHEARSAL = re.compile(r"    # A rehearsal:.*?services: \[[^\n]*\n", re.DOTALL)


class School:
    """A school with a repository on a forge, a clone on Ann's machine, and an organization at Apple."""

    def __init__(self, folder: Path, tenant: Tenant, address: str, store: Store) -> None:
        self.tenant, self.store = tenant, store
        self.clone, self.origin = folder / "clone", folder / "origin.git"
        self.key = tenant.credentials().private_key_pem
        self.printed: list[str] = []
        self._number = 0
        secrets = {"APPLE_SCHOOL_KEY": self.key, "RECONCILER_PUSH_TOKEN": "push-secret-0123456789"}
        self.where = (self.origin, folder / "runners", store, secrets)
        self._begin(address)

    def _begin(self, address: str) -> None:
        """Init, and say how to reach the organization: what a school does once."""
        arguments = ("--school", "Lincoln Middle School", "--time-zone", "UTC", "--install", "reconciler")
        self.printed.append(piped("init", self.clone, *arguments).out)
        credentials = self.tenant.credentials()
        real = (
            f"    client_id: {credentials.client_id}\n    key_id: {credentials.key_id}\n    private_key: {{env: APPLE_SCHOOL_KEY}}\n"
            f"    base_url: {address}\n    token_url: {address}/auth/oauth2/token\n"
            "    budget: {reads_per_minute: 10000, writes_per_hour: 1000}\n"
        )
        settings = self.clone / "reconciler.yaml"
        settings.write_text(REHEARSAL.sub(real, settings.read_text()))
        git(self.clone, "init", "--quiet", "--initial-branch", "main")
        self.commit("Begin")
        git(self.clone.parent, "clone", "--quiet", "--bare", self.clone, self.origin)
        git(self.clone, "remote", "add", "origin", self.origin)
        git(self.clone, "fetch", "--quiet", "origin")

    def run(self, *arguments: str) -> Ran:
        """Run a command on Ann's machine."""
        ran = piped(*arguments, env=environment(APPLE_SCHOOL_KEY=self.key), cwd=self.clone)
        self.printed += [ran.out, ran.err]
        return ran

    def commit(self, message: str) -> None:
        """Commit everything that changed."""
        git(self.clone, "add", "--all")
        git(self.clone, "commit", "--quiet", "--allow-empty", "--message", message)

    def branch(self, name: str) -> None:
        """Begin a branch on what is on main now."""
        git(self.clone, "fetch", "--quiet", "origin", "main")
        git(self.clone, "checkout", "--quiet", "-B", name, "FETCH_HEAD")

    def held(self, service: str) -> list[str]:
        """The serials that a service really holds."""
        ids = {one.name: id_ for id_, one in self.tenant.services().items()}
        return sorted(serial for serial, held in self.tenant.devices().items() if held == ids[service])

    def propose(self) -> int:
        """Push the branch and open a pull request; its number."""
        self._number += 1
        self.store.proposals[self._number] = Proposal("")
        self.push(self._number)
        return self._number

    def push(self, number: int) -> None:
        """Push the branch of a pull request again."""
        branch = git(self.clone, "branch", "--show-current")
        git(self.clone, "push", "--quiet", "--force", "origin", branch)
        self.store.proposals[number].head = git(self.clone, "rev-parse", "HEAD")

    def merge(self, number: int) -> str:
        """Merge it with a commit of its own; the commit."""
        git(self.clone, "fetch", "--quiet", "origin", "main")
        git(self.clone, "checkout", "--quiet", "--detach", "FETCH_HEAD")
        git(self.clone, "merge", "--quiet", "--no-ff", "--message", f"Merge {number}", self.store.proposals[number].head)
        git(self.clone, "push", "--quiet", "origin", "HEAD:main")
        self.store.proposals[number].merge_commit = git(self.clone, "rev-parse", "HEAD")
        return self.store.proposals[number].merge_commit

    def shown(self, number: int) -> str:
        """The one comment on a pull request that shows its plan."""
        return self._comment(number, "plan")

    def outcome(self, number: int) -> str:
        """The one comment on a pull request that says what became of its plan."""
        return self._comment(number, "outcome")

    def _comment(self, number: int, name: str) -> str:
        texts = [comment.text for comment in self.store.proposals[number].comments.values()]
        (text,) = [text for text in texts if text.startswith(f"<!-- reconciler {name} ")]
        return text

    def planned(self, number: int) -> Job:
        """Run the plan job."""
        raise NotImplementedError

    def applied(self, commit: str) -> Job:
        """Run the apply job."""
        raise NotImplementedError

    def looked(self) -> Job:
        """Run the nightly job."""
        raise NotImplementedError

    def reminded(self) -> Job:
        """Run the weekly job."""
        raise NotImplementedError

    def done(self, job: Job | None) -> Job:
        """Remember what it printed."""
        assert job is not None
        self.printed.append(job.log)
        return job

    def check_secrets(self) -> None:
        """No output, comment, kept file, nor anything in git's history holds a secret."""
        history = git(self.origin, "log", "--patch", "--all")
        everything = "\n".join([*self.printed, self.store.said(), history])
        lines = [line for line in self.key.splitlines() if not line.startswith("-----")]
        secrets = [*lines, *self.store.tokens, "push-secret"]
        assert lines
        assert not [secret for secret in secrets if secret in everything]


class OnGitHub(School):
    def planned(self, number: int) -> Job:
        """See School. GitHub checks out what the merge would be."""
        head = self.store.proposals[number].head
        git(self.clone, "fetch", "--quiet", "origin", "main")
        git(self.clone, "checkout", "--quiet", "--detach", "FETCH_HEAD")
        git(self.clone, "merge", "--quiet", "--no-ff", "--message", "GitHub's own", head)
        ref = f"refs/pull/{number}/merge"
        git(self.clone, "push", "--quiet", "--force", "origin", f"HEAD:{ref}")
        git(self.clone, "checkout", "--quiet", "-")
        event = {"pull_request": {"number": number, "head": {"sha": head, "repo": {"full_name": "o/r"}}}}
        return self.done(GitHubRunners(*self.where, ON).run("plan", ref, event))

    def applied(self, commit: str) -> Job:
        """See School."""
        return self.done(GitHubRunners(*self.where, ON).run("apply", commit, {"ref": "refs/heads/main"}))

    def looked(self) -> Job:
        """See School."""
        return self.done(GitHubRunners(*self.where, ON).run("drift", "main", {"schedule": "17 3 * * *"}))

    def reminded(self) -> Job:
        """See School."""
        return self.done(GitHubRunners(*self.where, ON).run("renewals", "main", {"schedule": "41 5 * * 1"}))


class OnGitLab(School):
    def planned(self, number: int) -> Job:
        """See School. GitLab checks out the branch."""
        more = {"CI_MERGE_REQUEST_IID": str(number), "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}
        return self._job("plan", self.store.proposals[number].head, **more)

    def applied(self, commit: str) -> Job:
        """See School."""
        return self._job("apply", commit, CI_COMMIT_BRANCH="main")

    def looked(self) -> Job:
        """See School."""
        return self._job("drift", "main", RECONCILER_JOB="drift")

    def reminded(self) -> Job:
        """See School."""
        return self._job("renewals", "main", RECONCILER_JOB="renewals")

    def _job(self, name: str, ref: str, **variables: str) -> Job:
        token = self.store.mint(api="all")
        return self.done(GitLabRunners(*self.where, ON).run(name, ref, RECONCILER_TOKEN=token, **variables))


@contextmanager
def _school(kind: type[School], door: type[Hub] | type[Lab], folder: Path) -> Iterator[School]:
    tenant = Tenant.open(folder / "apple.sqlite")
    seed(tenant, devices=24, services=[JAMF, INTUNE], seed=1)
    for switch in ("activity_seconds", "linkage_lag"):
        tenant.switches.set(switch, "0")
    with tenant, serve(tenant) as server, on_a_port(door) as store:
        yield kind(folder, tenant, server.base_url, store)


@pytest.fixture(params=[pytest.param((OnGitHub, Hub), id="github"), pytest.param((OnGitLab, Lab), id="gitlab", marks=pytest.mark.slow)])
def school(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[School]:
    """A school whose organization was run by hand so far."""
    kind, door = request.param
    with _school(kind, door, tmp_path) as made:
        yield made


def _adopt(school: School) -> None:
    """The first pull request: what is live becomes files, and nothing is sent for it."""
    school.branch("adopt")
    assert school.run("import").code == 0
    school.commit("What there is")
    number = school.propose()
    planned = school.planned(number)
    assert planned.code == 0, planned.log
    assert "only to record" in school.shown(number)
    applied = school.applied(school.merge(number))
    assert applied.code == 0, applied.log
    assert school.tenant.counters()["activities"] == {}


def _move(school: School, serials: list[str]) -> None:
    """Take these off the lists and give them to the other service, in the files."""
    for table in (school.clone / "devices").glob("jamf-*.csv"):
        rows = table.read_text().splitlines(keepends=True)
        table.write_text("".join(row for row in rows if row.split(",")[0] not in serials))
    names = ", ".join(serials)
    (school.clone / "schools" / "lincoln-middle-school" / "devices.yaml").write_text(
        f"device_assignments:\n  lab:\n    server: intune-for-education\n    devices: {{serials: [{names}]}}\n"
    )


@pytest.mark.slow  # Apple is asked after 5 seconds, and its lists are trusted after 15: two activities are 40 seconds of waiting
def test_the_life_of_a_pull_request(school: School) -> None:
    """From init to undo: adopt, propose, review, merge, apply what was reviewed, find it in the ledger, see drift, and go back."""
    _adopt(school)

    moved = school.held(JAMF)[:2]
    school.branch("lab")
    _move(school, moved[:1])
    school.commit("One")
    number = school.propose()
    school.planned(number)
    assert "**1 to update" in school.shown(number)
    _move(school, moved)
    school.commit("Two")
    school.push(number)
    planned = school.planned(number)
    assert planned.code == 0, planned.log
    assert "**2 to update" in school.shown(number)

    applied = school.applied(school.merge(number))
    assert applied.code == 0, applied.log
    assert set(moved) < set(school.held(INTUNE))
    assert "Done: 2 of 2 landed, read back one by one" in school.outcome(number)

    school.branch("main")
    assert school.run("plan").code == 0, "what was recorded is on main"
    assert school.run("ledger", "verify").code == 0
    told = school.run("show", f"device_assignment/{moved[0]}").out
    runs = re.findall(r"landed {2}\(run ([0-9a-f]{12}), by ann-of-school\)", told)
    assert len(runs) == 2, told  # it was adopted by the first, and moved by the second

    assert school.looked().code == 0
    assert not school.store.issues
    jamf = next(id_ for id_, one in school.tenant.services().items() if one.name == JAMF)
    intune = next(id_ for id_, one in school.tenant.services().items() if one.name == INTUNE)
    school.tenant.portal.assign(moved[:1], jamf)
    assert school.looked().code == 0
    ((issue,),) = [school.store.issues.values()]
    assert issue.open
    assert moved[0] in issue.text
    school.tenant.portal.assign(moved[:1], intune)
    school.looked()
    assert not issue.open

    assert school.run("plan", "--revert", runs[1], "--out", "plan.json").code == 2
    assert school.run("apply", "--plan", "plan.json").code == 0
    assert set(moved) < set(school.held(JAMF))
    school.commit("Undone")
    git(school.clone, "push", "--quiet", "origin", "main")
    school.check_secrets()


def test_what_expires_soon_is_an_issue(school: School) -> None:
    """Every week one issue says what expires within two months; it is closed when that has been renewed."""
    soon = (datetime.now(UTC).date() + timedelta(days=20)).isoformat()
    for day in (soon, "2099-01-01"):
        entry = f"renewals:\n  push:\n    what: apns_certificate\n    expires: {day}\n    owner: IT office\n"
        (school.clone / "renewals.yaml").write_text(entry)
        school.commit("Renewals")
        git(school.clone, "push", "--quiet", "origin", "HEAD:main")
        job = school.reminded()
        assert job.code == 0, job.log
        (issue,) = school.store.issues.values()
        assert (soon in issue.text, issue.open) == (True, day == soon)
    school.check_secrets()


@pytest.fixture
def on_github(tmp_path: Path) -> Iterator[OnGitHub]:
    with _school(OnGitHub, Hub, tmp_path) as made:
        assert isinstance(made, OnGitHub)
        yield made


@pytest.mark.slow
def test_what_was_not_reviewed_is_not_applied(on_github: OnGitHub) -> None:
    """A plan from before another apply is refused, and a new one from an empty pull request is carried out; nothing else ever is."""
    school = on_github
    _adopt(school)
    both = school.held(JAMF)[:2]
    numbers = []
    for name, moved in zip(("lab", "library"), both, strict=True):
        school.branch(name)
        _move(school, [moved])
        school.commit(name)
        numbers.append(school.propose())
        assert school.planned(numbers[-1]).code == 0
    assert school.applied(school.merge(numbers[0])).code == 0
    git(school.clone, "fetch", "--quiet", "origin", "main")
    git(school.clone, "checkout", "--quiet", "library")
    git(school.clone, "merge", "--quiet", "--strategy-option", "ours", "--no-edit", "FETCH_HEAD")
    school.store.proposals[numbers[1]].head = git(school.clone, "rev-parse", "HEAD")
    late = school.applied(school.merge(numbers[1]))
    assert (late.code, "was made for commit" in late.log) == (5, True)
    assert "was made for commit" in school.outcome(numbers[1])

    school.branch("again")
    _move(school, both)
    school.commit("Plan again")
    number = school.propose()
    school.planned(number)
    assert both[1] in school.shown(number)
    commit = school.merge(number)
    assert school.applied(commit).code == 0
    assert set(both) < set(school.held(INTUNE))

    twice = school.applied(commit)
    assert (twice.code, "A plan is used once" in twice.log) == (5, True)
    assert "Commit record and ledger" in twice.steps
    school.branch("main")
    school.commit("Straight to main")
    git(school.clone, "push", "--quiet", "origin", "main")
    nobody = school.applied(git(school.clone, "rev-parse", "HEAD"))
    assert (nobody.code, "No merged pull request brought commit" in nobody.log) == (5, True)
    assert "Apply" not in nobody.steps
    school.check_secrets()


@pytest.mark.slow
def test_what_was_in_flight_is_looked_after_on_another_machine(on_github: OnGitHub) -> None:
    """When a job ends before Apple does, its journal is on main, and the next job finds out what became of it and clears it away."""
    school = on_github
    _adopt(school)
    school.tenant.switches.set("activity_seconds", "30")
    moved = school.held(JAMF)[:1]
    school.branch("lab")
    _move(school, moved)
    settings = school.clone / "reconciler.yaml"
    settings.write_text(settings.read_text().replace("    budget:", "    patience: 1\n    budget:"))
    school.commit("Lab")
    number = school.propose()
    school.planned(number)
    ended = school.applied(school.merge(number))
    assert ended.code == 7, ended.log
    assert "state/private/journal.jsonl" in git(school.origin, "ls-tree", "-r", "--name-only", "main")

    school.tenant.clock.sleep(60)
    school.branch("again")
    school.commit("Plan again")
    number = school.propose()
    school.planned(number)
    assert "was interrupted" in school.shown(number)
    looked = school.applied(school.merge(number))
    assert "Looked again: 1 of 1 landed" in looked.log
    assert "state/private/journal.jsonl" not in git(school.origin, "ls-tree", "-r", "--name-only", "main")
    school.check_secrets()


def test_a_mistake_is_told_on_the_pull_request(on_github: OnGitHub) -> None:
    """Where the files are wrong the comment says what is, and the job fails."""
    school = on_github
    school.branch("typo")
    (school.clone / "devices.yaml").write_text("device_assignments:\n  lab: {server: jmf, devices: {serials: [C02TEST0001]}}\n")
    school.commit("Typo")
    number = school.propose()
    assert school.planned(number).code == 1
    assert 'devices.yaml:2:17  server: "jmf" is not a known mdm_server' in school.shown(number)


def test_apply_is_off_until_somebody_says_yes(on_github: OnGitHub) -> None:
    """Without the variable RECONCILER_APPLY nothing is applied, and a pull request from a fork is not planned."""
    runners = GitHubRunners(*on_github.where, {})
    assert runners.run("apply", "main", {}) is None
    fork = {"pull_request": {"number": 1, "head": {"sha": "f" * 40, "repo": {"full_name": "stranger/r"}}}}
    assert runners.run("plan", "main", fork) is None
