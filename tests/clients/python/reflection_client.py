"""A client that knows nothing of proto/: services and messages come by reflection. Calls every method; see cases.py."""

import sys
import types

from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from cases import ALL_METHODS, cases
from suite import channel, equal, run

PACKAGE = "zhiyi.v1"


class Reflected:
    def __init__(self, channel):
        self.channel = channel
        self.database = ProtoReflectionDescriptorDatabase(channel)
        self.pool = DescriptorPool(self.database)

    def message(self, name, **fields):
        return GetMessageClass(self.pool.FindMessageTypeByName(f"{PACKAGE}.{name}"))(**fields)

    def methods(self, service):
        return self.pool.FindServiceByName(f"{PACKAGE}.{service}").methods

    def stub(self, service):
        calls = {}
        for method in self.methods(service):
            kind = {
                (False, False): self.channel.unary_unary,
                (False, True): self.channel.unary_stream,
                (True, False): self.channel.stream_unary,
                (True, True): self.channel.stream_stream,
            }[method.client_streaming, method.server_streaming]
            calls[method.name] = kind(
                f"/{PACKAGE}.{service}/{method.name}",
                request_serializer=lambda message: message.SerializeToString(),
                response_deserializer=GetMessageClass(method.output_type).FromString,
            )
        return types.SimpleNamespace(**calls)


def main():
    with channel() as opened:
        zhiyi = Reflected(opened)

        def services_are_listed():
            names = set(zhiyi.database.get_services())
            equal({f"{PACKAGE}.{s}" for s in ALL_METHODS} | {"grpc.health.v1.Health"} <= names, True, names)

        def every_method_is_called():
            for service, methods in ALL_METHODS.items():
                equal(sorted(m.name for m in zhiyi.methods(service)), sorted(methods), service)

        return run([services_are_listed, every_method_is_called, *cases(zhiyi)])


if __name__ == "__main__":
    sys.exit(main())
