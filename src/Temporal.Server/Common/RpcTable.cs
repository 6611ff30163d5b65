using Google.Protobuf;

namespace Temporal.Server.Common;

/// <summary>
/// The RPCs that the server has, named by their requests as the descriptors do it. Each service adds its own; anything else answers
/// UNIMPLEMENTED.
/// </summary>
internal sealed class RpcTable
{
    public const string WorkflowService = "temporal.api.workflowservice.v1.WorkflowService";
    public const string OperatorService = "temporal.api.operatorservice.v1.OperatorService";
    public const string TestService = "temporal.api.testservice.v1.TestService";
    public const string Health = "grpc.health.v1.Health";

    /// <summary>Largest request in bytes that is carried out: the limit of the real server.</summary>
    public const int LargestRequest = 4 * 1024 * 1024;

    private const string RequestSuffix = "Request";

    private readonly Dictionary<(string Service, string Method), Rpc> _methods = [];

    public IReadOnlyDictionary<(string Service, string Method), Rpc> Methods => _methods;

    /// <summary>Why no method answers any more; null while they do.</summary>
    public Func<string?> Refusal { get; set; } = () => null;

    /// <summary>Adds the method whose request this is. Failures are thrown: see <see cref="RpcErrors"/>.</summary>
    public void Add<TRequest, TResponse>(Func<TRequest, TResponse> handler)
        where TRequest : IMessage<TRequest>, new()
        where TResponse : IMessage => AddRaw<TRequest>((_, request) => ValueTask.FromResult(new RpcAnswer(handler(request))));

    /// <inheritdoc cref="Add{TRequest, TResponse}(Func{TRequest, TResponse})"/>
    public void AddAsync<TRequest, TResponse>(Func<TRequest, Task<TResponse>> handler)
        where TRequest : IMessage<TRequest>, new()
        where TResponse : IMessage => AddRaw<TRequest>(async (_, request) => new RpcAnswer(await handler(request)));

    /// <inheritdoc cref="Add{TRequest, TResponse}(Func{TRequest, TResponse})"/>
    public void AddAsync<TRequest, TResponse>(Func<RpcCall, TRequest, ValueTask<TResponse>> handler)
        where TRequest : IMessage<TRequest>, new()
        where TResponse : IMessage => AddRaw<TRequest>(async (call, request) => new RpcAnswer(await handler(call, request)));

    /// <summary>Adds the method whose request this is; the answer is encoded bytes.</summary>
    public void AddRaw<TRequest>(Func<RpcCall, TRequest, ValueTask<RpcAnswer>> handler)
        where TRequest : IMessage<TRequest>, new() =>
        AddRaw(ServiceOf(typeof(TRequest)), typeof(TRequest).Name[..^RequestSuffix.Length], handler);

    /// <summary>
    /// Adds a method whose answer hands over what must not get lost: <see cref="RpcCall.WhenUndelivered"/> works for these alone.
    /// </summary>
    public void AddHandOver<TRequest>(Func<RpcCall, TRequest, ValueTask<RpcAnswer>> handler)
        where TRequest : IMessage<TRequest>, new() =>
        AddRaw(ServiceOf(typeof(TRequest)), typeof(TRequest).Name[..^RequestSuffix.Length], handler, handsOver: true);

    /// <summary>Adds a method that answers with a message, and whose name its request does not tell.</summary>
    public void AddAsync<TRequest, TResponse>(string service, string method, Func<RpcCall, TRequest, ValueTask<TResponse>> handler)
        where TRequest : IMessage<TRequest>, new()
        where TResponse : IMessage =>
        AddRaw<TRequest>(service, method, async (call, request) => new RpcAnswer(await handler(call, request)));

    /// <summary>Adds a method that answers with encoded bytes, and whose name its request does not tell.</summary>
    public void AddRaw<TRequest>(
        string service,
        string method,
        Func<RpcCall, TRequest, ValueTask<RpcAnswer>> handler,
        bool handsOver = false
    )
        where TRequest : IMessage<TRequest>, new()
    {
        var parser = new MessageParser<TRequest>(static () => new TRequest());
        _methods.Add(
            (service, method),
            new Rpc(
                (call, bytes) =>
                {
                    TRequest request;
                    try
                    {
                        request = parser.ParseFrom(bytes);
                    }
                    catch (Exception e) when (IsUnreadable(e))
                    {
                        throw RpcErrors.Of(StatusCode.Internal, "grpc: error unmarshalling request: " + e.Message, e);
                    }

                    return handler(call, request);
                },
                handsOver
            )
        );
    }

    /// <summary>
    /// True for a fault of the bytes. Beside its own exception the parser throws others: for a wrapper that ends too soon, a text that is
    /// none, and a length that goes beyond the largest number when the place where it stands is added.
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

/// <summary>A method of a service.</summary>
/// <param name="Handler">What answers it.</param>
/// <param name="HandsOver">Its answer hands over something that is put back where it can't be delivered.</param>
internal sealed record Rpc(RpcHandler Handler, bool HandsOver);
