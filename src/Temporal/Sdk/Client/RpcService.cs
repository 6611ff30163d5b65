using Google.Protobuf;

namespace Temporalio.Client;

/// <summary>A service of the server, as it is on the wire.</summary>
public abstract class RpcService
{
    /// <summary>Makes one call.</summary>
    /// <typeparam name="T">Type of the answer.</typeparam>
    /// <param name="rpc">Name of the call.</param>
    /// <param name="req">Request.</param>
    /// <param name="resp">Reads the answer.</param>
    /// <param name="options">How the call is made.</param>
    /// <exception cref="Exceptions.RpcException">The call failed.</exception>
    /// <exception cref="OperationCanceledException">The options' token was cancelled; whether the server did the work is
    /// unknown.</exception>
    protected abstract Task<T> InvokeRpcAsync<T>(string rpc, IMessage req, MessageParser<T> resp, RpcOptions? options = null)
        where T : IMessage<T>;
}
