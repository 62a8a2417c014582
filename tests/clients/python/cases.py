"""Every method of the protocol, with the shipped dictionaries, whatever way the messages were made.

`zhiyi` below offers `message(name, **fields)` and `stub(service)`; how, is the client's affair.
"""

import grpc

from suite import NOW, equal, refused

ALL_METHODS = {
    "Recognizer": ["Recognize", "BatchRecognize", "StreamRecognize", "Moderate"],
    "Dictionary": [
        "GetStatus",
        "ListAccounts",
        "ListIntents",
        "Reload",
        "ListVersions",
        "Activate",
        "Rollback",
        "SetShadow",
        "GetShadow",
    ],
}


def cases(zhiyi):
    recognizer, dictionary = zhiyi.stub("Recognizer"), zhiyi.stub("Dictionary")
    message = zhiyi.message

    def request(text, **fields):
        out = message("RecognizeRequest", text=text, **fields)
        if not out.HasField("reference_time"):
            out.reference_time.seconds = NOW
        return out

    def ids(response):
        return [intent.id for intent in response.intents]

    def recognize():
        answer = recognizer.Recognize(request("我要值机", request_id="r-1"))
        equal((answer.outcome, ids(answer), answer.request_id), (2, ["airline.check_in"], "r-1"))
        equal(len(answer.dictionary_version), 16)

    def recognize_slots_and_spans():
        text = "😀帮我查下明天广州飞北京的CZ3102几点起飞"
        answer = recognizer.Recognize(request(text, explain=True))
        equal(ids(answer), ["airline.flight_status"])
        slots = {slot.name: slot for slot in answer.intents[0].slots}
        equal(slots["flight_no"].value, "CZ3102")
        for slot in slots.values():
            equal(text[slot.span.char_start : slot.span.char_end], slot.raw, "a span in characters")
            units = text.encode("utf-16-le")[2 * slot.span.utf16_start : 2 * slot.span.utf16_end]
            equal(units.decode("utf-16-le"), slot.raw, "a span in UTF-16")
        equal(bool(answer.explanation.tokens), True, "an explanation")

    def a_conversation():
        asked = recognizer.Recognize(request("查航班动态"))
        equal((asked.outcome, ids(asked)), (2, ["airline.flight_status"]))
        equal(list(asked.intents[0].missing_slots), ["flight_no"])
        answer = recognizer.Recognize(request("3102", context=asked.context))
        equal((answer.outcome, ids(answer)), (1, ["airline.flight_status"]))
        equal([(slot.name, slot.value) for slot in answer.intents[0].slots], [("flight_no", "CZ3102")])
        broken = request("3102", context="x" + asked.context)
        refused(lambda: recognizer.Recognize(broken), grpc.StatusCode.INVALID_ARGUMENT, "context")

    def not_understanding_is_an_answer():
        answer = recognizer.Recognize(request("今天天气不错"))
        equal((answer.outcome, ids(answer)), (4, []))

    def recognize_refuses():
        late = request("值机")
        late.reference_time.seconds = 2**62
        for bad, code, field in [
            (request(""), grpc.StatusCode.INVALID_ARGUMENT, "text"),
            (request("我" * 2001), grpc.StatusCode.INVALID_ARGUMENT, "text"),
            (request("值机", account="nobody"), grpc.StatusCode.NOT_FOUND, "account"),
            (request("值机", time_zone="Mars/Base"), grpc.StatusCode.INVALID_ARGUMENT, "time_zone"),
            (request("值机", modality=9), grpc.StatusCode.INVALID_ARGUMENT, "modality"),
            (request("值机", request_id="x" * 129), grpc.StatusCode.INVALID_ARGUMENT, "request_id"),
            (late, grpc.StatusCode.INVALID_ARGUMENT, "reference_time"),
        ]:
            refused(lambda: recognizer.Recognize(bad), code, field)

    def batch_recognize():
        requests = [request("我要值机"), request(""), request("格力优惠")]
        results = recognizer.BatchRecognize(message("BatchRecognizeRequest", requests=requests)).results
        equal([r.WhichOneof("result") for r in results], ["response", "error", "response"])
        equal(results[1].error.field, "text")
        equal(ids(results[2].response), ["retail.promotion_query"])

    def batch_recognize_refuses():
        empty = message("BatchRecognizeRequest")
        large = message("BatchRecognizeRequest", requests=[request("值机")] * 1001)
        for bad in [empty, large]:
            refused(lambda: recognizer.BatchRecognize(bad), grpc.StatusCode.INVALID_ARGUMENT, "requests")

    def stream_recognize():
        texts = ["我要值机", "", "格力优惠", "今天天气不错"]
        items = (message("StreamRecognizeRequest", request=request(t, request_id=str(n))) for n, t in enumerate(texts))
        results = [answer.result for answer in recognizer.StreamRecognize(items)]
        equal([r.WhichOneof("result") for r in results], ["response", "error", "response", "response"])
        order = [(r.response if r.HasField("response") else r.error).request_id for r in results]
        equal(order, ["0", "1", "2", "3"])

    def moderate():
        answer = recognizer.Moderate(message("ModerateRequest", text="您好，已经发货", request_id="m"))
        equal((answer.masked_text, answer.blocked, answer.request_id), ("您好，已经发货", False, "m"))
        empty = message("ModerateRequest")
        refused(lambda: recognizer.Moderate(empty), grpc.StatusCode.INVALID_ARGUMENT, "text")
        stranger = message("ModerateRequest", text="你好", account="nobody")
        refused(lambda: recognizer.Moderate(stranger), grpc.StatusCode.NOT_FOUND, "account")

    def get_status():
        status = dictionary.GetStatus(message("GetStatusRequest"))
        equal((len(status.version), status.last_fault), (16, ""))
        equal(min(status.packs, status.accounts, status.intents, status.phrases, status.terms) > 0, True)

    def list_accounts():
        accounts = dictionary.ListAccounts(message("ListAccountsRequest")).accounts
        equal([a.id for a in accounts if a.default_account], ["demo"])
        equal({"csair", "joycity", "department_store"} <= {a.id for a in accounts}, True)

    def list_intents():
        everything = dictionary.ListIntents(message("ListIntentsRequest")).intents
        csair = dictionary.ListIntents(message("ListIntentsRequest", account="csair")).intents
        equal("airline.check_in" in [i.id for i in csair], True)
        equal(len(csair) < len(everything), True)
        stranger = message("ListIntentsRequest", account="nobody")
        refused(lambda: dictionary.ListIntents(stranger), grpc.StatusCode.NOT_FOUND, "account")

    def reload():
        before = dictionary.GetStatus(message("GetStatusRequest")).version
        answer = dictionary.Reload(message("ReloadRequest"))
        equal((answer.version, answer.changed), (before, False))

    def versions():
        serving = dictionary.GetStatus(message("GetStatusRequest")).version
        known = dictionary.ListVersions(message("ListVersionsRequest")).versions
        equal([v.version for v in known if v.active], [serving])
        answer = dictionary.Activate(message("ActivateRequest", version=serving))
        equal((answer.version, answer.changed), (serving, False))
        unknown = message("ActivateRequest", version="0123456789abcdef")
        refused(lambda: dictionary.Activate(unknown), grpc.StatusCode.NOT_FOUND, "version")
        try:
            dictionary.Rollback(message("RollbackRequest"))
        except grpc.RpcError as error:
            equal(error.code(), grpc.StatusCode.FAILED_PRECONDITION, "no version served before")
        else:
            raise AssertionError("there is nothing to roll back to")

    def shadow():
        serving = dictionary.GetStatus(message("GetStatusRequest")).version
        equal(dictionary.SetShadow(message("SetShadowRequest", version=serving)).version, serving)
        recognizer.Recognize(request("我要值机"))
        told = dictionary.GetShadow(message("GetShadowRequest"))
        equal((told.version, told.different), (serving, 0))
        equal(dictionary.SetShadow(message("SetShadowRequest")).version, "")
        equal(dictionary.GetShadow(message("GetShadowRequest")).version, "")

    return [
        recognize,
        recognize_slots_and_spans,
        a_conversation,
        not_understanding_is_an_answer,
        recognize_refuses,
        batch_recognize,
        batch_recognize_refuses,
        stream_recognize,
        moderate,
        get_status,
        list_accounts,
        list_intents,
        reload,
        versions,
        shadow,
    ]
