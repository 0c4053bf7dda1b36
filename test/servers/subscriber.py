"""An independent XMPP client: reads commands from stdin, one a line, and prints one JSON object a line.

usage: subscriber.py HOST PORT JID PASSWORD SERVICE [CA_FILE]
commands: subscribe NODE | items NODE | ids NODE | info NODE | reconnect | quit
"""
import asyncio, json, sys
import slixmpp
from slixmpp.exceptions import IqError, IqTimeout
from slixmpp.xmlstream import ET

host, port, jid, password, service = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5]
ca_file = sys.argv[6] if len(sys.argv) > 6 else None


def say(kind, **fields):
    print(json.dumps({"kind": kind, **fields}), flush=True)


class Subscriber(slixmpp.ClientXMPP):
    def __init__(self):
        super().__init__(jid, password)
        for plugin in ("xep_0030", "xep_0060", "xep_0199"):
            self.register_plugin(plugin)
        self.leaving = False
        self.ca_certs = ca_file
        self.add_event_handler("session_start", self.started)
        self.add_event_handler("pubsub_publish", self.published)
        self.add_event_handler("pubsub_retract", lambda m: say("retract", id=m["pubsub_event"]["items"]["retract"]["id"]))
        self.add_event_handler("pubsub_delete", lambda m: say("deleted", node=m["pubsub_event"]["delete"]["node"]))
        self.add_event_handler("failed_auth", lambda e: say("failed-auth"))
        self.add_event_handler("disconnected", self.lost)

    async def started(self, _):
        self.send_presence()
        say("online", jid=str(self.boundjid))

    def lost(self, _):
        say("offline")
        if not self.leaving:
            self.loop.call_later(0.2, self.open)

    def open(self):
        self.connect((host, port), use_ssl=False, force_starttls=ca_file is not None, disable_starttls=ca_file is None)

    def published(self, message):
        items = message["pubsub_event"]["items"]
        for item in items["substanzas"]:
            say("item", node=items["node"], id=item["id"], payload=payload_of(item))

    async def obey(self, line):
        command, _, argument = line.partition(" ")
        try:
            if command == "subscribe":
                reply = await self["xep_0060"].subscribe(service, argument)
                say("subscribed", state=reply["pubsub"]["subscription"]["subscription"])
            elif command == "items":
                reply = await self["xep_0060"].get_items(service, argument)
                found = reply["pubsub"]["items"]["substanzas"]
                say("items", ids=[i["id"] for i in found], payloads=[payload_of(i) for i in found])
            elif command == "ids":
                reply = await self["xep_0030"].get_items(jid=service, node=argument)
                say("ids", ids=[name for (_, _, name) in reply["disco_items"]["items"]])
            elif command == "info":
                reply = await self["xep_0030"].get_info(jid=service, node=argument or None)
                fields = [(f.get("var"), f.findtext("{jabber:x:data}value")) for f in reply.xml.iter("{jabber:x:data}field")]
                say("info", features=sorted(reply["disco_info"]["features"]), fields=dict(fields))
            elif command == "reconnect":
                self.abort()
            elif command == "quit":
                self.leaving = True
                await self.disconnect()
        except IqError as error:
            say("refused", command=command, condition=error.condition)
        except IqTimeout:
            say("refused", command=command, condition="timeout")


def payload_of(item):
    payload = item["payload"]
    return None if payload is None else ET.tostring(payload, encoding="unicode")


async def main():
    client = Subscriber()
    client.open()
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while True:
        line = (await reader.readline()).decode()
        if line == "":
            return
        await client.obey(line.rstrip("\n"))
        if line.startswith("quit"):
            return


asyncio.get_event_loop().run_until_complete(main())
