"""GitHub and GitLab on a loopback port: exactly the endpoints that CI jobs of ours ask, judged strictly.

Tokens are minted for one job with its permissions, as the forges do; who lacks one is told so with 403. Lists come in short pages.
"""

from __future__ import annotations

import io
import json
import re
import threading
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

BOT, PERSON = "github-actions[bot]", "ann"
PAGE = 2
LONGEST = 65_536
READ, WRITE = ("read", "write"), ("write",)


@dataclass
class Comment:
    author: str
    text: str


@dataclass
class Issue:
    title: str
    author: str
    text: str
    open: bool = True


@dataclass
class Proposal:
    """A pull request or merge request."""

    head: str
    merge_commit: str = ""
    comments: dict[int, Comment] = field(default_factory=dict)


@dataclass
class Store:
    """What a forge holds of one repository. `artifacts`: job → name → content. `tokens`: token → permissions."""

    address: str = ""
    proposals: dict[int, Proposal] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    artifacts: dict[str, dict[str, bytes]] = field(default_factory=dict)
    tokens: dict[str, Mapping[str, str]] = field(default_factory=dict)
    _count: int = 100

    def next(self) -> int:
        """A number that nothing has."""
        self._count += 1
        return self._count

    def mint(self, **permissions: str) -> str:
        """A token for one job."""
        token = f"forge-secret-{self.next()}-abcdefghijklmnop"
        self.tokens[token] = {name.replace("_", "-"): value for name, value in permissions.items()}
        return token

    def said(self) -> str:
        """Everything that people can read."""
        comments = (comment.text for proposal in self.proposals.values() for comment in proposal.comments.values())
        issues = (f"{issue.title}\n{issue.text}" for issue in self.issues.values())
        kept = (content.decode() for files in self.artifacts.values() for content in files.values())
        return "\n".join([*comments, *issues, *kept])


class Refused(Exception):
    """What the forge answers instead."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.answer = _json({"message": message}, status)


class Hub:
    """GitHub's endpoints."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._routes = (
            (r"GET /user", self._user),
            (r"(GET|POST) /repos/o/r/issues/(\d+)/comments", self._comments),
            (r"(PATCH) /repos/o/r/issues/comments/(\d+)", self._comment),
            (r"(GET|POST) /repos/o/r/issues", self._issues),
            (r"(PATCH) /repos/o/r/issues/(\d+)", self._issue),
            (r"GET /repos/o/r/commits/([0-9a-f]{40})/pulls", self._pulls),
            (r"GET /repos/o/r/actions/runs/(\d+)/artifacts", self._artifacts),
            (r"GET /repos/o/r/actions/artifacts/(\d+)/zip", self._zip),
            (r"GET /elsewhere/(\d+)", self._elsewhere),
        )

    def __call__(self, request: Request) -> Response:
        """Answer."""
        return _routed(request, self._routes)

    def _may(self, request: Request, name: str, level: tuple[str, ...]) -> None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.store.tokens:
            raise Refused(401, "Bad credentials")
        if self.store.tokens[token].get(name) not in level:
            raise Refused(403, "Resource not accessible by integration")

    def _user(self, request: Request) -> Response:
        self._may(request, "nothing that a job's token may have", WRITE)
        raise AssertionError

    def _comments(self, request: Request, method: str, number: str) -> Response:
        self._may(request, "pull-requests", WRITE if method == "POST" else READ)
        comments = self.store.proposals[int(number)].comments
        if method == "GET":
            return _page(request, [_comment(id_, one) for id_, one in comments.items()])
        id_ = self.store.next()
        comments[id_] = Comment(BOT, _text(request, "body"))
        return _json(_comment(id_, comments[id_]), 201)

    def _comment(self, request: Request, method: str, id_: str) -> Response:
        del method
        self._may(request, "pull-requests", WRITE)
        found = next(one.comments[int(id_)] for one in self.store.proposals.values() if int(id_) in one.comments)
        found.text = _text(request, "body")
        return _json(_comment(int(id_), found))

    def _issues(self, request: Request, method: str) -> Response:
        self._may(request, "issues", WRITE if method == "POST" else READ)
        if method == "POST":
            number = self.store.next()
            self.store.issues[number] = Issue(_said(request)["title"], BOT, _text(request, "body"))
            return _json({"number": number}, 201)
        assert request.args["state"] == "open"
        pulls = [{"number": n, "user": {"login": BOT}, "body": "", "pull_request": {}} for n in self.store.proposals]
        issues = [{"number": n, "user": {"login": one.author}, "body": one.text} for n, one in self.store.issues.items() if one.open]
        return _page(request, [*pulls, *issues])

    def _issue(self, request: Request, method: str, number: str) -> Response:
        del method
        self._may(request, "issues", WRITE)
        _change(self.store.issues[int(number)], _said(request), "body", ("state", "closed"))
        return _json({"number": int(number)})

    def _pulls(self, request: Request, commit: str) -> Response:
        self._may(request, "pull-requests", READ)
        found = [
            {"number": n, "head": {"sha": one.head}, "merged_at": "2026-11-23T08:00:00Z", "merge_commit_sha": commit}
            for n, one in self.store.proposals.items()
            if one.merge_commit == commit
        ]
        return _page(request, found)

    def _artifacts(self, request: Request, run: str) -> Response:
        self._may(request, "actions", READ)
        there = run in self.store.artifacts
        listed = [{"id": int(run), "name": request.args["name"], "expired": False}] if there else []
        return _json({"total_count": len(listed), "artifacts": listed})

    def _zip(self, request: Request, run: str) -> Response:
        """GitHub sends to a storage of its own, where its tokens are refused."""
        self._may(request, "actions", READ)
        return Response(status=302, headers={"Location": f"{self.store.address.replace('127.0.0.1', 'localhost')}/elsewhere/{run}"})

    def _elsewhere(self, request: Request, run: str) -> Response:
        if "Authorization" in request.headers:
            raise Refused(400, "a token was sent to another host")
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for name, content in self.store.artifacts[run].items():
                archive.writestr(name, content)
        return Response(stream.getvalue(), mimetype="application/zip")


