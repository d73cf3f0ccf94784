"""An assistant, as the official client plays one: assistant.py ESCHER DATA_DIR [CONVERSATION]

Lists tools, looks for the person's conversations, searches, plans, cannot run the plan, waits for a line on standard input
(somebody approves meanwhile), and runs it. Prints what it saw as one JSON document, a line before it waits and a line at the end.
"""

import asyncio
import json
import os
import sys

from jsonschema import Draft202012Validator
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client


def shown(result):
    data = result.model_dump(mode="json", by_alias=True)
    return {"error": bool(data.get("isError")), "data": data.get("structuredContent"), "text": [it.get("text") for it in data["content"]]}


async def as_declared(session, tools):
    """Some clients hold errors too against what a tool declares, and refuse what does not fit."""
    for name, arguments, failed in [("status", {}, False), ("plan_run", {"plan": "pl_none"}, True), ("ask", {"wrong": 1}, True)]:
        schema = Draft202012Validator(next(tool["outputSchema"] for tool in tools if tool["name"] == name))
        answer = shown(await session.call_tool(name, arguments))
        assert answer["error"] == failed, answer
        schema.validate(answer["data"])
        assert not schema.is_valid({"kind": 1}), name


async def told(line):
    print(json.dumps(line), flush=True)


async def main(program, data_dir, persons=None):
    server = StdioServerParameters(command=program, args=["mcp", "--data-dir", data_dir], env=dict(os.environ))
    async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
        hello = await session.initialize()
        tools = [it.model_dump(mode="json", by_alias=True) for it in (await session.list_tools()).tools]
        await as_declared(session, tools)
        theirs = [shown(await session.call_tool("conversations", {}))["data"]]
        for name in ("conversation", "ask", "interpret", "explain") if persons else ():
            words = {} if name == "conversation" else {"text": "show prod databases in azure"}
            theirs.append(shown(await session.call_tool(name, {"conversation": persons, **words})))
        found = shown(await session.call_tool("search", {"words": "prodution postgress", "limit": 3}))
        asked = shown(await session.call_tool("ask", {"text": "Stop production database in GCP project-x"}))
        plan = asked["data"]["plan"]["id"]
        refused = shown(await session.call_tool("plan_run", {"plan": plan}))
        approve = shown(await session.call_tool("plan_approve", {"plan": plan}))
        wrong = [shown(await session.call_tool(name, arguments)) for name, arguments in [
            ("search", {"limit": "ten"}),
            ("search", {"word": "x"}),
            ("no_such_tool", {}),
            ("ask", {"text": "x" * (10 << 20)}),
            ("run_undo", {"run": "run_none"}),
        ]]
        await told({"hello": hello.model_dump(mode="json", by_alias=True), "tools": tools, "found": found, "asked": asked,
                    "refused": refused, "approve": approve, "wrong": wrong, "theirs": theirs})
        await asyncio.to_thread(sys.stdin.readline)
        ran = shown(await session.call_tool("plan_run", {"plan": plan}))
        resources = [str(it.uri) for it in (await session.list_resources()).resources]
        read_back = (await session.read_resource(resources[0])).contents[0].text
        run = next(uri for uri in resources if "/runs/" in uri)
        journal = (await session.read_resource(run)).contents[0].text
        try:
            await session.read_resource("escher://plans/pl_none")
            missing = None
        except Exception as e:  # noqa: BLE001
            missing = str(e)
        chat = shown(await session.call_tool("conversation_new", {}))["data"]["id"]
        turns = [shown(await session.call_tool("ask", {"text": text, "conversation": chat}))["data"]
                 for text in ("show me all VMs in Azure", "only the stopped ones", "start them")]
        own = shown(await session.call_tool("conversations", {}))["data"]["conversations"]
        own = [own, shown(await session.call_tool("conversation", {"conversation": chat}))["data"]["id"]]
        await told({"own": own, "ran": ran, "resources": resources, "plan": json.loads(read_back), "run": json.loads(journal), "missing": missing,
                    "turns": turns})


asyncio.run(main(*sys.argv[1:4]))
