using Google.Protobuf;

namespace Temporal.Server.Common;

/// <summary>
/// The RPC methods that the server supports. The name of a method is usually derived from its request type. Each component adds its own
/// methods, and calls of any other method fail with UNIMPLEMENTED.
/// </summary>
internal sealed class GrpcMethodRegistry
{
    public const string WorkflowService = "temporal.api.workflowservice.v1.WorkflowService";
    public const string OperatorService = "temporal.api.operatorservice.v1.OperatorService";
    public const string TestService = "temporal.api.testservice.v1.TestService";
    public const string Health = "grpc.health.v1.Health";

    /// <summary>Maximum size, in bytes, of a request that the server processes. Equals the limit of the Temporal server.</summary>
    public const int LargestRequest = 4 * 1024 * 1024;

    private const string RequestSuffix = "Request";

    private readonly Dictionary<(string Service, string Method), GrpcMethod> _methods = [];

    public IReadOnlyDictionary<(string Service, string Method), GrpcMethod> Methods => _methods;

    /// <summary>Returns the reason why all methods currently refuse calls, or null while they accept calls.</summary>
    public Func<string?> Refusal { get; set; } = () => null;

    /// <summary>
    /// Adds the method that belongs to the request type. Handlers report failures by throwing exceptions (see
    /// <see cref="GrpcErrorFactory"/>).
    /// </summary>
    public void Add<TRequest, TResponse>(Func<TRequest, TResponse> handler)
        where TRequest : IMessage<TRequest>, new()
        where TResponse : IMessage => AddRaw<TRequest>((_, request) => ValueTask.FromResult(new GrpcResponse(handler(request))));

    /// <inheritdoc cref="Add{TRequest, TResponse}(Func{TRequest, TResponse})"/>
    public void AddAsync<TRequest, TResponse>(Func<TRequest, Task<TResponse>> handler)
        where TRequest : IMessage<TRequest>, new()
        where TResponse : IMessage => AddRaw<TRequest>(async (_, request) => new GrpcResponse(await handler(request)));

    /// <inheritdoc cref="Add{TRequest, TResponse}(Func{TRequest, TResponse})"/>
    public void AddAsync<TRequest, TResponse>(Func<IncomingGrpcCall, TRequest, ValueTask<TResponse>> handler)
        where TRequest : IMessage<TRequest>, new()
        where TResponse : IMessage => AddRaw<TRequest>(async (call, request) => new GrpcResponse(await handler(call, request)));

    /// <summary>
    /// Adds the method that belongs to the request type. The handler builds the response itself, for example from stored bytes.
    /// </summary>
    public void AddRaw<TRequest>(Func<IncomingGrpcCall, TRequest, ValueTask<GrpcResponse>> handler)
        where TRequest : IMessage<TRequest>, new() =>
        AddRaw(ServiceOf(typeof(TRequest)), typeof(TRequest).Name[..^RequestSuffix.Length], handler);

    /// <summary>Adds a method whose response transfers an item that must not be lost, such as a task. Only these methods support
    /// <see cref="IncomingGrpcCall.WhenUndelivered"/>.</summary>
    public void AddHandOver<TRequest>(Func<IncomingGrpcCall, TRequest, ValueTask<GrpcResponse>> handler)
        where TRequest : IMessage<TRequest>, new() =>
        AddRaw(ServiceOf(typeof(TRequest)), typeof(TRequest).Name[..^RequestSuffix.Length], handler, handsOver: true);

    /// <summary>Adds a method whose name can't be derived from its request type; the handler returns a message.</summary>
    public void AddAsync<TRequest, TResponse>(string service, string method, Func<IncomingGrpcCall, TRequest, ValueTask<TResponse>> handler)
        where TRequest : IMessage<TRequest>, new()
        where TResponse : IMessage =>
        AddRaw<TRequest>(service, method, async (call, request) => new GrpcResponse(await handler(call, request)));

    /// <summary>
    /// Adds a method whose name can't be derived from its request type. The handler builds the response itself, for example from stored
    /// bytes.
    /// </summary>
    public void AddRaw<TRequest>(
        string service,
        string method,
        Func<IncomingGrpcCall, TRequest, ValueTask<GrpcResponse>> handler,
        bool handsOver = false
    )
        where TRequest : IMessage<TRequest>, new()
    {
        var parser = new MessageParser<TRequest>(static () => new TRequest());
        _methods.Add(
            (service, method),
            new GrpcMethod(
                (call, bytes) =>
                {
                    TRequest request;
                    try
                    {
                        request = parser.ParseFrom(bytes);
                    }
                    catch (Exception e) when (IsUnreadable(e))
                    {
                        throw GrpcErrorFactory.Of(StatusCode.Internal, "grpc: error unmarshalling request: " + e.Message, e);
                    }

                    return handler(call, request);
                },
                handsOver
            )
        );
    }

    /// <summary>
    /// True if the exception means that the bytes of a request are malformed. Besides the parser's own exception, these are exceptions for
    /// truncated data, invalid UTF-8, and lengths that overflow.
    /// </summary>
    public static bool IsUnreadable(Exception fault) =>
        fault
            is InvalidProtocolBufferException
                or InvalidOperationException
                or ArgumentException
                or IndexOutOfRangeException
                or OverflowException;

    private static string ServiceOf(Type request) =>
        request.Namespace switch
        {
            "Temporalio.Api.WorkflowService.V1" => WorkflowService,
            "Temporalio.Api.OperatorService.V1" => OperatorService,
            "Temporalio.Api.TestService.V1" => TestService,
            _ => throw new ArgumentException($"{request} belongs to no service of the server", nameof(request)),
        };
}

/// <summary>An RPC method of a service.</summary>
/// <param name="Handler">Handler of the method.</param>
/// <param name="HandsOver">True if the response transfers an item that must be returned to its queue if delivery fails.</param>
internal sealed record GrpcMethod(RpcHandler Handler, bool HandsOver);
