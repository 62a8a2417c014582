"""A health probe: asks grpc.health.v1 once, prints what it heard, and ends with 0 where that is SERVING."""

import sys

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from suite import channel


def main():
    with channel() as opened:
        try:
            answer = health_pb2_grpc.HealthStub(opened).Check(health_pb2.HealthCheckRequest(), timeout=10)
        except grpc.RpcError as error:
            print(error.code().name)
            return 1
        print(health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status))
        return 0 if answer.status == health_pb2.HealthCheckResponse.SERVING else 1


if __name__ == "__main__":
    sys.exit(main())
