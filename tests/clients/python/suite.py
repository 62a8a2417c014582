"""What the clients share: the arguments and the connection, the checks and the last line."""

import argparse
import collections
import pathlib
import sys
import traceback

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

NOW = 1_795_226_400  # 2026-11-21 10:00 in China


def channel():
    """The connection that the command line names: in the clear, or TLS where it names an authority."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", default="127.0.0.1:50051", help="address of a running zhiyi serve")
    parser.add_argument("--ca", type=pathlib.Path, help="PEM file of the authority whose servers are trusted: TLS")
    parser.add_argument("--cert", type=pathlib.Path, help="PEM file of the client's own certificate: mutual TLS")
    parser.add_argument("--key", type=pathlib.Path, help="PEM file of its key")
    parser.add_argument("--token-file", type=pathlib.Path, help="file with the token that calls carry")
    options = parser.parse_args()

    def content(path):
        return path.read_bytes() if path else None

    if options.ca:
        credentials = grpc.ssl_channel_credentials(content(options.ca), content(options.key), content(options.cert))
        opened = grpc.secure_channel(options.server, credentials)
    else:
        opened = grpc.insecure_channel(options.server)
    if options.token_file:
        opened = grpc.intercept_channel(opened, Bearer(options.token_file.read_text().strip()))
    return opened


class Bearer(
    grpc.UnaryUnaryClientInterceptor,
    grpc.UnaryStreamClientInterceptor,
    grpc.StreamUnaryClientInterceptor,
    grpc.StreamStreamClientInterceptor,
):
    """Adds a token to every call, with or without TLS."""

    def __init__(self, token):
        self.header = ("authorization", f"Bearer {token}")

    def add(self, proceed, details, request):
        return proceed(Details(details, [*(details.metadata or []), self.header]), request)

    intercept_unary_unary = intercept_unary_stream = add
    intercept_stream_unary = intercept_stream_stream = add


class Details(
    collections.namedtuple("Details", "method timeout metadata credentials wait_for_ready compression"),
    grpc.ClientCallDetails,
):
    """A call's details with other metadata."""

    def __new__(cls, details, metadata):
        fields = {name: getattr(details, name, None) for name in cls._fields}
        return super().__new__(cls, **{**fields, "metadata": metadata})


def equal(got, wanted, what=""):
    if got != wanted:
        raise AssertionError(f"{what}: wanted {wanted!r}, got {got!r}")


def refused(call, code, field):
    """Calls and expects a status with google.rpc.BadRequest details about a field."""
    try:
        call()
    except grpc.RpcError as error:
        equal(error.code(), code)
        violations = []
        for detail in rpc_status.from_call(error).details:
            bad = error_details_pb2.BadRequest()
            if detail.Unpack(bad):
                violations += [v.field for v in bad.field_violations]
        equal(violations, [field], "BadRequest details")
    else:
        raise AssertionError("the call was not refused")


def run(cases):
    """Runs functions; prints each, then `N passed, M failed`; returns the exit code."""
    passed = failed = 0
    for case in cases:
        name = case.__name__
        try:
            case()
        except Exception:
            failed += 1
            print(f"FAILED {name}")
            traceback.print_exc(file=sys.stdout)
        else:
            passed += 1
            print(f"ok     {name}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0
