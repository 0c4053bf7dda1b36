"""The management interface as Python's standard library sees it: xmlrpc.client without options, and raw HTTP.

Usage: python3 xmlrpc_suite.py URL — against the fake target of test/support/fake-target.ts.
"""

import datetime
import http.client
import sys
import threading
import unittest
import urllib.parse
import xmlrpc.client

URL = sys.argv.pop(1)
HEADERS = {"Content-Type": "text/xml"}


def proxy(**options):
    return xmlrpc.client.ServerProxy(URL, **options)


def post(body, headers=HEADERS, path="/RPC2", method="POST"):
    """Status and text of one raw request."""
    where = urllib.parse.urlsplit(URL)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=20)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8")
    finally:
        connection.close()


def call_xml(value):
    return (
        "<?xml version='1.0'?><methodCall><methodName>system.methodHelp</methodName>"
        f"<params><param>{value}</param></params></methodCall>"
    ).encode("utf-8", "surrogatepass")


class Case(unittest.TestCase):
    def assert_fault(self, number, code, text, work):
        with self.assertRaises(xmlrpc.client.Fault) as caught:
            work()
        self.assertEqual(caught.exception.faultCode, number)
        self.assertTrue(caught.exception.faultString.startswith(code + ": "), caught.exception.faultString)
        self.assertIn(text, caught.exception.faultString)

    def assert_lives(self):
        self.assertIn("publish", proxy().system.listMethods())


