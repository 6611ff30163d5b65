using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.TestService.V1;

namespace Temporalio.Client;

/// <summary>The calls of servers that can skip time, for tests. A call is not retried unless its options say so.</summary>
public abstract class TestService : RpcService
{
    /// <summary>Calls <c>GetCurrentTime</c>.</summary>
    public virtual Task<GetCurrentTimeResponse> GetCurrentTimeAsync(Empty req, RpcOptions? options = null) => InvokeRpcAsync("GetCurrentTime", req, GetCurrentTimeResponse.Parser, options);

    /// <summary>Calls <c>LockTimeSkipping</c>.</summary>
    public virtual Task<LockTimeSkippingResponse> LockTimeSkippingAsync(LockTimeSkippingRequest req, RpcOptions? options = null) => InvokeRpcAsync("LockTimeSkipping", req, LockTimeSkippingResponse.Parser, options);

    /// <summary>Calls <c>Sleep</c>.</summary>
    public virtual Task<SleepResponse> SleepAsync(SleepRequest req, RpcOptions? options = null) => InvokeRpcAsync("Sleep", req, SleepResponse.Parser, options);

    /// <summary>Calls <c>SleepUntil</c>.</summary>
    public virtual Task<SleepResponse> SleepUntilAsync(SleepUntilRequest req, RpcOptions? options = null) => InvokeRpcAsync("SleepUntil", req, SleepResponse.Parser, options);

    /// <summary>Calls <c>UnlockTimeSkipping</c>.</summary>
    public virtual Task<UnlockTimeSkippingResponse> UnlockTimeSkippingAsync(UnlockTimeSkippingRequest req, RpcOptions? options = null) => InvokeRpcAsync("UnlockTimeSkipping", req, UnlockTimeSkippingResponse.Parser, options);

    /// <summary>Calls <c>UnlockTimeSkippingWithSleep</c>.</summary>
    public virtual Task<SleepResponse> UnlockTimeSkippingWithSleepAsync(SleepRequest req, RpcOptions? options = null) => InvokeRpcAsync("UnlockTimeSkippingWithSleep", req, SleepResponse.Parser, options);

    /// <summary>The service over a connection.</summary>
    public sealed class Core : TestService
    {
        private readonly TemporalConnection _connection;

        /// <summary>Over a connection.</summary>
        public Core(TemporalConnection connection) => _connection = connection;

        /// <inheritdoc />
        protected override Task<T> InvokeRpcAsync<T>(string rpc, IMessage req, MessageParser<T> resp, RpcOptions? options = null) =>
            _connection.InvokeRpcAsync("temporal.api.testservice.v1.TestService", rpc, req, resp, options);
    }
}
