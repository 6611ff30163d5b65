using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Temporal.Server.Common;
using Temporal.Server.Hosting;

namespace Orchestrator.Temporal.Server.Tests.Model;

/// <summary>Straight to the handlers of a server that listens nowhere.</summary>
internal sealed class InProcessCalls(GrpcMethodRegistry table) : ICalls
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public async Task<TResponse> CallAsync<TResponse>(IMessage request, MessageParser<TResponse> parser)
        where TResponse : IMessage<TResponse>
    {
        var method = request.GetType().Name[..^"Request".Length];
        var context = new CallContext(method, DateTime.UtcNow + Limit);
        try
        {
            var answer = await table
                .Methods[(GrpcMethodRegistry.WorkflowService, method)]
                .Handler(new IncomingGrpcCall(context), request.ToByteArray())
                .AsTask()
                .WaitAsync(Limit);
            var encoded = new Encoded();
            answer.WriteTo(encoded);
            return parser.ParseFrom(encoded.Bytes.WrittenSpan);
        }
        catch (Exception fault) when (fault is not TimeoutException)
        {
            throw GrpcErrorFactory.Answered(fault, CancellationToken.None) ?? fault;
        }
    }

    private sealed class Encoded : SerializationContext
    {
        public ArrayBufferWriter<byte> Bytes { get; } = new();

        public override IBufferWriter<byte> GetBufferWriter() => Bytes;

        public override void SetPayloadLength(int payloadLength) { }

        public override void Complete() { }
    }

    private sealed class CallContext : ServerCallContext
    {
        private readonly string _method;
        private readonly DateTime _deadline;

        public CallContext(string method, DateTime deadline)
        {
            (_method, _deadline) = (method, deadline);

            // Where GetHttpContext looks for it in a context that is not gRPC's own.
            UserState["__HttpContext"] = new DefaultHttpContext();
        }

        protected override string MethodCore => _method;
        protected override string HostCore => "";
        protected override string PeerCore => "";
        protected override DateTime DeadlineCore => _deadline;
        protected override Metadata RequestHeadersCore => [];
        protected override CancellationToken CancellationTokenCore => CancellationToken.None;
        protected override Metadata ResponseTrailersCore => [];
        protected override Status StatusCore { get; set; }
        protected override WriteOptions? WriteOptionsCore { get; set; }
        protected override AuthContext AuthContextCore => throw new NotSupportedException();

        protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
            throw new NotSupportedException();

        protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
    }
}