class Methods(Case):
    def test_metrics(self):
        agent = proxy()
        properties = [
            {"name": "host", "type": "string"},
            {"name": "used", "type": "double", "unit": "%", "description": "Benützt \U0001f600 <&>"},
        ]
        self.assertIs(agent.registerMetric("PyMem", properties, {"description": "a\nb"}), True)
        self.assertIs(agent.registerMetric("PyMem", properties, {"description": "a\nb"}), True)
        self.assertIs(agent.registerMetric("PyStruct", {"n": "int", "tags": "string[]", "more": "map"}), True)
        self.assertIs(agent.registerMetric("PyPaper"), True)
        listed = {metric["name"]: metric for metric in agent.listMetrics({"match": "py"})}
        self.assertEqual(set(listed), {"PyMem", "PyStruct", "PyPaper"})
        self.assertEqual(listed["PyMem"]["properties"], properties)
        self.assertEqual(listed["PyMem"]["description"], "a\nb")
        self.assertEqual(listed["PyMem"]["domain"], "renci")
        self.assertEqual([m["name"] for m in agent.listMetrics({"unit": "%"})], ["PyMem"])
        for name in listed:
            self.assertIs(agent.deleteMetric(name), True)
        self.assert_fault(200, "UNKNOWN_METRIC", "PyMem", lambda: agent.deleteMetric("PyMem"))

    def test_publish(self):
        agent = proxy(allow_none=True, use_builtin_types=True)
        agent.registerMetric("PyPub", {"s": "string", "l": "long", "d": "double", "b": "boolean", "a": "int[]", "m": "map"})
        when = datetime.datetime(2026, 1, 2, 3, 4, 5)
        events = [
            {"s": "ü\u20ac\U0001f600 \t\r\n", "l": 2**31 - 1, "d": 0.1, "b": True, "a": [1, 2], "m": {"k": [None, "v"]}},
            {"s": None, "l": "1800000000000", "d": 1, "b": False, "a": [], "m": {}},
            {"l": 1.8e12, "d": -0.0},
            {"l": when},
            {},
        ]
        self.assertEqual(agent.publish("PyPub", events), {"accepted": 5, "duplicates": 0})
        event = {"l": 1, "id": "once"}
        self.assertEqual(agent.publish("PyPub", [event, event]), {"accepted": 1, "duplicates": 1})
        self.assertEqual(agent.publish("PyPub", [event]), {"accepted": 0, "duplicates": 1})
        self.assertEqual(agent.publish("PyPub", [event], {"client": "another"}), {"accepted": 1, "duplicates": 0})
        self.assert_fault(204, "INVALID_EVENT", "did you mean", lambda: agent.publish("PyPub", [{"l": 1, "ll": 3}]))
        self.assert_fault(204, "INVALID_EVENT", "events[1].l", lambda: agent.publish("PyPub", [{}, {"l": "12abc"}]))
        self.assert_fault(205, "VALUE_OUT_OF_RANGE", "events[0].l", lambda: agent.publish("PyPub", [{"l": str(2**53 + 1)}]))
        self.assert_fault(205, "VALUE_OUT_OF_RANGE", "nan", lambda: agent.publish("PyPub", [{"d": float("nan")}]))
        self.assert_fault(204, "INVALID_EVENT", "base64", lambda: agent.publish("PyPub", [{"s": b"bytes"}]))
        agent.deleteMetric("PyPub")

    def test_queries(self):
        agent = proxy()
        options = {"jid": "ann@example.org", "subscribers": ["bob@example.org"], "onSilence": "wait", "name": "py"}
        answer = agent.registerQuery("select * from Ünïcode", options)
        self.assertEqual(set(answer), {"queryId", "node", "service", "uri", "notes", "plan"})
        self.assertTrue(answer["uri"].startswith("xmpp:"))
        # A null of the plan is left out, since this client was not told to read nil.
        self.assertEqual(set(answer["plan"]), {"owner", "fragments"})
        query_id = answer["queryId"]
        details = agent.getQuery(query_id)
        self.assertEqual(details["epl"], "select * from Ünïcode")
        self.assertEqual(details["createdMs"], 1800000000000)
        self.assertEqual(details["subscribers"], ["bob@example.org"])
        self.assertIn(query_id, [query["queryId"] for query in agent.listQueries()])
        self.assertIs(agent.deleteQuery(query_id), True)
        self.assert_fault(300, "UNKNOWN_QUERY", query_id, lambda: agent.getQuery(query_id))
        self.assertEqual(agent.explainQuery("select 1")["text"], "plan of select 1")

    def test_status(self):
        agent = proxy()
        self.assertEqual(agent.listDomains()[0]["domain"], "renci")
        source = agent.listSources()[0]
        self.assertEqual((source["state"], source["metrics"]), ("running", ["HostCpu"]))
        self.assertNotIn("lastEventMs", source)
        status = agent.getStatus()
        self.assertEqual(status["counters"], {'a_total{x="y"}': 3})
        self.assertEqual(status["startedMs"], 1800000000000)

    def test_faults(self):
        agent = proxy()
        self.assert_fault(100, "SYNTAX", "(line 2, column 1); did you mean 'select'?", lambda: agent.registerQuery("\nselekt"))
        self.assert_fault(302, "UNKNOWN_OPTION", "did you mean 'jid'?", lambda: agent.registerQuery("a", {"jidd": 1}))
        self.assert_fault(301, "INVALID_OPTION", "wait, continue, hold", lambda: agent.registerQuery("a", {"onSilence": 1}))
        self.assert_fault(502, "INVALID_JID", "without a resource", lambda: agent.registerQuery("a", {"jid": "a@b/c"}))
        self.assert_fault(203, "INVALID_METRIC", "domain", lambda: agent.registerMetric("A", {"domain": "string"}))
        self.assert_fault(600, "UNKNOWN_METHOD", "did you mean 'getStatus'?", lambda: agent.getStatu())
        self.assert_fault(601, "INVALID_PARAMETERS", "listQueries()", lambda: agent.listQueries(1))
        self.assert_fault(900, "INTERNAL", "", lambda: agent.registerQuery("bug"))

    def test_every_method_refuses_what_it_cannot_mean(self):
        agent = proxy()
        for name in agent.system.listMethods():
            method = getattr(agent, name)
            self.assert_fault(601, "INVALID_PARAMETERS", "", lambda: method(1, 2, 3, 4, 5))  # noqa: B023

    def test_introspection(self):
        agent = proxy()
        names = agent.system.listMethods()
        self.assertEqual(names, sorted(names))
        for name in names:
            self.assertTrue(agent.system.methodHelp(name).startswith(name + "("))
            for signature in agent.system.methodSignature(name):
                self.assertTrue(all(isinstance(kind, str) for kind in signature))
        self.assertEqual(agent.system.getCapabilities()["xmlrpc"]["specVersion"], 1)

    def test_multicall(self):
        calls = xmlrpc.client.MultiCall(proxy())
        calls.registerMetric("PyMulti", {"n": "int"})
        calls.publish("PyMulti", [{"n": 1}])
        calls.deleteMetric("PyMulti")
        calls.deleteMetric("PyMulti")
        answers = calls()
        self.assertEqual([answers[0], answers[1], answers[2]], [True, {"accepted": 1, "duplicates": 0}, True])
        self.assert_fault(200, "UNKNOWN_METRIC", "PyMulti", lambda: answers[3])

    def test_many_at_once(self):
        failures = []

        def work(index):
            try:
                agent = proxy()
                answer = agent.registerQuery("select 1", {"name": f"many-{index}"})
                if answer["queryId"] != f"q-many-{index}" or agent.deleteQuery(answer["queryId"]) is not True:
                    failures.append(answer)
            except Exception as error:  # pylint: disable=broad-except
                failures.append(error)

        threads = [threading.Thread(target=work, args=(index,)) for index in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])