class Lab:
    """GitLab's endpoints. Who has a token is the user 7; the others have other numbers."""

    def __init__(self, store: Store) -> None:
        self.store = store
        project = "/projects/5"
        self._routes = (
            (r"GET /user", self._user),
            (rf"(GET|POST) {project}/merge_requests/(\d+)/notes", self._notes),
            (rf"(PUT) {project}/merge_requests/(\d+)/notes/(\d+)", self._note),
            (rf"(GET|POST) {project}/issues", self._issues),
            (rf"(PUT) {project}/issues/(\d+)", self._issue),
            (rf"GET {project}/repository/commits/([0-9a-f]{{40}})/merge_requests", self._requests),
            (rf"GET {project}/jobs/(\d+)/artifacts/([\w.]+)", self._artifact),
        )

    def __call__(self, request: Request) -> Response:
        """Answer."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if "api" not in self.store.tokens.get(token, {}):
            return _json({"message": "401 Unauthorized"}, 401)
        return _routed(request, self._routes)

    def _user(self, request: Request) -> Response:
        del request
        return _json({"id": 7})

    def _notes(self, request: Request, method: str, number: str) -> Response:
        comments = self.store.proposals[int(number)].comments
        if method == "GET":
            assert request.args["sort"] == "asc"
            return _page(request, [{"id": id_, "body": one.text, "author": _author(one.author)} for id_, one in comments.items()])
        id_ = self.store.next()
        comments[id_] = Comment(BOT, _text(request, "body"))
        return _json({"id": id_}, 201)

    def _note(self, request: Request, method: str, number: str, id_: str) -> Response:
        del method
        self.store.proposals[int(number)].comments[int(id_)].text = _text(request, "body")
        return _json({"id": int(id_)})

    def _issues(self, request: Request, method: str) -> Response:
        if method == "POST":
            number = self.store.next()
            self.store.issues[number] = Issue(_said(request)["title"], BOT, _text(request, "description"))
            return _json({"iid": number}, 201)
        assert request.args["state"] == "opened"
        every = ((n, one) for n, one in self.store.issues.items() if one.open)
        return _page(request, [{"iid": n, "description": one.text, "author": _author(one.author)} for n, one in every])

    def _issue(self, request: Request, method: str, number: str) -> Response:
        del method
        _change(self.store.issues[int(number)], _said(request), "description", ("state_event", "close"))
        return _json({"iid": int(number)})

    def _requests(self, request: Request, commit: str) -> Response:
        found = [
            {"iid": n, "sha": one.head, "state": "merged", "merge_commit_sha": commit, "squash_commit_sha": None}
            for n, one in self.store.proposals.items()
            if one.merge_commit == commit
        ]
        return _page(request, found)

    def _artifact(self, request: Request, job: str, name: str) -> Response:
        del request
        content = self.store.artifacts.get(job, {}).get(name)
        return Response(content) if content is not None else _json({"message": "404 Not Found"}, 404)


def _comment(id_: int, one: Comment) -> dict[str, Any]:
    return {"id": id_, "body": one.text, "user": {"login": one.author}}


def _author(name: str) -> dict[str, int]:
    return {"id": 7 if name == BOT else 8}


def _change(issue: Issue, said: Mapping[str, str], text: str, closing: tuple[str, str]) -> None:
    assert issue.open
    issue.title = said.get("title", issue.title)
    issue.text = said.get(text, issue.text)
    issue.open = said.get(closing[0]) != closing[1]


def _said(request: Request) -> dict[str, str]:
    said: dict[str, str] = json.loads(request.get_data())
    return said


def _text(request: Request, key: str) -> str:
    text = _said(request)[key]
    if len(text) > LONGEST:
        raise Refused(422, "body is too long (maximum is 65536 characters)")
    return text


def _json(value: object, status: int = 200) -> Response:
    return Response(json.dumps(value), status=status, mimetype="application/json")


def _page(request: Request, items: list[dict[str, Any]]) -> Response:
    number = int(request.args.get("page", "1"))
    shown, rest = items[(number - 1) * PAGE : number * PAGE], items[number * PAGE :]
    answer = _json(shown)
    if rest:
        others = "".join(f"&{key}={value}" for key, value in request.args.items() if key != "page")
        answer.headers["Link"] = f'<{request.base_url}?page={number + 1}{others}>; rel="next"'
    return answer


def _routed(request: Request, routes: Iterable[tuple[str, Any]]) -> Response:
    for pattern, answer in routes:
        if match := re.fullmatch(pattern, f"{request.method} {request.path}"):
            try:
                found: Response = answer(request, *match.groups())
            except Refused as refused:
                return refused.answer
            return found
    return _json({"message": "Not Found"}, 404)


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        pass


@contextmanager
def on_a_port(forge: type[Hub] | type[Lab]) -> Iterator[Store]:
    """A forge on a loopback port; what it holds."""
    store = Store()
    server = make_server("127.0.0.1", 0, Request.application(forge(store)), threaded=True, request_handler=_Quiet)
    store.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield store
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
