"""HTTP as strangers may speak it."""

import asyncio

import pytest

from include.local_cloud.data.pool import Pool
from include.local_cloud.data.wire import Answer, Request, ServerConnection


async def serving(serve):
    connections: set[ServerConnection] = set()
    server = await asyncio.get_running_loop().create_server(lambda: ServerConnection(serve, connections),
                                                            "127.0.0.1", 0)
    return server, server.sockets[0].getsockname(), connections


def echo(request, connection):
    connection.answer(Answer(200, [(b"X-Method", request.method)], request.target + b"|" + request.body).raw())


async def ask(address, request, timeout=2.0):
    answer = asyncio.get_running_loop().create_future()
    pool = Pool(*address)
    pool.ask(request.raw(), timeout, answer.set_result)
    result = await answer
    pool.close()
    return result


@pytest.mark.parametrize(("request_", "body"), [
    (Request(b"GET", b"/a?b=c", [(b"Host", b"x")], b""), b"/a?b=c|"),
    (Request(b"POST", b"/a", [(b"Host", b"x")], b"x" * 200_000), b"/a|" + b"x" * 200_000),
    (Request(b"HEAD", b"/a", [(b"Host", b"x")], b""), b"")], ids=["get", "a long post", "head"])
def test_a_message_comes_through_whole(request_, body):
    async def story():
        server, address, _ = await serving(echo)
        answer = await ask(address, request_)
        assert (answer.status, answer.header(b"x-method"), answer.body) == (200, request_.method, body)
        server.close()
    asyncio.run(story())


def test_requests_sent_at_once_are_answered_in_their_order():
    async def story():
        server, address, _ = await serving(echo)
        reader, writer = await asyncio.open_connection(*address)
        writer.write(b"GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\nConnection: close\r\n\r\n")
        said = await reader.read()
        assert [said.index(body) for body in (b"/1|", b"/2|", b"/3|")] == sorted(
            said.index(body) for body in (b"/1|", b"/2|", b"/3|"))
        writer.close()
        server.close()
    asyncio.run(story())


def test_what_is_no_http_is_refused_and_closed():
    async def story():
        server, address, _ = await serving(echo)
        reader, writer = await asyncio.open_connection(*address)
        writer.write(b"\x16\x03\x01 hello\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 400 ")
        writer.close()
        server.close()
    asyncio.run(story())


def test_a_connection_is_kept_for_the_next_request():
    async def story():
        used = []
        server, address, _ = await serving(lambda request, connection: (used.append(connection),
                                                                        echo(request, connection)))
        pool = Pool(*address)
        for _ in range(3):
            answer = asyncio.get_running_loop().create_future()
            pool.ask(Request(b"GET", b"/", [], b"").raw(), 2, answer.set_result)
            await answer
        assert len(used) == 3
        assert len(set(used)) == 1
        assert pool.outstanding == 0
        pool.close()
        server.close()
    asyncio.run(story())


def test_how_a_request_failed_is_told():
    async def story():
        request = Request(b"GET", b"/", [], b"")
        server, address, _ = await serving(lambda _, connection: connection.abort())
        assert (await ask(address, request)).failure == "cut"
        server.close()
        await server.wait_closed()
        assert (await ask(address, request)).failure == "refused"
        server, address, _ = await serving(lambda *_: None)
        assert (await ask(address, request, timeout=0.05)).failure == "timeout"
        server.close()
    asyncio.run(story())


def test_a_body_that_is_too_long_is_refused():
    async def story():
        server, address, _ = await serving(echo)
        assert (await ask(address, Request(b"POST", b"/", [], b"x" * 1_200_000))).status in (413, 0)
        server.close()
    asyncio.run(story())