class Hostile(Case):
    def assert_refused(self, body, number, code):
        status, text = post(body)
        self.assertEqual(status, 200, text)
        self.assertIn(f"<int>{number}</int>", text)
        self.assertIn(code + ": ", text)
        with self.assertRaises(xmlrpc.client.Fault):
            xmlrpc.client.loads(text)
        self.assert_lives()

    def test_malformed(self):
        for body in [
            b"",
            b"<",
            b"hello",
            b"\x00\x01\x02",
            b"<methodCall>",
            b"<methodCall></methodCall>",
            b"<methodResponse><params/></methodResponse>",
            b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><methodCall/>",
            b"<?xml version='1.0'?><?php x?><methodCall/>",
            b"<?xml version='1.0' encoding='utf-16'?><methodCall/>",
            call_xml("<value><int>12abc</int></value>"),
            call_xml("<value><boolean>yes</boolean></value>"),
            call_xml("<value><dateTime.iso8601>20261399T00:00:00</dateTime.iso8601></value>"),
            call_xml("<value><base64>!</base64></value>"),
            call_xml("<value><string>a</value></string>"),
            call_xml("<value>&lol;</value>"),
            call_xml("<value>\x01</value>"),
            call_xml("<value><struct><member><name>__proto__</name><value>x</value></member></struct></value>"),
        ]:
            with self.subTest(body=body):
                self.assert_refused(body, 603, "REQUEST_MALFORMED")

    def test_bad_utf8(self):
        for tail in [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf5\x80\x80\x80"]:
            body = call_xml("<value>@</value>").replace(b"@", tail)
            with self.subTest(tail=tail):
                self.assert_refused(body, 603, "REQUEST_MALFORMED")

    def test_deep(self):
        for depth in [100, 20_000]:
            value = "<value><array><data>" * depth + "</data></array></value>" * depth
            self.assert_refused(call_xml(value), 602, "REQUEST_TOO_LARGE")

    def test_unclosed_deep(self):
        self.assert_refused(call_xml("<value><array><data>" * 20_000), 602, "REQUEST_TOO_LARGE")

    def test_many_values(self):
        self.assert_refused(call_xml("<value><array><data>" + "<value/>" * 200_000), 602, "REQUEST_TOO_LARGE")

    def test_out_of_range(self):
        for value in ["<i8>9223372036854775807</i8>", "<double>nan</double>", "<double>1e400</double>"]:
            self.assert_refused(call_xml(f"<value>{value}</value>"), 205, "VALUE_OUT_OF_RANGE")

    def test_huge(self):
        where = urllib.parse.urlsplit(URL)
        connection = http.client.HTTPConnection(where.hostname, where.port, timeout=20)
        connection.putrequest("POST", "/RPC2")
        connection.putheader("Content-Type", "text/xml")
        connection.putheader("Content-Length", str(5 * 1024 * 1024 * 1024))
        connection.endheaders()
        answer = connection.getresponse()
        self.assertEqual(answer.status, 413)
        self.assertTrue(answer.read().startswith(b"REQUEST_TOO_LARGE: "))
        connection.close()
        self.assert_lives()

    def test_http(self):
        body = xmlrpc.client.dumps((), "system.listMethods").encode()
        for expected, arguments in [
            (404, {"path": "/"}),
            (404, {"path": "/rpc2"}),
            (405, {"method": "GET"}),
            (415, {"headers": {"Content-Type": "text/plain"}}),
            (415, {"headers": {**HEADERS, "Content-Encoding": "gzip"}}),
            (403, {"headers": {**HEADERS, "Host": "evil.example.org"}}),
            (200, {"headers": {"Content-Type": "application/xml; charset=utf-8"}}),
        ]:
            with self.subTest(**arguments):
                status, text = post(body, **arguments)
                self.assertEqual(status, expected, text)
                if expected != 200:
                    self.assertRegex(text, r"^[A-Z_]+: .+\n$")
        self.assert_lives()

    def test_scalars_of_every_type_reach_the_method(self):
        for value in [1, 2**31 - 1, -(2**31), 1.5, True, "", xmlrpc.client.DateTime(0), xmlrpc.client.Binary(b"x"), [], {}]:
            if value != "":
                self.assert_fault(601, "INVALID_PARAMETERS", "it must be a string", lambda: proxy().deleteQuery(value))  # noqa: B023
        self.assert_fault(601, "INVALID_PARAMETERS", "is empty", lambda: proxy().deleteQuery(""))
        self.assert_fault(601, "INVALID_PARAMETERS", "is nil", lambda: proxy(allow_none=True).deleteQuery(None))


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
