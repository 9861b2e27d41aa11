"""gRPC clients of Google's library: calls with one answer, and streams that are called again whenever they end.

calls.py TARGET ADDRESS,ADDRESS,... ends with its standard input. A line for everything that happens; times are nanoseconds of the wall clock:

    say BEGUN POD                      a call was answered
    say BEGUN - CODE details           it was not
    tell BEGUN POD ADDRESS             a stream has begun
    end POD ADDRESS CODE details       it has ended
"""
import os
import sys
import threading
import time

import grpc

target, addresses = sys.argv[1], sys.argv[2].split(",")
printing = threading.Lock()


def tell_us(*words):
    with printing:
        print(*words, flush=True)


def connect():
    # Each with a connection of its own, and without the library's own repetitions: what fails is to be seen.
    return grpc.insecure_channel(target, options=(("grpc.enable_retries", 0), ("grpc.use_local_subchannel_pool", 1)))


def follow(address):
    stream = connect().unary_stream("/product.Calls/Tell")
    while True:
        begun, pod = time.time_ns(), None
        call = stream(b"60 100", metadata=(("x-forwarded-for", address),))
        try:
            for message in call:
                if pod is None:
                    pod = message.decode().split()[0]
                    tell_us("tell", begun, pod, address)
            tell_us("end", pod or "-", address, "OK")
        except grpc.RpcError as error:
            tell_us("end", pod or "-", address, error.code().name, error.details())
            if pod is None:
                time.sleep(0.1)


def ask(address):
    say = connect().unary_unary("/product.Calls/Say")
    while True:
        begun = time.time_ns()
        try:
            answer = say(b"hello", timeout=20, metadata=(("x-forwarded-for", address),))
            tell_us("say", begun, answer.decode().split()[0])
        except grpc.RpcError as error:
            tell_us("say", begun, "-", error.code().name, error.details())
        time.sleep(0.05)


for address in addresses:
    threading.Thread(target=follow, args=(address,), daemon=True).start()
    threading.Thread(target=ask, args=(address,), daemon=True).start()
sys.stdin.read()

# At once: what runs is nobody's business any more, and must not be told.
os._exit(0)
