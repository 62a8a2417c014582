"""A client with stubs generated from proto/ by grpcio-tools. Calls every method; see cases.py."""

import importlib
import pathlib
import sys
import tempfile

import grpc_tools
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_tools import protoc

from cases import ALL_METHODS, cases
from suite import channel, equal, run

PROTO = pathlib.Path(__file__).resolve().parents[3] / "proto"


def generate(folder):
    """Generates modules from every file of the protocol and imports them."""
    files = sorted(str(f.relative_to(PROTO)) for f in PROTO.rglob("*.proto"))
    well_known = str(pathlib.Path(grpc_tools.__file__).parent / "_proto")
    arguments = ["protoc", f"-I{PROTO}", f"-I{well_known}", f"--python_out={folder}", f"--grpc_python_out={folder}"]
    if protoc.main(arguments + files) != 0:
        sys.exit("protoc failed")
    sys.path.insert(0, folder)
    names = [f.removesuffix(".proto").replace("/", ".") for f in files]
    return [importlib.import_module(name + suffix) for name in names for suffix in ("_pb2", "_pb2_grpc")]


class Generated:
    def __init__(self, channel, modules):
        self.channel, self.modules = channel, modules

    def find(self, name):
        return next(getattr(module, name) for module in self.modules if hasattr(module, name))

    def message(self, name, **fields):
        return self.find(name)(**fields)

    def stub(self, service):
        return self.find(service + "Stub")(self.channel)


def main():
    with tempfile.TemporaryDirectory() as folder, channel() as opened:
        zhiyi = Generated(opened, generate(folder))

        def every_method_is_called():
            for service, methods in ALL_METHODS.items():
                equal(sorted(vars(zhiyi.stub(service))), sorted(methods), service)

        def health():
            for name in ["", "zhiyi.v1.Recognizer", "zhiyi.v1.Dictionary"]:
                answer = health_pb2_grpc.HealthStub(opened).Check(health_pb2.HealthCheckRequest(service=name))
                equal(answer.status, health_pb2.HealthCheckResponse.SERVING, name)

        return run([every_method_is_called, health, *cases(zhiyi)])


if __name__ == "__main__":
    sys.exit(main())
