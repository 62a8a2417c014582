"""What both clients share: the arguments, the checks and the last line."""

import argparse
import sys
import traceback

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

NOW = 1_795_226_400  # 2026-11-21 10:00 in China


def server():
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", default="127.0.0.1:50051", help="address of a running zhiyi serve")
    return parser.parse_args().server


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
